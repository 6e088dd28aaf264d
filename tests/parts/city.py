"""A whole city on one machine: a real Mosquitto, a real centre and a real node, each a process that can be killed.

The node keeps its own journal of what it makes; the broker holds everybody to the access list that is shipped. All
files stand in one folder. `settle` brings a run to its end: a node without eyes takes the old one's outbox and hands
over what is left, so that what was made stands still and can be counted.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import yaml

from central import config
from central.auth.nodes import enrol
from central.store import registry
from central.store.database import Database
from central.store.migrate import migrate
from edge.journal import of_row
from tests.conftest import ROOT
from tests.parts.child import Child
from tests.parts.mosquitto import Mosquitto, free_port
from tests.parts.plan import NODE, WARDS, WARDSENSE, Plan, Setting, registry_of
from tests.parts.reckoning import Books, read_books
from tests.parts.until import until

CENTRE_USER: Final = "central"
BROKER, CENTRAL, EDGE = "broker", "central", "node"


class City:
    """`with City(folder, plan) as city:` gives a running one; what fails inside shows the programs' last words."""

    def __init__(self, folder: Path, plan: Plan, url: str | None = None, *, persistent: bool = True) -> None:
        """`url` is an empty database (a SQLite file in the folder if absent); `persistent` is the broker's."""
        self.folder, self.plan = folder, plan
        self.url = url or f"sqlite:///{folder}/central.db"
        self.port = free_port()
        self.journal = folder / "made.txt"
        self.data = folder / "node"
        self.node_kills = 0
        acl = (ROOT / "deploy" / "mosquitto.acl").read_text("utf-8")
        self.passwords = {user: f"{user}-secret" for user in (CENTRE_USER, NODE, "stranger")}
        self.broker = Mosquitto(self.passwords, persistent=persistent, acl=acl)
        self.central = Child(CENTRAL, plan.central, folder / "central.log")
        self.edge = Child(EDGE, plan.edge, folder / "node.log")

    def __enter__(self) -> Self:
        self._write_files()
        self.broker.__enter__()
        try:
            self._prepare_centre()
            self.start(CENTRAL)
            self.start(EDGE)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in (self.edge, self.central):
            child.kill()
        if error is not None:
            error.add_note(f"{self.edge.tail()}\n{self.central.tail()}")
        self.broker.__exit__(kind, error, trace)

    # -- the three, by name ---------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """End one of the three with -9."""
        self.node_kills += name == EDGE
        self._part(name).kill()

    def start(self, name: str) -> None:
        """Start it again where it was; the broker and the centre are of use when this returns."""
        self._part(name).start()
        if name == CENTRAL:
            until(lambda: self.central.serves(f"http://127.0.0.1:{self.port}"), within=90, what="the centre answering")

    def run_as(self, name: str, program: Sequence[str]) -> None:
        """From its next start, the node or the centre runs this program."""
        child = self.central if name == CENTRAL else self.edge
        child.command = [*program, "run", "--config", str(self.folder / f"{name}.yaml")]

    def grown(self, by: int, within: float = 40) -> None:
        """Wait until the node has made so many more records."""
        goal = self.made + by
        self.until(lambda: self.made >= goal, within, f"{by} more records in the node's journal")

    def until(self, condition: Callable[[], object], within: float, what: str) -> None:
        """Wait for it, and not a moment longer when the node or the centre has ended by itself."""
        until(lambda: condition() or self._fallen(), within, what)
        assert not self._fallen(), self._fallen()

    # -- what can be seen from outside ----------------------------------------------------------------------------

    @property
    def made(self) -> int:
        """How many records the node has made, over all its lives, by its own journal."""
        return self.journal.read_bytes().count(b"\n") if self.journal.exists() else 0

    def counters(self) -> Setting:
        """The node's own counters, as anyone at the box reads them; empty before it has written any."""
        file = self.data / "counters.json"
        return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}

    def settled(self) -> int:
        """How many records a node in its first life has been told are settled, by a look into its outbox."""
        held = [of_row(id_)[1] for (id_,) in self._outbox("SELECT id FROM record")]
        return max(held) - len(held) if held else self.made

    def books(self) -> Books:
        """Both sides, as they stand now."""
        return read_books(self.journal, self.url, NODE, self.folder / "evidence")

    def rows(self, query: str) -> list[Any]:
        """What the centre's database answers."""
        database = Database(self.url)
        try:
            with database.reading() as connection:
                return list(connection.exec_driver_sql(query))
        finally:
            database.close()

    # -- the end of a run -----------------------------------------------------------------------------------------

    def settle(self, within: float = 90, *, last_words: bool = False) -> Books:
        """Stop what makes records, let everything arrive, end the node in good order; the books as they stand then.

        What the node does not hand over at once, a node without eyes finds on its disk and delivers; with `last_words`
        it is started in any case, because only a start says that what was left open is unknown.
        """
        if self.edge.running:
            assert self.edge.stop() == 0, "the node did not end in good order"
        if last_words or not self._at_rest():
            self.run_as(EDGE, (*WARDSENSE, "edge"))
            self.write_node(cameras=(), sensors=())
            session = self.counters().get("session")
            self.start(EDGE)
            try:
                begun = f"the outbox running empty after {session}"
                self.until(lambda: self.counters().get("session") != session and self._at_rest(), within, begun)
            except AssertionError as error:
                error.add_note(f"the node's counters: {self.counters()}")
                raise
            self.handed_over()
        return self.books()

    def handed_over(self) -> None:
        """Stop the node in good order, with nothing left in its outbox."""
        assert self.edge.stop() == 0, "the node did not end in good order"
        left = len(self._outbox("SELECT id FROM record"))
        assert left == 0, f"{left} records were not handed over"

    def write_node(self, **changed: object) -> None:
        """Write the node's file, with these keys otherwise than planned."""
        told = {
            "node": NODE,
            "ward": WARDS[0],
            "data": str(self.data),
            "made_journal": str(self.journal),
            "broker": self.line_of(NODE),
            "centre": {"url": f"http://127.0.0.1:{self.port}", "secret_file": str(self.folder / "node.secret")},
            "cameras": list(self.plan.cameras),
            "sensors": list(self.plan.sensors),
            **(self.plan.node or {}),
            **{key: list(value) if isinstance(value, tuple) else value for key, value in changed.items()},
        }
        (self.folder / "node.yaml").write_text(yaml.safe_dump(told), "utf-8")

    def line_of(self, user: str, password: str | None = None) -> Setting:
        """How a user reaches the broker; the password stands in a file named after the user."""
        secret = self.folder / f"{user}.password"
        secret.write_text(password or self.passwords[user], "utf-8")
        return {"host": "127.0.0.1", "port": self.broker.port, "username": user, "password_file": str(secret)}

    def _part(self, name: str) -> Child | Mosquitto:
        parts: dict[str, Child | Mosquitto] = {BROKER: self.broker, CENTRAL: self.central, EDGE: self.edge}
        return parts[name]

    def _fallen(self) -> str:
        """A program that ended by itself, and how."""
        for child in (self.edge, self.central):
            if child.status is not None and child.status >= 0:
                return f"{child.name} ended by itself with status {child.status}"
        return ""

    def _outbox(self, query: str) -> list[Any]:
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/outbox.db?mode=ro", uri=True)) as outbox:
            return outbox.execute(query).fetchall()

    def _at_rest(self) -> bool:
        """Nothing waits on the node's disk, and the centre waits for nothing."""
        waiting = "SELECT 1 FROM record UNION ALL SELECT 1 FROM evidence WHERE state IN ('wanted', 'sending')"
        owed = "SELECT 1 FROM intake WHERE outstanding UNION ALL SELECT 1 FROM evidence WHERE state = 'coming'"
        return not self._outbox(waiting) and not self.rows(owed)

    def _prepare_centre(self) -> None:
        settings = config.read(self.folder / "central.yaml")
        database = Database(self.url)
        try:
            migrate(database)
            with database.writing() as connection:
                registry.apply(connection, settings.city, datetime.now(UTC), "import")
                secret = enrol(connection, NODE)
        finally:
            database.close()
        (self.folder / "node.secret").write_text(secret or "", "utf-8")
        self.run_as(CENTRAL, self.plan.central)
        self.run_as(EDGE, self.plan.edge)

    def _write_files(self) -> None:
        central = {
            "database": self.url,
            "broker": {**self.line_of(CENTRE_USER), "client_id": "wardsense-central"},
            "http": {"port": self.port},
            **{name: str(self.folder / name) for name in ("evidence", "photos")},
            "city": str(self.folder / "city.yaml"),
            "rules": str(ROOT / "configs" / "rules.yaml"),
        }
        (self.folder / "central.yaml").write_text(yaml.safe_dump(central), "utf-8")
        (self.folder / "city.yaml").write_text(yaml.safe_dump(registry_of(self.plan), allow_unicode=True), "utf-8")
        self.write_node()
