"""What is written is what is read back; what is new is ignored or kept, and what is wrong is named."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from streams.wire import codec
from streams.wire.messages import MOST_BYTES, MOST_GONE, MOST_HELD, MOST_RECORD_BYTES, BatchHead, Gone, Status, Why
from streams.wire.records import Body, Event, Health, Phase, Reading, Record, Tallied, Tally, Unknown
from streams.wire.words import GREATEST_SEQ, Reason, Word
from tests.wire import making
from tests.wire.box import epoch_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = BatchHead(node="n1", epoch=epoch_of(1, 0), session=epoch_of(1, 0), number=1, floor=1, next=10, sent=NOON)
HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


def raw(record: bytes) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(record)
    return loaded


def status(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - hostile values are of any type
    good = Status(node="n1", online=True, session=HEAD.epoch, epoch=HEAD.epoch, next=1, at=NOON)
    return {**json.loads(codec.encode(good)), **more}


def refused(payload: bytes, code: str) -> None:
    with pytest.raises(codec.UndecodableError) as caught:
        codec.decode_batch(payload)
    assert caught.value.code == code
    assert len(caught.value.detail) <= 300


@given(making.messages)
def test_every_message_comes_back_as_it_went(message: Word) -> None:
    assert codec.decode(type(message), codec.encode(message)) == message


@given(st.integers(1, GREATEST_SEQ), making.instants, making.bodies)
def test_every_record_comes_back_as_it_went(seq: int, captured: datetime, body: Body) -> None:
    record = codec.read_record(raw(codec.encode_record(seq, captured, body)))
    assert isinstance(record, Record)
    kind = body.kind if isinstance(body, Unknown) else type(body).__name__.lower()
    assert (record.seq, record.kind, record.captured, record.body) == (seq, kind, captured, body)


@given(making.heads, st.lists(making.bodies, max_size=4))
def test_every_batch_comes_back_as_it_went(head: BatchHead, bodies: list[Body]) -> None:
    bodies = bodies[: head.next - 1]
    records = [codec.encode_record(seq, NOON, body) for seq, body in enumerate(bodies, 1)]
    batch = codec.decode_batch(codec.encode_batch(head, records))
    assert BatchHead.model_validate(batch.model_dump(by_alias=True, exclude={"records"})) == head
    assert [record.body for record in map(codec.read_record, batch.records) if isinstance(record, Record)] == bodies


@given(st.binary(max_size=60) | making.objects.map(lambda thing: json.dumps(thing).encode()))
def test_any_bytes_are_a_batch_or_are_refused(payload: bytes) -> None:
    with pytest.raises(codec.UndecodableError):
        codec.decode_batch(payload)


@given(st.dictionaries(st.sampled_from(["kind", "captured", "body", "more"]), making.things))
def test_any_numbered_object_is_a_record_or_is_rejected_by_its_number(record: dict[str, Any]) -> None:
    read = codec.read_record({"seq": 7, **record})
    assert read.seq == 7


def test_a_newer_field_is_ignored_on_the_way_in() -> None:
    payload = json.dumps(status(colour="blue")).encode()
    assert codec.decode(Status, payload).node == "n1"
    newer = {**raw(codec.encode_record(1, NOON, HEALTH)), "shade": 1}
    newer["body"]["fans"] = {"front": 900}
    read = codec.read_record(newer)
    assert isinstance(read, Record)
    assert read.body == HEALTH


def test_a_producer_may_not_write_a_field_nobody_knows() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Health.model_validate({"cpu": 0.5, "memory": 0.5, "disk": 0.5, "fans": 2})


def test_an_unknown_kind_is_kept_whole() -> None:
    body = {"depth": {"cm": [1, 2.5, None]}, "note": None}
    record = {"seq": 3, "kind": "sonar", "captured": "2026-11-22T12:00:00Z", "body": body}
    read = codec.read_record(record)
    assert isinstance(read, Record)
    assert read.body == Unknown(kind="sonar", body=body)
    assert raw(codec.encode_record(3, NOON, read.body))["body"] == body


def test_a_bad_record_is_named_by_its_number_and_spoils_no_other() -> None:
    good = codec.encode_record(1, NOON, HEALTH)
    bad = codec.encode_record(2, NOON, HEALTH).replace(b'"cpu":0.5', b'"cpu":1.5')
    first, second = map(codec.read_record, codec.decode_batch(codec.encode_batch(HEAD, [good, bad])).records)
    assert isinstance(first, Record)
    assert isinstance(second, codec.Rejected)
    assert (second.seq, second.code) == (2, "invalid")
    assert "cpu" in second.detail


@pytest.mark.parametrize("number", ["0", "-1", "10", "1.5", "true", '"1"', "null", str(2**53)])
def test_a_record_numbered_wrongly_makes_the_batch_unreadable(number: str) -> None:
    record = f'{{"seq":{number},"kind":"health"}}'.encode()
    refused(codec.encode_batch(HEAD, [record]), "unnumbered")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"null", "invalid"),
        (b"[]", "invalid"),
        (codec.encode(HEAD).replace(b'"floor":1', b'"floor":NaN'), "not_json"),
        (codec.encode(HEAD).replace(b'"n1"', b'"N 1"'), "invalid"),
        (codec.encode(HEAD).replace(b'"schema":1', b'"schema":2'), "invalid"),
        (b" " * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_a_payload_that_is_no_batch_is_refused_with_a_code(payload: bytes, code: str) -> None:
    refused(payload, code)


@pytest.mark.parametrize("name", ["", "Node", "a b", "a/b", "nút", "a\n", "a" * 41, "a_b", 7, None])
def test_a_name_that_is_no_slug_is_refused(name: object) -> None:
    with pytest.raises(codec.UndecodableError):
        codec.decode(Status, json.dumps(status(node=name)).encode())


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-22T12:00:00",
        "2026-11-22",
        "12:00:00Z",
        "0001-01-01T00:00:00+07:00",
        "9999-12-31T23:59:59-07:00",
        "9999-12-31T23:59:59Z",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:01Z",
        "1700000000",
        1_700_000_000,
        True,
    ],
)
def test_a_time_without_its_offset_or_out_of_this_world_is_refused(time: object) -> None:
    with pytest.raises(codec.UndecodableError):
        codec.decode(Status, json.dumps(status(at=time)).encode())


@pytest.mark.parametrize("number", [0, 2**53, 2**63])
def test_a_batch_numbered_beyond_what_the_centre_keeps_is_refused(number: int) -> None:
    refused(codec.encode(HEAD).replace(b'"number":1', b'"number":%d' % number), "invalid")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("sonar", {"deep": [{"inside": "a\0"}]}),
        ("sonar", {"deep": [{"a\0": 1}]}),
        ("health", {"cpu": 0, "memory": 0, "disk": 0, "drops": {"a\0": 1}}),
        ("reply", {"outcome": "done", "reasons": [{"code": "odd", "params": {"a": "\0"}}]}),
        ("reply", {"outcome": "done", "reasons": [{"code": "odd", "params": {"\0": 1}}]}),
        ("reading", {"sensor": "s1", "quantity": "level", "unit": "m\0", "value": 1}),
    ],
)
def test_a_text_no_database_can_store_is_rejected_wherever_it_stands(kind: str, body: dict[str, Any]) -> None:
    read = codec.read_record({"seq": 1, "kind": kind, "captured": "2026-11-22T12:00:00Z", "body": body})
    assert isinstance(read, codec.Rejected)


@pytest.mark.parametrize("versions", [{"a\0": "1"}, {"a": "1\0"}])
def test_a_status_with_a_text_no_database_can_store_is_refused(versions: dict[str, str]) -> None:
    with pytest.raises(codec.UndecodableError):
        codec.decode(Status, json.dumps(status(versions=versions)).encode())


def test_a_revision_no_column_holds_is_rejected() -> None:
    event = Event(id=HEAD.epoch, kind="loitering", phase=Phase.OPENED, rev=2**31 - 1, camera="c1", began=NOON)
    record = codec.encode_record(1, NOON, event)
    assert isinstance(codec.read_record(raw(record)), Record)
    assert isinstance(codec.read_record(raw(record.replace(b"2147483647", b"2147483648"))), codec.Rejected)


def test_a_time_is_utc_whatever_offset_it_came_with() -> None:
    read = codec.decode(Status, json.dumps(status(at="2026-11-22T19:00:00.000001+07:00")).encode())
    assert read.at.isoformat() == "2026-11-22T12:00:00.000001+00:00"
    assert codec.instant(read.at) == "2026-11-22T12:00:00.000001Z"


def test_a_naive_time_is_not_written() -> None:
    with pytest.raises(ValueError, match="aware"):
        codec.encode_record(1, NOON.replace(tzinfo=None), HEALTH)


@pytest.mark.parametrize("seq", [0, -1, 2**53])
def test_a_number_outside_the_ledger_is_not_written(seq: int) -> None:
    with pytest.raises(ValueError, match="numbered"):
        codec.encode_record(seq, NOON, HEALTH)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_never_written(value: float) -> None:
    with pytest.raises(ValidationError):
        Reading(sensor="s1", quantity="level", unit="m", value=value)
    with pytest.raises(ValidationError):
        Reason(code="odd", params={"value": value})


def test_a_nothing_among_the_parameters_is_kept() -> None:
    event = Event(
        id=HEAD.epoch,
        kind="loitering",
        phase=Phase.OPENED,
        rev=1,
        camera="c1",
        began=NOON,
        notes=(Reason(code="late", params={"since": None}),),
    )
    read = codec.read_record(raw(codec.encode_record(1, NOON, event)))
    assert isinstance(read, Record)
    assert read.body == event


def test_a_record_too_large_for_any_batch_is_not_written() -> None:
    tallied = Tallied(what="w" * 40, place="p" * 40, subject="s" * 40, minute=1, n=GREATEST_SEQ, direction="d" * 40)
    tally = Tally(camera="c1", start=NOON, minutes=({"watched": 60},), counts=(tallied,) * 2000)
    with pytest.raises(ValueError, match="a record holds"):
        codec.encode_record(1, NOON, tally)


def test_the_largest_records_fit_beside_the_fullest_head() -> None:
    far = GREATEST_SEQ - 1
    head = BatchHead(
        node="n" * 40,
        epoch=HEAD.epoch,
        session=HEAD.session,
        number=GREATEST_SEQ,
        floor=GREATEST_SEQ,
        next=GREATEST_SEQ,
        gone=(Gone(span=(far, far), why=Why.UNREADABLE),) * MOST_GONE,
        holds=(HEAD.epoch,) * MOST_HELD,
        sent=NOON.replace(microsecond=123456),
    )
    record = b'{"seq":1,"kind":"sonar","captured":"2026-11-22T12:00:00Z","body":{"a":"%s"}}'
    record %= b"a" * (MOST_RECORD_BYTES - len(record) + 2)
    assert len(record) == MOST_RECORD_BYTES
    assert len(codec.decode_batch(codec.encode_batch(head, [record])).records) == 1


def test_a_batch_beyond_its_size_is_not_written() -> None:
    with pytest.raises(ValueError, match="a batch holds"):
        codec.encode_batch(HEAD, [b"x" * MOST_BYTES])
