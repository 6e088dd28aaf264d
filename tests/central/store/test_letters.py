"""Dead letters: the same one lies there once and counts, and no node fills the table."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.store import letters
from central.store import schema as tables
from central.store.database import Database
from central.store.letters import MOST_KEPT, Letter
from streams.wire.records import Health
from tests.central.town import NOW, Box, later, rows, settled, took

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


def letter(payload: bytes = b"{", reason: str = "not_json", minute: float = 0, node: str | None = "box-1") -> Letter:
    return Letter("wardsense/v1/hai-chau/box-1/batch", reason, "", payload, NOW + timedelta(minutes=minute), None, node)


def laid(database: Database, *some: Letter) -> int:
    with database.writing() as connection:
        return letters.lay(connection, some)


def test_the_same_letter_lies_there_once_and_counts(database: Database) -> None:
    laid(database, letter(), letter(minute=1), letter(b"[", minute=1))
    laid(database, letter(minute=7), letter(reason="invalid"), letter(node=None), letter(node=None, minute=2))
    found = {(row["node_id"], row["payload"], row["reason"]): row for row in rows(database, tables.dead_letter)}
    assert len(found) == 4
    again = found["box-1", b"{", "not_json"]
    assert (again["times"], again["heard"], again["last_heard"]) == (3, NOW, NOW + timedelta(minutes=7))
    assert found[None, b"{", "not_json"]["times"] == 2


def test_a_batch_sent_again_under_another_head_is_the_same_letter(database: Database) -> None:
    ingest, box = settled(database), Box("box-9")
    box.make(HEALTH)
    took(database, ingest, box.batch([1]), now=NOW)
    took(database, ingest, box.batch([1], heard=later(10)), now=later(10))
    (row,) = rows(database, tables.dead_letter)
    assert (row["reason"], row["times"], row["last_heard"]) == ("unknown_node", 2, later(10))


def test_beyond_its_bound_a_node_is_only_counted_by_reason(database: Database) -> None:
    many = [letter(str(number).encode()) for number in range(MOST_KEPT)]
    assert laid(database, *many) == 0
    assert laid(database, letter(b"one more"), letter(b"two more"), letter(b"7"), letter(b"a", "invalid")) == 3
    assert laid(database, letter(b"one more", minute=1), letter(b"a", node="box-2")) == 1
    kept = [row for row in rows(database, tables.dead_letter) if row["payload"]]
    counted = {row["reason"]: row["times"] for row in rows(database, tables.dead_letter) if not row["payload"]}
    assert len(kept) == MOST_KEPT + 1
    assert counted == {"not_json": 3, "invalid": 1}
    assert sum(row["times"] for row in rows(database, tables.dead_letter)) == MOST_KEPT + 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.lists(st.tuples(st.binary(max_size=1), st.sampled_from(["a", "b"])), max_size=6), max_size=4))
def test_every_letter_is_counted_however_they_come(database: Database, groups: list[list[tuple[bytes, str]]]) -> None:
    before = sum(row["times"] for row in rows(database, tables.dead_letter))
    for group in groups:
        laid(database, *(letter(payload, reason) for payload, reason in group))
    after = sum(row["times"] for row in rows(database, tables.dead_letter))
    assert after - before == sum(map(len, groups))
