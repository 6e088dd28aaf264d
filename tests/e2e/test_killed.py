"""Kill -9 node, broker and centre, several times each, at random moments: nothing is lost, nothing comes twice."""

from pathlib import Path

import pytest

from tests.e2e.ordeal import assert_balanced, fresh_seed, suffer
from tests.parts.city import BROKER, CENTRAL, EDGE, City
from tests.parts.plan import Plan, busy_camera, quick_sensor
from tests.parts.postgres import Postgres
from tests.parts.reckoning import complaints

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

LEFT_OPEN = "SELECT id, kind, camera_id, rev FROM event WHERE phase IN ('opened', 'updated') AND kind <> 'camera_state'"
BUSY = Plan(
    cameras=tuple(busy_camera(f"cam-{seed}", seed) for seed in range(4)),
    sensors=tuple(quick_sensor(f"water-{number}", 0.2) for number in range(2)),
)


def test_whatever_is_killed_whenever_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    seed = fresh_seed()
    with City(tmp_path, BUSY) as city:
        books = suffer(city, (BROKER, CENTRAL, EDGE) * 3, seed)
        left_open = city.rows(LEFT_OPEN)
    assert_balanced(books, seed, city.node_kills)
    assert len(books.made) > city.node_kills  # an epoch for every life that made anything
    assert left_open == [], "an event that nobody watches any more is unknown, not open"
    assert books.total("dead") == 0
    assert books.words
    assert books.evidence
    assert books.open_fingerprints


def test_on_postgresql_the_same_and_the_database_may_die_as_well(tmp_path: Path) -> None:
    seed = fresh_seed()
    with Postgres() as cluster, City(tmp_path, BUSY, cluster.url(cluster.create()), persistent=False) as city:
        city.grown(10)
        cluster.stop()
        city.grown(30)
        cluster.start()
        books = suffer(city, (BROKER, CENTRAL, EDGE), seed)
        left_open = city.rows(LEFT_OPEN)
    assert_balanced(books, seed, city.node_kills)
    assert left_open == [], "an event that nobody watches any more is unknown, not open"
    assert books.total("dead") == 0
    assert books.words
    assert books.evidence


def test_a_second_crash_before_anything_new_is_told_says_nothing_twice(tmp_path: Path) -> None:
    lasting = {**busy_camera("cam-1", 1), "tell": ["loitering", "stopped_vehicle"]}
    with City(tmp_path, Plan(cameras=(lasting,))) as city:
        city.until(lambda: city.rows("SELECT 1 FROM event WHERE kind = 'loitering'"), 40, "somebody loitering, stored")
        city.kill(EDGE)
        city.write_node(cameras=())
        for _ in range(2):
            city.start(EDGE)
            city.grown(1)
            city.kill(EDGE)
        books = city.settle(last_words=True)
        left_open = city.rows(LEFT_OPEN)
    assert complaints(books, node_kills=city.node_kills) == []
    assert left_open == []
