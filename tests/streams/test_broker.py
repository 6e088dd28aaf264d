"""One connection and the line over it, against a real Mosquitto, a real amqtt and servers that misbehave."""

import asyncio
import contextlib
import gc
import os
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from amqtt.broker import Broker as Amqtt
from pydantic import SecretStr, ValidationError

from streams.broker import Broker, Will, connect
from streams.line import LONGEST_REST_S, Line, OldestGivesWay, rest
from streams.tls import Tls
from streams.trouble import LineLost, LineRefused, Trouble
from tests.parts.mosquitto import Mosquitto, free_port

T = TypeVar("T")
CALLERS = 1  # that fill a queue of nought


def to(port: int, **more: object) -> Broker:
    return Broker.model_validate({"port": port, "client_id": "here", **more})


async def soon(condition: Callable[[], T], within: float = 10) -> T:
    """The loop's own `until`."""
    async with asyncio.timeout(within):
        while not (answer := condition()):
            await asyncio.to_thread(os.sched_yield)
    return answer


async def keeping(line: Line, talk: Coroutine[Any, Any, T]) -> T:
    """Run `talk` while the line is kept up, then let the line say goodbye."""
    kept = asyncio.ensure_future(line.keep_connected())
    try:
        async with asyncio.timeout(30):
            return await talk
    finally:
        kept.cancel()
        await asyncio.gather(kept, return_exceptions=True)


def test_what_is_published_is_heard() -> None:
    async def talk(port: int) -> tuple[str, bytes]:
        async with connect(to(port), ["a/+"]) as line:
            await line.publish("a/b", b"\x00word")
            return await anext(line.messages())

    with Mosquitto() as broker:
        assert asyncio.run(talk(broker.port)) == ("a/b", b"\x00word")


def test_amqtt_in_this_process_will_do_for_trying_out() -> None:
    async def talk() -> tuple[str, bytes]:
        port = free_port()
        listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
        anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        amqtt = Amqtt({"listeners": listeners, "plugins": anybody})
        await amqtt.start()
        try:
            async with connect(to(port), ["a/+"]) as line:
                await line.publish("a/b", b"word")
                return await anext(line.messages())
        finally:
            await amqtt.shutdown()

    assert asyncio.run(talk()) == ("a/b", b"word")


async def refusal_of(broker: Broker) -> Trouble:
    try:
        async with connect(broker):
            raise AssertionError("the line came up")
    except (LineLost, LineRefused) as error:
        return error.trouble


def test_nobody_listening_is_weather() -> None:
    assert asyncio.run(refusal_of(to(free_port()))) is Trouble.UNREACHABLE


def test_a_wrong_password_is_for_a_person() -> None:
    with Mosquitto({"node-1": "right"}) as broker:
        wrong = to(broker.port, username="node-1", password=SecretStr("wrong"))
        assert asyncio.run(refusal_of(wrong)) is Trouble.CREDENTIALS


def test_a_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("right\n")

    async def talk(broker: Broker) -> bool:
        async with connect(broker):
            return True

    with Mosquitto({"node-1": "right"}) as broker:
        assert asyncio.run(talk(to(broker.port, username="node-1", password_file=tmp_path / "secret")))
        absent = to(broker.port, username="node-1", password_file=tmp_path / "absent")
        assert asyncio.run(refusal_of(absent)) is Trouble.CREDENTIALS


