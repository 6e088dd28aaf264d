"""The kill tests can fail: with a broken ledger on either side the books do not balance, and say which numbers.

Each mutant is a program in `mutants/`, the true one but for the one thing a ledger must not get wrong. Beside each
stands the true program in the same trouble, for which the books balance.
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.parts.city import CENTRAL, EDGE, City
from tests.parts.plan import WARDSENSE, Plan, quick_sensor
from tests.parts.reckoning import complaints

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MUTANTS = Path(__file__).with_name("mutants")
RECEIPT_FIRST = (sys.executable, str(MUTANTS / "receipt_before_commit.py"))
OLD_EPOCH = (sys.executable, str(MUTANTS / "numbers_used_twice.py"))
TRUE_CENTRE, TRUE_NODE = (*WARDSENSE, "central"), (*WARDSENSE, "edge")
RIVER = Plan(cameras=(), sensors=tuple(quick_sensor(f"water-{number}", 0.1) for number in range(2)))


@pytest.mark.parametrize(("centre", "balances"), [(TRUE_CENTRE, True), (RECEIPT_FIRST, False)], ids=["true", "mutant"])
def test_a_receipt_before_the_commit_is_found_out(tmp_path: Path, centre: Sequence[str], *, balances: bool) -> None:
    with City(tmp_path, replace(RIVER, central=centre)) as city:
        city.until(lambda: city.made >= 3 and city.settled(), 60, "a first receipt reaching the node")
        city.kill(CENTRAL)
        city.run_as(CENTRAL, TRUE_CENTRE)
        city.start(CENTRAL)
        found = complaints(city.settle())
    assert (not found) is balances, found
    if not balances:
        assert "never arrived" in found[0] or "is gone (full)" in found[0]


@pytest.mark.parametrize(("node", "balances"), [(TRUE_NODE, True), (OLD_EPOCH, False)], ids=["true", "mutant"])
def test_a_number_used_again_after_the_disk_was_rolled_back_is_found_out(
    tmp_path: Path, node: Sequence[str], *, balances: bool
) -> None:
    with City(tmp_path, replace(RIVER, edge=node)) as city:
        city.grown(10)
        city.settle()
        shutil.copytree(city.data, tmp_path / "copy")
        wake(city, node)
        city.grown(20)
        city.settle()
        shutil.rmtree(city.data)
        shutil.copytree(tmp_path / "copy", city.data)
        wake(city, node)
        city.grown(20)
        found = complaints(city.settle())
    assert (not found) is balances, found
    if not balances:
        assert any("was made twice" in complaint for complaint in found)


def wake(city: City, node: Sequence[str]) -> None:
    """Start the node again as planned, on whatever disk it finds."""
    city.write_node()
    city.run_as(EDGE, node)
    city.start(EDGE)
