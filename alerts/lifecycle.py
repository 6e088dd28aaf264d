"""The three lives of an alert, each a table: is it true, has a person dealt with it, is it kept quiet.

One enum for all three is what makes other systems lie: an acknowledged alert still burns, a cleared one may never
have been looked at. Each axis is a table of legal steps, walked by `advance`; what is not in a table raises
`IllegalStep`, because it is a bug and not weather. Words follow ISA-18.2 and OPC UA Alarms & Conditions.
Silence is a step to `stale`, and no step leads from silence to `cleared`.
"""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

_State = TypeVar("_State", bound=StrEnum)
_Step = TypeVar("_Step", bound=StrEnum)


class Condition(StrEnum):
    """Is it true?"""

    PENDING = "pending"
    ACTIVE = "active"
    STALE = "stale"
    CLEARED = "cleared"
    DROPPED = "dropped"


class ConditionStep(StrEnum):
    """What moves a condition."""

    MATURE = "mature"
    DROP = "drop"
    LOSE = "lose"
    REGAIN = "regain"
    CLEAR = "clear"
    REOPEN = "reopen"


class Handling(StrEnum):
    """Has a person dealt with it?"""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    EXPIRED = "expired"


class HandlingStep(StrEnum):
    """What a person, or the review limit, does."""

    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    MERGE = "merge"
    EXPIRE = "expire"
    UNDO = "undo"
    RECUR = "recur"


class Suppression(StrEnum):
    """Is it kept out of the queue and the notices? Never out of the record."""

    NONE = "none"
    SHELVED = "shelved"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    OUT_OF_SERVICE = "out_of_service"


class SuppressionStep(StrEnum):
    """What keeps an alert quiet, and what ends it."""

    SHELVE = "shelve"
    SILENCE = "silence"
    INHIBIT = "inhibit"
    TAKE_OUT = "take_out"
    LIFT = "lift"


class DismissReason(StrEnum):
    """Why a person dismissed it. The first two train different thresholds and are never mixed."""

    FALSE_DETECTION = "false_detection"
    PERMITTED = "permitted"
    DUPLICATE = "duplicate"
    ALREADY_HANDLED = "already_handled"
    NOT_OURS = "not_ours"
    TEST = "test"
    POOR_EVIDENCE = "poor_evidence"


CONDITION: Final[Mapping[Condition, Mapping[ConditionStep, Condition]]] = {
    Condition.PENDING: {ConditionStep.MATURE: Condition.ACTIVE, ConditionStep.DROP: Condition.DROPPED},
    Condition.ACTIVE: {ConditionStep.LOSE: Condition.STALE, ConditionStep.CLEAR: Condition.CLEARED},
    Condition.STALE: {ConditionStep.REGAIN: Condition.ACTIVE, ConditionStep.CLEAR: Condition.CLEARED},
    Condition.CLEARED: {ConditionStep.REOPEN: Condition.ACTIVE},
    Condition.DROPPED: {},
}

_FINAL: Final = {HandlingStep.UNDO: Handling.ACKNOWLEDGED, HandlingStep.RECUR: Handling.NEW}

HANDLING: Final[Mapping[Handling, Mapping[HandlingStep, Handling]]] = {
    Handling.NEW: {HandlingStep.ACKNOWLEDGE: Handling.ACKNOWLEDGED, HandlingStep.EXPIRE: Handling.EXPIRED},
    Handling.ACKNOWLEDGED: {
        HandlingStep.RETURN: Handling.NEW,
        HandlingStep.CONFIRM: Handling.CONFIRMED,
        HandlingStep.DISMISS: Handling.DISMISSED,
        HandlingStep.MERGE: Handling.MERGED,
        HandlingStep.EXPIRE: Handling.EXPIRED,
    },
    Handling.CONFIRMED: _FINAL,
    Handling.DISMISSED: _FINAL,
    Handling.MERGED: _FINAL,
    Handling.EXPIRED: _FINAL,
}

_QUIET: Final = {SuppressionStep.LIFT: Suppression.NONE}

SUPPRESSION: Final[Mapping[Suppression, Mapping[SuppressionStep, Suppression]]] = {
    Suppression.NONE: {
        SuppressionStep.SHELVE: Suppression.SHELVED,
        SuppressionStep.SILENCE: Suppression.SILENCED,
        SuppressionStep.INHIBIT: Suppression.INHIBITED,
        SuppressionStep.TAKE_OUT: Suppression.OUT_OF_SERVICE,
    },
    Suppression.SHELVED: _QUIET,
    Suppression.SILENCED: _QUIET,
    Suppression.INHIBITED: _QUIET,
    Suppression.OUT_OF_SERVICE: _QUIET,
}

OVER: Final = frozenset({Condition.CLEARED, Condition.DROPPED})
"""Conditions outside the partial unique index: an alert in any other one is open, and alone under its fingerprint."""
DEALT_WITH: Final = frozenset({Handling.CONFIRMED, Handling.DISMISSED, Handling.MERGED, Handling.EXPIRED})


class IllegalStep(ValueError):  # noqa: N818 - the name says what happened
    """A step that the table does not have from this state. Names both; a person's request may cause it."""

    def __init__(self, state: StrEnum, step: StrEnum) -> None:
        self.state = state
        self.step = step
        super().__init__(f"{type(state).__name__.lower()} {state}: no step {step} from here")


def advance(table: Mapping[_State, Mapping[_Step, _State]], state: _State, step: _Step) -> _State:
    """The state after `step`. Raises IllegalStep."""
    try:
        return table[state][step]
    except KeyError:
        raise IllegalStep(state, step) from None


def route(table: Mapping[_State, Mapping[_Step, _State]], start: _State, end: _State) -> tuple[_Step, ...]:
    """The fewest legal steps from `start` to `end`. Raises LookupError where the table has no way."""
    ways: deque[tuple[_State, tuple[_Step, ...]]] = deque([(start, ())])
    seen = {start}
    while ways:
        state, steps = ways.popleft()
        if state == end:
            return steps
        for step, after in table[state].items():
            if after not in seen:
                seen.add(after)
                ways.append((after, (*steps, step)))
    raise LookupError(f"no way from {start} to {end}")
