"""An office for every test of the API, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.store.database import Database
from tests.central.office import Office


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """A centre that serves."""
    with Office(database, tmp_path) as opened:
        yield opened
