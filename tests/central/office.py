"""A centre with people in it, for the API's tests: the small town, a real server on a free port, accounts that sign in.

The clock stands still until a test moves it. Alerts are raised by the real ingest from what a box says.
"""

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import uvicorn
from uuid_utils.compat import uuid7

from alerts.rules import parse_rules
from central import config, registry
from central.api.app import build
from central.api.context import Context
from central.auth import accounts
from central.auth.grants import Account, Grant, Role
from central.auth.nodes import enrol
from central.auth.passwords import Passwords
from central.store.database import Database
from central.store.files import Folder
from streams.wire.records import Evidence
from tests.central.town import CITY, NOW, RULES, Box, loitering, settled, took
from tests.parts.until import until

PASSWORD = "đúng mật khẩu rồi"  # noqa: S105 - a test's own
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
CHEAP = Passwords(time_cost=1, memory_kib=64, lanes=1)
OPERATOR, CREW, ADMIN, STRANGER, CITY_ADMIN = "op", "crew", "boss", "stranger", "mayor"
PEOPLE = {
    OPERATOR: ((Role.OPERATOR, "hai-chau"),),
    "op2": ((Role.OPERATOR, "hai-chau"),),
    CREW: ((Role.FIELD, "hai-chau"),),
    ADMIN: ((Role.ADMIN, "hai-chau"),),
    STRANGER: tuple((role, "thanh-khe") for role in Role),
    CITY_ADMIN: ((Role.ADMIN, None),),
}


@dataclass
class Hand:
    """A clock that a test moves by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        """The instant the hand points at."""
        return self.at

    def move(self, **span: float) -> None:
        """So much later."""
        self.at += timedelta(**span)


class Office:
    """`with Office(database, folder) as office:` serves the API at `office.url`."""

    def __init__(self, database: Database, folder: Path, **more: Any) -> None:  # noqa: ANN401 - fields of the context
        self.database = database
        self.clock = Hand()
        self.ingest = settled(database)
        self.context = Context(
            database=database,
            evidence=Folder(folder / "evidence"),
            photos=Folder(folder / "photos"),
            rules=parse_rules(RULES, "rules.yaml", config.everything(registry.read(CITY, "city.yaml"))),
            now=self.clock.now,
            passwords=CHEAP,
            **more,
        )
        self.app = build(self.context)
        self._server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_config=None, timeout_graceful_shutdown=2))
        self._thread = threading.Thread(target=self._server.run, name="office")
        self._open: list[Person] = []
        self.box = Box()
        with database.writing() as connection:
            self.secret = enrol(connection, "box-1") or ""
            enrol(connection, "box-2")
            for login, grants in PEOPLE.items():
                self._hire(connection, login, grants)

    def _hire(self, connection: Any, login: str, grants: tuple[tuple[Role, str | None], ...]) -> None:  # noqa: ANN401
        given = tuple(Grant(role, ward) for role, ward in grants)
        unit = "patrol" if any(role is Role.FIELD for role, _ in grants) else None
        who = Account(uuid7(), login, login.title(), unit, given)
        accounts.add_account(connection, who, CHEAP.hash(PASSWORD), NOW)

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self._server.started, what="the office to open")
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._open:
            person.http.close()
        self.context.stopping.set()
        self.context.studio.close()
        self._server.should_exit = True
        self._thread.join(timeout=20)

    def anybody(self) -> httpx.Client:
        """A client nobody has signed in with."""
        person = Person(httpx.Client(base_url=self.url, timeout=30))
        self._open.append(person)
        return person.http

    def person(self, login: str) -> "Person":
        """Somebody signed in with a Bearer token."""
        http = self.anybody()
        told = http.post("/v1/session", json={"login": login, "password": PASSWORD, "bearer": True})
        assert told.status_code == 200, told.text
        http.headers["Authorization"] = f"Bearer {told.json()['token']}"
        return Person(http, told.json()["me"]["id"])

    def raise_alert(self, *pictures: Evidence, camera: str = "cam-1", **more: Any) -> UUID:  # noqa: ANN401 - of the event
        """Somebody loiters; the alert that this raises."""
        event = loitering(camera, evidence=pictures, **more)
        took(self.database, self.ingest, self.box.said(event, at=self.clock.now()))
        city = self.person(STRANGER if camera in {"cam-2", "cam-3"} else OPERATOR)
        found = city.get("/v1/alerts").json()["items"][0]["id"]
        return UUID(found)

    def upload(self, content: bytes = JPEG, media_type: str = "image/jpeg") -> httpx.Response:
        """The box sends a picture."""
        return self.anybody().put(
            f"/v1/nodes/box-1/evidence/{sha(content)}",
            content=content,
            headers={"Content-Type": media_type, "Authorization": f"Bearer {self.secret}"},
        )


@dataclass
class Person:
    """Somebody at the API."""

    http: httpx.Client
    id: str = ""
    keys: list[str] = field(default_factory=list)

    def get(self, path: str, **params: Any) -> httpx.Response:  # noqa: ANN401 - query parameters
        """Look."""
        return self.http.get(path, params=params)

    def change(
        self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        """Do, with a fresh key unless one is told, on a version where the row has one."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.http.post(path, json=body, headers=headers)

    def step(self, path: str, step: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take a step with the row as it is now; it must go well."""
        version = self.get(path).json()["version"]
        answer = self.change(f"{path}/{step}", body, version=version)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def photo(self, case: str, content: bytes, *, role: str = "after", client_id: str | None = None) -> httpx.Response:
        """Send a photo."""
        return self.http.post(
            f"/v1/cases/{case}/photos",
            files={"file": ("photo.jpg", content, "image/jpeg")},
            data={"role": role, "client_id": client_id or str(uuid4())},
        )


def sha(content: bytes) -> str:
    """The content's name."""
    return hashlib.sha256(content).hexdigest()


def proof(content: bytes = JPEG) -> Evidence:
    """The picture as an event names it."""
    return Evidence(sha256=sha(content), bytes=len(content), media_type="image/jpeg", role="at", redacted=True)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal, which must be a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["type"]
