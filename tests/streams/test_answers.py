"""Waiting: answers, time that is up, and cancellations, also when two of them come at once."""

import asyncio

import pytest

from streams.answers import answered


def test_a_cancellation_in_one_turn_with_the_answer_is_not_forgotten() -> None:
    async def both() -> bool:
        answer = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(answered(answer, 10))
        await asyncio.wait([waiting], timeout=0.01)
        answer.set_result("here")
        waiting.cancel()
        await asyncio.wait([waiting], timeout=5)
        return waiting.cancelled()

    assert asyncio.run(both())


def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    async def unanswered() -> None:
        await answered(asyncio.get_running_loop().create_future(), 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(unanswered())


def test_an_answer_is_handed_on_however_long_it_may_take() -> None:
    async def here() -> str:
        answer = asyncio.get_running_loop().create_future()
        answer.set_result("here")
        return await answered(answer, float("inf"))

    assert asyncio.run(here()) == "here"
