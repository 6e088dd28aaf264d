"""The life of a case: a table walked from end to end."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.auth.grants import CREW, JUDGES, Role
from central.cases.lifecycle import MAY, OPEN, STEPS, IllegalStep, State, Step, advance, steps_for


def test_every_state_has_its_steps_and_every_step_has_its_people() -> None:
    assert set(STEPS) == set(State)
    assert set(MAY) == set(Step)
    assert {step for steps in STEPS.values() for step in steps} == set(Step)


@given(st.sampled_from(State), st.sampled_from(Step))
def test_a_step_leads_where_the_table_says_or_raises(state: State, step: Step) -> None:
    if step in STEPS[state]:
        assert advance(state, step) is STEPS[state][step]
    else:
        with pytest.raises(IllegalStep) as refused:
            advance(state, step)
        assert (refused.value.state, refused.value.step) == (state, step)


@given(st.lists(st.sampled_from(Step), max_size=40))
def test_whatever_people_try_no_case_is_resolved_without_being_accepted_and_started(tried: Sequence[Step]) -> None:
    state, taken = State.ASSIGNED, []
    for step in tried:
        if step in STEPS[state]:
            state = advance(state, step)
            taken.append(step)
    if Step.RESOLVE in taken:
        before = taken[: taken.index(Step.RESOLVE)]
        assert Step.ACCEPT in before
        assert Step.START in before[before.index(Step.ACCEPT) :]


@pytest.mark.parametrize("state", State)
def test_every_case_can_come_to_an_end_and_every_ended_one_can_come_back(state: State) -> None:
    reached = {state}
    while more := {after for known in reached for after in STEPS[known].values()} - reached:
        reached |= more
    assert reached >= {State.CLOSED, State.RESOLVED, State.ASSIGNED}


def test_an_open_case_can_always_be_given_to_somebody_until_it_is_resolved() -> None:
    for state in OPEN - {State.RESOLVED}:
        assert advance(state, Step.ASSIGN) is State.ASSIGNED


def test_a_crew_is_offered_its_steps_only_for_its_own_unit() -> None:
    crew = frozenset({Role.FIELD})
    assert steps_for(State.ASSIGNED, crew, own_unit=True) == [Step.ACCEPT, Step.DECLINE]
    assert steps_for(State.ASSIGNED, crew, own_unit=False) == []


def test_an_operator_decides_about_work_and_does_none_of_it() -> None:
    operator = frozenset({Role.OPERATOR})
    assert steps_for(State.RESOLVED, operator, own_unit=False) == [Step.CLOSE, Step.RETURN]
    assert Step.RESOLVE not in steps_for(State.IN_PROGRESS, operator, own_unit=False)
    assert Step.WAIT in steps_for(State.IN_PROGRESS, operator, own_unit=False)
    assert not MAY[Step.CLOSE] & CREW
    assert not MAY[Step.ACCEPT] & JUDGES
