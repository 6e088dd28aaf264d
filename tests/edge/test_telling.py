"""Events: one id from opening to end, a higher revision each time, and no end invented."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat as uuid

from edge.analytics.happening import Happening, Kind, Phase, Speed
from edge.telling import LAST_WORD_S, OpenEvents, Proof, Teller, Witness, after_restart, unproven
from streams.frames import TimedBy, Timing
from streams.wire.records import Evidence, PictureClock
from streams.wire.records import Phase as Told
from streams.wire.words import Reason

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def loiterer(phase: Phase, dwell: float = 20.0, box: float = 0.5) -> Happening:
    return Happening(
        kind=Kind.LOITERING,
        phase=phase,
        key=("loitering/plaza", 7),
        zone="plaza",
        subject="person",
        elapsed=dwell,
        score=0.8,
        dwell=dwell,
        boxes=((0.1, 0.1, box, 0.9),),
        track=7,
    )


def minted() -> UUID:
    return uuid.uuid7()


def picture(digit: str) -> Evidence:
    return Evidence(sha256=digit * 64, bytes=9, media_type="image/jpeg", role="snapshot", redacted=True)


def test_one_event_keeps_its_id_and_raises_its_revision() -> None:
    teller = Teller(Witness("gate"), minted)
    told = [teller.tell(loiterer(phase), NOON) for phase in (Phase.OPENED, Phase.UPDATED, Phase.CLOSED)]
    assert len({event.id for event in told}) == 1
    assert [event.rev for event in told] == [1, 2, 3]
    assert [event.phase for event in told] == [Told.OPENED, Told.UPDATED, Told.CLOSED]
    assert not teller.open


@pytest.mark.parametrize("content", [b"null", b"1", b'{"a": 1}', b"[1]", b"[", b"\xff", b""])
def test_a_journal_that_is_none_tells_nothing_and_stops_no_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "open.json").write_bytes(content)
    assert OpenEvents(tmp_path / "open.json").left_open() == []


def test_the_next_happening_of_the_same_key_is_another_event() -> None:
    teller = Teller(Witness("gate"), minted)
    first = teller.tell(loiterer(Phase.OPENED), NOON)
    teller.tell(loiterer(Phase.CLOSED), NOON)
    assert teller.tell(loiterer(Phase.OPENED), NOON).id != first.id


def test_a_speed_is_told_with_its_uncertainty_beside_other_notes() -> None:
    happening = replace(loiterer(Phase.OPENED), kind=Kind.SPEEDING, speed=Speed(71.26, 4.04))
    event = Teller(Witness("gate"), minted).tell(happening, NOON, Proof(notes=(Reason(code="evidence_off"),)))
    assert event.notes == (Reason(code="speed", params={"kmh": 71.3, "sd": 4.0}), Reason(code="evidence_off"))


def test_a_blind_camera_makes_what_is_open_unknown_and_keeps_it_open() -> None:
    teller = Teller(Witness("gate"), minted)
    opened = teller.tell(loiterer(Phase.OPENED), NOON)
    (told,) = teller.unsure("no_signal")
    assert (told.id, told.rev, told.phase) == (opened.id, 2, Told.UNKNOWN)
    assert told.notes == (Reason(code="no_signal"),)
    closed = teller.tell(loiterer(Phase.CLOSED), NOON)
    assert (closed.id, closed.rev) == (opened.id, 3)


def test_an_event_says_by_what_its_picture_was_timed_and_one_that_nobody_saw_does_not() -> None:
    teller, timing = Teller(Witness("gate"), minted), Timing(TimedBy.RTCP, 0.2504)
    opened = teller.tell(loiterer(Phase.OPENED), NOON, timing=timing)
    assert opened.clock == PictureClock(source="rtcp", within_ms=250)
    assert teller.unsure("no_signal")[0].clock is None
    assert after_restart(opened).clock is None
    played = teller.tell(loiterer(Phase.CLOSED), NOON, timing=Timing(TimedBy.FILE))
    assert played.clock == PictureClock(source="file")
    assert teller.tell(loiterer(Phase.OPENED), NOON).clock is None


def test_why_there_is_no_picture_is_said() -> None:
    teller = Teller(Witness("gate"), minted)
    event = teller.tell(loiterer(Phase.OPENED), NOON, Proof(notes=(Reason(code="redaction_failed"),)))
    assert event.notes[0].code == "redaction_failed"
    assert not event.evidence


def test_a_picture_the_disk_refused_is_named_by_no_later_word_and_others_still_are() -> None:
    teller = Teller(Witness("gate"), minted)
    refused, kept = picture("a"), picture("b")
    opened = teller.tell(loiterer(Phase.OPENED), NOON, Proof((refused,)))
    teller.without(frozenset({refused.sha256}))
    said = unproven(opened, frozenset({refused.sha256}), Reason(code="disk_refused"))
    assert (said.evidence, said.notes) == ((), (Reason(code="disk_refused"),))
    assert teller.tell(loiterer(Phase.UPDATED), NOON).evidence == ()
    proven = teller.tell(loiterer(Phase.UPDATED), NOON, Proof((kept,)))
    assert unproven(proven, frozenset({refused.sha256}), Reason(code="disk_refused")) == proven
    teller.without(frozenset({refused.sha256}))
    assert teller.tell(loiterer(Phase.CLOSED), NOON).evidence == (kept,)


def test_a_box_beyond_the_picture_is_cut_to_it() -> None:
    event = Teller(Witness("gate"), minted).tell(loiterer(Phase.OPENED, box=1.2), NOON)
    assert event.boxes[0].xyxy[2] == 1.0


def test_what_was_open_at_a_crash_is_found_and_told_as_unknown(tmp_path: Path) -> None:
    teller = Teller(Witness("gate"), minted)
    opened = teller.tell(loiterer(Phase.OPENED), NOON)
    OpenEvents(tmp_path / "open.json").keep(teller.open, (), 0.0)
    (left,) = OpenEvents(tmp_path / "open.json").left_open()
    told = after_restart(left)
    assert (told.id, told.rev, told.phase) == (opened.id, 2, Told.UNKNOWN)


def test_an_end_that_may_not_be_on_disk_yet_is_said_again_and_not_for_ever(tmp_path: Path) -> None:
    teller, journal = Teller(Witness("gate"), minted), OpenEvents(tmp_path / "open.json")
    journal.keep([teller.tell(loiterer(Phase.OPENED), NOON)], (), 0.0)
    closed = teller.tell(loiterer(Phase.CLOSED), NOON)
    journal.keep(teller.open, [closed], 1.0)
    (left,) = OpenEvents(tmp_path / "open.json").left_open()
    again = after_restart(left)
    assert (again.id, again.phase, again.rev) == (closed.id, Told.CLOSED, closed.rev + 1)
    journal.keep(teller.open, (), 1.0 + LAST_WORD_S)
    assert OpenEvents(tmp_path / "open.json").left_open() == []


def test_a_broken_journal_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "open.json").write_text('[{"id": "half', encoding="utf-8")
    assert OpenEvents(tmp_path / "open.json").left_open() == []
    assert OpenEvents(tmp_path / "none.json").left_open() == []
