"""Orders carried out on a real disk: once, in the order that survives a fall, and refused when the disk refuses."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from edge.config_file import ConfigFile
from edge.obeying import JOURNAL, Orders
from edge.orders import Running
from streams.clocks import ScriptedClock, SystemClock
from streams.wire.canonical import sha256_of
from streams.wire.codec import encode
from streams.wire.messages import Command, Config
from streams.wire.records import Outcome, Reply
from streams.wire.topics import Stream
from streams.wire.words import Reason

CAMERAS: dict[str, Any] = {"cameras": [{"id": "cam-1", "source": {"drawn": 1}}]}


class Fell(Exception):  # noqa: N818 - what happened, not what went wrong
    """The node ended in the middle of a step."""


@dataclass
class Box:
    """A node's folder, and what it was heard to answer over its lives."""

    folder: Path
    replies: list[Reply] = field(default_factory=list)
    runs: int = 0
    fall: bool = False

    def __post_init__(self) -> None:
        self.path = self.folder / "node.yaml"
        self.path.write_text(f"node: node-1\nward: ward-1\ndata: {self.folder}\nbroker: {{}}\n")

    def live(self) -> Orders:
        """The next life of the node, its journal read."""
        file = ConfigFile(self.path)
        config, _ = file.load()
        orders = Orders(
            Running(config, file.own),
            file,
            self.replies.append,
            {"ping": self.ran, "relearn": self.relearns},
            SystemClock(),
        )
        orders.resume()
        return orders

    def ran(self, params: Mapping[str, Any]) -> tuple[Reason, ...]:
        del params
        self.runs += 1
        if self.fall:
            raise Fell
        return ()

    def relearns(self, params: Mapping[str, Any]) -> tuple[Reason, ...]:
        if "camera" not in params:
            raise OSError(28, "No space left on device")
        return (Reason(code="unknown_camera", params={"camera": params["camera"]}),)

    def said(self) -> list[tuple[Outcome, str]]:
        return [(told.outcome, told.config_rev or str(told.command)) for told in self.replies]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def ping(**more: object) -> Command:
    now = datetime.now(UTC)
    told = {"id": uuid7(), "node": "node-1", "verb": "ping", "issued": now, "expires": now + timedelta(minutes=5)}
    return Command.model_validate({**told, "by": "lan", "why": "test", **more})


def config(body: dict[str, Any], revision: str = "r2") -> bytes:
    told = {"node": "node-1", "revision": revision, "sha256": sha256_of(body), "by": "lan", "body": body}
    return encode(Config.model_validate({**told, "issued": datetime.now(UTC)}))


def test_a_command_delivered_twice_runs_once_also_in_the_next_life(box: Box) -> None:
    sent = encode(order := ping())
    for _ in range(2):
        orders = box.live()
        assert not orders.carry_out(Stream.COMMAND, sent)
        assert not orders.carry_out(Stream.COMMAND, sent)
    assert (box.runs, box.said()) == (1, [(Outcome.DONE, str(order.id))])


def test_a_command_the_node_fell_over_does_not_run_again_and_is_told_to_have_failed(box: Box) -> None:
    sent, box.fall = encode(order := ping()), True
    with pytest.raises(Fell):
        box.live().carry_out(Stream.COMMAND, sent)
    box.live().carry_out(Stream.COMMAND, sent)
    box.live()
    assert (box.runs, box.said()) == (1, [(Outcome.FAILED, str(order.id))])


def test_what_a_verb_would_not_do_is_refused_and_what_the_disk_would_not_has_failed(box: Box) -> None:
    orders = box.live()
    orders.carry_out(Stream.COMMAND, encode(ping(verb="relearn", params={"camera": "cam-9"})))
    orders.carry_out(Stream.COMMAND, encode(ping(verb="relearn")))
    told = [(reply.outcome, [reason.code for reason in reply.reasons]) for reply in box.replies]
    assert told == [(Outcome.REFUSED, ["unknown_camera"]), (Outcome.FAILED, ["disk_refused"])]


def test_a_command_that_cannot_be_journalled_does_not_run(box: Box) -> None:
    (box.folder / JOURNAL).mkdir()
    orders = box.live()
    orders.carry_out(Stream.COMMAND, encode(ping()))
    assert (box.runs, [told.outcome for told in box.replies]) == (0, [Outcome.FAILED])
    assert box.replies[0].reasons[0].code == "disk_refused"


