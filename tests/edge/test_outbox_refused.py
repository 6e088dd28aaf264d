"""The outbox on a disk that refuses: the lightest gives way, the rest waits in memory, and no producer stops."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.wire.ranges import Ranges
from streams.wire.words import Reason
from tests.parts.facts import NOON, event, health, reading
from tests.parts.outboxes import bodies, outbox


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