# paho forgets its socket when a handshake fails, and leaves it to Python to close
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_never_falls_back_to_plain_tcp(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        assert asyncio.run(refusal_of(to(broker.port, tls=Tls(), answer_s=1))) in {Trouble.UNREACHABLE, Trouble.SILENT}
    no_authority = Tls(ca_file=tmp_path / "absent.pem")
    assert asyncio.run(refusal_of(to(1, tls=no_authority))) is Trouble.UNTRUSTED


def test_a_server_that_never_answers_leaves_no_socket_behind() -> None:
    def sockets() -> int:
        return sum(str(fd.readlink()).startswith("socket") for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink())

    async def knock(port: int) -> None:
        before = sockets()
        for _ in range(3):
            assert await refusal_of(to(port, answer_s=0.05)) is Trouble.SILENT
        assert sockets() == before

    with socket.create_server(("127.0.0.1", 0)) as mute:
        asyncio.run(knock(mute.getsockname()[1]))


def test_a_publish_does_not_outwait_a_broken_line() -> None:
    async def talk(broker: Mosquitto) -> None:
        async with connect(to(broker.port)) as line:
            broker.kill()
            listening = asyncio.ensure_future(anext(line.messages()))
            with pytest.raises(LineLost):
                await line.publish("a/b", b"word")
            with pytest.raises(LineLost):
                await listening

    with Mosquitto() as broker:
        asyncio.run(asyncio.wait_for(talk(broker), 5))


def test_the_line_comes_back_after_the_broker_does_and_still_hears() -> None:
    async def talk(line: Line, broker: Mosquitto) -> None:
        for turn in (1, 2, 3):
            assert await line.up() == turn
            await line.publish("a/b", str(turn).encode())
            assert await anext(line.messages()) == ("a/b", str(turn).encode())
            await asyncio.to_thread(broker.kill)
            await soon(lambda: not line.connected)
            with pytest.raises(LineLost):
                await line.publish("a/b", b"nobody")
            await asyncio.to_thread(broker.start)

    async def main(broker: Mosquitto) -> None:
        line = Line(to(broker.port), ["a/+"], pause=lambda _losses: 0.02)
        await keeping(line, talk(line, broker))

    with Mosquitto() as broker:
        asyncio.run(main(broker))


def test_mail_for_a_client_that_is_away_waits_for_it() -> None:
    async def main(port: int) -> tuple[str, bytes]:
        async with connect(to(port), ["a/+"]):
            pass
        async with connect(to(port, client_id="other")) as other:
            await other.publish("a/b", b"while you were out")
        async with connect(to(port), ["a/+"]) as line:
            return await anext(line.messages())

    with Mosquitto() as broker:
        assert asyncio.run(main(broker.port)) == ("a/b", b"while you were out")


def test_what_the_broker_had_kept_is_told_apart_from_what_comes_now() -> None:
    async def main(port: int) -> list[tuple[bytes, bool]]:
        async with connect(to(port, client_id="other")) as other:
            await other.publish("a/b", b"kept", retain=True)
            async with connect(to(port), ["a/+"]) as line:
                heard = [await anext(line.heard())]
                await other.publish("a/b", b"now", retain=True)
                heard.append(await anext(line.heard()))
        return [(one.payload, one.retained) for one in heard]

    with Mosquitto() as broker:
        assert asyncio.run(main(broker.port)) == [(b"kept", True), (b"now", False)]


def test_an_orderly_close_says_the_will_itself() -> None:
    async def main(port: int) -> tuple[str, bytes]:
        async with connect(to(port), will=lambda: Will("a/status", b"offline")) as line:
            await line.publish("a/status", b"online", retain=True)
        async with connect(to(port, client_id="other"), ["a/status"]) as other:
            return await anext(other.messages())

    with Mosquitto() as broker:
        assert asyncio.run(main(broker.port)) == ("a/status", b"offline")


def test_a_node_may_not_write_under_another_name() -> None:
    async def main(port: int) -> tuple[str, bytes]:
        centre = to(port, username="centre", password=SecretStr("c"), client_id="centre")
        node = to(port, username="node-1", password=SecretStr("n"), client_id="node-1")
        async with connect(centre, ["wardsense/v1/#"]) as ear, connect(node) as mouth:
            await mouth.publish("wardsense/v1/ward/node-2/batch", b"forged")
            await mouth.publish("wardsense/v1/ward/node-1/receipt", b"forged")
            await mouth.publish("wardsense/v1/ward/node-1/batch", b"mine")
            return await anext(ear.messages())

    with Mosquitto({"node-1": "n", "centre": "c"}) as broker:
        assert asyncio.run(main(broker.port)) == ("wardsense/v1/ward/node-1/batch", b"mine")


def test_a_connect_that_is_cancelled_while_it_knocks_hangs_up_once_it_is_let_in() -> None:
    async def give_up(port: int) -> None:
        async with asyncio.timeout(0.2), connect(to(port)):
            pass

    async def main(door: socket.socket) -> list[bytes]:
        """What each caller has to say until it hangs up: the loop ends only when the knocking thread does."""
        with pytest.raises(TimeoutError):
            await give_up(door.getsockname()[1])
        heard = []
        for _ in range(CALLERS + 1):
            caller = await asyncio.to_thread(lambda: door.accept()[0])
            caller.settimeout(10)
            with caller:
                heard.append(await asyncio.to_thread(caller.recv, 1))
        return heard

    with socket.create_server(("127.0.0.1", 0), backlog=0) as door, contextlib.ExitStack() as queue:
        door.settimeout(20)
        for _ in range(CALLERS):  # who connects now is told nothing until these are let in
            queue.enter_context(socket.create_connection(door.getsockname())).shutdown(socket.SHUT_WR)
        assert asyncio.run(main(door)) == [b""] * (CALLERS + 1)
        gc.collect()


def test_the_rest_grows_from_a_second_to_ten_and_no_further() -> None:
    for losses in range(1, 40):
        longest = min(LONGEST_REST_S, 2.0 ** (losses - 1))
        assert longest / 2 <= rest(losses) <= longest


def test_the_oldest_unheard_gives_way_and_is_counted() -> None:
    async def main() -> tuple[list[bytes], int]:
        queue = OldestGivesWay[tuple[str, bytes]](2)
        for word in (b"1", b"2", b"3"):
            queue.put(("t", word))
        return [(await queue.take())[1] for _ in range(2)], queue.dropped

    assert asyncio.run(main()) == ([b"2", b"3"], 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "p"},
        {"username": "u", "password": "p", "password_file": "f"},
        {"prot": 1883},
        {"port": 70000},
        {"host": "a..b"},
        {"host": "mqtt://broker"},
        {"host": "x" * 64},
    ],
)
def test_settings_that_contradict_themselves_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Broker.model_validate({"client_id": "here", **wrong})


