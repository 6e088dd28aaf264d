"""What goes wrong in a ward: a wrong password, a name that is not one's own, a locked database, a stranger's camera."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from tests.parts.child import Child
from tests.parts.city import EDGE, City
from tests.parts.plan import NODE, WARDSENSE, Plan, busy_camera, quick_sensor
from tests.parts.reckoning import complaints

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HURRIED = (sys.executable, str(Path(__file__).with_name("hurried_node.py")), "--stopwatch", "30")
RIVER = Plan(cameras=(), sensors=(quick_sensor("water-1", 0.2),))


def test_a_wrong_broker_password_is_said_and_tried_again_until_it_is_right(tmp_path: Path) -> None:
    with City(tmp_path, RIVER) as city:
        city.kill(EDGE)
        city.line_of(NODE, "not the password")
        city.start(EDGE)
        city.until(lambda: "trouble=credentials" in city.edge.said(), 30, "the node saying why there is no line")
        city.grown(10)
        city.line_of(NODE)
        city.until(lambda: city.counters()["line"]["connected"], 30, "the line coming up with the right password")
        assert complaints(city.settle(), node_kills=city.node_kills) == []


def test_under_another_name_nothing_gets_in_and_the_node_shows_that_nobody_answers(tmp_path: Path) -> None:
    plan = replace(RIVER, edge=HURRIED)
    with City(tmp_path, plan) as city:
        city.kill(EDGE)
        city.write_node(broker=city.line_of("stranger"))
        city.start(EDGE)
        city.until(lambda: "no receipt" in city.edge.said(), 40, "the node logging that it gets no receipt")
        city.until(lambda: city.counters().get("line", {}).get("fault"), 10, "the node showing the fault")
        assert UUID(city.counters()["session"]) not in city.books().stored
        assert city.rows("SELECT * FROM dead_letter") == []


def test_a_locked_database_delays_and_loses_nothing(tmp_path: Path) -> None:
    with City(tmp_path, RIVER) as city:
        city.grown(5)
        with locked(tmp_path / "central.db"):
            stored = city.rows("SELECT count(*) FROM record")
            city.grown(40)
            assert city.rows("SELECT count(*) FROM record") == stored
        assert complaints(city.settle()) == []
        assert city.central.starts == 1


def test_what_a_node_does_not_own_is_laid_aside_with_the_reason(tmp_path: Path) -> None:
    cameras = (busy_camera("cam-1", 1), busy_camera("cam-not-mine", 2))
    plan = Plan(cameras, RIVER.sensors, unregistered=frozenset({"cam-not-mine"}))
    with City(tmp_path, plan) as city, stranger(city) as unknown:
        city.until(lambda: _reasons(city) >= {"foreign_device", "unknown_node"}, 60, "dead letters with both reasons")
        assert unknown.running
        books = city.settle()
        assert complaints(books) == []
        assert books.total("dead") > 0
        assert city.central.starts == 1
        faults = city.rows("SELECT faults FROM node WHERE faults IS NOT NULL")
    assert "foreign_device" in str(faults)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else can write to the file meanwhile."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def stranger(city: City) -> Iterator[Child]:
    """A second node, which the broker knows and the registry does not."""
    folder = city.folder / "stranger"
    folder.mkdir()
    told = {
        "node": "stranger",
        "ward": "hai-chau",
        "data": str(folder),
        "broker": city.line_of("stranger"),
        "sensors": [quick_sensor("water-9", 0.5)],
    }
    (folder / "node.yaml").write_text(yaml.safe_dump(told), "utf-8")
    child = Child("stranger", (*WARDSENSE, "edge", "run", "--config", str(folder / "node.yaml")), folder / "log")
    child.start()
    try:
        yield child
    finally:
        child.kill()


def _reasons(city: City) -> set[str]:
    return {row.reason for row in city.rows("SELECT DISTINCT reason FROM dead_letter")}
