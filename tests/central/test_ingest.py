"""What a group of messages comes to: on SQLite and on PostgreSQL, without a broker."""

from uuid import UUID

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from central.arrivals import Message
from central.store import schema as tables
from central.store.database import Database
from streams.wire.messages import Clock, Receipt
from streams.wire.records import Health, Phase
from tests.central.town import (
    NOW,
    Box,
    count,
    gone,
    later,
    level,
    loitering,
    picture,
    rows,
    settled,
    took,
)

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)
REFUSES_SONAR = (
    """CREATE FUNCTION refuse() RETURNS trigger AS
    $$ BEGIN RAISE EXCEPTION 'no sonar here' USING ERRCODE = 'data_exception'; END $$ LANGUAGE plpgsql""",
    "CREATE TRIGGER no_sonar BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.kind = 'sonar') EXECUTE FUNCTION refuse()",
)


def reasons(database: Database) -> list[str]:
    return sorted(row["reason"] for row in rows(database, tables.dead_letter))


def test_a_batch_is_stored_once_however_often_it_comes(database: Database) -> None:
    ingest, box = settled(database), Box()
    message = box.said(HEALTH, level(0.3))
    first = took(database, ingest, message, message)
    again = took(database, ingest, message)
    assert count(database, tables.record) == 2
    assert first.records == {
        ("health", "new"): 1,
        ("reading", "new"): 1,
        ("health", "duplicate"): 1,
        ("reading", "duplicate"): 1,
    }
    assert [answer.receipt.upto for answer in (*first.answers, *again.answers)] == [2, 2]


def test_one_receipt_answers_every_batch_of_an_epoch_in_a_group(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    outcome = took(database, ingest, box.said(HEALTH), other.said(HEALTH), box.said(HEALTH), box.said(HEALTH))
    told = {
        (answer.ward, answer.receipt.node): (answer.receipt.upto, answer.receipt.heard) for answer in outcome.answers
    }
    assert told == {("hai-chau", "box-1"): (3, 3), ("thanh-khe", "box-2"): (1, 1)}


def test_a_gap_is_asked_for_and_closes_when_it_comes(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH, HEALTH)
    (gap,) = took(database, ingest, box.batch([1, 3])).answers
    (closed,) = took(database, ingest, box.batch([2])).answers
    assert (gap.receipt.upto, gap.receipt.have, gap.receipt.want) == (1, ((3, 3),), ((2, 2),))
    assert (closed.receipt.upto, closed.receipt.want) == (3, ())


def test_what_is_gone_is_lost_until_it_comes_after_all(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH, HEALTH)
    took(database, ingest, box.batch([1, 3], gone=(gone(2, 2),)))
    (row,) = rows(database, tables.intake)
    assert row["lost"] == [[2, 2]]
    late = took(database, ingest, box.batch([2]))
    (row,) = rows(database, tables.intake)
    assert (row["lost"], late.records) == ([], {("health", "late"): 1})
    assert count(database, tables.record) == 3


def test_a_camera_of_another_box_is_refused_alone_and_raises_an_alarm(database: Database) -> None:
    ingest, box = settled(database), Box()
    (answer,) = took(database, ingest, box.said(loitering("cam-3"), HEALTH)).answers
    assert [(refused.span, refused.reason) for refused in answer.receipt.refused] == [((1, 1), "foreign_device")]
    assert answer.receipt.upto == 2
    assert reasons(database) == ["foreign_device"]
    assert [row["kind"] for row in rows(database, tables.record)] == ["health"]
    (fault,) = [row["faults"] for row in rows(database, tables.node) if row["id"] == "box-1"]
    assert list(fault) == ["foreign_device"]
    assert [row["act"] for row in rows(database, tables.audit) if row["origin"] == "node"] == ["foreign_device"]


def test_an_event_of_another_box_cannot_be_taken_over(database: Database) -> None:
    ingest, box, other, id_ = settled(database), Box(), Box("box-2", "thanh-khe"), uuid7()
    took(database, ingest, box.said(loitering(id_=id_)))
    took(database, ingest, other.said(loitering("cam-3", id_=id_, rev=2, phase=Phase.CLOSED)))
    assert reasons(database) == ["foreign_event"]
    assert [(row["node_id"], row["phase"]) for row in rows(database, tables.event)] == [("box-1", "opened")]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Box("box-2", "thanh-khe").said(HEALTH, topic="wardsense/v1/hai-chau/box-1/batch"), "another_node"),
        (Box("box-9").said(HEALTH), "unknown_node"),
        (Box("box-1", "thanh-khe").said(HEALTH), "another_ward"),
        (Message("wardsense/v1/hai-chau/box-1/batch", b"\x00\xff", NOW), "not_json"),
        (Message("wardsense/v1/hai-chau/box-1/batch", b'{"schema": 9}', NOW), "invalid"),
        (Message("wardsense/v1/Hai Chau/box-1/batch", b"{}", NOW), "not_a_topic"),
        (Message("wardsense/v1/hai-chau/box-1/status", b"offline", NOW), "not_json"),
    ],
)
def test_what_cannot_be_believed_lies_whole_among_the_dead_letters(
    database: Database, message: Message, reason: str
) -> None:
    ingest = settled(database)
    outcome = took(database, ingest, message)
    assert outcome.answers == []
    assert reasons(database) == [reason]
    assert rows(database, tables.dead_letter)[0]["payload"] == message.payload
    assert count(database, tables.record) == 0


