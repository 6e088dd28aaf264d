"""The outbox through kills and power cuts: nothing from before the barrier is lost."""

import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from streams.wire.ranges import Ranges
from tests.parts.facts import NOON, reading
from tests.parts.outboxes import EVERYTHING, bodies, outbox
from tests.parts.until import until

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
