"""Bugs in callbacks: carried into a task that ends the program, with the traceback they began with."""

import asyncio
import traceback

import pytest

from edge.bugs import Bugs


def breaks(bugs: Bugs, what: str) -> None:
    with bugs:
        raise ValueError(what)


async def broken() -> None:
    bugs = Bugs()
    loop = asyncio.get_running_loop()
    loop.call_soon(breaks, bugs, "first")
    loop.call_soon(breaks, bugs, "second")
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(bugs.surface())


def test_a_bug_in_a_callback_ends_the_group_with_the_traceback_of_the_first() -> None:
    with pytest.raises(ExceptionGroup) as ended:
        asyncio.run(broken())
    (error,) = ended.value.exceptions
    assert str(error) == "first"
    assert traceback.extract_tb(error.__traceback__)[-1].name == "breaks"


def test_what_is_no_bug_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), Bugs():
        raise KeyboardInterrupt
