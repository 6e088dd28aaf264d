"""The outbox: what it keeps, through what, and what gives way."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pydantic_core import from_json
from structlog.testing import capture_logs

from edge.durable import InUseError
from edge.outbox import LEAST_LIMIT, GaveUp, Outbox
from streams.wire.codec import Rejected, read_record
from streams.wire.messages import Why
from streams.wire.ranges import Ranges
from streams.wire.records import Body, Event, Tally
from streams.wire.words import Reason
from tests.parts.facts import NOON, event, health, reading, reply, tally
from tests.parts.until import until

ROOM = 10_000_000
EVERYTHING = Ranges.of((1, 10_000))


@contextmanager
def outbox(folder: Path, limit: int = ROOM, made: list[tuple[UUID, int]] | None = None) -> Iterator[Outbox]:
    told = None if made is None else lambda epoch, seq: made.append((epoch, seq))
    box = Outbox.open(folder / "outbox.db", limit, told)
    try:
        yield box
    finally:
        box.close()


def bodies(box: Outbox, epoch: UUID | None = None) -> dict[int, Body]:
    """Everything still held, read back through the contract."""
    epoch = epoch or box.session
    (past,) = [past for past in box._shelf.journal.pasts() if past.id == epoch]
    held: dict[int, Body] = {}
    for seq, body in box.read(
        epoch, past.held | Ranges.these(row & 0xFFFFFFFFFF for row in box._shelf.at_risk.rows), 10**9
    ):
        record = read_record(from_json(body))
        assert not isinstance(record, Rejected)
        assert record.seq == seq
        held[seq] = record.body
    return held


def test_what_is_added_is_numbered_counted_first_and_read_back_in_order(tmp_path: Path) -> None:
    made: list[tuple[UUID, int]] = []
    with outbox(tmp_path, made=made) as box:
        facts: list[Body] = [reading(), event(), health(), tally(), reply()]
        assert [box.add(NOON, fact) for fact in facts] == [1, 2, 3, 4, 5]
        assert made == [(box.session, seq) for seq in range(1, 6)]
        assert list(bodies(box).values()) == facts


def test_sync_says_which_numbers_it_made_safe(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        assert box.sync() is None
        box.add(NOON, reading())
        box.add(NOON, reading())
        assert box.sync() == (1, 2)
        assert box.sync() is None
        box.add(NOON, reading())
        assert box.sync() == (3, 3)


def test_every_start_opens_a_new_epoch_and_owes_the_old_ones(tmp_path: Path) -> None:
    with outbox(tmp_path) as first:
        for value in range(5):
            first.add(NOON, reading(value))
        first.settle(first.session, Ranges.of((1, 2), (5, 5)))
    with outbox(tmp_path) as second:
        assert second.session > first.session
        owed = second.owed[first.session]
        assert (owed.held.spans, owed.next) == (((3, 4),), 6)
        assert list(bodies(second, first.session)) == [3, 4]
        second.settle(first.session, Ranges.of((1, 5)))
        second.close_epoch(first.session)
    with outbox(tmp_path) as third:
        assert third.owed == {}


def test_a_batch_is_cut_where_the_next_record_would_not_fit(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for _ in range(4):
            box.add(NOON, reading())
        ((_, body),) = box.read(box.session, Ranges.of((1, 1)))
        assert [seq for seq, _ in box.read(box.session, EVERYTHING, 2 * len(body) + 2)] == [1, 2]
        assert [seq for seq, _ in box.read(box.session, EVERYTHING, 1)] == [1]
        assert box.losses() == []


def test_a_record_no_batch_could_carry_is_a_bug_of_its_maker(tmp_path: Path) -> None:
    vast = tally().model_copy(update={"counts": tally().counts * 4000})
    with outbox(tmp_path) as box, pytest.raises(ValueError, match="a record holds"):
        box.add(NOON, vast)


def test_two_nodes_cannot_share_one_disk(tmp_path: Path) -> None:
    with outbox(tmp_path), pytest.raises(InUseError):
        Outbox.open(tmp_path / "outbox.db", ROOM)


def test_a_limit_too_small_to_hold_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=str(LEAST_LIMIT)):
        Outbox.open(tmp_path / "outbox.db", LEAST_LIMIT - 1)


# What gives way


def fill(box: Outbox, rounds: int) -> None:
    """Rounds of one reading, one event, one health report and one tally of a camera of its own."""
    for nth in range(rounds):
        facts: list[Body] = [reading(nth), event(), health(), tally(nth, camera=f"camera-{nth}")]
        for fact in facts:
            box.add(NOON, fact)


def test_health_gives_way_first_but_never_the_newest(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        fill(box, 400)
        stats = box.stats(NOON)
        held = [type(body).__name__ for body in bodies(box).values()]
        assert held.count("Health") == 1
        assert held.count("Tally") == 0
        assert held.count("Reading") == 0
        assert held.count("Event") > 100
        assert stats.bytes <= LEAST_LIMIT
        assert stats.records + sum(stats.evicted.values()) == 1600


def test_the_oldest_of_a_kind_gives_way_first(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        for value in range(1000):
            box.add(NOON, reading(value))
        held = list(bodies(box))
        assert held == list(range(1001 - len(held), 1001))
        (gave_up,) = {(loss.epoch, loss.why) for loss in box.losses()}
        assert gave_up == (box.session, Why.FULL)


def test_a_reading_does_not_push_an_event_out(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        for _ in range(400):
            box.add(NOON, event())
        before = bodies(box)
        box.losses()
        seq = box.add(NOON, reading())
        assert box.losses() == [GaveUp(box.session, Ranges.of((seq, seq)), Why.FULL)] or seq in bodies(box)
        assert {k: v for k, v in bodies(box).items() if isinstance(v, Event)} == before


def test_tallies_are_merged_by_the_hour_before_any_is_dropped(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        for nth in range(200):
            box.add(NOON, tally(nth))
        held = [body for body in bodies(box).values() if isinstance(body, Tally)]
        merged = [one for one in held if one.merged]
        losses = box.losses()
        named = Ranges.of(*(span for one in merged for span in one.merged))
        assert merged
        assert named == Ranges.of(*(span for loss in losses if loss.why is Why.MERGED for span in loss.seqs.spans))
        assert sum(count.n for one in held for count in one.counts) == 3 * 200
        assert sum(len(one.minutes) for one in held) == 5 * 200
        assert box.stats(NOON).evicted == {}


def test_an_offered_tally_is_never_merged(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        for nth in range(100):
            box.add(NOON, tally(nth))
        box.read(box.session, Ranges.of((1, 50)))
        for nth in range(100, 400):
            box.add(NOON, tally(nth))
        merged = Ranges.of(*(span for loss in box.losses() if loss.why is Why.MERGED for span in loss.seqs.spans))
        assert merged
        assert not merged & Ranges.of((1, 50))


def test_what_gave_way_is_remembered_through_a_restart_until_the_centre_knows(tmp_path: Path) -> None:
    with outbox(tmp_path, LEAST_LIMIT) as box:
        for value in range(1000):
            box.add(NOON, reading(value))
        lost = Ranges.of(*(span for loss in box.losses() for span in loss.seqs.spans))
    with outbox(tmp_path, LEAST_LIMIT) as again:
        assert again.owed[box.session].gone == {Why.FULL: lost}
        assert again.owed[box.session].next == 1001
        again.settle(box.session, Ranges.of((1, 1000)))
    with outbox(tmp_path, LEAST_LIMIT) as last:
        assert last.owed == {}


# What it survives

ADDS_FOR_EVER = """
import sys
from pathlib import Path
from edge.outbox import Outbox
from streams.wire.words import Reason
from tests.parts.facts import NOON, reading
count = open(sys.argv[2], "ab", buffering=0)
box = Outbox.open(Path(sys.argv[1]), 1_000_000_000, lambda epoch, seq: count.write(f"{epoch} {seq}\\n".encode()))
while True:
    box.add(NOON, reading(1))
