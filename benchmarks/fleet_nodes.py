"""Scripted nodes for the fleet benchmark: the real delivery ledger over a disk that is a dict, and a day's facts.

Each node keeps every record it made until a receipt settles it, exactly as the outbox does, and times each live one
from capture to receipt on one monotonic clock. What it says in five minutes follows a normal day in a ward: a tally a
camera with a handful of counts, health and one water level a minute, now and then an event.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from streams.wire.codec import encode_batch, encode_record
from streams.wire.delivery import Delivery
from streams.wire.messages import MOST_BYTES, BatchHead, Clock, ClockSource, Receipt
from streams.wire.ranges import Ranges
from streams.wire.records import (
    Body,
    Box,
    Event,
    Evidence,
    Health,
    Latency,
    Minute,
    ModelRef,
    Phase,
    Reading,
    Tallied,
    Tally,
)
from streams.wire.topics import Stream, Topic

TALLY_S: Final = 300.0
MINUTE_S: Final = 60.0
EVENT_EVERY_S: Final = 3 * 3600.0  # a camera and event, on a normal day
_SYNCED: Final = Clock(source=ClockSource.NTP, synced=True, offset_ms=1.5)
_HEAD_BYTES: Final = 20_000
_MODEL: Final = ModelRef(id="deimv2-femto", sha256="0" * 64, threshold=0.4)


@dataclass(slots=True)
class Kept:
    """A record on the node's disk: its bytes, and when it was captured (monotonic; None: before the benchmark)."""

    data: bytes
    captured: float | None


@dataclass(slots=True)
class Node:
    """One box with ten cameras and a water gauge."""

    name: str
    ward: str
    cameras: tuple[str, ...]
    sensor: str
    session: UUID = field(default_factory=uuid7)
    disk: dict[int, Kept] = field(default_factory=dict)
    next: int = 1
    sent_bytes: int = 0
    sent_batches: int = 0
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.session, {}, lambda: random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    def make(self, body: Body, captured: datetime, now: float | None) -> None:
        """Commit a record to the disk; `now` on the monotonic clock, None for one of the past."""
        self.disk[self.next] = Kept(encode_record(self.next, captured, body), now)
        self.delivery.committed(self.next, self.next)
        self.next += 1

    def drain(self, now: float) -> Iterator[tuple[str, bytes]]:
        """Everything the ledger would send now."""
        while (offer := self.delivery.offer(now)) is not None:
            seqs = _fitting(offer.seqs, self.disk)
            terms = self.delivery.sent(offer, seqs, now)
            head = BatchHead(
                node=self.name,
                epoch=offer.epoch,
                session=self.session,
                number=terms.number,
                floor=terms.floor,
                next=terms.next,
                gone=terms.gone,
                holds=terms.holds,
                backlog=offer.backlog,
                sent=datetime.now(UTC),
                clock=_SYNCED,
            )
            payload = encode_batch(head, [self.disk[seq].data for seq in seqs])
            self.sent_bytes += len(payload)
            self.sent_batches += 1
            yield str(Topic(self.ward, self.name, Stream.BATCH)), payload

    def settle(self, receipt: Receipt, now: float) -> list[float]:
        """Delete what a receipt settles; the seconds each live record took."""
        done = [self.disk.pop(seq) for seq in self.delivery.receipt(receipt, now)]
        return [now - kept.captured for kept in done if kept.captured is not None]

    def backlog_left(self) -> int:
        """Records of the past still on the disk."""
        return sum(kept.captured is None for kept in self.disk.values())


def _fitting(seqs: Ranges, disk: dict[int, Kept]) -> Ranges:
    room, fitting = MOST_BYTES - _HEAD_BYTES, 0
    for seq in seqs:
        room -= len(disk[seq].data) + 1
        if room < 0:
            break
        fitting += 1
    return seqs.first(fitting)


def tally(camera: str, start: datetime, draw: random.Random) -> Tally:
    """Five minutes of a street camera: watched throughout, a handful of counts."""
    counts = tuple(
        Tallied(
            what="line_crossed", place="street", subject=subject, minute=minute, n=draw.randint(1, 30), direction="in"
        )
        for minute in range(5)
        for subject in draw.sample(["person", "motorcycle", "car", "bus"], 2)
    )
    return Tally(camera=camera, start=start, minutes=(Minute(watched=60),) * 5, counts=counts)


