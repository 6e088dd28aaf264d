"""What came under a topic, read before any transaction begins: a batch, a status, or a dead letter.

Reading costs most of the processor time of ingest and is done once, outside the database's lock, whatever becomes of
the transaction. Nothing here knows the registry: whether a node may say what it says is `central.admission`'s word.
"""

from dataclasses import dataclass
from datetime import datetime

from central.store.letters import Letter, Why
from streams.wire.codec import Rejected, UndecodableError, decode, decode_batch, read_record
from streams.wire.messages import Batch, Status
from streams.wire.records import Record
from streams.wire.topics import NotATopicError, Stream, Topic


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes from the broker, and when the centre heard them."""

    topic: str
    payload: bytes
    heard: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """A batch that can be read, each of its records read or rejected on its own."""

    topic: Topic
    batch: Batch
    records: tuple[Record | Rejected, ...]
    message: Message


@dataclass(frozen=True, slots=True)
class Said:
    """A node's word on whether it is there; none when the node was retired and its retained word taken back."""

    topic: Topic
    status: Status | None
    message: Message


Arrival = Arrived | Said | Letter


def read(message: Message) -> Arrival:
    """What the message is. Never raises for what a stranger may send: that becomes a dead letter."""
    try:
        topic = Topic.parse(message.topic)
    except NotATopicError as error:
        return Letter(message.topic, Why.NOT_A_TOPIC, str(error), message.payload, message.heard)
    try:
        return _status(topic, message) if topic.stream is Stream.STATUS else _batch(topic, message)
    except UndecodableError as error:
        return whole(topic, message, error.code, error.detail)


def whole(topic: Topic, message: Message, reason: str, detail: str) -> Letter:
    """The message as a dead letter, in the name its topic gives."""
    return Letter(message.topic, reason, detail, message.payload, message.heard, topic.ward, topic.node)


def _status(topic: Topic, message: Message) -> Said | Letter:
    if not message.payload:
        return Said(topic, None, message)
    status = decode(Status, message.payload)
    if status.node != topic.node:
        return whole(topic, message, Why.ANOTHER_NODE, f"a status of {status.node!r} under {topic.node!r}")
    return Said(topic, status, message)


def _batch(topic: Topic, message: Message) -> Arrived | Letter:
    batch = decode_batch(message.payload)
    if batch.node != topic.node:
        return whole(topic, message, Why.ANOTHER_NODE, f"a batch of {batch.node!r} under {topic.node!r}")
    return Arrived(topic, batch, tuple(read_record(raw) for raw in batch.records), message)
