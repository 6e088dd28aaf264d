"""Strategies for every message and every record of the wire."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import strategies as st
from pydantic import BaseModel

from streams.wire import messages as m
from streams.wire import records as r
from streams.wire.words import GREATEST_SEQ, Place, Reason, Word

slugs = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
codes = st.from_regex(r"[a-z0-9_]{1,40}", fullmatch=True)
shas = st.binary(min_size=32, max_size=32).map(bytes.hex)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
fractions = st.floats(0, 1)
amounts = st.floats(0, 1e12)
finites = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, GREATEST_SEQ)
seqs = st.integers(1, GREATEST_SEQ)
zones = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 3), datetime(2199, 12, 30), timezones=st.just(UTC) | zones)  # noqa: DTZ001 - Hypothesis wants bounds without a zone and adds one
spans = st.tuples(seqs, seqs).map(lambda pair: (min(pair), max(pair)))
corners = st.tuples(fractions, fractions, fractions, fractions)


def ordered_from(number: int) -> UUID:
    """A UUIDv7 with these 122 other bits."""
    return UUID(int=number & ~(0xF << 76 | 0b11 << 62) | 0x7 << 76 | 0b10 << 62)


ordereds = st.integers(0, 2**128 - 1).map(ordered_from)
parameters = texts | st.integers(-GREATEST_SEQ, GREATEST_SEQ) | finites | st.booleans() | st.none()
reasons = st.builds(Reason, code=codes, params=st.dictionaries(texts, parameters, max_size=3))
places = st.builds(Place, lat=st.floats(-90, 90), lon=st.floats(-180, 180), accuracy_m=st.none() | amounts)
boxes = st.builds(r.Box, xyxy=corners, label=codes, score=fractions)
evidences = st.builds(r.Evidence, sha256=shas, bytes=counts, media_type=texts, role=codes, redacted=st.booleans())
things = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_SEQ, GREATEST_SEQ) | finites | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, things, max_size=4)


def tuples_of(inner: st.SearchStrategy[BaseModel], most: int = 3) -> st.SearchStrategy[tuple[BaseModel, ...]]:
    """As the models hold lists: immutable."""
    return st.lists(inner, max_size=most).map(tuple)


events = st.builds(
    r.Event,
    id=ordereds,
    kind=codes,
    phase=st.sampled_from(r.Phase),
    rev=st.integers(1, r.GREATEST_REV),
    camera=slugs,
    began=instants,
    zone=st.none() | slugs,
    subject=st.none() | codes,
    direction=st.none() | codes,
    count=counts,
    score=st.none() | fractions,
    dwell=st.none() | amounts,
    boxes=tuples_of(boxes),
    place=st.none() | places,
    model=st.none() | st.builds(r.ModelRef, id=texts, sha256=shas, threshold=fractions),
    config_rev=st.none() | texts,
    evidence=tuples_of(evidences),
    notes=tuples_of(reasons),
    clock=st.none() | st.builds(r.PictureClock, source=codes, within_ms=st.none() | amounts),
)
readings = st.builds(
    r.Reading,
    sensor=slugs,
    quantity=codes,
    unit=texts,
    value=finites,
    quality=st.sampled_from(r.Quality),
    reason=st.none() | reasons,
    position=st.none() | places,
) | st.builds(r.Reading, sensor=slugs, quantity=codes, unit=texts, value=st.none(), quality=st.just(r.Quality.BAD))
minutes = st.builds(r.Minute, watched=st.floats(0, 60), blind=st.dictionaries(codes, st.floats(0, 60), max_size=3))
tallied = st.builds(
    r.Tallied,
    what=codes,
    place=slugs,
    subject=codes,
    minute=st.integers(0, 1439),
    n=seqs,
    direction=st.none() | codes,
)
tallies = st.builds(
    r.Tally,
    camera=slugs,
    start=instants,
    minutes=st.lists(minutes, min_size=1, max_size=5).map(tuple),
    counts=tuples_of(tallied),
    merged=st.lists(spans, max_size=3).map(tuple),
)
healths = st.builds(
    r.Health,
    cpu=fractions,
    memory=fractions,
    disk=fractions,
    temperature_c=st.none() | finites,
    stages=st.dictionaries(codes, st.builds(r.Latency, p50_ms=amounts, p95_ms=amounts), max_size=3),
    drops=st.dictionaries(texts, counts, max_size=3),
    outbox_records=counts,
    outbox_bytes=counts,
    outbox_age_s=amounts,
    clock_offset_ms=finites,
    uptime_s=amounts,
)
replies = st.builds(
    r.Reply,
    outcome=st.sampled_from(r.Outcome),
    command=st.none() | ordereds,
    config_rev=st.none() | texts,
    reasons=tuples_of(reasons),
)
unknowns = st.builds(r.Unknown, kind=codes.filter(lambda kind: kind not in r.BODIES), body=objects)
bodies: st.SearchStrategy[r.Body] = st.one_of(events, readings, tallies, healths, replies, unknowns)

clocks = st.builds(
    m.Clock, source=st.sampled_from(m.ClockSource), offset_ms=finites, synced=st.booleans(), step=finites
)
heads = st.builds(
    m.BatchHead,
    node=slugs,
    epoch=ordereds,
    session=ordereds,
    number=seqs,
    floor=seqs,
    next=seqs,
    gone=tuples_of(st.builds(m.Gone, span=spans, why=st.sampled_from(m.Why))),
    holds=st.none() | st.lists(ordereds, max_size=3).map(tuple),
    backlog=st.booleans(),
    sent=instants,
    clock=clocks,
)
receipts = st.builds(
    m.Receipt,
    node=slugs,
    epoch=ordereds,
    session=ordereds,
    heard=counts,
    upto=counts,
    have=st.lists(spans, max_size=3).map(tuple),
    want=st.lists(spans, max_size=3).map(tuple),
    refused=tuples_of(st.builds(m.Refused, span=spans, reason=codes)),
)
statuses = st.builds(
    m.Status,
    node=slugs,
    online=st.booleans(),
    session=ordereds,
    epoch=ordereds,
    next=seqs,
    at=instants,
    versions=st.dictionaries(texts, texts, max_size=3),
    config_rev=st.none() | texts,
)
configs = st.builds(m.Config, node=slugs, revision=texts, sha256=shas, issued=instants, by=texts, body=objects)
commands = st.builds(
    m.Command,
    id=ordereds,
    node=slugs,
    verb=codes,
    issued=instants,
    expires=instants,
    by=texts,
    why=texts.filter(bool),
    params=objects,
)
lives = st.builds(
    m.Live,
    node=slugs,
    camera=slugs,
    captured=instants,
    latency_ms=amounts,
    boxes=tuples_of(st.builds(m.Seen, xyxy=corners, label=codes, score=fractions, track=counts)),
)
messages: st.SearchStrategy[Word] = st.one_of(receipts, statuses, configs, commands, lives)
