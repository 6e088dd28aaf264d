"""What a node sends next, case by case. What it all adds up to is proved in `test_two_ends`."""

from uuid import UUID

import pytest

from streams.wire.delivery import Delivery, Owed
from streams.wire.flights import FIRST_WAIT_S, PASSED_WAIT_S
from streams.wire.ledger import Intake, Verdict
from streams.wire.messages import BatchHead, Receipt, Why
from streams.wire.ranges import Pair, Ranges
from tests.wire.box import BORN, epoch_of

OLD, SESSION = epoch_of(1, 0), epoch_of(2, 60)


def steady() -> float:
    return 1.0


def started(old: Owed | None = None) -> Delivery:
    """A node that is connected and has said its first word, at second 0."""
    delivery = Delivery(SESSION, {OLD: old} if old else {}, steady)
    delivery.connected(0.0)
    delivery.receipt(answer(heard=send(delivery, 0.0)[2]), 0.0)
    return delivery


def send(delivery: Delivery, now: float) -> tuple[UUID, tuple[Pair, ...], int]:
    """Send what is offered: its epoch, its numbers, and the number of the batch."""
    offer = delivery.offer(now)
    assert offer is not None
    return offer.epoch, offer.seqs.spans, delivery.sent(offer, offer.seqs, now).number


def answer(epoch: UUID = SESSION, session: UUID = SESSION, heard: int = 0, upto: int = 0, *have: Pair) -> Receipt:
    return Receipt(node="box", epoch=epoch, session=session, heard=heard, upto=upto, have=have)


def test_the_first_word_is_an_empty_batch_that_says_what_is_held() -> None:
    delivery = Delivery(SESSION, {OLD: Owed(4, Ranges.of((1, 3)))}, steady)
    delivery.connected(5.0)
    offer = delivery.offer(5.0)
    assert offer is not None
    assert (offer.epoch, offer.seqs, offer.backlog) == (SESSION, Ranges(), False)
    assert delivery.sent(offer, offer.seqs, 5.0).holds == (SESSION, OLD)


def test_a_node_with_too_many_epochs_to_name_names_none() -> None:
    epochs = {epoch_of(n, n): Owed(2, Ranges.of((1, 1))) for n in range(3, 70)}
    delivery = Delivery(SESSION, epochs, steady)
    offer = delivery.offer(0.0)
    assert offer is not None
    assert delivery.sent(offer, offer.seqs, 0.0).holds is None


def test_a_keep_alive_leaves_every_minute_however_busy_the_line() -> None:
    delivery = started()
    words = 0
    for second in range(1, 181):
        delivery.committed(second, second)
        while (offer := delivery.offer(float(second))) is not None:
            terms = delivery.sent(offer, offer.seqs, float(second))
            words += not offer.seqs
            delivery.receipt(answer(heard=terms.number, upto=second), float(second))
    assert words == 3


def test_live_leaves_before_what_has_waited() -> None:
    delivery = started(Owed(2001, Ranges.of((1, 2000))))
    delivery.committed(1, 1)
    assert send(delivery, 0.0)[:2] == (SESSION, ((1, 1),))
    assert send(delivery, 0.0)[:2] == (OLD, ((1, 500),))
    delivery.committed(2, 2)
    assert send(delivery, 0.0)[:2] == (SESSION, ((2, 2),))
    assert send(delivery, 0.0)[:2] == (OLD, ((501, 1000),))
    assert delivery.offer(0.0) is None, "two batches of backlog at a time"
    assert delivery.wait(0.0) == FIRST_WAIT_S


def test_no_answer_means_again_later_and_later() -> None:
    delivery = started()
    delivery.committed(1, 1)
    left, now = [], 0.0
    while now < 700:
        while (offer := delivery.offer(now)) is not None:
            delivery.sent(offer, offer.seqs, now)
            left += [now] if offer.seqs else []
        now += delivery.wait(now)
    assert left == [0, 10, 30, 70, 150, 310, 610]


