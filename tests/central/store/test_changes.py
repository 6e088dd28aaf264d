"""The feed's numbers: none skipped, none seen out of order, by any reader, while many write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from central.store import changes
from central.store.changes import News, announce, latest
from central.store.database import Database
from central.store.scope import Scope
from tests.central.town import NOW, settled

WRITERS = 4
EACH = 15


def test_no_reader_ever_skips_a_number_while_many_write(database: Database) -> None:
    settled(database)
    with database.reading() as connection:
        start = latest(connection, Scope.city())["hai-chau"]
    writing = threading.Event()
    seen: list[int] = []

    def write(writer: int) -> None:
        for n in range(EACH):
            news = [News("thanh-khe", "node", f"{writer}"), News("hai-chau", "alert", f"{writer}-{n}")]
            with database.writing() as connection:
                announce(connection, news if n % 2 else news[::-1], NOW)

    def read() -> None:
        last = start
        while not writing.is_set() or last < start + WRITERS * EACH:
            with database.reading() as connection:
                feed = changes.after(connection, "hai-chau", last)
            seen.extend(change.no for change in feed)
            last = feed[-1].no if feed else last

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        reader = threads.submit(read)
        list(threads.map(write, range(WRITERS)))
        writing.set()
        reader.result(30)
    assert seen == list(range(start + 1, start + 1 + WRITERS * EACH))


def test_each_ward_counts_for_itself_and_in_order(database: Database) -> None:
    settled(database)
    with database.writing() as connection:
        before = latest(connection, Scope.city())
        announce(connection, [News("thanh-khe", "alert", "a"), News("hai-chau", "alert", "b")] * 2, NOW)
        after = latest(connection, Scope.city())
    assert {ward: after[ward] - before[ward] for ward in after} == {"hai-chau": 2, "thanh-khe": 2}


def test_what_was_rolled_back_leaves_no_gap(database: Database) -> None:
    settled(database)
    with database.reading() as connection:
        before = latest(connection, Scope.city())["hai-chau"]
    with suppress(LookupError), database.writing() as connection:
        announce(connection, [News("hai-chau", "alert", "never")], NOW)
        raise LookupError
    with database.writing() as connection:
        announce(connection, [News("hai-chau", "alert", "kept")], NOW)
        assert [change.row for change in changes.after(connection, "hai-chau", before)] == ["kept"]
        assert latest(connection, Scope.of("hai-chau"))["hai-chau"] == before + 1
