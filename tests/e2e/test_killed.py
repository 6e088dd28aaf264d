"""Kill -9 node, broker and centre, several times each, at random moments: nothing is lost, nothing comes twice."""

from pathlib import Path

import pytest

from tests.e2e.ordeal import assert_balanced, fresh_seed, suffer
from tests.parts.city import BROKER, CENTRAL, EDGE, City
from tests.parts.plan import Plan, busy_camera, quick_sensor
from tests.parts.postgres import Postgres

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

BUSY = Plan(
    cameras=tuple(busy_camera(f"cam-{seed}", seed) for seed in range(4)),
    sensors=tuple(quick_sensor(f"water-{number}", 0.2) for number in range(2)),
)


def test_whatever_is_killed_whenever_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    seed = fresh_seed()
    with City(tmp_path, BUSY) as city:
        books = suffer(city, (BROKER, CENTRAL, EDGE) * 3, seed)
    assert_balanced(books, seed, city.node_kills)
    assert len(books.made) == city.edge.starts  # an epoch for every start
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
    assert_balanced(books, seed, city.node_kills)
    assert books.total("dead") == 0
    assert books.words
    assert books.evidence
