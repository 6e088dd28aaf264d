"""A node is begun as soon as the disk has room for it, and the wait is said."""

import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from edge.commands import FOR_ROOM_S, once_there_is_room
from edge.outbox import Outbox
from streams.clocks import ScriptedClock
from tests.parts.facts import NOON, reading


class Mending(ScriptedClock):
    """Whoever rests for the third time finds that what was in the way has gone."""

    def __init__(self, in_the_way: Path) -> None:
        super().__init__()
        self._in_the_way = in_the_way

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        stopped = super().rest(seconds, stop)
        if self.monotonic() >= 3 * FOR_ROOM_S:
            self._in_the_way.rmdir()
        return stopped


@pytest.mark.parametrize("name", ["outbox.db", "outbox.db-wal"])
def test_a_disk_that_refuses_the_outbox_is_waited_for_and_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    clock = Mending(tmp_path / name)
    with capture_logs() as logged:
        outbox = once_there_is_room(lambda: Outbox.open(tmp_path / "outbox.db", 2**20), clock)
    outbox.close()
    assert clock.monotonic() == 3 * FOR_ROOM_S
    assert [entry["why"].startswith(f"{tmp_path / 'outbox.db'}: ") for entry in logged] == [True] * 3


def test_a_disk_that_refuses_a_salvage_is_waited_for_and_nothing_is_lost_meanwhile(tmp_path: Path) -> None:
    first = Outbox.open(tmp_path / "outbox.db", 2**20)
    for _ in range(300):
        first.add(NOON, reading())
    first.close()
    damaged = bytearray((tmp_path / "outbox.db").read_bytes())
    damaged[:16] = b"no longer SQLite"
    (tmp_path / "outbox.db").write_bytes(damaged)
    in_the_way = tmp_path / "outbox.db.new-journal"
    in_the_way.mkdir()
    clock = Mending(in_the_way)
    with capture_logs() as logged:
        outbox = once_there_is_room(lambda: Outbox.open(tmp_path / "outbox.db", 2**20), clock)
    outbox.close()
    assert [entry["event"] for entry in logged] == ["disk refuses the outbox"] * 3 + ["outbox salvaged"]
    (kept,) = tmp_path.glob("outbox.db.broken-*")
    assert kept.read_bytes() == damaged


def test_what_no_room_would_mend_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "outbox.db.lock").mkdir()
    with pytest.raises(IsADirectoryError, match=r"outbox\.db\.lock"):
        once_there_is_room(lambda: Outbox.open(tmp_path / "outbox.db", 2**20), ScriptedClock())