def health(draw: random.Random) -> Health:
    """A box that is well."""
    stages = {stage: Latency(p50_ms=draw.uniform(1, 20), p95_ms=draw.uniform(20, 60)) for stage in ("decode", "detect")}
    return Health(cpu=draw.random(), memory=0.4, disk=0.2, temperature_c=55.5, stages=stages, drops={"frames": 3})


def reading(sensor: str, draw: random.Random) -> Reading:
    """A water level far from any threshold."""
    return Reading(sensor=sensor, quantity="water_level", unit="m", value=round(draw.uniform(0.1, 0.4), 3))


def event(camera: str, at: datetime, kind: str, draw: random.Random) -> Event:
    """Something opened, with its box, its model and its picture."""
    sha256 = f"{draw.getrandbits(256):064x}"
    return Event(
        id=uuid7(),
        kind=kind,
        phase=Phase.OPENED,
        rev=1,
        camera=camera,
        began=at,
        zone="pavement",
        subject="person",
        score=0.83,
        dwell=62.0,
        boxes=(Box(xyxy=(0.1, 0.2, 0.3, 0.6), label="person", score=0.83),),
        model=_MODEL,
        evidence=(Evidence(sha256=sha256, bytes=48_000, media_type="image/jpeg", role="snapshot", redacted=True),),
    )


class Day:
    """What a set of nodes says and when: a heap of things due, each planned again when it has been said."""

    def __init__(self, nodes: list[Node], began: float, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - the same day every time
        self.made = 0
        self._due: list[tuple[float, int, float, Callable[[datetime], Body], Node]] = []
        for node in nodes:
            self._plan(node, began)

    def until(self, now: float, at: datetime) -> list[Node]:
        """Have everything said that is due; the nodes that have something to send."""
        spoke: dict[str, Node] = {}
        while self._due and self._due[0][0] <= now:
            due, tie, period, say, node = heapq.heappop(self._due)
            node.make(say(at), at, now)
            self.made += 1
            spoke[node.name] = node
            if period:
                heapq.heappush(self._due, (due + period, tie, period, say, node))
        return list(spoke.values())

    def rain(self, nodes: list[Node], began: float, within_s: float) -> None:
        """Every camera opens an event within that time."""
        for node in nodes:
            for camera in node.cameras:
                self._add(began + self.draw.uniform(0, within_s), 0, _event(camera, "crowding", self.draw), node)

    def stop(self) -> None:
        """Nothing more will be said."""
        self._due.clear()

    def past(self, node: Node, now: datetime, seconds: float) -> int:
        """Put on the node's disk what it would have said in an outage until now; how many records."""
        before = node.next
        for second in range(0, int(seconds), int(MINUTE_S)):
            at = now - timedelta(seconds=seconds - second)
            node.make(health(self.draw), at, None)
            node.make(reading(node.sensor, self.draw), at, None)
            if second % int(TALLY_S) == 0:
                for camera in node.cameras:
                    node.make(tally(camera, at, self.draw), at, None)
        node.make(event(node.cameras[0], now - timedelta(seconds=seconds / 2), "loitering", self.draw), now, None)
        return node.next - before

    def _plan(self, node: Node, began: float) -> None:
        first = began + self.draw.uniform(0, MINUTE_S)
        self._add(first, MINUTE_S, lambda _: health(self.draw), node)
        self._add(first + 1, MINUTE_S, lambda _: reading(node.sensor, self.draw), node)
        for camera in node.cameras:
            watch = _tally(camera, self.draw)
            self._add(began + self.draw.uniform(0, TALLY_S), TALLY_S, watch, node)
            say = _event(camera, "loitering", self.draw)
            self._add(began + self.draw.uniform(0, EVENT_EVERY_S), EVENT_EVERY_S, say, node)

    def _add(self, due: float, period: float, say: Callable[[datetime], Body], node: Node) -> None:
        heapq.heappush(self._due, (due, len(self._due) + self.draw.getrandbits(40), period, say, node))


def _tally(camera: str, draw: random.Random) -> Callable[[datetime], Body]:
    return lambda at: tally(camera, at - timedelta(seconds=TALLY_S), draw)


def _event(camera: str, kind: str, draw: random.Random) -> Callable[[datetime], Body]:
    return lambda at: event(camera, at, kind, draw)