"""


@pytest.mark.parametrize("least", [1, 50, 3000])
def test_kill_minus_nine_loses_at_most_the_record_being_made(tmp_path: Path, least: int) -> None:
    count = tmp_path / "count"
    command = [sys.executable, "-c", ADDS_FOR_EVER, str(tmp_path / "outbox.db"), str(count)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as child:
        until(lambda: count.exists() and count.read_bytes().count(b"\n") >= least, within=20)
        child.kill()
    made = [line.split() for line in count.read_text().splitlines()]
    epoch, top = UUID(made[0][0]), int(made[-1][1])
    assert [int(seq) for _, seq in made] == list(range(1, top + 1))
    with outbox(tmp_path, 1_000_000_000) as box:
        (span,) = box.owed[epoch].held.spans
        assert span in {(1, top), (1, top - 1)}


def cut_the_power(folder: Path, into: Path, wal_bytes: int) -> None:
    """What the disk holds when everything after the last barrier is lost: the database, and the WAL's beginning."""
    into.mkdir()
    shutil.copy(folder / "outbox.db", into / "outbox.db")
    wal = (folder / "outbox.db-wal").read_bytes()
    (into / "outbox.db-wal").write_bytes(wal[:wal_bytes])


def test_a_power_cut_loses_nothing_from_before_the_barrier(tmp_path: Path) -> None:
    here = tmp_path / "here"
    with outbox(here) as box:
        for value in range(40):
            box.add(NOON, reading(value))
        assert box.sync() == (1, 40)
        safe = (here / "outbox.db-wal").stat().st_size
        for value in range(40):
            box.add(NOON, reading(value))
        whole = (here / "outbox.db-wal").stat().st_size
        for at, wal_bytes in enumerate(range(safe, whole, 5000)):
            cut_the_power(here, tmp_path / f"cut-{at}", wal_bytes)
    for at in range(len(range(safe, whole, 5000))):
        with outbox(tmp_path / f"cut-{at}") as after:
            held = after.owed[box.session].held
            assert held.within(1, 40) == Ranges.of((1, 40))
            assert len(held.spans) == 1
            assert len(bodies(after, box.session)) == len(held)


