"""How fast the wire is on one core: codec and both ends of the ledger, in microseconds a record or a batch.

`python benchmarks/wire.py` prints a small table. Sizes are those of a bad day: 100,000 records held, 1,000 holes.
"""

import time
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from streams.wire import codec
from streams.wire.delivery import Delivery, Owed
from streams.wire.ledger import Intake
from streams.wire.messages import BatchHead, Why
from streams.wire.ranges import Ranges
from streams.wire.records import Body, Box, Event, Minute, Phase, Reading, Tallied, Tally

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH, SESSION = (UUID(str(uuid7())) for _ in range(2))
PER_BATCH = 500
HELD = 100_000
HOLES = 1_000
TIMES = 20


def main() -> None:
    """Measure and print."""
    rows = [*codec_rows(), *intake_rows(), *delivery_rows()]
    print(f"{'what':72}{'us':>10}")
    for what, microseconds in rows:
        print(f"{what:72}{microseconds:10,.1f}")


def codec_rows() -> list[tuple[str, float]]:
    """Each kind written and read, and whole batches of readings."""
    rows: list[tuple[str, float]] = []
    for kind, body in bodies().items():
        record = codec.encode_record(1, NOON, body)
        batch = codec.encode_batch(head(1, 2), [record])
        raw = codec.decode_batch(batch).records[0]
        rows.append((f"write one {kind} ({len(record)} bytes)", timed(partial(codec.encode_record, 1, NOON, body))))
        rows.append((f"read one {kind}", timed(partial(codec.read_record, raw))))
    records = [codec.encode_record(seq, NOON, bodies()["reading"]) for seq in range(1, PER_BATCH + 1)]
    payload = codec.encode_batch(head(1, PER_BATCH + 1), records)
    rows.append((f"join a batch of {PER_BATCH}", timed(lambda: codec.encode_batch(head(1, 501), records))))
    rows.append((f"open a batch of {PER_BATCH}", timed(lambda: codec.decode_batch(payload))))
    return rows


def intake_rows() -> list[tuple[str, float]]:
    """The centre's end: a batch of 500 heard, taken and answered, on a clean and on a ragged ledger."""
    top = HOLES * 200
    ragged = Intake(EPOCH, SESSION, next=HOLES * 2, settled=Ranges.these(range(1, HOLES * 2, 2)))
    robbed = Intake(EPOCH, SESSION, next=top + 1, settled=Ranges.of((1, top)), lost=Ranges.these(range(2, top, 2)))
    ledgers = {"clean": (Intake(EPOCH, SESSION), 1), f"{HOLES} holes": (ragged, 1), f"{top // 2} lost": (robbed, top)}
    return [
        (f"hear, take, answer {PER_BATCH} records, {name}: a record", timed(partial(take, intake, floor)) / PER_BATCH)
        for name, (intake, floor) in ledgers.items()
    ]


def take(before: Intake, floor: int) -> None:
    """One batch of new records on a copy of this ledger."""
    intake, first = copy(before), before.next
    intake.hear(head(floor, first + PER_BATCH))
    for seq in range(first, first + PER_BATCH):
        intake.take(seq)
    intake.receipt("n1")


def delivery_rows() -> list[tuple[str, float]]:
    """The node's end: a backlog drained batch by batch, every batch answered."""
    rows = []
    for holes in (0, HOLES, HELD // 2):
        gone = Ranges.these(range(2, holes * 2 + 1, 2))
        held = Ranges.of((1, HELD)) - gone
        intake = Intake(EPOCH, SESSION)
        delivery = Delivery(SESSION, {EPOCH: Owed(HELD + 1, held, {Why.FULL: gone} if gone else {})}, lambda: 1.0)
        started, batches, now = time.perf_counter(), 0, 0.0
        while delivery.epochs.get(EPOCH):
            batches += drain(delivery, intake, now)
            now += delivery.wait(now)
            delivery.closed()
        spent = (time.perf_counter() - started) * 1e6
        rows.append((f"both ends, a batch of {HELD:,} held with {holes:,} holes ({batches} batches)", spent / batches))
    return rows


def drain(delivery: Delivery, intake: Intake, now: float) -> int:
    """Send what is offered and hear the answers; how many batches that took."""
    batches = 0
    while (offer := delivery.offer(now)) is not None:
        terms = delivery.sent(offer, offer.seqs, now)
        batches += 1
        if offer.epoch == EPOCH:
            intake.hear(head(terms.floor, terms.next).model_copy(update={"number": terms.number, "gone": terms.gone}))
            for seq in offer.seqs:
                intake.take(seq)
            delivery.receipt(intake.receipt("n1"), now)
            intake.told = Ranges()
    return batches


def head(floor: int, following: int) -> BatchHead:
    """A head of this epoch."""
    return BatchHead(node="n1", epoch=EPOCH, session=SESSION, number=1, floor=floor, next=following, sent=NOON)


def bodies() -> dict[str, Body]:
    """One of each that travels often, as large as on a usual day."""
    boxes = tuple(Box(xyxy=(0.1, 0.2, 0.3, 0.4), label="person", score=0.9) for _ in range(3))
    event = Event(id=EPOCH, kind="loitering", phase=Phase.OPENED, rev=1, camera="c1", began=NOON, boxes=boxes)
    counts = tuple(
        Tallied(what="line_crossed", place="gate", subject="motorbike", minute=n % 5, n=7) for n in range(20)
    )
    minutes = tuple(Minute(watched=60) for _ in range(5))
    return {
        "reading": Reading(sensor="s1", quantity="water_level", unit="cm", value=12.5),
        "event": event,
        "tally": Tally(camera="c1", start=NOON - timedelta(minutes=5), minutes=minutes, counts=counts),
    }


def timed(work: Callable[[], object]) -> float:
    """Microseconds one call takes: the best of several."""
    best = float("inf")
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1e6


if __name__ == "__main__":
    main()
