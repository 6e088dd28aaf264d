"""Ports: two demonstrations that start at once are never given the same one."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo import ports
from demo.broker import Wanted
from demo.ports import Held, PortTakenError, free_port, hold, hold_any, hold_usual
from demo.scenes import Street, choose
from demo.stage import Setting, build

linux = pytest.mark.skipif(not ports.holds(), reason="the loopback has one address here: a port is only looked at")


@linux
def test_two_stages_built_before_anybody_listens_share_no_port(tmp_path: Path) -> None:
    with ExitStack() as both:
        stages = [
            both.enter_context(
                build(Setting(tmp_path / name, broker=Wanted.AMQTT), choose([], None, None, Street.DRAWN))
            )
            for name in ("one", "other")
        ]
        assert len({port for stage in stages for port in (stage.http_port, stage.broker_port)}) == 4


@linux
def test_of_many_who_ask_for_one_port_at_once_one_is_given_it() -> None:
    port = free_port()

    def ask(_: int) -> Held | None:
        try:
            return hold(port)
        except PortTakenError:
            return None

    with ThreadPoolExecutor(16) as many, ExitStack() as held:
        given = [held.enter_context(one) for one in many.map(ask, range(64)) if one is not None]
        assert [one.port for one in given] == [port]


@linux
def test_a_held_port_is_given_to_nobody_who_asks_for_any() -> None:
    with ExitStack() as held:
        ours = {held.enter_context(hold_any()).port for _ in range(200)}
        assert len(ours) == 200
        assert not ours & {free_port() for _ in range(2000)}


@pytest.mark.parametrize("take", [hold_any, hold_usual])
def test_whoever_it_is_held_for_listens_on_it_and_again_after_a_fall(take: Callable[[], Held]) -> None:
    with take() as held:
        for _ in range(2):
            with socket.create_server((ports.HOST, held.port)):
                socket.create_connection((ports.HOST, held.port)).close()


def test_a_port_somebody_listens_on_is_refused_on_any_address_of_the_machine() -> None:
    for address in (ports.HOST, "0.0.0.0"):  # noqa: S104 - that is what is tried
        with socket.create_server((address, 0)) as server:
            port = server.getsockname()[1]
            with pytest.raises(PortTakenError, match=f"port {port} is taken; give another"):
                hold(port)


@linux
def test_where_the_usual_port_is_held_already_any_other_is() -> None:
    with hold_usual() as first, hold_usual() as second:
        assert first.port != second.port != ports.USUAL


def test_a_port_is_free_again_once_it_is_let_go() -> None:
    with hold_any() as held:
        port = held.port
    with hold(port):
        pass
