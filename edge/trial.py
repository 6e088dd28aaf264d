"""A configuration from afar is on trial until the node has stood on it. Pure; `edge.config_file` keeps it on disk.

The trial stands beside the configuration file and is written before it. Each start counts itself before it tries.
A configuration that is refused at the start (a model that is missing), or that three starts running did not carry
for a minute (a power cut is no proof; three are), is taken back: the last good file is put in its place, once, and
the centre is told `failed`. A person who edits the file ends the trial: what a person wrote is not taken back.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from streams.wire.words import Count, Reason, Sha256, Short

MOST_STARTS: Final = 3
PROVEN_S: Final = 60.0


class Trial(BaseModel):
    """Which file is on trial, how often it was started, and, once it failed, why."""

    model_config = ConfigDict(frozen=True)

    revision: Short
    sha256: Sha256
    starts: Count = 0
    reasons: tuple[Reason, ...] = ()

    def started(self) -> "Trial":
        """One start more."""
        return self.model_copy(update={"starts": self.starts + 1})

    def failed(self, reasons: Sequence[Reason]) -> "Trial":
        """It is over, and this is why."""
        return self.model_copy(update={"reasons": tuple(reasons)})


class Step(StrEnum):
    """What a start does about a trial."""

    TRY = "try"
    TAKE_BACK = "take back"
    TELL = "tell"  # it was taken back, and the node fell before it had said so
    FORGET = "forget"


def at_start(trial: Trial, sha256: str) -> Step:
    """What to do, when the configuration file has this hash."""
    same = trial.sha256 == sha256
    if trial.reasons:
        return Step.TAKE_BACK if same else Step.TELL
    if not same:
        return Step.FORGET
    return Step.TRY if trial.starts < MOST_STARTS else Step.TAKE_BACK