def test_a_password_file_that_is_no_text_is_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfehush")
    binary = to(free_port(), username="node-1", password_file=tmp_path / "secret")
    assert asyncio.run(refusal_of(binary)) is Trouble.CREDENTIALS


def test_a_host_no_resolver_can_take_is_for_a_person() -> None:
    nowhere = to(1883).model_copy(update={"host": "a..b"})
    assert asyncio.run(refusal_of(nowhere)) is Trouble.UNREACHABLE


def test_a_topic_that_is_no_filter_is_for_a_person() -> None:
    async def ask(broker: Broker) -> None:
        async with connect(broker, ["a/#/b"]):
            raise AssertionError("the line came up")

    with Mosquitto() as broker, pytest.raises(LineRefused, match="no topic filter"):
        asyncio.run(ask(to(broker.port)))


def test_a_password_is_never_shown() -> None:
    assert "hush" not in repr(to(1, username="u", password=SecretStr("hush")))


def test_a_line_that_is_refused_says_so_and_comes_up_once_a_person_has_mended_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong")

    async def main(port: int) -> None:
        line = Line(to(port, username="node-1", password_file=secret), pause=lambda _losses: 0.02)
        await keeping(line, mend(line))

    async def mend(line: Line) -> None:
        await soon(lambda: line.trouble is Trouble.CREDENTIALS)
        secret.write_text("right")
        assert await line.up() == 1

    with Mosquitto({"node-1": "right"}) as broker:
        asyncio.run(main(broker.port))