def test_one_bad_batch_spoils_nobodys(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    bad = Message("wardsense/v1/hai-chau/box-1/batch", b"{", NOW)
    outcome = took(database, ingest, box.said(HEALTH), bad, other.said(HEALTH), Box("box-9").said(HEALTH))
    assert count(database, tables.record) == 2
    assert len(outcome.answers) == 2
    assert outcome.letters.total() == 2


def test_a_poisoned_record_is_named_and_its_neighbours_are_stored(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH, HEALTH)
    poison = b'{"seq": 2, "kind": "health", "captured": "2026-03-02T02:00:00Z", "body": {"cpu": 7}}'
    (answer,) = took(database, ingest, box.batch([1, 3], raw=[poison])).answers
    assert [(refused.span, refused.reason) for refused in answer.receipt.refused] == [((2, 2), "invalid")]
    assert answer.receipt.upto == 3
    (letter,) = rows(database, tables.dead_letter)
    assert (letter["seq"], letter["node_id"]) == (2, "box-1")
    assert b'"cpu":7' in letter["payload"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_the_database_refuses_is_refused_by_name_and_spoils_no_neighbour(database: Database) -> None:
    ingest, box = settled(database), Box()
    with database.writing() as connection:
        for statement in REFUSES_SONAR:
            connection.execute(text(statement))
    box.make(HEALTH, HEALTH, HEALTH)
    sonar = b'{"seq": 2, "kind": "sonar", "captured": "2026-03-02T02:00:00Z", "body": {"depth": 4}}'
    (answer,) = took(database, ingest, box.batch([1, 3], raw=[sonar])).answers
    assert answer.receipt.upto == 3
    assert [row["kind"] for row in rows(database, tables.record)] == ["health", "health"]
    assert [refused.reason for refused in answer.receipt.refused] == ["unstorable"]


def test_the_health_of_a_record_that_is_refused_is_not_shown(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH)
    body = b'{"cpu": 0, "memory": 0, "disk": 0, "drops": {"a\\u0000": 1}}'
    bad = b'{"seq": 2, "kind": "health", "captured": "2026-03-02T02:00:00Z", "body": ' + body + b"}"
    (answer,) = took(database, ingest, box.batch([1], raw=[bad])).answers
    assert [(refused.span, refused.reason) for refused in answer.receipt.refused] == [((2, 2), "invalid")]
    (shown,) = [row["health"] for row in rows(database, tables.node) if row["id"] == "box-1"]
    assert shown == HEALTH.model_dump(mode="json")


def test_a_revision_beyond_any_integer_is_refused_on_both_databases(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, loitering(rev=77_777))
    beyond = box.made[2].replace(b"77777", str(2**80).encode())
    (answer,) = took(database, ingest, box.batch([1], raw=[beyond])).answers
    assert [refused.reason for refused in answer.receipt.refused] == ["invalid"]
    assert count(database, tables.record) == 1


def test_a_number_beyond_any_float_in_a_body_nobody_knows_is_refused_on_both_databases(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH)
    bad = b'{"seq": 2, "kind": "sonar", "captured": "2026-03-02T02:00:00Z", "body": {"ping": [{"m": 1e400}]}}'
    (answer,) = took(database, ingest, box.batch([1], raw=[bad])).answers
    assert [(refused.span, refused.reason) for refused in answer.receipt.refused] == [((2, 2), "invalid")]
    assert count(database, tables.record) == 1


def test_a_ledger_full_of_holes_is_dead_lettered_whole(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(*[HEALTH] * 10_000)
    for start in range(0, 4096 * 2, 1000):
        took(database, ingest, box.batch(range(start + 1, start + 1001, 2)))
    outcome = took(database, ingest, box.batch(range(8001, 9000, 2)), box.batch([9999]))
    assert "fragmented" in outcome.letters
    assert outcome.answers == []


def test_a_time_ahead_of_ours_is_doubtful_and_ordered_by_when_it_was_heard(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(loitering(), at=later(61), heard=NOW), box.said(HEALTH, at=later(60), heard=NOW))
    told = {row["kind"]: (row["captured"], row["doubtful"]) for row in rows(database, tables.record)}
    assert told == {"event": (later(61), True), "health": (later(60), False)}
    assert [row["captured"] for row in rows(database, tables.event)] == [NOW]


def test_a_clock_nobody_disciplines_is_doubtful(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(HEALTH, clock=Clock(synced=False)))
    assert [row["doubtful"] for row in rows(database, tables.record)] == [True]


def test_the_highest_revision_of_an_event_is_the_truth_in_any_order(database: Database) -> None:
    ingest, box, id_ = settled(database), Box(), uuid7()
    took(database, ingest, box.said(loitering(id_=id_, rev=3, phase=Phase.CLOSED)))
    took(database, ingest, box.said(loitering(id_=id_, rev=1), loitering(id_=id_, rev=2, phase=Phase.UPDATED)))
    assert [(row["rev"], row["phase"]) for row in rows(database, tables.event)] == [(3, "closed")]
    assert count(database, tables.record) == 3


def test_evidence_an_event_names_is_coming(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(loitering("cam-2", evidence=(picture(),))))
    assert [(row["ward_id"], row["state"]) for row in rows(database, tables.evidence)] == [("thanh-khe", "coming")]
    assert [row["role"] for row in rows(database, tables.evidence_name)] == ["snapshot"]


def test_facts_belong_to_the_ward_of_the_camera_and_not_of_the_topic(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(loitering("cam-1"), loitering("cam-2"), HEALTH))
    assert sorted((row["device_id"] or "", row["ward_id"]) for row in rows(database, tables.record)) == [
        ("", "hai-chau"),
        ("cam-1", "hai-chau"),
        ("cam-2", "thanh-khe"),
    ]
    assert sorted(row["ward_id"] for row in rows(database, tables.alert)) == ["hai-chau", "thanh-khe"]


def test_a_sensor_shows_its_newest_value_and_a_late_one_turns_nothing_back(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(level(0.5), at=later(10)))
    took(database, ingest, box.said(level(0.1), at=NOW, heard=later(11)))
    (sensor,) = [row for row in rows(database, tables.device) if row["id"] == "water-1"]
    assert (sensor["last_value"], sensor["last_at"]) == (0.5, later(10))


def test_a_new_session_ends_the_old_epoch_and_a_keep_alive_forgets_what_nobody_holds(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, HEALTH)
    took(database, ingest, box.batch([1]))
    reborn = Box(session=uuid7())
    took(database, ingest, reborn.said(HEALTH, at=later(10)))
    took(database, ingest, reborn.batch([], heard=later(11), holds=(reborn.session,)))
    epochs = {row["epoch"]: row for row in rows(database, tables.intake)}
    assert (epochs[box.session]["over"], epochs[box.session]["lost"]) == (True, [[2, 2]])
    assert epochs[box.session]["over_at"] is not None
    (node,) = [row for row in rows(database, tables.node) if row["id"] == "box-1"]
    assert (node["session"], node["online"]) == (reborn.session, True)


def test_two_boxes_under_one_name_are_a_fault_of_the_node(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(HEALTH))
    copy = Box(session=uuid7())
    took(database, ingest, copy.said(HEALTH, at=later(10)))
    took(database, ingest, box.said(HEALTH, at=later(300)))
    (node,) = [row for row in rows(database, tables.node) if row["id"] == "box-1"]
    assert "two_boxes" in node["faults"]


def test_everything_made_is_accounted_for(database: Database) -> None:
    ingest, box = settled(database), Box()
    box.make(HEALTH, loitering("cam-3"), HEALTH, HEALTH, HEALTH)
    (answer,) = took(database, ingest, box.batch([1, 2, 5], gone=(gone(3, 3),))).answers
    (row,) = rows(database, tables.intake)
    made, stored, dead = row["next"] - 1, count(database, tables.record), count(database, tables.dead_letter)
    assert (made, stored, dead, row["lost"], row["outstanding"]) == (5, 2, 1, [[3, 3]], True)
    assert isinstance(answer.receipt, Receipt)
    assert isinstance(row["epoch"], UUID)
