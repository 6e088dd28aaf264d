"""Evidence waiting to be sent: newest first, whole or not there, every piece accounted for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from edge.budget import DAY_S
from edge.durable import DiskRefusedError, DurableFile
from edge.evidence_queue import TELL_FOR, EvidenceQueue, EvidenceState
from edge.journal import SCHEMA, TABLES
from edge.outbox import Outbox
from edge.privacy import NotRedacted
from tests.parts.facts import NOON
from tests.parts.redacted import passed_off

JPEG = "image/jpeg"
MINUTE = timedelta(minutes=1)


@contextmanager
def queue(folder: Path, room: int = 1_000_000, per_day: int | None = None) -> Iterator[EvidenceQueue]:
    box = Outbox.open(folder / "outbox.db", 1_000_000, evidence_bytes=room, evidence_per_day=per_day)
    try:
        yield box.evidence
    finally:
        box.close()


@contextmanager
def refusing_changes(file: DurableFile) -> Iterator[None]:
    """The disk lets everything be read and nothing be written."""
    file.rows("PRAGMA query_only=1")
    try:
        yield
    finally:
        file.rows("PRAGMA query_only=0")


def test_the_newest_goes_first_and_is_whole(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        event = uuid7()
        old = evidence.want(passed_off(b"old"), uuid7(), NOON)
        new = evidence.want(passed_off(b"new"), event, NOON + MINUTE)
        first = evidence.next()
        assert first is not None
        assert (first.sha256, first.event, first.bytes, first.media_type) == (new, event, 3, JPEG)
        assert first.created == NOON + MINUTE
        assert first.path.read_bytes() == b"new"
        assert new == sha256(b"new").hexdigest()
        second = evidence.next()
        assert second is not None
        assert second.sha256 == old
        assert evidence.next() is None


def test_a_settled_piece_leaves_the_disk_and_stays_accounted_for(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        evidence.next()
        evidence.done(key)
        assert not (tmp_path / "evidence" / key).exists()
        assert evidence.state(key) == (EvidenceState.SETTLED, None)
        assert evidence.want(passed_off(b"x"), uuid7(), NOON) == key
        assert evidence.next() is None


def test_what_was_being_sent_at_a_crash_is_wanted_again(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        evidence.next()
        (tmp_path / "evidence" / "half.part").write_bytes(b"cut")
    with queue(tmp_path) as evidence:
        again = evidence.next()
        assert again is not None
        assert again.sha256 == key
        assert [file.name for file in evidence.folder.iterdir()] == [key]


def test_weather_puts_a_piece_back_and_a_refusal_ends_it(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        evidence.next()
        evidence.again(key)
        assert evidence.state(key) == (EvidenceState.WANTED, None)
        evidence.give_up(key, "too_large")
        assert evidence.state(key) == (EvidenceState.GIVEN_UP, "too_large")
        evidence.want(passed_off(b"x"), uuid7(), NOON)
        assert evidence.state(key) == (EvidenceState.WANTED, None)


def test_beyond_its_room_the_oldest_is_given_up(tmp_path: Path) -> None:
    with queue(tmp_path, room=25) as evidence:
        keys = [evidence.want(passed_off(bytes([at]) * 10), uuid7(), NOON + at * MINUTE) for at in range(4)]
        assert [evidence.state(key) for key in keys] == [
            *[(EvidenceState.GIVEN_UP, "full")] * 2,
            *[(EvidenceState.WANTED, None)] * 2,
        ]
        assert evidence.stats() == {"wanted": 2, "sending": 0, "settled": 0, "given_up": 2}


def test_a_piece_whose_file_has_gone_is_given_up_by_name(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        (tmp_path / "evidence" / key).unlink()
        assert evidence.next() is None
        assert evidence.state(key) == (EvidenceState.GIVEN_UP, "missing")


def test_two_senders_never_take_the_same_piece(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence, ThreadPoolExecutor(4) as senders:
        keys = {evidence.want(passed_off(bytes([at])), uuid7(), NOON + at * MINUTE) for at in range(40)}
        taken = [pending for pending in senders.map(lambda _: evidence.next(), range(50)) if pending is not None]
        assert sorted(pending.sha256 for pending in taken) == sorted(keys)


def test_a_late_word_of_weather_brings_nothing_settled_back(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        evidence.next()
        evidence.done(key)
        evidence.again(key)
        assert evidence.state(key) == (EvidenceState.SETTLED, None)


def test_a_disk_that_refuses_and_a_folder_of_its_own_stop_no_start(tmp_path: Path) -> None:
    file = DurableFile(tmp_path / "outbox.db", 1_000_000, SCHEMA, TABLES)
    with closing(file):
        before = EvidenceQueue(file, 1_000_000)
        key = before.want(passed_off(b"x"), uuid7(), NOON)
        before.next()
        (before.folder / "lost+found").mkdir()
        (before.folder / "stray").write_bytes(b"")
        with refusing_changes(file):
            evidence = EvidenceQueue(file, 1_000_000)
            assert evidence.state(key) == (EvidenceState.SENDING, None)
            with pytest.raises(DiskRefusedError):
                evidence.next()
        taken = evidence.next()
        assert taken is not None
        assert (taken.sha256, taken.path.read_bytes()) == (key, b"x")
        evidence.again(key)
        EvidenceQueue(file, 1_000_000)
        assert {path.name for path in evidence.folder.iterdir()} == {key, "lost+found"}


def test_what_was_given_up_is_told_once_the_newest_first_and_not_for_ever(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        keys = [evidence.want(passed_off(bytes([at])), uuid7(), NOON + at * MINUTE) for at in range(3)]
        for key in keys:
            evidence.give_up(key, "unreadable")
        assert [(lost.sha256, lost.reason) for lost in evidence.untold(NOON, 2)] == [
            (key, "unreadable") for key in (keys[2], keys[1])
        ]
        evidence.told(keys[2])
        assert evidence.state(keys[2]) == (EvidenceState.GIVEN_UP, "unreadable")
        assert evidence.stats() == {"wanted": 0, "sending": 0, "settled": 0, "given_up": 3}
    with queue(tmp_path) as evidence:
        assert [lost.sha256 for lost in evidence.untold(NOON, 9)] == [keys[1], keys[0]]
        assert evidence.untold(NOON + TELL_FOR + 5 * MINUTE, 9) == []


def test_what_is_wanted_again_is_given_up_no_more_also_where_the_centre_was_told(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        evidence.give_up(key, "missing")
        evidence.told(key)
        evidence.want(passed_off(b"x"), uuid7(), NOON)
        assert evidence.state(key) == (EvidenceState.WANTED, None)
        evidence.told(key)  # a late word about the first time
        assert evidence.state(key) == (EvidenceState.WANTED, None)
        assert evidence.next() is not None


def test_a_days_bytes_hold_back_what_they_do_not_cover_and_the_newest_that_fits_goes(tmp_path: Path) -> None:
    with queue(tmp_path, per_day=100) as evidence:
        sizes = [30, 90, 60]  # the last is the newest
        keys = [
            evidence.want(passed_off(bytes([at]) * size), uuid7(), NOON + at * MINUTE) for at, size in enumerate(sizes)
        ]
        taken = [evidence.next(1.0), evidence.next(2.0), evidence.next(3.0)]
        assert [pending and pending.sha256 for pending in taken] == [keys[2], keys[0], None]
        evidence.done(keys[2])
        evidence.again(keys[0])
        assert getattr(evidence.next(4.0), "sha256", None) == keys[0], "what got nowhere costs nothing"
        assert evidence.next(DAY_S) is None
        assert getattr(evidence.next(DAY_S + 4.0), "sha256", None) == keys[1]


def test_a_start_forgets_no_bytes_that_went_out_before_it(tmp_path: Path) -> None:
    with queue(tmp_path, per_day=100) as evidence:
        key = evidence.want(passed_off(b"x" * 80), uuid7(), NOON)
        evidence.next(1.0)
        evidence.done(key)
        evidence.want(passed_off(b"y" * 80), uuid7(), NOON + MINUTE)
    with queue(tmp_path, per_day=100) as evidence:
        assert evidence.next(5.0) is None
        assert evidence.next(5.0 + DAY_S) is not None


@pytest.mark.parametrize("raw", [b"raw", b"\xff\xd8 as seen by the camera"], ids=["shorter", "longer"])
def test_a_raw_file_under_the_name_of_a_redacted_one_does_not_come_out_after_a_restart_either(
    tmp_path: Path, raw: bytes
) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"one"), uuid7(), NOON)
        (tmp_path / "evidence" / key).write_bytes(raw)
    with queue(tmp_path) as evidence:
        pending = evidence.next()
        assert pending is not None
        with pytest.raises(NotRedacted) as refused:
            evidence.content(pending)
        assert refused.value.code == "not_redacted"


def test_a_raw_file_that_was_dropped_into_the_folder_is_nobodys_evidence_and_goes_at_the_start(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        key = evidence.want(passed_off(b"x"), uuid7(), NOON)
        for name in (sha256(b"raw").hexdigest(), "picture.jpg"):
            (evidence.folder / name).write_bytes(b"raw")
        pending = evidence.next()
        assert pending is not None
        assert pending.sha256 == key
        assert evidence.next() is None
    with queue(tmp_path) as evidence:
        pending = evidence.next()
        assert pending is not None
        assert evidence.content(pending).jpeg == b"x"
        assert [file.name for file in evidence.folder.iterdir()] == [key]


def test_what_is_not_a_redacted_picture_is_refused_at_run_time_too(tmp_path: Path) -> None:
    with queue(tmp_path) as evidence:
        raw: Any = b"\xff\xd8 as seen by the camera"
        with pytest.raises(TypeError, match="only a Redacted picture may leave"):
            evidence.want(raw, uuid7(), NOON)
        assert list(evidence.folder.iterdir()) == []
        assert sum(evidence.stats().values()) == 0