def test_a_power_cut_after_checkpoints_loses_nothing_from_before_the_barrier(tmp_path: Path) -> None:
    here = tmp_path / "here"
    with outbox(here) as box:
        for turn in range(3):
            for value in range(30):
                box.add(NOON, reading(value))
            box.sync()
            box._shelf.journal.file.checkpoint()
            assert turn >= 0
        box.add(NOON, reading())
        box.sync()
        cut_the_power(here, tmp_path / "cut", 10**9)
    with outbox(tmp_path / "cut") as after:
        assert after.owed[box.session].held == Ranges.of((1, 91))


def test_the_log_of_writes_does_not_grow_without_end(tmp_path: Path) -> None:
    with outbox(tmp_path, 100_000_000) as box:
        largest = 0
        for turn in range(12):
            for value in range(150):
                box.add(NOON, reading(turn * value))
            box.sync()
            box.settle(box.session, EVERYTHING)
            largest = max(largest, (tmp_path / "outbox.db-wal").stat().st_size)
        assert largest < 12 * 1024 * 1024


def damage(file: Path, at: float, how: bytes = b"\xa5" * 3000) -> None:
    with file.open("r+b") as raw:
        raw.seek(int(file.stat().st_size * at) // 4096 * 4096 + 100)
        raw.write(how)


@pytest.mark.parametrize("at", [0.15, 0.3, 0.5, 0.7, 0.9])
def test_a_damaged_file_gives_back_what_can_be_read_and_names_the_rest(tmp_path: Path, at: float) -> None:
    with outbox(tmp_path) as box:
        for value in range(500):
            box.add(NOON, reading(value))
    damage(tmp_path / "outbox.db", at)
    with outbox(tmp_path) as after:
        held = bodies(after, box.session)
        gone = Ranges.of(
            *(span for ranges in after.owed[box.session].gone.values() for span in ranges.spans),
            *(span for loss in after.losses() for span in loss.seqs.spans),
        )
        assert len(held) >= 470
        assert Ranges.these(held) | gone == Ranges.of((1, 500))
        assert not Ranges.these(held) & gone


def test_a_file_that_is_no_database_is_moved_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"not a database at all" * 500)
    with outbox(tmp_path) as box:
        assert box.add(NOON, reading()) == 1
        assert box.stats(NOON).broken_files == 1
    (broken,) = tmp_path.glob("outbox.db.broken-*")
    assert broken.read_bytes().startswith(b"not a database")


