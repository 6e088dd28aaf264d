"""The node as a process: real broker, drawn street, real outbox, and a small centre with the real ledger.

What is tested is what a person at the centre would see: it comes up, tells, goes in good order or is killed, comes
back, and does what it is ordered.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import pytest
import yaml
from uuid_utils.compat import uuid7

from edge.config import CameraSetting
from edge.known_view import Known, mark_of, written
from edge.luma import luma
from edge.view import measure
from streams.broker import Broker, connect
from streams.cameras.drawn import empty_street
from streams.wire.canonical import sha256_of
from streams.wire.codec import encode
from streams.wire.messages import Command, Config
from streams.wire.topics import RETAINED, Stream, Topic
from streams.wire.words import Word
from tests.parts import steady_eye
from tests.parts.centre import Raw, TinyCentre
from tests.parts.child import Child
from tests.parts.clips import Shape, covered_after, render
from tests.parts.mosquitto import Mosquitto, free_port
from tests.parts.plan import NODE, WARDS, WARDSENSE, Setting, busy_camera, quick_sensor
from tests.parts.reckoning import made_in
from tests.parts.until import until

WARD: Final = WARDS[0]
UP_WITHIN: Final = 30.0


class Centre:
    """A tiny centre in a thread of its own, for as long as the `with` lasts."""

    def __init__(self, port: int) -> None:
        self.tiny = TinyCentre(Broker(port=port, client_id="centre"), WARD)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()

    def bodies(self, kind: str) -> list[Raw]:
        """What it has stored of one kind, in the order of arrival."""
        return [raw["body"] for raw in list(self.tiny.bodies.values()) if raw["kind"] == kind]

    def online(self) -> bool:
        """What the node's last status says."""
        return bool(self.tiny.statuses) and self.tiny.statuses[-1].online

    def revision(self) -> str | None:
        """Under which configuration the node says it runs."""
        return self.tiny.statuses[-1].config_rev if self.online() else None

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            jobs = [tasks.create_task(self.tiny.line.keep_connected()), tasks.create_task(self.tiny.run())]
            await self._stop.wait()
            for job in jobs:
                job.cancel()


@dataclass
class Street:
    """A node that can be started, its broker, and its centre."""

    folder: Path
    broker: Mosquitto
    centre: Centre
    node: Child

    def write(self, **changed: object) -> None:
        """Write the node's file, with these keys otherwise."""
        self.file.write_text(yaml.safe_dump({**settings(self.folder, self.broker.port), **changed}), "utf-8")

    @property
    def file(self) -> Path:
        return self.folder / "node.yaml"

    def start(self) -> None:
        """Start it, and wait until the centre has heard from it."""
        heard = len(self.centre.tiny.statuses)
        self.node.start()
        until(lambda: self.fallen() or (len(self.centre.tiny.statuses) > heard and self.centre.online()), UP_WITHIN)
        assert not self.fallen()

    def arrives(self, record: str, /, **fields: object) -> Raw:
        """The first record of a kind with these fields, once it is stored."""

        def found() -> list[Raw]:
            return [body for body in self.centre.bodies(record) if fields.items() <= body.items()]

        return until(found, UP_WITHIN, f"a {record} with {fields}")[0]

    def sends(self, stream: Stream, message: Word, times: int = 1) -> None:
        """Say something down to the node, as the centre does."""
        asyncio.run(self._send(stream, encode(message), times))

    def fallen(self) -> bool:
        return not self.node.running

    async def _send(self, stream: Stream, payload: bytes, times: int) -> None:
        here = Broker(port=self.broker.port, client_id="centre-down", persistent=False)
        async with connect(here) as line:
            for _ in range(times):
                await line.publish(str(Topic(WARD, NODE, stream)), payload, retain=stream in RETAINED)


def settings(folder: Path, port: int) -> Setting:
    return {
        "node": NODE,
        "ward": WARD,
        "data": str(folder / "node"),
        "made_journal": str(folder / "made.txt"),
        "broker": {"host": "127.0.0.1", "port": port},
        "cameras": [busy_camera("cam-1", 1, fps=10)],
        "sensors": [quick_sensor("level-1", 0.5)],
    }


def body(**changed: object) -> dict[str, Any]:
    """What a configuration from the centre holds: everything but what makes the box the box."""
    return {"cameras": [busy_camera("cam-1", 1, fps=10)], "sensors": [], **changed}


def config(told: dict[str, Any], revision: str) -> Config:
    issued = datetime.now(UTC)
    return Config(node=NODE, revision=revision, sha256=sha256_of(told), issued=issued, by="lan", body=told)


