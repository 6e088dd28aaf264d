"""Orders to boxes: written by an administrator, sent by the ward's worker, answered by the box's own record."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from central.dispatch import Letter, Post, pass_on
from central.store import schema as tables
from central.store.changes import after
from streams.broker import Broker, connect
from streams.clocks import SystemClock
from streams.line import Line
from streams.wire.codec import decode
from streams.wire.messages import Command, Config
from streams.wire.records import Outcome, Reply
from streams.wire.words import Reason
from tests.central.office import ADMIN, CREW, OPERATOR, Office, Person, problem
from tests.central.town import later, rows, took
from tests.parts.mosquitto import Mosquitto

BODY = {"cameras": [{"id": "cam-1", "source": {"url": "rtsp://10.0.0.1/1", "password_file": "cam.pw"}}]}


class Scripted(Post):
    """A post that keeps what it is offered and says what it is told."""

    def __init__(self) -> None:
        self.offered: list[Letter] = []
        self.gone: dict[UUID, Any] = {}

    def offer(self, letters: Any) -> None:  # noqa: ANN401 - a sequence of letters
        self.offered += letters

    def taken(self) -> dict[UUID, Any]:
        return self.gone


def configure(who: Person, body: dict[str, Any], revision: str = "r1") -> httpx.Response:
    headers = {"Idempotency-Key": uuid4().hex}
    told = {"revision": revision, "why": "second camera", "body": body}
    return who.http.put("/v1/nodes/box-1/config", json=told, headers=headers)


def worked(office: Office, post: Post, seconds: float) -> list[dict[str, Any]]:
    with office.database.writing() as connection:
        return [news.params or {} for news in pass_on(connection, post, later(seconds), ["hai-chau"])]


def listed(who: Person) -> Iterator[tuple[str, str, str | None]]:
    for item in who.get("/v1/nodes/box-1/orders").json()["items"]:
        yield item["kind"], item["state"], item["outcome"]


def test_a_command_is_sent_by_the_worker_and_its_answer_is_shown(office: Office) -> None:
    admin, post = office.person(ADMIN), Scripted()
    made = admin.change("/v1/nodes/box-1/commands", {"verb": "report", "why": "slow since noon"})
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert worked(office, post, 1) == []
    (letter,) = post.offered
    command = decode(Command, letter.payload)
    assert (letter.topic, letter.retain) == ("wardsense/v1/hai-chau/box-1/command", False)
    assert (command.verb, command.by, command.why, command.expires) == ("report", "boss", "slow since noon", later(300))
    post.gone[letter.id] = later(2)
    assert worked(office, post, 3) == [{"order": made.json()["id"], "state": "sent"}]
    assert list(listed(admin)) == [("command", "sent", None)]
    took(office.database, office.ingest, office.box.said(Reply(outcome=Outcome.DONE, command=command.id), at=later(4)))
    assert list(listed(admin)) == [("command", "answered", "done")]
    assert worked(office, post, 1000) == []
    with office.database.reading() as connection:
        told = [change.params for change in after(connection, "hai-chau", 0) if "order" in (change.params or {})]
    assert [params["state"] for params in told if params] == ["waiting", "answered"]
    (act,) = [row for row in rows(office.database, tables.audit) if row["act"] == "order_command"]
    assert (act["row"], act["why"], act["params"]["verb"]) == ("box-1", "slow since noon", "report")


def test_a_command_nobody_answers_expires_and_a_late_answer_still_counts(office: Office) -> None:
    admin = office.person(ADMIN)
    id_ = admin.change("/v1/nodes/box-1/commands", {"verb": "ping", "why": "?", "expires_in_s": 10}).json()["id"]
    assert worked(office, Scripted(), 10) == [{"order": id_, "state": "expired"}]
    late = Reply(outcome=Outcome.EXPIRED, command=UUID(id_))
    took(office.database, office.ingest, office.box.said(late, at=later(60)))
    assert list(listed(admin)) == [("command", "answered", "expired")]


@pytest.mark.parametrize(
    "odd", [{"verb": "Not a verb!"}, {"expires": None}, {"kind": "config", "revision": "!"}, {"params": [1]}], ids=str
)
def test_an_order_that_cannot_be_read_ends_by_itself_and_the_next_one_goes(office: Office, odd: dict[str, Any]) -> None:
    admin, post = office.person(ADMIN), Scripted()
    bad, good = (admin.change("/v1/nodes/box-1/commands", {"verb": "ping", "why": "?"}).json()["id"] for _ in range(2))
    with office.database.writing() as connection:
        connection.execute(update(tables.node_order).where(tables.node_order.c.id == UUID(bad)).values(**odd))
    assert worked(office, post, 1) == [{"order": bad, "state": "expired"}]
    assert [str(letter.id) for letter in post.offered] == [good]
    assert worked(office, post, 2) == []
    (shown,) = [item for item in admin.get("/v1/nodes/box-1/orders").json()["items"] if item["id"] == bad]
    assert (shown["outcome"], [reason["code"] for reason in shown["reasons"]]) == ("failed", ["unsendable"])


def test_another_box_answers_for_nobody(office: Office) -> None:
    admin = office.person(ADMIN)
    id_ = admin.change("/v1/nodes/box-1/commands", {"verb": "ping", "why": "?"}).json()["id"]
    office.box.name, office.box.ward = "box-2", "thanh-khe"
    took(office.database, office.ingest, office.box.said(Reply(outcome=Outcome.DONE, command=UUID(id_))))
    assert list(listed(admin)) == [("command", "waiting", None)]


def test_a_configuration_is_retained_answered_by_its_revision_and_replaces_the_one_before(office: Office) -> None:
    admin, post = office.person(ADMIN), Scripted()
    assert configure(admin, BODY).status_code == 201
    second = configure(admin, {"cameras": []}, "r2")
    assert list(listed(admin)) == [("config", "waiting", None), ("config", "replaced", None)]
    worked(office, post, 1)
    (letter,) = post.offered
    config = decode(Config, letter.payload)
    assert (letter.topic, letter.retain, config.revision) == ("wardsense/v1/hai-chau/box-1/config", True, "r2")
    assert (config.sha256, config.body) == (second.json()["sha256"], {"cameras": []})
    why = Reason(code="config_mistake", params={"where": "cameras", "message": "too few"})
    reply = Reply(outcome=Outcome.REFUSED, config_rev="r2", reasons=(why,))
    took(office.database, office.ingest, office.box.said(reply))
    told = admin.get("/v1/nodes/box-1/config").json()
    assert (told["running"], told["body"], told["order"]["state"]) == (None, {"cameras": []}, "answered")
    assert told["order"]["reasons"] == [why.model_dump(mode="json")]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_configuration_that_holds_a_secret_is_refused_with_the_places(office: Office) -> None:
    admin = office.person(ADMIN)
    body = {
        "broker": {"password": "hunter2"},
        "cameras": [{"source": {"url": "rtsp://admin:12345@10.0.0.1/1"}}, {"token": None}],
    }
    refused = configure(admin, body)
    assert problem(refused) == (422, "config_holds_secret")
    assert refused.json()["params"] == {"where": ["broker.password", "cameras.0.source.url"]}
    assert configure(admin, BODY).status_code == 201
    assert problem(configure(admin, {"cameras": []})) == (409, "revision_taken")
    assert configure(admin, BODY).status_code == 201
    assert problem(configure(admin, {"notes": ["x" * 300_000]}, "r3")) == (413, "body_too_large")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_only_administrators_order_and_only_the_desk_looks(office: Office) -> None:
    operator, crew = office.person(OPERATOR), office.person(CREW)
    for who in (operator, crew):
        asked = who.change("/v1/nodes/box-1/commands", {"verb": "ping", "why": "?"})
        assert problem(asked) == (403, "role_missing")
        assert problem(configure(who, BODY)) == (403, "role_missing")
    assert operator.get("/v1/nodes/box-1/orders").status_code == 200
    assert problem(operator.get("/v1/nodes/box-1/config")) == (403, "role_missing")
    assert problem(crew.get("/v1/nodes/box-1/orders")) == (403, "role_missing")
    unknown = office.person(ADMIN).change("/v1/nodes/box-1/commands", {"verb": "explode", "why": "?"})
    assert problem(unknown) == (422, "invalid_request")


def test_what_the_post_carries_reaches_a_box_over_a_real_broker_once() -> None:
    letter = Letter(uuid4(), "wardsense/v1/hai-chau/box-1/command", b"do", retain=False)

    async def carried(port: int) -> tuple[list[bytes], bool]:
        post, line = Post(), Line(Broker(client_id="centre", port=port, persistent=False))
        box = Broker(client_id="box-1", port=port, persistent=False)
        async with asyncio.timeout(20), connect(box, [letter.topic]) as heard, asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(line.keep_connected()), tasks.create_task(post.carry(line, SystemClock()))]
            await line.up()
            post.offer([letter, letter])
            messages = heard.messages()
            got = [(await anext(messages))[1]]
            while not post.taken():
                await SystemClock().pause(0.01)
            post.offer([letter])
            post.offer([Letter(uuid4(), letter.topic, b"end", retain=False)])
            got.append((await anext(messages))[1])
            for task in work:
                task.cancel()
        return got, letter.id in post.taken()

    with Mosquitto() as broker:
        assert asyncio.run(carried(broker.port)) == ([b"do", b"end"], True)
