"""An outbox too small for a long outage: something has to give way, the lightest does, and every number is named."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from edge.outbox import LEAST_LIMIT
from tests.parts.city import BROKER, City
from tests.parts.plan import Plan, Setting, quick_sensor
from tests.parts.reckoning import complaints

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PACE = 120  # so that five-minute tallies come every 2.5 s
HURRIED = (sys.executable, str(Path(__file__).with_name("hurried_node.py")), "--pace", str(PACE))
OUTAGE = 700  # records; the smallest outbox holds about 220


def quiet_camera(number: int) -> Setting:
    return {"id": f"quiet-{number}", "source": {"drawn": number}, "fps": 0.05, "evidence": False}


def parking_camera() -> Setting:
    street = {"id": "street", "polygon": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}
    stopped = {"stopped_vehicle": {"zone": "street", "after_s": 20}}
    return {**quiet_camera(9), "id": "parking", "fps": 0.5, "zones": [street], "watch": [stopped]}


TOO_SMALL = Plan(
    cameras=(parking_camera(), *(quiet_camera(number) for number in range(6))),
    sensors=tuple(quick_sensor(f"water-{number}", every_s=PACE / 20) for number in range(2)),
    node={"outbox": {"limit_mb": LEAST_LIMIT / 2**20}},
    edge=HURRIED,
)


def test_when_the_outbox_is_too_small_every_lost_number_is_named_and_no_event_is_among_them(tmp_path: Path) -> None:
    with City(tmp_path, TOO_SMALL) as city:
        city.until(lambda: city.made >= 3 and not city.holds(1), 30, "a receipt for the first record reaching the node")
        city.kill(BROKER)
        before = city.made
        city.grown(OUTAGE, within=90)
        assert city.edge.stop() == 0
        after = city.made
        kept = city.counters()["outbox"]
        city.start(BROKER)
        books = city.settle()
        stored = city.rows("SELECT seq, kind, body FROM record ORDER BY seq")
    assert complaints(books, may_lose=True) == []
    assert books.total("lost") > OUTAGE / 4
    assert books.total("merged") > 0
    assert kept["evicted"].get("last", 0) == 0
    assert kept["bytes"] <= LEAST_LIMIT
    assert any(before < row.seq <= after for row in stored if row.kind == "health"), "no health record of the outage"
    assert_events_are_whole([row.body for row in stored if row.kind == "event"])


def assert_events_are_whole(bodies: list[Any]) -> None:
    revisions: defaultdict[str, list[int]] = defaultdict(list)
    for body in bodies:
        told = body if isinstance(body, dict) else json.loads(body)
        revisions[told["id"]].append(told["rev"])
    gaps = {id_: sorted(revs) for id_, revs in revisions.items() if sorted(revs) != list(range(1, len(revs) + 1))}
    assert len(revisions) > 5
    assert not gaps, f"events of which a word is missing: {gaps}"