def test_an_answer_after_a_silence_hurries_everything() -> None:
    delivery = started()
    delivery.committed(1, 1)
    send(delivery, 0.0)
    delivery.committed(2, 2)
    delivery.receipt(answer(heard=1), 30.0)
    offer = delivery.offer(30.0)
    assert offer is not None
    assert (offer.seqs.spans, offer.backlog) == (((1, 1),), True)


def test_a_batch_that_was_passed_over_leaves_again_soon() -> None:
    delivery = started()
    delivery.committed(1, 1)
    send(delivery, 1.0)
    delivery.committed(2, 2)
    number = send(delivery, 1.1)[2]
    delivery.receipt(answer(SESSION, SESSION, number, 0, (2, 2)), 1.2)
    assert delivery.offer(1.2) is None
    assert delivery.wait(1.0) == pytest.approx(PASSED_WAIT_S)
    assert send(delivery, 3.0)[1] == ((1, 1),)
    delivery.receipt(answer(SESSION, SESSION, number, 0, (2, 2)), 3.1)
    assert delivery.strays() == [], "an old receipt is no new strike"


def test_a_live_batch_that_was_heard_says_nothing_of_the_backlog_it_overtook() -> None:
    delivery = started(Owed(next=2, held=Ranges.of((1, 1))))
    assert send(delivery, 1.0)[0] == OLD
    delivery.committed(1, 1)
    live = send(delivery, 1.1)[2]
    delivery.receipt(answer(OLD, SESSION, live), 1.2)
    assert delivery.wait(1.2) == pytest.approx(1.0 + FIRST_WAIT_S - 1.2)


def test_what_left_a_moment_ago_is_not_hurried_by_a_slow_answer() -> None:
    delivery = started()
    delivery.committed(1, 1)
    send(delivery, 0.0)
    delivery.committed(2, 2)
    send(delivery, 29.0)
    delivery.receipt(answer(heard=1), 31.0)
    assert send(delivery, 31.0)[1] == ((1, 1),)
    assert send(delivery, 31.0)[1] == (), "the probe behind a repeat"
    assert delivery.offer(38.9) is None
    assert send(delivery, 39.0)[1] == ((2, 2),)


def test_an_unreadable_record_is_halved_out_and_the_rest_arrives() -> None:
    delivery = started()
    delivery.committed(1, 16)
    settled, now = Ranges(), 0.0
    asides: list[tuple[UUID, int]] = []
    while now < 200 and not asides:
        while (offer := delivery.offer(now)) is not None:
            number = delivery.sent(offer, offer.seqs, now).number
            if 11 not in offer.seqs:
                settled = settled | offer.seqs
                upto = settled.spans[0][1] if settled.bottom == 1 else 0
                delivery.receipt(answer(SESSION, SESSION, number, upto, *settled.spans[bool(upto) :]), now)
        asides = delivery.strays()
        now += delivery.wait(now)
    assert asides == [(SESSION, 11)]
    assert settled == Ranges.of((1, 10), (12, 16))
    delivery.gave_up(SESSION, Ranges.of((11, 11)), Why.ASIDE)
    assert not delivery.epochs[SESSION].held
    assert delivery.strays() == []


def test_a_centre_that_can_read_nothing_makes_nobody_set_anything_aside() -> None:
    delivery = started()
    delivery.committed(1, 4)
    now = 0.0
    while now < 2000:
        while (offer := delivery.offer(now)) is not None:
            number = delivery.sent(offer, offer.seqs, now).number
            if not offer.seqs:
                delivery.receipt(answer(heard=number), now)
        assert delivery.strays() == []
        now += delivery.wait(now)


def test_a_receipt_to_another_session_deletes_nothing() -> None:
    delivery = started(Owed(10, Ranges.of((1, 9))))
    assert not delivery.receipt(answer(OLD, OLD, 5, 9), 1.0)
    assert list(delivery.receipt(answer(OLD, SESSION, 5, 3), 1.0)) == [1, 2, 3]


