"""What one batch says about its node as a whole, case by case."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from streams.wire.messages import BatchHead, Clock
from streams.wire.roster import Hearing, Known, Roster
from tests.wire.box import epoch_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = (epoch_of(number, 60.0 * number) for number in (1, 2, 3))
SYNCED = Clock(synced=True)


def head(session: UUID, minute: float, *, clock: Clock = SYNCED, **more: object) -> BatchHead:
    sent = NOON + timedelta(minutes=minute)
    fields = {"node": "box", "epoch": session, "session": session, "number": 1, "floor": 1, "next": 1, "sent": sent}
    return BatchHead.model_validate({**fields, "clock": clock, **more})


def hear(roster: Roster, what: BatchHead, minute: float) -> Hearing:
    return roster.hear(what, NOON + timedelta(minutes=minute))


def alive(session: UUID, minute: float, *others: Known) -> Roster:
    return Roster.of(session, NOON + timedelta(minutes=minute), [Known(session, None, outstanding=True), *others])


def over(epoch: UUID, minute: float, *, outstanding: bool = True) -> Known:
    return Known(epoch, NOON + timedelta(minutes=minute), outstanding)


def test_the_first_batch_of_a_node_opens_its_session() -> None:
    heard = hear(Roster.of(None, None, []), head(FIRST, 0), 0)
    assert heard == Hearing(FIRST, NOON, opens=(FIRST,))


def test_a_new_session_ends_the_one_before_it() -> None:
    heard = hear(alive(FIRST, 0), head(SECOND, 10), 10)
    assert heard.session == SECOND
    assert heard.since == NOON + timedelta(minutes=10)
    assert (heard.opens, heard.ends, heard.forgets) == ((SECOND,), (FIRST,), ())


def test_a_first_word_that_is_about_an_old_epoch_opens_both() -> None:
    heard = hear(Roster.of(None, None, []), head(SECOND, 0, epoch=FIRST), 0)
    assert heard.session == SECOND
    assert set(heard.opens) == {FIRST, SECOND}


def test_what_a_keep_alive_leaves_out_is_forgotten() -> None:
    roster = alive(THIRD, 20, over(FIRST, 10), over(SECOND, 20))
    assert hear(roster, head(THIRD, 30, holds=(SECOND, THIRD)), 30).forgets == (FIRST,)


def test_nothing_is_forgotten_when_the_batch_does_not_say_what_is_held() -> None:
    roster = alive(THIRD, 20, over(FIRST, 10))
    assert hear(roster, head(THIRD, 30), 30).forgets == ()


def test_an_epoch_with_nothing_outstanding_is_not_forgotten_again() -> None:
    roster = alive(THIRD, 20, over(FIRST, 10, outstanding=False))
    assert hear(roster, head(THIRD, 30, holds=(THIRD,)), 30).forgets == ()


def test_a_superseded_session_forgets_nothing() -> None:
    roster = alive(SECOND, 10, over(FIRST, 10))
    heard = hear(roster, head(FIRST, 9, holds=(FIRST,)), 30)
    assert (heard.session, heard.forgets, heard.doubled) == (SECOND, (), False)


def test_an_overtaken_first_batch_of_an_older_session_ends_nobody() -> None:
    heard = hear(alive(SECOND, 10), head(FIRST, 9, holds=(FIRST,)), 11)
    assert (heard.session, heard.opens, heard.ends, heard.forgets) == (SECOND, (FIRST,), (), ())


def test_a_box_whose_clock_is_not_set_begins_a_session_all_the_same() -> None:
    lost_clock = head(FIRST, -500_000, clock=Clock())
    heard = hear(alive(SECOND, 10), lost_clock, 20)
    assert (heard.session, heard.since, heard.ends) == (FIRST, NOON + timedelta(minutes=20), (SECOND,))


def test_a_superseded_session_that_goes_on_speaking_is_a_second_box() -> None:
    roster = alive(SECOND, 10, over(FIRST, 10))
    assert not hear(roster, head(FIRST, 11.9), 12).doubled
    assert hear(roster, head(FIRST, 12.1), 12.2).doubled


def test_two_boxes_whose_clocks_are_not_set_are_known_by_their_words_in_turn() -> None:
    roster = alive(SECOND, 10, over(FIRST, 10))
    for year in (1970, 2099):
        wrong = head(FIRST, 0, clock=Clock(), sent=datetime(year, 1, 1, tzinfo=UTC))
        assert not hear(roster, wrong, 19.9).doubled, "may have been overtaken"
        assert hear(roster, wrong, 20.1).doubled
        assert not hear(roster, head(SECOND, 0, clock=Clock(), sent=wrong.sent), 500).doubled


def test_a_box_that_says_it_is_2099_hides_no_second_box_by_calling_its_clock_synchronised() -> None:
    ahead = head(FIRST, 0, sent=datetime(2099, 1, 1, tzinfo=UTC))
    assert hear(alive(SECOND, 10, over(FIRST, 10)), ahead, 20.1).doubled


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 9)), max_size=20), st.booleans())
def test_one_box_that_starts_again_is_never_two_while_its_last_words_come_within_minutes(
    late: list[tuple[bool, float]],
    synced: bool,  # noqa: FBT001 - drawn
) -> None:
    roster = alive(SECOND, 10, over(FIRST, 10))
    for first, minutes in late:
        word = head(FIRST, 9.5, clock=Clock(synced=synced)) if first else head(SECOND, 10 + minutes)
        assert not hear(roster, word, 10 + minutes).doubled


def test_a_batch_held_up_on_its_way_is_no_second_box() -> None:
    roster = alive(SECOND, 10, over(FIRST, 10))
    assert not hear(roster, head(FIRST, 10), 500).doubled


def test_a_box_that_believes_it_is_2099_makes_no_later_session_a_straggler() -> None:
    ahead = datetime(2099, 1, 1, tzinfo=UTC)
    for clock in (Clock(), SYNCED):
        heard = hear(alive(FIRST, 0), head(THIRD, 0, clock=clock, sent=ahead), 10)
        assert (heard.session, heard.since) == (THIRD, NOON + timedelta(minutes=10))
        after = Roster.of(heard.session, heard.since, [Known(THIRD, None, outstanding=True)])
        assert hear(after, head(SECOND, 20), 20).session == SECOND


def test_a_session_superseded_at_the_end_of_time_breaks_nothing() -> None:
    known = Known(FIRST, datetime.max.replace(tzinfo=UTC), outstanding=True)
    assert not hear(alive(SECOND, 10, known), head(FIRST, 20), 20).doubled
