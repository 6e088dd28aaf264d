"""One worker a ward, on the connection that writes; two workers that meet on one node all the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from central.arrivals import Message, read
from central.store import schema as tables
from central.store.database import Database
from central.wards import Wards
from streams.wire.records import Health
from tests.central.town import NOW, Box, count, loitering, rows, settled
from tests.parts.postgres import Postgres

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


@pytest.fixture
def postgres(cluster: Postgres, migrated_database: str) -> Database:
    return Database(cluster.url(cluster.create(migrated_database)))


def test_one_process_holds_every_ward_it_wants(database: Database) -> None:
    settled(database)
    heard: list[frozenset[str]] = []
    wards = Wards(database, None, heard.append)
    wards.renew()
    wards.renew()
    assert wards.wards() == ["hai-chau", "thanh-khe"]
    assert heard == [frozenset({"hai-chau", "thanh-khe"})]
    wards.let_go()


def test_a_standby_has_the_ward_the_moment_the_holder_loses_its_connection(postgres: Database) -> None:
    settled(postgres)
    holder, standby = Wards(postgres), Wards(postgres)
    holder.renew()
    standby.renew()
    assert (len(holder.wards()), standby.wards()) == (2, [])
    with holder.writing() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with postgres.reading() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(OperationalError), holder.writing() as connection:
        connection.execute(text("SELECT 1"))
    assert holder.wards() == []
    standby.renew()
    assert standby.wards() == ["hai-chau", "thanh-khe"]
    holder.renew()
    assert holder.wards() == []
    standby.let_go()
    holder.renew()
    assert len(holder.wards()) == 2
    holder.let_go()
    postgres.close()


def test_two_workers_that_take_batches_of_one_node_store_each_record_once(postgres: Database) -> None:
    ingest, box = settled(postgres), Box()
    numbers = box.make(*[HEALTH] * 120)
    batches = [box.batch(numbers[start : start + 20]) for start in range(0, 120, 10)]
    together = threading.Barrier(2)

    def work(mine: list[Message]) -> None:
        together.wait()
        for message in mine:
            with postgres.writing() as connection:
                ingest.take(connection, [read(message)], NOW)

    with ThreadPoolExecutor(2) as both:
        list(both.map(work, [batches, batches[::-1]]))
    (row,) = rows(postgres, tables.intake)
    assert (count(postgres, tables.record), row["settled"]) == (120, [[1, 120]])
    postgres.close()


def test_two_workers_that_raise_one_trouble_make_one_alert(postgres: Database) -> None:
    ingest = settled(postgres)
    boxes = [Box(), Box()]
    messages = [box.said(loitering()) for box in boxes]
    together = threading.Barrier(2)

    def work(number: int) -> None:
        together.wait()
        with postgres.writing() as connection:
            ingest.take(connection, [read(messages[number])], NOW)

    with ThreadPoolExecutor(2) as both:
        list(both.map(work, [0, 1]))
    assert (count(postgres, tables.alert), count(postgres, tables.event)) == (1, 2)
    postgres.close()
