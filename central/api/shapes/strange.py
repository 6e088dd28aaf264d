"""Words of stored rows as the API tells them, though another release wrote them: one odd row fails no page.

Old and new workers run beside each other during an upgrade, and kinds and states only ever grow. A word this release
does not know is told as the one of its own after which a person looks soonest and nothing is lost: the worst severity,
a condition nobody is sure of, a handling that has yet to come; never as what is settled, hidden or proof. Where no word
says that, none is told. Each such word is logged once. What may be done with such a row is asked of the row itself
(`advance`, `central.api.verdicts`), which refuses.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Final

import structlog
from pydantic import BeforeValidator

from alerts.lifecycle import Condition, DismissReason, Handling, Suppression
from alerts.rules import WORST_FIRST, Severity
from central.cases.lifecycle import State
from central.store.orders import State as OrderState
from streams.wire.records import Outcome, Quality

MOST_WORDS: Final = 256

log = structlog.get_logger(__name__)


def known(words: type[StrEnum], instead: StrEnum | None) -> BeforeValidator:
    """Tells `instead` for whatever is none of these words."""

    def told(word: object) -> object:
        if word is None or word in tuple(words):
            return word
        _noted(words.__name__, str(word)[:80])
        return instead

    return BeforeValidator(told)


ToldSeverity = Annotated[Severity, known(Severity, WORST_FIRST[0])]
ToldCondition = Annotated[Condition, known(Condition, Condition.STALE)]
ToldHandling = Annotated[Handling, known(Handling, Handling.NEW)]
ToldSuppression = Annotated[Suppression, known(Suppression, Suppression.NONE)]
ToldReason = Annotated[DismissReason | None, known(DismissReason, None)]
ToldState = Annotated[State, known(State, State.RECEIVED)]
ToldOrderState = Annotated[OrderState, known(OrderState, OrderState.SENT)]
ToldOutcome = Annotated[Outcome | None, known(Outcome, None)]
ToldQuality = Annotated[Quality, known(Quality, Quality.SUSPECT)]


def object_of(told: Any) -> dict[str, Any] | None:  # noqa: ANN401 - whatever stands in a column of JSON
    """A JSON object; None for what is none."""
    return told if isinstance(told, dict) else None


@lru_cache(MOST_WORDS)
def _noted(kind: str, word: str) -> None:
    log.warning("word of another release", kind=kind, word=word)
