"""The outbox: what it keeps, for how long, and what gives way."""

from pathlib import Path
from uuid import UUID

import pytest

from edge.durable import InUseError
from edge.outbox import LEAST_LIMIT, GaveUp, Outbox
from streams.wire.messages import Why
from streams.wire.ranges import Ranges
from streams.wire.records import Body, Event, Tally
from tests.parts.facts import NOON, event, health, reading, reply, tally
from tests.parts.outboxes import EVERYTHING, ROOM, bodies, outbox


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
