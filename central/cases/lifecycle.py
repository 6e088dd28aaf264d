"""The life of a case, as one table, and who may take each step. Pure.

    received -> assigned -> accepted -> in_progress -> resolved -> closed
                   |  decline: back to received       |  return: back to in_progress
    in_progress <-> waiting; any open case can be assigned again; received or assigned can be rejected;
    closed and rejected can be reopened.

An illegal step raises: no other module asks `if state ==`. Words and photos a step needs stand here too, because they
are part of what the step means: a case is resolved with words and an after-photo, a refusal has its reason.
(`alerts-and-cases` §7.2; triage and merge come with the dispatcher's desk.)
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from central.auth.grants import CREW, JUDGES, Role


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"


class Step(StrEnum):
    """What people do to a case."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    START = "start"
    WAIT = "wait"
    RESOLVE = "resolve"
    RETURN = "return"
    CLOSE = "close"
    REJECT = "reject"
    REOPEN = "reopen"
    EXTEND = "extend"


class Why(StrEnum):
    """Reasons a person gives for a step that needs one."""

    NOT_OURS = "not_ours"
    NO_CREW = "no_crew"
    UNSAFE = "unsafe"
    WRONG_PLACE = "wrong_place"
    NOT_FOUND = "not_found"
    NEEDS_PARTS = "needs_parts"
    NEEDS_OTHERS = "needs_others"
    WEATHER = "weather"
    UNFINISHED = "unfinished"
    POOR_PROOF = "poor_proof"
    CAME_BACK = "came_back"
    MISTAKE = "mistake"
    OTHER = "other"


class IllegalStep(Exception):  # noqa: N818 - named after what was tried, as in `alerts.lifecycle`
    """A step that does not lead out of the state. `state` and `step` say which."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"a case that is {state} cannot {step}")
        self.state = state
        self.step = step


STEPS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.RECEIVED: {Step.ASSIGN: State.ASSIGNED, Step.REJECT: State.REJECTED, Step.EXTEND: State.RECEIVED},
    State.ASSIGNED: {
        Step.ACCEPT: State.ACCEPTED,
        Step.DECLINE: State.RECEIVED,
        Step.ASSIGN: State.ASSIGNED,
        Step.REJECT: State.REJECTED,
        Step.EXTEND: State.ASSIGNED,
    },
    State.ACCEPTED: {
        Step.START: State.IN_PROGRESS,
        Step.DECLINE: State.RECEIVED,
        Step.ASSIGN: State.ASSIGNED,
        Step.EXTEND: State.ACCEPTED,
    },
    State.IN_PROGRESS: {
        Step.RESOLVE: State.RESOLVED,
        Step.WAIT: State.WAITING,
        Step.ASSIGN: State.ASSIGNED,
        Step.EXTEND: State.IN_PROGRESS,
    },
    State.WAITING: {Step.START: State.IN_PROGRESS, Step.ASSIGN: State.ASSIGNED, Step.EXTEND: State.WAITING},
    State.RESOLVED: {Step.CLOSE: State.CLOSED, Step.RETURN: State.IN_PROGRESS},
    State.CLOSED: {Step.REOPEN: State.IN_PROGRESS},
    State.REJECTED: {Step.REOPEN: State.RECEIVED},
}
OPEN: Final = frozenset(State) - {State.CLOSED, State.REJECTED}
UNFINISHED: Final = OPEN - {State.RESOLVED}
"""States in which somebody still owes work: what a crew's task list shows and what can be late."""

MAY: Final[Mapping[Step, frozenset[Role]]] = {
    Step.ASSIGN: JUDGES,
    Step.ACCEPT: CREW,
    Step.DECLINE: CREW,
    Step.START: CREW,
    Step.WAIT: CREW | JUDGES,
    Step.RESOLVE: CREW,
    Step.RETURN: JUDGES,
    Step.CLOSE: JUDGES,
    Step.REJECT: JUDGES,
    Step.REOPEN: JUDGES,
    Step.EXTEND: JUDGES,
}
CREWS_OWN: Final = frozenset({Step.ACCEPT, Step.DECLINE, Step.START, Step.RESOLVE})
"""Steps only a member of the unit that holds the case may take."""


def advance(state: State, step: Step) -> State:
    """The state after the step. Raises IllegalStep when the step does not lead out of the state."""
    try:
        return STEPS[state][step]
    except KeyError:
        raise IllegalStep(state, step) from None


def steps_for(state: State, roles: frozenset[Role], *, own_unit: bool) -> list[Step]:
    """The steps somebody with these roles may take now, in the order of the table: what a page offers as buttons.

    None leads out of a state of another release.
    """
    return [step for step in STEPS.get(state, ()) if MAY[step] & roles and (own_unit or not bound_to_unit(step, roles))]


def bound_to_unit(step: Step, roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles takes the step only as a member of the case's unit."""
    return step in CREWS_OWN or not (MAY[step] & roles) - CREW