def command(verb: str, **params: str) -> Command:
    now = datetime.now(UTC)
    expires = now + timedelta(minutes=5)
    told = {"id": uuid7(), "node": NODE, "verb": verb, "issued": now, "expires": expires, "params": params}
    return Command.model_validate({**told, "by": "lan", "why": "a test"})


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    run = (*WARDSENSE, "edge", "run", "--config", str(tmp_path / "node.yaml"))
    node = Child("node", run, tmp_path / "node.log")
    with Mosquitto() as broker, Centre(broker.port) as centre:
        street = Street(tmp_path, broker, centre, node)
        street.write()
        try:
            yield street
        finally:
            node.kill()
            print(node.tail())  # noqa: T201 - shown by pytest when the test fails


def test_a_node_comes_up_tells_what_it_sees_and_goes_in_good_order(street: Street) -> None:
    street.start()
    assert street.arrives("event", kind="loitering", phase="opened", camera="cam-1")["boxes"]
    assert 0 <= street.arrives("reading", sensor="level-1", unit="m")["value"] <= 2
    asked = time.monotonic()
    assert street.node.stop() == 0
    assert time.monotonic() - asked < 10
    until(lambda: not street.centre.online(), 5, "the farewell")
    tally = street.arrives("tally", camera="cam-1")
    assert sum(minute["watched"] for minute in tally["minutes"]) > 1
    assert tally["counts"]
    made = made_in(street.folder / "made.txt")
    assert {(epoch, seq) for epoch, seqs in made.items() for seq in seqs} == set(street.centre.tiny.stored)
    assert set(street.centre.tiny.stored.values()) == {1}
    assert b'"online":false' in asyncio.run(retained(street.broker.port))
    assert "level=error" not in street.node.said()
    assert "disk" not in street.node.said(), "nothing was wrong with it"


async def retained(port: int) -> bytes:
    """The status the broker keeps, as somebody who comes late hears it."""
    here = Broker(port=port, client_id="late", persistent=False)
    async with asyncio.timeout(10), connect(here, [str(Topic(WARD, NODE, Stream.STATUS))]) as line:
        _, payload = await anext(line.messages())
        return payload


def test_a_killed_node_tells_what_it_left_open_and_uses_no_number_twice(street: Street) -> None:
    street.start()
    left = street.arrives("event", kind="loitering", phase="opened")
    street.node.kill()
    until(lambda: not street.centre.online(), 10, "the last will")
    street.start()
    told = [event for event in street.centre.bodies("event") if event["id"] == left["id"]]
    if not any(event["phase"] == "closed" for event in told):  # it may have ended between the look and the kill
        assert street.arrives("event", id=left["id"], phase="unknown")["notes"] == [{"code": "restarted"}]
    assert street.node.stop() == 0
    made = made_in(street.folder / "made.txt")
    assert len(made) == 2
    assert all(times == 1 for seqs in made.values() for times in seqs.values())
    assert set(street.centre.tiny.stored.values()) == {1}


def test_a_configuration_sent_down_is_applied_with_a_start_and_answered_once(street: Street) -> None:
    street.start()
    told = body(sensors=[quick_sensor("level-2", 0.5)])
    street.sends(Stream.CONFIG, config(told, "r2"))
    street.arrives("reply", outcome="applied", config_rev="r2")
    until(street.fallen, 20, "the node ending")
    assert street.node.status == 0
    street.start()
    assert street.centre.revision() == "r2"
    street.arrives("reading", sensor="level-2")
    street.sends(Stream.COMMAND, ping := command("ping"))
    street.arrives("reply", outcome="done", command=str(ping.id))
    assert [reply.get("config_rev") for reply in street.centre.bodies("reply")] == ["r2", None]


def test_a_bad_configuration_is_refused_with_every_reason_and_the_node_goes_on(street: Street) -> None:
    street.start()
    wrong = body(cameras=[{**busy_camera("cam-1", 1), "fps": 0}, {"id": "cam 2", "source": {"drawn": 1}}])
    street.sends(Stream.CONFIG, config(wrong, "r2"))
    reply = street.arrives("reply", outcome="refused", config_rev="r2")
    assert [reason["params"]["where"] for reason in reply["reasons"]] == ["cameras.0.fps", "cameras.1.id"]
    assert street.node.running
    assert "revision" not in street.file.read_text()


def test_a_configuration_the_node_cannot_start_on_is_taken_back(street: Street) -> None:
    street.start()
    before = street.file.read_text()
    street.sends(Stream.CONFIG, config(body(models={"detector": "no-such-model"}), "r2"))
    street.arrives("reply", outcome="applied", config_rev="r2")
    until(street.fallen, 20, "the node ending")
    street.start()
    assert street.arrives("reply", outcome="failed", config_rev="r2")["reasons"][0]["code"] == "did_not_start"
    assert street.file.read_text() == before
    assert street.centre.revision() != "r2"
    street.sends(Stream.COMMAND, ping := command("ping"))
    street.arrives("reply", command=str(ping.id))
    assert street.node.running, "what was taken back is not tried again"


