"""The outbox on a damaged file: what can be read is kept, and the rest is named."""

from pathlib import Path
from time import monotonic

import pytest
from structlog.testing import capture_logs

from edge.outbox import GaveUp
from streams.wire.messages import Why
from streams.wire.ranges import Ranges
from tests.parts.facts import NOON, reading
from tests.parts.outboxes import bodies, outbox


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
