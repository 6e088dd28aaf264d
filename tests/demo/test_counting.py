"""Both counts read from where they are kept: a journal with a torn line, and tables as the centre lays them out."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Column, Engine, Table, create_engine, insert

from central.store import schema
from central.store.columns import Instant
from central.store.ground import metadata
from demo.account import LIVE_EVENTS, RAISED, SEEN
from demo.counting import Tables, counters, journal

EPOCH = UUID("018f3a00-0000-7000-8000-000000000001")
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
FILL: dict[type, Any] = {str: "some", int: 0, float: 0.0, bool: False, bytes: b"", UUID: EPOCH, datetime: NOON}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'centre.db'}")
    asked = ("record", "dead_letter", "intake", "evidence", "alert", "alert_history")
    metadata.create_all(made, tables=[metadata.tables[name] for name in asked])
    yield made
    made.dispose()


@pytest.fixture
def tables(engine: Engine) -> Iterator[Tables]:
    opened = Tables(str(engine.url))
    yield opened
    opened.close()


def put(engine: Engine, table: Table, **told: object) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table).values(**{**needed(table), **told}))


def needed(table: Table) -> dict[str, Any]:
    columns = [column for column in table.columns if not column.nullable and column.server_default is None]
    return {column.name: anything(column) for column in columns}


def anything(column: Column[Any]) -> object:
    if isinstance(column.type, Instant):
        return NOON
    if isinstance(column.type, JSON):
        return []
    return FILL[column.type.python_type]


def put_record(engine: Engine, seq: int, kind: str = "reading", **told: object) -> None:
    row = {"epoch": EPOCH, "seq": seq, "kind": kind, "ward_id": "hai-chau", "body": {}, **told}
    put(engine, schema.record, **row)


def put_alert(engine: Engine, **told: object) -> UUID:
    id_ = uuid4()
    put(
        engine, schema.alert, **{"id": id_, "rule": "loitering", "fingerprint": str(id_), "condition": "active", **told}
    )
    return id_


def test_the_journal_is_read_line_by_line_and_a_torn_last_line_is_none(tmp_path: Path) -> None:
    (tmp_path / "made.txt").write_text(f"{EPOCH} 1\n{EPOCH} 2\n{EPOCH} 1")
    assert journal(tmp_path / "made.txt") == [(str(EPOCH), 1), (str(EPOCH), 2)]


def test_a_journal_nobody_has_begun_is_empty(tmp_path: Path) -> None:
    assert journal(tmp_path / "made.txt") == []


@pytest.mark.parametrize("told", [None, "", '{"outbox": {"rec'])
def test_counters_that_are_not_there_or_not_whole_are_none(tmp_path: Path, told: str | None) -> None:
    if told is not None:
        (tmp_path / "counters.json").write_text(told)
    assert counters(tmp_path / "counters.json") == {}


def test_counters_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "counters.json").write_text(json.dumps({"outbox": {"records": 3}}))
    assert counters(tmp_path / "counters.json") == {"outbox": {"records": 3}}


def test_every_record_and_every_dead_letter_with_a_number_is_counted(engine: Engine, tables: Tables) -> None:
    for seq in (1, 2, 4):
        put_record(engine, seq)
    put(engine, schema.dead_letter, id=uuid4(), epoch=EPOCH, seq=3)
    put(engine, schema.dead_letter, id=uuid4())  # a batch nobody could read has no numbers
    assert sorted(tables.stored()) == [(str(EPOCH), 1), (str(EPOCH), 2), (str(EPOCH), 4)]
    assert tables.dead() == [(str(EPOCH), 3)]


def test_a_number_stored_twice_is_seen_twice(engine: Engine, tables: Tables) -> None:
    put_record(engine, 1)
    put_record(engine, 1)
    assert tables.stored() == [(str(EPOCH), 1)] * 2


def test_the_ledger_names_each_lost_number(engine: Engine, tables: Tables) -> None:
    put(engine, schema.intake, node_id="node-1", epoch=EPOCH, lost=[[2, 3], [7, 7]], merged=[[9, 9]])
    assert tables.settled("lost") == {(str(EPOCH), 2), (str(EPOCH), 3), (str(EPOCH), 7)}
    assert tables.settled("merged") == {(str(EPOCH), 9)}
    assert tables.settled("aside") == frozenset()


def test_the_ledger_names_how_far_each_epoch_came(engine: Engine, tables: Tables) -> None:
    put(engine, schema.intake, node_id="node-1", epoch=EPOCH, next=12)
    assert tables.reached() == {str(EPOCH): 12}


def test_events_are_told_by_id_and_revision(engine: Engine, tables: Tables) -> None:
    put_record(engine, 1, "event", body={"id": "e", "rev": 1})
    put_record(engine, 2, "event", body={"id": "e", "rev": 2})
    put_record(engine, 3)
    assert tables.events() == [("e", 1), ("e", 2)]


def test_only_open_alerts_hold_their_fingerprint(engine: Engine, tables: Tables) -> None:
    put_alert(engine, fingerprint="open", condition="stale")
    put_alert(engine, fingerprint="over", condition="cleared")
    assert tables.open_fingerprints() == ["open"]


@pytest.mark.parametrize("state", ["coming", "lost", "quarantined", "deleted", None])
def test_a_picture_an_event_names_is_missing_until_it_is_here(
    engine: Engine, tables: Tables, tmp_path: Path, state: str | None
) -> None:
    sha256 = "a" * 64
    put_record(engine, 1, "event", body={"id": "e", "rev": 1, "evidence": [{"sha256": sha256}]})
    if state is not None:
        put(engine, schema.evidence, ward_id="hai-chau", sha256=sha256, state=state)
    assert tables.evidence_missing(tmp_path) == [sha256]


def test_a_picture_is_coming_until_it_is_known_what_became_of_it(engine: Engine, tables: Tables) -> None:
    for number, state in enumerate(("coming", "here", "lost", "quarantined", "deleted")):
        put(engine, schema.evidence, ward_id="hai-chau", sha256=str(number) * 64, state=state)
    assert tables.coming() == 1


def test_a_picture_is_here_only_in_the_ward_that_names_it_and_only_whole(
    engine: Engine, tables: Tables, tmp_path: Path
) -> None:
    whole, foreign, spoilt = (hashlib.sha256(word.encode()).hexdigest() for word in ("whole", "foreign", "spoilt"))
    body = {"id": "e", "rev": 1, "evidence": [{"sha256": sha256} for sha256 in (whole, foreign, spoilt)]}
    put_record(engine, 1, "event", body=body)
    put_record(engine, 2, "event", body={"id": "f", "rev": 1})
    for sha256, ward, content in (
        (whole, "hai-chau", b"whole"),
        (foreign, "thanh-khe", b"foreign"),
        (spoilt, "hai-chau", b"x"),
    ):
        put(engine, schema.evidence, ward_id=ward, sha256=sha256, state="here")
        (tmp_path / sha256).write_bytes(content)
    assert tables.evidence_missing(tmp_path) == sorted([foreign, spoilt])


def test_waits_are_seconds_between_instants_of_live_events(engine: Engine, tables: Tables) -> None:
    put_record(engine, 1, "event", captured=NOON, heard=NOON + timedelta(milliseconds=250))
    put_record(engine, 2, "event", captured=NOON, heard=NOON + timedelta(hours=1), backlog=True)
    assert tables.waits(LIVE_EVENTS) == [0.25]


def test_the_wait_for_an_alert_is_asked_only_where_it_is_ours(engine: Engine, tables: Tables) -> None:
    later, again = NOON + timedelta(seconds=2), NOON + timedelta(seconds=90)
    here = put_alert(engine, first_seen=NOON, raised_at=again)  # raised, over, and raised once more
    others: list[dict[str, Any]] = [{"rule": "water-level"}, {"late": True}, {"raised_at": None}]
    raised = [here, *(put_alert(engine, **{"first_seen": NOON, "raised_at": later, **other}) for other in others)]
    for alert in raised:
        for step, at in (("raise", later), ("reopen", again)):
            put(engine, schema.alert_history, id=uuid4(), alert_id=alert, step=step, at=at)
    assert tables.waits(RAISED) == [2.0]
    assert tables.instants(SEEN)[str(here)] == NOON
    assert len(tables.instants(SEEN)) == 2


def test_a_tally_counts_by_all_words_but_the_last(engine: Engine, tables: Tables) -> None:
    put_alert(engine, handling="new")
    put_alert(engine, handling="new")
    put_alert(engine, condition="cleared", handling="confirmed")
    told = tables.tally("SELECT rule, condition, handling, count(*) FROM alert GROUP BY 1, 2, 3")
    assert told == {"loitering/active/new": 2, "loitering/cleared/confirmed": 1}
