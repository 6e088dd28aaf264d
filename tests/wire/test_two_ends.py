"""The two ends of the ledger hold through everything, and the test that says so sees a broken one at once.

`WARDSENSE_DEPTH=deep` looks for minutes instead of seconds, and shrinks what it finds.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.wire.box import Box, ReusingBox
from tests.wire.centre import Centre, HastyCentre
from tests.wire.two_ends import TwoEnds

DEEP = os.environ.get("WARDSENSE_DEPTH") == "deep"
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example)
USUAL = settings(
    max_examples=8000 if DEEP else 500,
    stateful_step_count=60,
    deadline=None,
    phases=tuple(Phase) if DEEP else (Phase.reuse, Phase.generate),
    suppress_health_check=QUIET,
)
# A broken end is found after 4 to 230 examples (twelve seeds), 90 on the mean; which it is depends on every module
# loaded before, because Hypothesis draws from their constants. The bound is for an end that is no longer broken.
BOUNDED = settings(
    USUAL, max_examples=3000, derandomize=True, database=None, phases=(Phase.generate,), report_multiple_bugs=False
)


class ReceiptBeforeCommit(TwoEnds):
    def new_centre(self) -> Centre:
        return HastyCentre()


class NumberUsedAgain(TwoEnds):
    def new_box(self) -> Box:
        return ReusingBox(capacity=12)


@pytest.mark.timeout(7200 if DEEP else 240)
def test_both_ends_agree_through_everything() -> None:
    run_state_machine_as_test(TwoEnds, settings=USUAL)


def test_a_receipt_before_the_commit_is_found_out() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(ReceiptBeforeCommit, settings=BOUNDED)


def test_a_number_used_again_after_a_rollback_is_found_out() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(NumberUsedAgain, settings=BOUNDED)