def test_what_gave_way_in_flight_flies_no_more_and_is_told_with_its_reason() -> None:
    delivery = started()
    delivery.committed(1, 3)
    send(delivery, 0.0)
    delivery.gave_up(SESSION, Ranges.of((2, 2)), Why.FULL)
    offer = delivery.offer(FIRST_WAIT_S)
    assert offer is not None
    assert offer.seqs == Ranges.of((1, 1), (3, 3))
    terms = delivery.sent(offer, offer.seqs, FIRST_WAIT_S)
    assert [(gone.span, gone.why) for gone in terms.gone] == [((2, 2), Why.FULL)]
    assert (terms.floor, terms.next) == (1, 4)


def test_a_repeat_that_was_settled_while_it_was_read_from_disk_is_no_flight() -> None:
    delivery = started()
    delivery.committed(1, 3)
    number = send(delivery, 0.0)[2]
    offer = delivery.offer(FIRST_WAIT_S)
    assert offer is not None
    delivery.receipt(answer(heard=number, upto=2), FIRST_WAIT_S)
    delivery.sent(offer, offer.seqs, FIRST_WAIT_S)
    delivery.receipt(answer(heard=number, upto=3), FIRST_WAIT_S)
    assert delivery.wait(FIRST_WAIT_S) == 0.0, "the probe"
    send(delivery, FIRST_WAIT_S)
    assert delivery.offer(FIRST_WAIT_S * 5) is None


def test_an_epoch_of_which_only_losses_are_left_tells_them_and_closes() -> None:
    delivery = started(Owed(4, Ranges(), {Why.FULL: Ranges.of((1, 3))}))
    offer = delivery.offer(0.0)
    assert offer is not None
    assert (offer.epoch, offer.seqs) == (OLD, Ranges())
    terms = delivery.sent(offer, offer.seqs, 0.0)
    assert (terms.floor, terms.next, len(terms.gone)) == (4, 4, 1)
    assert delivery.wait(0.0) == FIRST_WAIT_S
    delivery.receipt(answer(OLD, SESSION, terms.number, 3), 1.0)
    assert delivery.closed() == [OLD]


def test_what_the_centre_wants_and_the_disk_lost_is_told_as_unreadable() -> None:
    delivery = started(Owed(10, Ranges.of((1, 4), (6, 9))))
    wanting = answer(OLD, SESSION, 5, 0, (6, 9)).model_copy(update={"want": ((1, 5),)})
    delivery.receipt(wanting, 1.0)
    assert delivery.epochs[OLD].gone == {Why.UNREADABLE: Ranges.of((5, 5))}


def test_the_floor_stays_below_every_loss_that_found_no_room() -> None:
    held = Ranges.these(range(2, 2001, 2))
    owed = Owed(2001, held, {Why.MERGED: Ranges.these(range(1, 2000, 2))})
    delivery = started(owed)
    offer = delivery.offer(0.0)
    assert offer is not None
    terms = delivery.sent(offer, offer.seqs, 0.0)
    told = Ranges.of(*(gone.span for gone in terms.gone))
    lost = Intake(OLD, SESSION)
    lost.hear(head(OLD, terms.floor, terms.next).model_copy(update={"gone": terms.gone}))
    assert [lost.take(seq) for seq in offer.seqs] == [Verdict.NEW] * 250
    assert set(lost.merged) == set(told)
    assert not lost.lost, "what found no room is not yet lost, for it was merged"
    assert lost.receipt("box").upto == 501


def head(epoch: UUID, floor: int, following: int, session: UUID = SESSION) -> BatchHead:
    return BatchHead(node="box", epoch=epoch, session=session, number=1, floor=floor, next=following, sent=BORN)


def test_an_older_disk_sends_what_its_successor_told_as_lost() -> None:
    intake = Intake(OLD, OLD)
    intake.hear(head(OLD, 6, 11, OLD))
    assert (len(intake.lost), intake.receipt("box").upto) == (5, 5)
    intake.told = Ranges()  # a new transaction
    intake.hear(head(OLD, 1, 11))
    assert intake.receipt("box").upto == 0, "the older disk may still have them"
    assert intake.take(3) is Verdict.LATE
    assert intake.receipt("box").have == ((3, 3),)
