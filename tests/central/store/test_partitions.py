"""A day of facts is a partition: made ahead, filled from the default one, dropped whole."""

from datetime import date

from sqlalchemy import text

from central.store import partitions
from central.store import schema as tables
from central.store.database import Database
from streams.wire.records import Health
from tests.central.town import NOW, Box, count, later, settled, took

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


def test_a_days_partition_takes_over_what_the_default_one_caught(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(HEALTH))
    with database.writing() as connection:
        made = partitions.make(connection, NOW, days=1)
        again = partitions.make(connection, NOW, days=1)
    took(database, ingest, box.said(HEALTH, at=later(5)))
    assert count(database, tables.record) == 2
    assert again == []
    if database.sqlite:
        assert made == []
        return
    assert made == ["record_on_2026-03-02", "record_on_2026-03-03"]
    with database.reading() as connection:
        assert connection.execute(text('SELECT count(*) FROM "record_on_2026-03-02"')).scalar_one() == 2
        assert connection.execute(text("SELECT count(*) FROM record_default")).scalar_one() == 0


def test_days_whose_time_is_over_are_dropped_whole(database: Database) -> None:
    ingest, box = settled(database), Box()
    with database.writing() as connection:
        partitions.make(connection, NOW, days=2)
    took(database, ingest, box.said(HEALTH))
    with database.writing() as connection:
        dropped = partitions.drop(connection, date(2026, 3, 3))
        left = partitions.names(connection)
    if database.sqlite:
        assert (dropped, left) == ([], [])
        return
    assert dropped == ["record_on_2026-03-02"]
    assert left == ["record_on_2026-03-03", "record_on_2026-03-04"]
    assert count(database, tables.record) == 0
