"""What an alert remembers of its evidence: enough to judge again when a fact arrives late, and no more.

Evidence is kept in capture order and judged from there, so the order of arrival does not matter. It is bounded: the
oldest is folded into `run`, the course of the truth so far, and what is older than the fold is refused by name. The
whole serialises to one JSON value (`to_memory`, `from_memory`); the store looks at none of it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from streams.wire.records import Phase

MOST_MARKS: Final = 64
MOST_SAMPLES: Final = 64
MOST_SETTLED: Final = 128
MOST_EVENTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The newest word on one event. `seen` is its capture time, `heard` the latest arrival."""

    rev: int
    phase: Phase
    began: datetime
    seen: datetime
    heard: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading, state or moment: 1 speaks for the alert, -1 against it, 0 for neither."""

    at: datetime
    level: int
    event: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The course of the truth: `spans` that are past, then the one from `since` to `until` (None: not over).

    `window` holds the samples since the last turn that still count, `last` the newest that spoke for it.
    """

    spans: int = 0
    since: datetime | None = None
    until: datetime | None = None
    last: datetime | None = None
    window: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Everything an alert knows beyond its columns.

    `settled` are events folded away, by their last revision. `blind_from` and `blind_until` are the camera's last
    blind time, `blind_until` None while it lasts. `witnessed` is when a person said that it is over.
    """

    marks: dict[UUID, Mark] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    run: Run = Run()
    folded_to: datetime | None = None
    settled: dict[UUID, int] = field(default_factory=dict)
    events: tuple[UUID, ...] = ()
    heard: datetime | None = None
    last: datetime | None = None
    camera_told: datetime | None = None
    blind_from: datetime | None = None
    blind_until: datetime | None = None
    witnessed: datetime | None = None

    @property
    def blind(self) -> bool:
        """Whether the camera is blind or unfit as far as this alert was told."""
        return self.blind_from is not None and self.blind_until is None


_ADAPTER: Final = TypeAdapter(Memory)


def to_memory(memory: Memory) -> dict[str, Any]:
    """The memory as plain JSON values."""
    plain: dict[str, Any] = _ADAPTER.dump_python(memory, mode="json")
    return plain


def from_memory(plain: dict[str, Any]) -> Memory:
    """The memory from plain JSON values. Raises ValidationError on anything `to_memory` does not write."""
    return _ADAPTER.validate_python(plain)
