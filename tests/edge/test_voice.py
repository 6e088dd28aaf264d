"""The node's voice: what is told outlives a crash under its id, and nobody who waits for a disk holds up the loop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uuid_utils.compat as uuid
from pydantic_core import from_json

from edge.analytics.scene import Scene
from edge.eye import Eye, Task
from edge.fitness import Unfit
from edge.outbox import Outbox
from edge.schedule import Slots
from edge.telling import OpenEvents, Witness
from edge.voice import Voice
from edge.watch import Cause, Change, Sight
from streams.clocks import ScriptedClock
from streams.wire.codec import Rejected, read_record
from streams.wire.ranges import Ranges
from streams.wire.records import Event, Phase

ROOM: Final = 10_000_000
DARK: Final = Change("gate", Sight.BLIND, Cause.NO_SIGNAL)
LIVE: Final = Change("gate", Sight.LIVE)


@contextmanager
def life(folder: Path) -> Iterator[tuple[Voice, Outbox]]:
    """One life of a node with one camera; it ends as a crash does, with nothing said."""
    outbox = Outbox.open(folder / "outbox.db", ROOM)
    eye = Eye(Witness("gate"), Task(frozenset({"person"})), Scene([], [], []), uuid.uuid7)
    clock = ScriptedClock(datetime(2026, 11, 22, tzinfo=UTC))
    voice = Voice({"gate": eye}, outbox, OpenEvents(folder / "open.json"), clock, uuid.uuid7)
    voice.begin()
    try:
        yield voice, outbox
    finally:
        outbox.close()


def told(outbox: Outbox) -> list[Event]:
    """What this life has said."""
    records = [read_record(from_json(body)) for _, body in outbox.read(outbox.session, Ranges.of((1, 100)))]
    bodies = [record.body for record in records if not isinstance(record, Rejected)]
    return [body for body in bodies if isinstance(body, Event)]


def test_a_blindness_open_at_a_crash_is_unknown_and_closed_under_its_id(tmp_path: Path) -> None:
    with life(tmp_path) as (voice, outbox):
        voice.sighted(DARK, Slots())
        (opened,) = told(outbox)
    with life(tmp_path) as (voice, outbox):
        voice.sighted(LIVE, Slots())
        unknown, closed = told(outbox)
    assert [event.phase for event in (opened, unknown, closed)] == [Phase.OPENED, Phase.UNKNOWN, Phase.CLOSED]
    assert {event.id for event in (unknown, closed)} == {opened.id}
    assert [event.rev for event in (opened, unknown, closed)] == [1, 2, 3]


def test_two_crashes_in_a_row_say_no_revision_twice(tmp_path: Path) -> None:
    with life(tmp_path) as (voice, outbox):
        voice.sighted(DARK, Slots())
        (opened,) = told(outbox)
    for rev in (2, 3):
        with life(tmp_path) as (_, outbox):
            (unknown,) = told(outbox)
            assert (unknown.id, unknown.rev, unknown.phase) == (opened.id, rev, Phase.UNKNOWN)


def test_a_live_camera_leaves_nothing_open(tmp_path: Path) -> None:
    with life(tmp_path) as (voice, _):
        voice.sighted(LIVE, Slots())
        assert voice.sights.open == []


def test_an_unfit_camera_opens_an_event_that_a_restart_takes_up(tmp_path: Path) -> None:
    with life(tmp_path) as (voice, outbox):
        voice.sighted(LIVE, Slots())
        voice.judged("gate", Unfit.COVERED)
        _, opened = told(outbox)
        assert voice.sights.open == [opened]
    with life(tmp_path) as (voice, outbox):
        voice.sighted(LIVE, Slots())
        after = [event for event in told(outbox) if event.id == opened.id]
    assert [event.subject for event in (opened, *after)] == ["unfit", "unfit", "live"]
    assert [event.phase for event in (opened, *after)] == [Phase.OPENED, Phase.UNKNOWN, Phase.CLOSED]


def test_a_word_that_waits_for_an_eye_holds_up_no_loop(tmp_path: Path) -> None:
    async def turns(voice: Voice) -> int:
        saying = asyncio.ensure_future(asyncio.to_thread(voice.sighted, DARK, Slots()))
        for _ in range(50):
            await asyncio.wait([saying], timeout=0.001)
        assert not saying.done()
        voice._eyes["gate"]._lock.release()
        await saying
        return 50

    with life(tmp_path) as (voice, outbox):
        voice._eyes["gate"]._lock.acquire()
        assert asyncio.run(turns(voice)) == 50
        assert [event.phase for event in told(outbox)] == [Phase.OPENED]
