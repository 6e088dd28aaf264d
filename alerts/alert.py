"""An alert and what may be decided about it: values, which the store keeps and the console words.

A decision names what was done and why, as codes; the reason is stored with the alert's history, shown to the
operator and counted, so that nobody has to guess why the night was quiet.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from alerts.fingerprint import Fingerprint
from alerts.lifecycle import OVER, Condition, ConditionStep, DismissReason, Handling, Suppression
from alerts.memory import Memory
from alerts.rules import Severity


class Verb(StrEnum):
    """What a decision does."""

    RAISE = "raise"
    TOUCH = "touch"
    ACTIVATE = "activate"
    STALE = "stale"
    REGAIN = "regain"
    CLEAR = "clear"
    REOPEN = "reopen"
    DROP = "drop"
    EXPIRE = "expire"
    LIFT = "lift"
    IGNORE = "ignore"


class Reason(StrEnum):
    """Why, as a code; the client words each in Vietnamese and English."""

    FIRST_EVIDENCE = "first_evidence"
    MORE_EVIDENCE_NEEDED = "more_evidence_needed"
    ENOUGH_EVIDENCE = "enough_evidence"
    HELD_LONG_ENOUGH = "held_long_enough"
    SEEN_AGAIN = "seen_again"
    STILL_TRUE = "still_true"
    CLEARING = "clearing"
    WAITING_FOR_WATCH = "waiting_for_watch"
    EVIDENCE_CAME_BACK = "evidence_came_back"
    HAPPENED_AGAIN = "happened_again"
    ALL_CLOSED = "all_closed"
    PAST_CLEAR_THRESHOLD = "past_clear_threshold"
    QUIET_LONG_ENOUGH = "quiet_long_enough"
    SENSOR_SENDS_AGAIN = "sensor_sends_again"
    SENSOR_SILENT = "sensor_silent"
    WITNESSED_OVER = "witnessed_over"
    NEVER_MATURED = "never_matured"
    SOURCE_SILENT = "source_silent"
    SOURCE_UNKNOWN = "source_unknown"
    CAMERA_BLIND = "camera_blind"
    CAMERA_LIVE = "camera_live"
    REVIEW_TOO_LATE = "review_too_late"
    SHELF_TIME_OVER = "shelf_time_over"
    REOPEN_WINDOW_OVER = "reopen_window_over"
    UNDO_WINDOW_OVER = "undo_window_over"
    DUPLICATE = "duplicate"
    OLD_REVISION = "old_revision"
    TOO_OLD = "too_old"
    BAD_QUALITY = "bad_quality"
    WRONG_UNIT = "wrong_unit"
    OUT_OF_SCHEDULE = "out_of_schedule"
    NOTHING_TO_CLEAR = "nothing_to_clear"
    NOT_CONCERNED = "not_concerned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, whole. Every field but `memory` is a column; `memory` is one JSON value. Instants are aware.

    `first_seen`, `last_seen` and `cleared` are capture times; `activated` and `handled_at` the centre's. `peak` is the
    worst reading or count. `late` means that no fact on time has spoken for it, `paged` the last occurrence that
    called a person, `due` when `tick` wants to look again, `suppressed_by` a person or `camera_state:<event id>`.
    """

    id: UUID
    fingerprint: Fingerprint
    node: str
    severity: Severity
    first_seen: datetime
    last_seen: datetime
    condition: Condition = Condition.PENDING
    handling: Handling = Handling.NEW
    suppression: Suppression = Suppression.NONE
    occurrences: int = 1
    peak: float | None = None
    late: bool = True
    paged: int = 0
    due: datetime | None = None
    activated: datetime | None = None
    cleared: datetime | None = None
    handled_at: datetime | None = None
    dismissed: DismissReason | None = None
    merged_into: UUID | None = None
    suppressed_by: str | None = None
    suppressed_until: datetime | None = None
    memory: Memory = field(default_factory=Memory)

    @property
    def open(self) -> bool:
        """Whether it counts against the one open alert of its fingerprint."""
        return self.condition not in OVER

    @property
    def events(self) -> tuple[UUID, ...]:
        """The events that spoke for it, oldest first."""
        return self.memory.events


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with an alert, and why. `alert` is its new state: store it, insert it when `verb` is raise.

    Ignored facts carry the alert unchanged (None where there is none). `page` asks for a person now; `steps` are the
    condition's steps, in order; `late` says that the fact came too late to page.
    """

    verb: Verb
    reason: Reason
    alert: Alert | None
    page: bool = False
    late: bool = False
    steps: tuple[ConditionStep, ...] = ()
