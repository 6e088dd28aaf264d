"""A control room with people in it: a real Mosquitto, a real centre that serves the built web client, a box that talks.

The city, its rules and its calendar are those that are shipped. Everybody has the same password; the box is scripted
(`street_box`), and what it says goes the whole way: broker, ingest, rules, change feed, browser. The centre is a child
process that can be killed and started again on its port.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import yaml
from sqlalchemy import update
from uuid_utils.compat import uuid7

from central import config
from central.auth import accounts, sessions
from central.auth.grants import Account, Grant, Role
from central.auth.nodes import enrol
from central.auth.passwords import Passwords
from central.registry import read as read_city
from central.store import registry
from central.store.database import Database
from central.store.migrate import migrate
from central.store.schema import alert, case, session
from streams.broker import Broker
from tests.conftest import ROOT
from tests.parts.child import Child
from tests.parts.mosquitto import Mosquitto, free_port
from tests.parts.plan import WARDSENSE
from tests.parts.street_box import StreetBox
from tests.parts.until import until

CONFIGS: Final = ROOT / "configs"
CLIENT: Final = ROOT / "central" / "console" / "dist"
GROUND: Final = ROOT / "demo" / "ground.geojson"
PASSWORD: Final = "đúng mật khẩu rồi"  # noqa: S105 - a test's own
CHEAP: Final = Passwords(time_cost=1, memory_kib=64, lanes=1)
HERE, THERE = "ben-lanh", "vuon-sen"
PATROL: Final = "doi-trat-tu-do-thi"
NODE: Final = "node-bach-dang"
CAMERA: Final = "cam-bach-dang"
CAMERA_THERE: Final = "cam-dien-bien-phu"
OPERATOR, OPERATOR_TOO, CREW, ADMIN, STRANGER, STRANGE_CREW = "op", "op2", "crew", "boss", "stranger", "crew2"
PEOPLE: Final[dict[str, tuple[str, str, tuple[Role, ...]]]] = {
    OPERATOR: ("Trần Thị Lan", HERE, (Role.OPERATOR,)),
    OPERATOR_TOO: ("Lê Văn Hùng", HERE, (Role.OPERATOR,)),
    CREW: ("Tổ trật tự 1", HERE, (Role.FIELD,)),
    ADMIN: ("Phạm Minh Đức", HERE, (Role.ADMIN, Role.OPERATOR)),
    STRANGER: ("Nguyễn Thu Hà", THERE, tuple(role for role in Role if role is not Role.FIELD)),
    STRANGE_CREW: ("Tổ trật tự 2", THERE, (Role.FIELD,)),
}


CITY: Final = read_city((CONFIGS / "city.yaml").read_text("utf-8"), "city.yaml")
_PLACE: Final = CITY.nodes[NODE].cameras[CAMERA].place
AT_THE_CAMERA: Final = (_PLACE.lat, _PLACE.lon) if _PLACE else None


class ControlRoom:
    """`with ControlRoom(folder) as room:` is open for people at `room.url`; `room.box` is at the street."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        """`database` is the address of an empty database; a SQLite file in the folder if absent."""
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = Database(database or f"sqlite:///{folder}/central.db")
        self._passwords = {user: f"{user}-secret" for user in ("central", NODE)}
        acl = (ROOT / "deploy" / "mosquitto.acl").read_text("utf-8")
        self.broker = Mosquitto(self._passwords, persistent=True, acl=acl)
        command = [*WARDSENSE, "central", "run", "--config", str(folder / "central.yaml")]
        self.centre = Child("central", command, folder / "central.log")
        self._tokens: dict[str, str] = {}
        self.box: StreetBox

    def __enter__(self) -> Self:
        self.broker.__enter__()
        try:
            self._write_files()
            secret = self._settle_in()
            self.open()
            line = self._line(NODE)
            self.box = StreetBox(Broker.model_validate(line), HERE, self.url, secret)
            self.box.__enter__()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self, "box"):
            self.box.__exit__(kind, error, trace)
        self.centre.stop()
        if error is not None:
            error.add_note(self.centre.tail())
        self.broker.__exit__(kind, error, trace)
        self.database.close()

    def open(self) -> None:
        """Start the centre, again on its port; returns when it answers."""
        self.centre.start()
        until(lambda: self.centre.serves(self.url), within=90, what="the centre answering")

    def tidy(self) -> None:
        """An empty queue and an open centre: every alert is over and done with, as the last test left them."""
        if not self.centre.running:
            self.open()
        over = {"condition": "cleared", "handling": "dismissed", "reason": "test", "due": None}
        with self.database.writing() as connection:
            connection.execute(update(alert).values(**over))
            connection.execute(update(case).values(state="closed"))

    def end_sessions(self, login: str) -> None:
        """Every session of somebody is over from now on, as after twelve hours away."""
        with self.database.writing() as connection:
            found = accounts.by_login(connection, login)
            assert found is not None, login
            ending = update(session).where(session.c.account_id == found.who.id)
            connection.execute(ending.values(ended_at=datetime.now(UTC)))
        self._tokens.pop(login, None)

    def link(self, login: str) -> str:
        """A fresh one-time link that signs somebody in."""
        with self.database.writing() as connection:
            found = accounts.by_login(connection, login)
            assert found is not None, login
            return f"{self.url}/#/link/{sessions.make_link(connection, found.who.id, datetime.now(UTC))}"

    @contextmanager
    def person(self, login: str) -> Iterator[httpx.Client]:
        """Somebody at the API itself, to see what a page is not to be believed about."""
        with httpx.Client(base_url=self.url, timeout=30) as http:
            if login not in self._tokens:
                who = {"login": login, "password": PASSWORD, "bearer": True}
                self._tokens[login] = http.post("/v1/session", json=who).raise_for_status().json()["token"]
            http.headers["Authorization"] = f"Bearer {self._tokens[login]}"
            yield http

    def get(self, login: str, path: str, **params: Any) -> Any:  # noqa: ANN401 - whatever the API answers
        """One look at the API as somebody. Raises httpx.HTTPStatusError."""
        with self.person(login) as http:
            return http.get(path, params=params).raise_for_status().json()

    def _settle_in(self) -> str:
        settings = config.read(self.folder / "central.yaml")
        now = datetime.now(UTC)
        migrate(self.database)
        kept = CHEAP.hash(PASSWORD)
        with self.database.writing() as connection:
            registry.apply(connection, settings.city, now, "import")
            for login, (name, ward, roles) in PEOPLE.items():
                unit = PATROL if Role.FIELD in roles else None
                grants = tuple(Grant(role, ward) for role in roles)
                accounts.add_account(connection, Account(uuid7(), login, name, unit, grants), kept, now)
            return enrol(connection, NODE) or ""

    def _line(self, user: str) -> dict[str, Any]:
        secret = self.folder / f"{user}.password"
        secret.write_text(self._passwords[user], "utf-8")
        line = {"host": "127.0.0.1", "port": self.broker.port, "client_id": f"room-{user}"}
        return {**line, "username": user, "password_file": str(secret)}

    def _write_files(self) -> None:
        told = {
            "database": self.database.engine.url.render_as_string(hide_password=False),
            "broker": self._line("central"),
            "http": {"port": self.port},
            **{name: str(self.folder / name) for name in ("evidence", "photos")},
            "city": str(CONFIGS / "city.yaml"),
            "rules": str(CONFIGS / "rules.yaml"),
            "calendar": str(CONFIGS / "calendar.yaml"),
            "console": str(client()),
            "map": str(GROUND),
        }
        (self.folder / "central.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")


def client() -> Path:
    """The folder of the built web client; built now if nobody has. Raises AssertionError when it does not build."""
    if not (CLIENT / "index.html").is_file():
        done = subprocess.run(["bash", "deploy/console"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"the web client does not build:\n{done.stdout}{done.stderr}"
    return CLIENT
