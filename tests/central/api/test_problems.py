"""The codes of refusals: complete, and written as codes are."""

import re

from central.api.problems import STATUS, Code
from central.cases.photos import Fault


def test_every_refusal_has_a_status_and_every_photo_fault_a_refusal() -> None:
    assert set(STATUS) == set(Code)
    assert {fault.value for fault in Fault} <= {code.value for code in Code}
    assert all(re.fullmatch(r"[a-z][a-z_]{1,39}", code) for code in Code)
