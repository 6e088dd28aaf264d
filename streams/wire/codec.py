"""Bytes to messages and back. The one place where JSON is written or read.

Records are encoded once, when they are made, and kept as bytes in the outbox: a batch is its head and those
bytes joined, never encoded again. On the way in the envelope is read first and each record on its own, so
that a bad record is named by its number and spoils no other; what cannot be read even so far raises Undecodable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from streams.wire.messages import MOST_BYTES, MOST_RECORD_BYTES, Batch, BatchHead
from streams.wire.records import BODIES, Body, Record, Unknown
from streams.wire.words import GREATEST_SEQ, Word

_Word = TypeVar("_Word", bound=Word)
_DETAIL: Final = 300


class UndecodableError(ValueError):
    """The bytes are no message of this contract. `code` goes to the dead letters, the text to a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that failed validation: its number, a reason code, and what was wrong for a person to read."""

    seq: int
    code: str
    detail: str
    raw: dict[str, Any]


def instant(value: datetime) -> str:
    """An instant as the wire writes it: RFC 3339, microseconds, Z. Raises ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("a time on the wire is aware UTC")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encode(message: Word) -> bytes:
    """A message as bytes."""
    return message.model_dump_json(by_alias=True, exclude_defaults=False).encode()


def decode(kind: type[_Word], payload: bytes) -> _Word:
    """Bytes as a message of this kind, blind to fields it does not know. Raises UndecodableError."""
    try:
        return kind.model_validate(_parsed(payload), extra="ignore")
    except ValidationError as error:
        raise UndecodableError("invalid", _told(error)) from error


def encode_record(seq: int, captured: datetime, body: Body) -> bytes:
    """A numbered fact as bytes, as the outbox keeps it and the batch carries it.

    Raises ValueError for a naive time, a number that is none, or a record too large to travel in any batch.
    """
    if not 1 <= seq <= GREATEST_SEQ:
        raise ValueError(f"a record is numbered from 1 to {GREATEST_SEQ}, not {seq}")
    if isinstance(body, Unknown):  # only ever made by relays of a newer release, and tests: written as it came
        kind, content = body.kind, to_json(body.body)
    else:
        kind, content = _KINDS[type(body)], body.model_dump_json(exclude_defaults=True).encode()
    opened = f'{{"seq":{seq},"kind":"{kind}","captured":"{instant(captured)}","body":'.encode()
    record = b"".join((opened, content, b"}"))
    if len(record) > MOST_RECORD_BYTES:
        raise ValueError(f"a record holds {MOST_RECORD_BYTES} bytes, not {len(record)}")
    return record


def encode_batch(head: BatchHead, records: Sequence[bytes]) -> bytes:
    """A batch as bytes: the head, and records already encoded. Raises ValueError beyond 256 KiB."""
    opened = head.model_dump_json(by_alias=True).encode()[:-1]
    payload = b"".join((opened, b',"records":[', b",".join(records), b"]}"))
    if len(payload) > MOST_BYTES:
        raise ValueError(f"a batch holds {MOST_BYTES} bytes, not {len(payload)}")
    return payload


def decode_batch(payload: bytes) -> Batch:
    """Bytes as a batch whose records are still raw, each with a number below `next`. Raises UndecodableError."""
    if len(payload) > MOST_BYTES:
        raise UndecodableError("too_large", f"{len(payload)} bytes; a batch holds {MOST_BYTES}")
    batch = decode(Batch, payload)
    for raw in batch.records:
        seq = raw.get("seq")
        if type(seq) is not int or not 1 <= seq <= GREATEST_SEQ or seq >= batch.next:
            raise UndecodableError(
                "unnumbered", f"a record numbered {str(seq)[:40]!r} in a batch whose next is {batch.next}"
            )
    return batch


def read_record(raw: dict[str, Any]) -> Record | Rejected:
    """One raw record of a batch, or why not. An unknown kind is `Unknown`, not a rejection."""
    seq = raw["seq"]
    try:
        kind = BODIES.get(raw.get("kind", ""))
        content = raw.get("body")
        if kind is None:
            body: Body = Unknown.model_validate({"kind": raw.get("kind"), "body": content})
        else:
            body = kind.model_validate(content, extra="ignore")
        return Record.model_validate(
            {"seq": seq, "kind": raw.get("kind"), "captured": raw.get("captured"), "body": body}
        )
    except ValidationError as error:
        return Rejected(seq, "invalid", _told(error), raw)
    except TypeError as error:
        return Rejected(seq, "invalid", str(error)[:_DETAIL], raw)


_KINDS: Final = {body: kind for kind, body in BODIES.items()}


def _parsed(payload: bytes) -> object:
    try:
        return from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise UndecodableError("not_json", str(error)[:_DETAIL]) from error


def _told(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    more = f" (+{error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {first['msg']}{more}"[:_DETAIL]
