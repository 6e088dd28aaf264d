from collections.abc import Mapping
from enum import StrEnum

import pytest

from alerts.lifecycle import (
    CONDITION,
    DEALT_WITH,
    HANDLING,
    OVER,
    SUPPRESSION,
    Condition,
    ConditionStep,
    Handling,
    HandlingStep,
    IllegalStep,
    Suppression,
    SuppressionStep,
    advance,
    route,
)

Table = Mapping[StrEnum, Mapping[StrEnum, StrEnum]]


def reachable(table: Table, start: StrEnum) -> set[StrEnum]:
    seen, ahead = {start}, [start]
    while ahead:
        for state in table[ahead.pop()].values():
            if state not in seen:
                seen.add(state)
                ahead.append(state)
    return seen


@pytest.mark.parametrize(
    ("table", "ends"),
    [(CONDITION, OVER), (HANDLING, DEALT_WITH), (SUPPRESSION, {Suppression.NONE})],
    ids=["condition", "handling", "suppression"],
)
def test_every_state_stands_in_its_table_and_can_reach_an_end(table: Table, ends: set[StrEnum]) -> None:
    for state in type(next(iter(table))):
        assert state in table
        assert reachable(table, state) & ends


def test_nothing_leaves_an_end_but_undoing_and_reopening() -> None:
    assert set(CONDITION[Condition.CLEARED]) == {ConditionStep.REOPEN}
    assert not CONDITION[Condition.DROPPED]
    for state in DEALT_WITH:
        assert set(HANDLING[state]) == {HandlingStep.UNDO, HandlingStep.RECUR}


def test_losing_the_source_leads_to_stale_and_nowhere_else() -> None:
    after = {table[ConditionStep.LOSE] for table in CONDITION.values() if ConditionStep.LOSE in table}
    assert after == {Condition.STALE}


def test_every_state_but_the_first_is_reached_from_the_first() -> None:
    assert reachable(CONDITION, Condition.PENDING) == set(Condition)  # type: ignore[arg-type] # a table of one enum
    assert reachable(HANDLING, Handling.NEW) == set(Handling)  # type: ignore[arg-type] # a table of one enum
    assert reachable(SUPPRESSION, Suppression.NONE) == set(Suppression)  # type: ignore[arg-type] # a table of one enum


def test_an_illegal_step_names_the_state_and_the_step() -> None:
    with pytest.raises(IllegalStep, match="condition dropped: no step clear from here") as told:
        advance(CONDITION, Condition.DROPPED, ConditionStep.CLEAR)
    assert (told.value.state, told.value.step) == (Condition.DROPPED, ConditionStep.CLEAR)
    with pytest.raises(IllegalStep, match="handling new: no step undo"):
        advance(HANDLING, Handling.NEW, HandlingStep.UNDO)
    with pytest.raises(IllegalStep, match="suppression shelved: no step inhibit"):
        advance(SUPPRESSION, Suppression.SHELVED, SuppressionStep.INHIBIT)


def test_a_route_is_the_fewest_legal_steps_and_a_dead_end_is_said() -> None:
    steps = route(CONDITION, Condition.PENDING, Condition.CLEARED)
    assert steps == (ConditionStep.MATURE, ConditionStep.CLEAR)
    assert route(CONDITION, Condition.ACTIVE, Condition.ACTIVE) == ()
    with pytest.raises(LookupError, match="no way from dropped to active"):
        route(CONDITION, Condition.DROPPED, Condition.ACTIVE)
