"""The stream: every change of my wards, in order, once; from where I left off; for as long as my session lasts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from central.api.feed import Tidings, tidings
from central.store.changes import News, announce, latest
from central.store.schema import change
from central.store.scope import Scope
from tests.central.office import CITY_ADMIN, CREW, OPERATOR, Office, Person, problem


def tell(office: Office, *wards: str) -> None:
    with office.database.writing() as connection:
        announce(connection, [News(ward, "alert", "row") for ward in wards], office.clock.now())


@contextmanager
def listening(person: Person, cursor: str | None = None) -> Iterator[Iterator[dict[str, Any]]]:
    headers = {"Last-Event-ID": cursor} if cursor is not None else {}
    with person.http.stream("GET", "/v1/stream", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    told: dict[str, Any] = {}
    for line in answer.iter_lines():
        if not line:
            if "event" in told:
                yield told
            told = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            told[name] = json.loads(value) if name == "data" else value


def test_changes_come_as_they_commit_with_the_cursor_to_go_on_from(office: Office) -> None:
    with listening(office.person(OPERATOR)) as heard:
        hello = next(heard)
        assert hello["event"] == "hello"
        tell(office, "hai-chau")
        first = next(heard)
        assert (first["event"], first["data"]["ward"], first["data"]["kind"]) == ("change", "hai-chau", "alert")
        assert first["id"] == f"hai-chau:{first['data']['no']}"


def test_who_comes_back_is_told_everything_missed_and_nothing_twice(office: Office) -> None:
    operator = office.person(OPERATOR)
    with listening(operator) as heard:
        cursor = next(heard)["id"]
    at = int(cursor.partition(":")[2])
    for _ in range(5):
        tell(office, "hai-chau")
    with listening(operator, cursor) as heard:
        next(heard)
        seen = [next(heard) for _ in range(3)]
    with listening(operator, seen[-1]["id"]) as heard:
        next(heard)
        seen += [next(heard) for _ in range(2)]
    assert [event["data"]["no"] for event in seen] == [at + 1, at + 2, at + 3, at + 4, at + 5]


def test_other_wards_are_not_heard_and_the_whole_city_is_by_who_may(office: Office) -> None:
    with listening(office.person(CITY_ADMIN)) as city, listening(office.person(OPERATOR)) as ward:
        assert set(next(city)["id"].replace(":", ",").split(",")[::2]) == {"hai-chau", "thanh-khe"}
        next(ward)
        tell(office, "thanh-khe")
        tell(office, "hai-chau")
        assert {next(city)["data"]["ward"] for _ in range(2)} == {"thanh-khe", "hai-chau"}
        assert next(ward)["data"]["ward"] == "hai-chau"


def test_a_cursor_that_cannot_be_continued_says_load_anew(office: Office) -> None:
    tell(office, "hai-chau")
    tell(office, "hai-chau")
    with office.database.writing() as connection:
        connection.execute(change.delete().where(change.c.ward_id == "hai-chau"))
    operator = office.person(OPERATOR)
    for cursor in ("hai-chau:1", "hai-chau:99999"):
        with listening(operator, cursor) as heard:
            next(heard)
            assert next(heard)["event"] == "reset"
            tell(office, "hai-chau")
            assert next(heard)["event"] == "change"


def test_a_reader_ahead_of_the_shared_look_waits_and_is_not_sent_back(office: Office) -> None:
    tell(office, "hai-chau")
    with office.database.reading() as connection:
        heads = latest(connection, Scope.city())
    tell(office, "hai-chau")
    ahead = {"hai-chau": heads["hai-chau"] + 1}
    assert tidings(office.database, heads, ahead) == Tidings((), ahead)
    tell(office, "hai-chau")
    assert [change.no for change in tidings(office.database, heads, ahead).changes] == [heads["hai-chau"] + 2]
    assert tidings(office.database, heads, {"hai-chau": 99999}).reset == ("hai-chau",)


def test_a_cursor_nobody_gave_out_is_refused(office: Office) -> None:
    assert problem(office.person(OPERATOR).get("/v1/stream", after="yesterday")) == (400, "bad_cursor")


def test_the_stream_ends_with_the_session(office: Office) -> None:
    operator = office.person(OPERATOR)
    with listening(operator) as heard:
        next(heard)
        office.clock.move(hours=12)
        assert next(heard)["data"] == {"code": "session_expired"}
        assert list(heard) == []


def test_the_stream_ends_when_its_listener_signs_out(office: Office) -> None:
    operator = office.person(OPERATOR)
    with listening(operator) as heard:
        next(heard)
        httpx.delete(f"{office.url}/v1/session", headers=operator.http.headers)
        assert next(heard)["event"] == "bye"


def test_a_server_that_stops_says_so(office: Office) -> None:
    with listening(office.person(OPERATOR)) as heard:
        next(heard)
        office.context.stopping.set()
        assert next(heard)["data"] == {"code": "server_stopping"}


def test_a_crew_hears_of_cases_and_never_of_the_alerts_evidence_and_boxes_it_cannot_read(office: Office) -> None:
    with listening(office.person(CREW)) as heard:
        cursor = next(heard)["id"]
        with office.database.writing() as connection:
            kinds = ("alert", "evidence", "node", "case", "device")
            announce(connection, [News("hai-chau", kind, f"row-{kind}") for kind in kinds], office.clock.now())
        told = [next(heard), next(heard)]
    assert [event["data"]["kind"] for event in told] == ["case", "device"]
    assert told[-1]["id"] == f"hai-chau:{int(cursor.partition(':')[2]) + 5}"
