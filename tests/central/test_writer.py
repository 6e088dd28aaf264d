"""The writing thread: commit first, receipts after, and weather in the database loses nothing."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from alerts.rules import parse_rules
from central import config, registry
from central.arrivals import Arrival, Arrived, Message
from central.inbox import BACKLOG_GROUP_BYTES, Inbox, Receipts
from central.ingest import Ingest
from central.judging import Judge
from central.metrics import Metrics
from central.settling import Answer, Outcome, Settle, Take, Tell, Writing, commit_then_tell
from central.store import schema as tables
from central.store.database import Database
from central.wards import Wards
from central.writer import Writer
from streams.clocks import ScriptedClock
from streams.wire.codec import decode
from streams.wire.messages import Receipt
from streams.wire.records import Health
from tests.central.town import CITY, NOW, RULES, Box, count, rows, settled
from tests.parts.until import until

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


class FailingCommit(Wards):
    """Wards whose next commits fail midway, as a database that goes away does."""

    failures = 0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            if self.failures:
                type(self).failures -= 1
                raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))


class Tripping(Ingest):
    """Takes everything in but what one node sends, after which it fails, as a fault of ours would."""

    def take(self, connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> Outcome:
        outcome = super().take(connection, arrivals, now)
        if any(isinstance(arrival, Arrived) and arrival.batch.node == "box-2" for arrival in arrivals):
            raise OverflowError("date value out of range")
        return outcome


def tell_then_commit(writing: Writing, take: Take, tell: Tell) -> Outcome:
    """The wrong order, on purpose."""
    with writing() as connection:
        outcome = take(connection)
        tell(outcome.answers)
    return outcome


def written(
    wards: Wards, ingest: Ingest, messages: Sequence[Message], settle: Settle = commit_then_tell
) -> tuple[list[Answer], Metrics]:
    """Run a writer over these messages to the end of its inbox."""
    inbox, told, metrics = Inbox(), list[Answer](), Metrics(CollectorRegistry())
    for message in messages:
        assert inbox.offer(message)
    writer = Writer(inbox, ingest, wards, told.extend, metrics=metrics, clock=ScriptedClock(NOW), settle=settle)
    inbox.close()
    writer.run()
    wards.let_go()
    return told, metrics


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_receipts_follow_the_commit_and_the_counters_follow_both(database: Database) -> None:
    ingest, box = settled(database), Box()
    told, metrics = written(Wards(database), ingest, [box.said(HEALTH), box.said(HEALTH)])
    assert [answer.receipt.upto for answer in told] == [2]
    assert count(database, tables.record) == 2
    assert value(metrics, "wardsense_records_total", kind="health", result="new") == 2


def test_a_message_that_fails_is_laid_aside_alone_and_the_rest_of_its_group_is_taken(database: Database) -> None:
    settled(database)
    ours, other = Box(), Box("box-2", "thanh-khe")
    guilty = other.said(HEALTH)
    ingest = Tripping(Judge(parse_rules(RULES, "rules.yaml", config.everything(registry.read(CITY, "city.yaml")))))
    told, metrics = written(Wards(database), ingest, [ours.said(HEALTH), guilty, ours.said(HEALTH)])
    assert {(answer.receipt.node, answer.receipt.upto) for answer in told} == {("box-1", 1), ("box-1", 2)}
    assert count(database, tables.record) == 2
    assert [(row["reason"], row["payload"]) for row in rows(database, tables.dead_letter)] == [
        ("failed", guilty.payload)
    ]
    assert value(metrics, "wardsense_dead_letters_total", reason="failed") == 1


@pytest.mark.parametrize(("settle", "told_too_soon"), [(commit_then_tell, 0), (tell_then_commit, 1)])
def test_a_commit_that_fails_sends_no_receipt_unless_the_order_is_wrong(
    database: Database, settle: Settle, told_too_soon: int
) -> None:
    ingest, box = settled(database), Box()
    wards, told = FailingCommit(database), list[tuple[int, int]]()

    def tell(answers: Sequence[Answer]) -> None:
        told.extend((answer.receipt.upto, count(database, tables.record)) for answer in answers)

    inbox = Inbox()
    assert inbox.offer(box.said(HEALTH))
    inbox.close()
    metrics = Metrics(CollectorRegistry())
    writer = Writer(inbox, ingest, wards, tell, metrics=metrics, clock=ScriptedClock(NOW), settle=settle)
    writer._tick()
    FailingCommit.failures = 1
    writer.run()
    wards.let_go()
    assert sum(1 for upto, stored in told if stored < upto) >= told_too_soon
    assert count(database, tables.record) == 1
    if settle is commit_then_tell:
        assert told == [(1, 1)]
        assert value(metrics, "wardsense_store_retries_total") == 1


def test_a_ward_nobody_gave_us_is_left_to_the_one_who_holds_it(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    told, _ = written(Wards(database, ["thanh-khe"]), ingest, [box.said(HEALTH), other.said(HEALTH)])
    assert [answer.receipt.node for answer in told] == ["box-2"]
    assert [count(database, tables.record), count(database, tables.dead_letter)] == [1, 0]


def test_a_full_inbox_holds_its_reader_up_and_lets_it_go_on() -> None:
    async def fill() -> list[int]:
        inbox = Inbox(room=2)
        message = Message("t", b"", NOW)
        await inbox.put(message)
        await inbox.put(message)
        third = asyncio.ensure_future(inbox.put(message))
        await asyncio.wait([third], timeout=0.05)
        held = third.done()
        group = await asyncio.to_thread(inbox.take, 1.0)
        taken = len(group or [])
        await asyncio.wait_for(third, 5)
        return [held, taken, len(inbox)]

    assert asyncio.run(fill()) == [False, 2, 1]


def test_a_closed_inbox_ends_its_writer_after_what_is_left() -> None:
    inbox = Inbox()
    assert inbox.offer(Message("t", b"", NOW))
    inbox.close()
    assert len(inbox.take(0) or []) == 1
    assert inbox.take(0) is None


def test_a_stopped_writer_does_not_wait_for_a_database_that_is_away(database: Database) -> None:
    ingest = settled(database)
    wards = FailingCommit(database)
    FailingCommit.failures = 1_000_000
    inbox, metrics = Inbox(), Metrics(CollectorRegistry())
    writer = Writer(inbox, ingest, wards, list[Answer]().extend, metrics=metrics, clock=ScriptedClock(NOW))
    thread = threading.Thread(target=writer.run)
    thread.start()
    until(lambda: value(metrics, "wardsense_store_retries_total") > 2)
    writer.stop()
    thread.join(10)
    FailingCommit.failures = 0
    wards.let_go()
    assert not thread.is_alive()


def test_only_the_newest_receipt_of_an_epoch_waits_for_the_line() -> None:
    box = Box()

    def answer(upto: int) -> Answer:
        return Answer("hai-chau", Receipt(node="box-1", epoch=box.session, session=box.session, heard=1, upto=upto))

    async def told() -> tuple[str, int, int]:
        receipts = Receipts()
        receipts.tell([answer(1)])
        receipts.tell([answer(2)])
        topic, payload = await receipts.next()
        return topic, decode(Receipt, payload).upto, receipts.replaced

    assert asyncio.run(told()) == ("wardsense/v1/hai-chau/box-1/receipt", 2, 1)


def test_live_goes_before_the_backlog_and_the_backlog_moves_with_it() -> None:
    box, inbox = Box(), Inbox()
    old = [box.batch(box.make(HEALTH), backlog=True) for _ in range(15)]
    live = [box.said(HEALTH) for _ in range(3)]
    for message in (*old, *live):
        assert inbox.offer(message)
    assert inbox.take(0) == [*live, *old]
    assert len(inbox) == 0


def test_a_group_takes_one_batch_of_a_backlog_that_is_large_and_never_none() -> None:
    box, inbox = Box(), Inbox()
    large = [box.batch(box.make(*[HEALTH] * 400), backlog=True) for _ in range(2)]
    small = box.batch(box.make(HEALTH), backlog=True)
    live = box.said(HEALTH)
    assert len(large[0].payload) > BACKLOG_GROUP_BYTES / 2
    for message in (*large, small, live):
        assert inbox.offer(message)
    assert [inbox.take(0), inbox.take(0)] == [[live, large[0]], [large[1], small]]


def test_a_copy_of_what_still_waits_gives_way_in_either_lane_and_one_of_what_was_taken_does_not() -> None:
    box, inbox = Box(), Inbox()
    raw = box.make(HEALTH)
    for backlog in (True, False):
        first, again = box.batch(raw, backlog=backlog), box.batch(raw, backlog=backlog)
        assert inbox.offer(first)
        assert inbox.offer(again)
        assert inbox.take(0) == [first]
        assert inbox.offer(again)
        assert inbox.take(0) == [again]
    assert inbox.gave_way == 2
    empty = [box.batch(), box.batch()]
    for message in empty:
        assert inbox.offer(message)
    assert inbox.take(0) == empty


def test_a_backlog_without_room_gives_way_and_is_counted_and_live_does_not() -> None:
    box = Box()
    old = [box.batch(box.make(HEALTH), backlog=True) for _ in range(3)]
    inbox = Inbox(backlog_bytes=len(old[0].payload) * 2 + 100)
    live = box.said(HEALTH)
    for message in (*old, live):
        assert inbox.offer(message)
    assert (inbox.gave_way, inbox.take(0)) == (1, [live, *old[:2]])
    assert inbox.offer(old[2])
    assert inbox.take(0) == [old[2]]
