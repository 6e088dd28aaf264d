"""Every code the centre or a box may send has words in Vietnamese and English: the server sends no sentences."""

import ast
import json
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest

from alerts.alert import Reason, Verb
from alerts.lifecycle import (
    Condition,
    ConditionStep,
    DismissReason,
    Handling,
    HandlingStep,
    Suppression,
    SuppressionStep,
)
from alerts.rules import Disposition, Severity
from central.api.problems import Code
from central.api.shapes import orders
from central.api.shapes.alerts import EvidenceState
from central.api.shapes.cases import PhotoRole
from central.api.shapes.devices import DeviceKind
from central.auth.grants import Role
from central.cases.lifecycle import State, Step, Why
from central.faults import TWO_BOXES
from central.store import letters
from central.store.orders import State as OrderState
from central.store.pictures import NEVER_CAME
from edge.analytics.happening import Kind
from edge.fitness import Unfit
from edge.uploader import FOR_GOOD
from edge.watch import Cause, Sight
from streams.wire import messages
from streams.wire.records import Outcome, Quality
from tests.conftest import ROOT

WORDS: Final = ROOT / "central" / "console" / "src" / "words"
GROUPS: Final[dict[str, tuple[type[StrEnum], ...]]] = {
    "severity": (Severity,),
    "condition": (Condition,),
    "handling": (Handling,),
    "suppression": (Suppression,),
    "dismiss": (DismissReason,),
    "alertStep": (ConditionStep, SuppressionStep, HandlingStep, Verb),
    "alertReason": (Reason,),
    "caseState": (State,),
    "caseStep": (Step,),
    "why": (Why,),
    "role": (Role,),
    "evidence": (EvidenceState,),
    "photoRole": (PhotoRole,),
    "quality": (Quality,),
    "disposition": (Disposition,),
    "problem": (Code,),
    "deadLetter": (letters.Why,),
    "deviceKind": (DeviceKind,),
    "deviceState": (Sight,),
    "eventKind": (Kind,),
    "orderKind": (orders.OrderKind,),
    "orderState": (OrderState,),
    "orderVerb": (orders.Verb,),
    "outcome": (Outcome,),
    "lossReason": (messages.Why,),
    "clockSource": (messages.ClockSource,),
    "reason": (Cause, Unfit),
}


def words(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((WORDS / language / "codes.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_has_words(language: str) -> None:
    told = words(language)
    wanted = {f"{group}.{code.value}" for group, kinds in GROUPS.items() for kind in kinds for code in kind}
    wanted |= {f"reason.{code}" for code in reasons_in_the_source()}
    wanted |= {f"fault.{TWO_BOXES}", *(f"evidenceReason.{why}" for why in (NEVER_CAME, *FOR_GOOD.values()))}
    assert sorted(name for name in wanted if not _found(told, name)) == []


def test_the_search_for_reasons_finds_them() -> None:
    assert {"stuck", "disk_refused", "wrong_sha256"} <= reasons_in_the_source()


def reasons_in_the_source() -> set[str]:
    """The codes of every `Reason(...)` that our programs make, read from their source."""
    files = (path for folder in ("streams", "edge", "central") for path in (ROOT / folder).rglob("*.py"))
    return {code for path in files if "node_modules" not in path.parts for code in _made_in(path)}


def _made_in(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return {code for call in calls if _named(call) in {"Reason", "_reason"} for code in _codes(call)}


def _named(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _codes(call: ast.Call) -> list[str]:
    told: list[Any] = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
    return [one.value for one in told if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _found(told: dict[str, dict[str, str]], name: str) -> bool:
    group, code = name.split(".", 1)
    return bool(told.get(group, {}).get(code, "").strip())