def test_of_the_damaged_files_the_newest_three_are_kept(tmp_path: Path) -> None:
    for time in range(5):
        (tmp_path / "outbox.db").write_bytes(f"damage {time} ".encode() * 500)
        with outbox(tmp_path) as box:
            assert box.stats(NOON).broken_files == min(time + 1, 3)
    kept = sorted(tmp_path.glob("outbox.db.broken-*"))
    assert [file.read_bytes()[:8] for file in kept] == [b"damage 2", b"damage 3", b"damage 4"]


def test_a_sync_that_keeps_failing_is_counted_each_time_and_logged_once_a_second(tmp_path: Path) -> None:
    with outbox(tmp_path) as box, capture_logs() as logged:
        box.add(NOON, reading())
        wal = tmp_path / "outbox.db-wal"
        wal.rename(tmp_path / "away")
        began = monotonic()
        for _ in range(20):
            box.sync()
        took = monotonic() - began
        (tmp_path / "away").rename(wal)
        assert box.stats(NOON).failed_syncs == 20
        assert 1 <= sum(entry["event"] == "outbox not synced" for entry in logged) <= 1 + took


def test_a_flipped_bit_in_one_record_costs_that_record_only(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for value in range(3):
            box.add(NOON, reading(value))
        box._shelf.journal.file.change(
            "UPDATE record SET body = CAST(replace(body, 'river-1', 'river-2') AS BLOB) WHERE id & 7 = 2"
        )
        assert list(bodies(box)) == [1, 3]
        assert box.losses() == [GaveUp(box.session, Ranges.of((2, 2)), Why.UNREADABLE)]
        assert box.stats(NOON).unreadable == 1


def test_damage_met_while_running_is_salvaged_and_the_session_goes_on(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for value in range(300):
            box.add(NOON, reading(value))
        box.sync()
        box._shelf.journal.file.checkpoint(truncate=True)
        box._shelf.journal.file.change("PRAGMA shrink_memory")
        box._shelf.journal.file._db.close()
        box._shelf.journal.file._mover.close()
        damage(tmp_path / "outbox.db", 0.4)
        box._shelf.journal.file._open()
        held = bodies(box)
        lost = Ranges.of(*(span for loss in box.losses() for span in loss.seqs.spans))
        assert Ranges.these(held) | lost == Ranges.of((1, 300))
        assert lost
        assert box.add(NOON, reading()) == 301
        assert list(bodies(box))[-1] == 301
        assert box.stats(NOON).broken_files == 1


def test_a_salvage_cut_short_between_its_two_renames_is_finished_at_the_next_start(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box.add(NOON, reading())
    (tmp_path / "outbox.db").rename(tmp_path / "outbox.db.new")
    (tmp_path / "outbox.db-wal").write_bytes(b"the broken one's")
    with outbox(tmp_path) as after:
        assert list(bodies(after, box.session)) == [1]


def test_a_full_disk_sheds_the_lightest_and_never_stops_the_producer(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        file = box._shelf.journal.file
        for _ in range(300):
            box.add(NOON, event())
            box.add(NOON, health())
        (pages,) = file.rows("PRAGMA page_count")[0]
        file.rows(f"PRAGMA max_page_count={pages}")
        for _ in range(300):
            box.add(NOON, event())
        stats = box.stats(NOON)
        lost = Ranges.of(*(span for loss in box.losses() for span in loss.seqs.spans))
        assert stats.evicted["health"] == 299
        assert Ranges.these(bodies(box)) | lost == Ranges.of((1, 900))


@contextmanager
def refusing(file: Path) -> Iterator[None]:
    """Another connection holds the write lock: the disk refuses every change, deletions too."""
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


def test_what_a_disk_refuses_waits_in_memory_is_offered_and_is_written_later(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box._shelf.journal.file.rows("PRAGMA busy_timeout=0")
        box._shelf.journal.file._mover.execute("PRAGMA busy_timeout=0")
        box.add(NOON, reading(0))
        with refusing(tmp_path / "outbox.db"):
            for value in range(1, 200):
                box.add(NOON, reading(value))
            box.settle(box.session, Ranges.of((1, 1), (150, 160)))
            assert box.stats(NOON).at_risk == 188
            assert box.sync() == (1, 200)
            offered = [seq for seq, _ in box.read(box.session, Ranges.of((2, 149), (161, 200)))]
            assert offered == [*range(2, 150), *range(161, 201)]
        box.sync()
        assert box.stats(NOON).at_risk == 0
        assert box.losses() == []
    with outbox(tmp_path) as after:
        assert after.owed[box.session].held == Ranges.of((2, 149), (161, 200))


def test_what_waits_in_memory_is_bounded_and_the_lightest_gives_way(tmp_path: Path) -> None:
    wide = event().model_copy(
        update={"notes": (Reason(code="long", params={str(n): "m" * 500 for n in range(20)}),) * 9}
    )
    with outbox(tmp_path, 100_000_000) as box:
        box._shelf.journal.file.rows("PRAGMA busy_timeout=0")
        box._shelf.journal.file._mover.execute("PRAGMA busy_timeout=0")
        with refusing(tmp_path / "outbox.db"):
            first = box.add(NOON, event())
            light = [box.add(NOON, reading()) for _ in range(10)]
            for _ in range(50):
                box.add(NOON, wide)
            assert box.stats(NOON).bytes <= 4 * 1024 * 1024
        box.sync()
        lost = Ranges.of(*(span for loss in box.losses() for span in loss.seqs.spans))
        assert Ranges.these(light) - lost == Ranges()
        assert first in lost  # the oldest of those that are left
        assert Ranges.these(bodies(box)) | lost == Ranges.of((1, 61))


def test_a_poison_record_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for value in range(3):
            box.add(NOON, reading(value))
        box.set_aside(box.session, 2, "unanswered")
        assert list(bodies(box)) == [1, 3]
        assert box.losses() == [GaveUp(box.session, Ranges.of((2, 2)), Why.ASIDE)]
        ((seq, reason),) = box._shelf.journal.file.rows("SELECT seq, reason FROM aside")
        assert (seq, reason) == (2, "unanswered")
        assert box.stats(NOON).set_aside == 1


# Against a model


class AgainstAModel(RuleBasedStateMachine):
    """An outbox with room to spare is a dictionary by (epoch, number) that outlives its process."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile  # noqa: PLC0415 - hypothesis makes one machine after another, each with a folder of its own

        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[UUID, dict[int, float]] = {}
        self.open()

    def open(self) -> None:
        self.box = Outbox.open(Path(self.folder.name) / "outbox.db", ROOM)
        owed = {epoch: held for epoch, held in self.model.items() if held}
        assert {epoch: list(one.held) for epoch, one in self.box.owed.items()} == {e: list(h) for e, h in owed.items()}
        self.model = {**owed, self.box.session: {}}
        self.next = 1

    @rule(value=st.integers(0, 1000))
    def add(self, value: int) -> None:
        assert self.box.add(NOON, reading(value)) == self.next
        self.model[self.box.session][self.next] = value
        self.next += 1

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        epoch = data.draw(st.sampled_from(sorted(self.model)))
        first = data.draw(st.integers(1, 30))
        last = data.draw(st.integers(first, 40))
        self.box.settle(epoch, Ranges.of((first, last)))
        for seq in range(first, last + 1):
            self.model[epoch].pop(seq, None)

    @rule()
    def sync(self) -> None:
        self.box.sync()

    @rule()
    def start_again(self) -> None:
        self.box.close()
        self.open()

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for epoch, held in self.model.items():
            read = {seq: from_json(body)["body"]["value"] for seq, body in self.box.read(epoch, Ranges.these(held))}
            assert read == held

    def teardown(self) -> None:
        self.box.close()
        self.folder.cleanup()


TestAgainstAModel = AgainstAModel.TestCase
TestAgainstAModel.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