def test_a_command_delivered_twice_runs_once(street: Street) -> None:
    street.start()
    report, dance = command("report"), command("dance")
    street.sends(Stream.COMMAND, report, times=2)
    street.sends(Stream.COMMAND, dance)
    street.arrives("reply", command=str(dance.id), outcome="refused")
    replies = street.centre.bodies("reply")
    assert [reply["command"] for reply in replies] == [str(report.id), str(dance.id)]
    street.arrives("health")


def test_a_node_that_runs_learns_anew_what_is_clean_where_it_is_asked(street: Street) -> None:
    camera = busy_camera("cam-1", 1)
    street.write(cameras=[{**camera, "watch": [*camera["watch"], {"slow_change": {"zone": "street"}}]}])
    street.start()
    wrong, right = (command("relearn", camera=name) for name in ("cam-9", "cam-1"))
    street.sends(Stream.COMMAND, wrong)
    assert street.arrives("reply", command=str(wrong.id), outcome="refused")["reasons"][0]["code"] == "unknown_camera"
    street.sends(Stream.COMMAND, right)
    street.arrives("reply", command=str(right.id), outcome="done")


def test_what_a_covered_camera_was_watching_is_unknown_and_its_seconds_are_not_covered(street: Street) -> None:
    film = render(street.folder / "film.mp4", Shape(frames=400, fps=10), covered_after(50))
    camera = {
        "id": "cam-1",
        "source": {"file": str(film)},
        "zones": [{"id": "road", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}],
        "watch": [{"occupancy": {"zone": "road", "over": 1, "for_s": 0.5}}],
        "evidence": False,
        "fitness": {"say_after_s": {"covered": 1}, "well_after_s": 1},
    }
    street.write(cameras=[camera], sensors=[], models=steady_eye.write(street.folder / "eye"))
    street.start()
    covered = [{"code": "covered"}]
    assert street.arrives("event", kind="camera_state", subject="unfit")["notes"] == covered
    assert street.arrives("event", kind="occupancy", phase="unknown")["notes"] == covered
    until(lambda: not counted(street)["cameras"]["cam-1"]["live"], UP_WITHIN, "the counters saying so")
    told = counted(street)
    later = datetime.fromisoformat(told["at"]) + timedelta(seconds=5)
    until(lambda: datetime.fromisoformat(counted(street)["at"]) > later, UP_WITHIN, "five seconds of it")
    assert counted(street)["cameras"]["cam-1"]["analysed"] <= told["cameras"]["cam-1"]["analysed"] + 1
    assert street.node.stop() == 0
    minutes = [minute for tally in street.centre.bodies("tally") for minute in tally["minutes"]]
    assert sum(minute.get("blind", {}).get("covered", 0) for minute in minutes) > 2


def counted(street: Street) -> dict[str, Any]:
    """What the node counts."""
    return dict(json.loads((street.folder / "node" / "counters.json").read_text("utf-8")))


def test_what_a_camera_showed_before_a_restart_is_taken_up_and_kept(street: Street) -> None:
    setting = CameraSetting.model_validate(busy_camera("cam-1", 1, fps=10))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    file = street.folder / "node" / "references" / "cam-1.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(written(Known(measure(luma(empty_street())), {}), mark_of(setting, (640, 360)), yesterday))
    street.start()
    street.arrives("event", camera="cam-1")
    assert street.node.stop() == 0
    assert "view recalled" in street.node.said()
    kept = json.loads(file.read_text("utf-8"))
    assert datetime.fromisoformat(kept["at"]) > yesterday + timedelta(hours=23)


def test_a_node_without_a_broker_runs_and_says_so(street: Street) -> None:
    street.write(broker={"host": "127.0.0.1", "port": free_port()})
    street.node.start()
    until(lambda: street.fallen() or "line down" in street.node.said(), UP_WITHIN)
    until(lambda: made_in(street.folder / "made.txt"), UP_WITHIN, "records in spite of it")
    assert street.node.running
    assert street.node.said().count("line down") == 1
    assert street.node.stop() == 0


@pytest.mark.parametrize("sensors", [[quick_sensor("level-1", 0.5)], []], ids=["in a task", "in a thread"])
def test_what_nobody_foresaw_ends_the_process_with_its_traceback(street: Street, sensors: list[Setting]) -> None:
    # The journal for reconciling is an instrument, and no weather is allowed for it: a full disk there is a bug here.
    street.write(made_journal="/dev/full", sensors=sensors)
    street.node.start()
    until(street.fallen, UP_WITHIN, "the node ending")
    assert street.node.status not in (0, 2)
    assert "Traceback" in street.node.said()
    assert "No space left on device" in street.node.said()
    assert sensors or "_sighted" in street.node.said()


def test_a_file_a_person_has_to_mend_is_said_with_its_lines(street: Street) -> None:
    street.write(camera="one")
    street.node.start()
    until(street.fallen, UP_WITHIN, "the node ending")
    assert street.node.status == 2
    assert "node.yaml:" in street.node.said()
    assert "unknown setting" in street.node.said()
