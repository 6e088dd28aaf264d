"""An outbox too small for a long outage: something has to give way, the lightest does, and every number is named."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from edge.outbox import LEAST_LIMIT
from tests.parts.city import BROKER, City
from tests.parts.plan import Plan, Setting, busy_camera, quick_sensor
from tests.parts.reckoning import complaints

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

BEAT = 12
PACES = ("--calendar", "120", "--beat", str(BEAT))  # a tally of five minutes every 2.5 s, health every 5 s
OUTAGE = 500  # records; the smallest outbox holds about 220


def quiet_camera(number: int) -> Setting:
    return {"id": f"quiet-{number}", "source": {"drawn": number}, "fps": 1, "evidence": False}


def telling_camera() -> Setting:
    return {**busy_camera("telling", 9), "evidence": False, "tell": ["loitering", "line_crossed"]}


TOO_SMALL = Plan(
    cameras=(telling_camera(), *(quiet_camera(number) for number in range(4))),
    sensors=tuple(quick_sensor(f"water-{number}", every_s=BEAT / 12) for number in range(2)),
    node={"outbox": {"limit_mb": LEAST_LIMIT / 2**20}},
    edge=(sys.executable, str(Path(__file__).with_name("hurried_node.py")), *PACES),
)


def test_when_the_outbox_is_too_small_every_lost_number_is_named_and_no_event_is_among_them(tmp_path: Path) -> None:
    with City(tmp_path, TOO_SMALL) as city:
        city.until(lambda: city.made >= 3 and city.settled(), 60, "a first receipt reaching the node")
        city.kill(BROKER)
        city.grown(OUTAGE, within=90)
        assert city.edge.stop() == 0
        kept = city.counters()["outbox"]
        city.start(BROKER)
        books = city.settle()
        stored = city.rows("SELECT kind, body FROM record ORDER BY seq")
    assert complaints(books, may_lose=True) == []
    assert books.total("lost") > OUTAGE / 4
    assert books.total("merged") > 0
    assert kept["evicted"].get("last", 0) == 0
    assert kept["bytes"] <= LEAST_LIMIT
    assert kept["evicted"].get("health", 0) > 0, "the lightest did not give way"
    assert_events_are_whole([row.body for row in stored if row.kind == "event"])


def assert_events_are_whole(bodies: list[Any]) -> None:
    revisions: defaultdict[str, list[int]] = defaultdict(list)
    for body in bodies:
        told = body if isinstance(body, dict) else json.loads(body)
        revisions[told["id"]].append(told["rev"])
    gaps = {id_: sorted(revs) for id_, revs in revisions.items() if sorted(revs) != list(range(1, len(revs) + 1))}
    assert len(revisions) > 5
    assert not gaps, f"events of which a word is missing: {gaps}"