def test_when_the_journal_is_broken_no_older_command_runs(box: Box) -> None:
    older = encode(ping())
    box.live().carry_out(Stream.COMMAND, older)
    (box.folder / JOURNAL).write_text("{broken")
    orders = box.live()
    orders.carry_out(Stream.COMMAND, older)
    assert box.runs == 1
    orders.carry_out(Stream.COMMAND, encode(ping()))
    assert box.runs == 2


def test_a_new_configuration_is_written_answered_and_asks_for_another_start(box: Box) -> None:
    assert box.live().carry_out(Stream.CONFIG, config(CAMERAS))
    assert ConfigFile(box.path).load()[1] == "r2"
    assert box.said() == [(Outcome.APPLIED, "r2")]
    assert not box.live().carry_out(Stream.CONFIG, config(CAMERAS)), "the retained message comes at every connect"
    assert box.said() == [(Outcome.APPLIED, "r2")]


def test_a_refused_configuration_changes_nothing_and_is_answered_once(box: Box) -> None:
    before = box.path.read_text()
    for _ in range(2):
        orders = box.live()
        assert not orders.carry_out(Stream.CONFIG, config({"cameras": 3}))
    assert (box.path.read_text(), box.said()) == (before, [(Outcome.REFUSED, "r2")])


def test_a_node_that_fell_between_file_and_answer_answers_in_its_next_life(box: Box) -> None:
    box.live().carry_out(Stream.CONFIG, config(CAMERAS))
    (box.folder / JOURNAL).unlink()
    box.replies.clear()
    assert not box.live().carry_out(Stream.CONFIG, config(CAMERAS))
    assert box.said() == [(Outcome.APPLIED, "r2")]


def test_a_configuration_that_was_taken_back_is_not_tried_again(box: Box) -> None:
    box.live().carry_out(Stream.CONFIG, config(CAMERAS))
    file = ConfigFile(box.path)
    on_trial = file.begin()
    assert on_trial is not None
    file.take_back(on_trial, [])
    assert not box.live().carry_out(Stream.CONFIG, config(CAMERAS))


def test_a_folder_the_node_may_not_write_is_said_once_a_life(box: Box) -> None:
    box.path.with_name("node.yaml.last").mkdir()
    orders = box.live()
    for _ in range(2):
        assert not orders.carry_out(Stream.CONFIG, config(CAMERAS))
    assert box.said() == [(Outcome.FAILED, "r2")]
    assert box.replies[0].reasons[0].code == "disk_refused"
    assert ConfigFile(box.path).load()[1] != "r2"


@pytest.mark.parametrize("stream", [Stream.CONFIG, Stream.COMMAND])
@pytest.mark.parametrize("payload", [b"\x00", b"{}", b"[1]", b'{"schema":9}'])
def test_what_cannot_be_understood_is_counted_and_harms_nothing(box: Box, stream: Stream, payload: bytes) -> None:
    orders = box.live()
    assert not orders.carry_out(stream, payload)
    assert (orders.unreadable, box.replies) == (1, [])


def test_orders_wait_in_a_queue_and_the_job_ends_with_a_restart(box: Box) -> None:
    async def obeyed(orders: Orders, restart: Callable[[], None]) -> None:
        orders.hear(Stream.CONFIG, b"")
        orders.hear(Stream.COMMAND, encode(ping()))
        orders.hear(Stream.CONFIG, config(CAMERAS))
        async with asyncio.timeout(10):
            await orders.obey(restart)

    orders, restarts = box.live(), list[str]()
    asyncio.run(obeyed(orders, lambda: restarts.append("now")))
    assert (box.runs, restarts, orders.unreadable) == (1, ["now"], 0)


def test_a_configuration_is_proven_once_the_node_has_stood(box: Box) -> None:
    box.live().carry_out(Stream.CONFIG, config(CAMERAS))
    file = ConfigFile(box.path)
    assert file.begin() is not None
    running = Running(file.load()[0], file.own)
    asyncio.run(Orders(running, file, box.replies.append, {}, ScriptedClock()).stand())
    assert file.begin() is None
