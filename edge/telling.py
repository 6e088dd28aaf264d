"""From happenings to events of the wire: identities, revisions, and nothing invented after a restart.

An event's id is minted here, at the edge, once; every later word about it carries a higher `rev`. What is open is
kept in a journal on disk, written before the word leaves: after a crash the node finds it and says `unknown`,
because it did not see how it ended. The same is said when a camera goes blind.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from edge.analytics.happening import MOMENTS, Happening, Key, Kind, Phase
from streams.frames import Timing
from streams.wire.records import MOST_BOXES, Box, Event, Evidence, ModelRef, PictureClock
from streams.wire.records import Phase as Told
from streams.wire.words import Place, Reason

LAST_WORD_S: Final = 5.0
LASTING: Final = frozenset(Kind) - MOMENTS
_KEPT: Final = TypeAdapter(list[Event])


@dataclass(frozen=True, slots=True)
class Proof:
    """The picture taken for an event, or why there is none."""

    evidence: tuple[Evidence, ...] = ()
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Witness:
    """What stands behind a camera's events: where it hangs, which model looked, under which configuration."""

    camera: str
    place: Place | None = None
    model: ModelRef | None = None
    config_rev: str | None = None
    by: Mapping[str, ModelRef] = field(default_factory=dict)
    """The words that another model says, a second look's, and which."""


class Teller:
    """Events of one camera. Not thread-safe: one picture at a time."""

    def __init__(self, witness: Witness, mint: Callable[[], UUID]) -> None:
        self._witness = witness
        self._mint = mint
        self._open: dict[Key, Event] = {}

    @property
    def open(self) -> list[Event]:
        """What has begun and not ended, as last told."""
        return list(self._open.values())

    def tell(
        self, happening: Happening, captured: datetime, proof: Proof | None = None, timing: Timing | None = None
    ) -> Event:
        """The event that says this happening; `timing` is how `captured` was found."""
        begun = self._open.get(happening.key)
        proof = proof or Proof()
        event = Event(
            id=begun.id if begun else self._mint(),
            rev=begun.rev + 1 if begun else 1,
            began=begun.began if begun else captured,
            kind=happening.kind,
            phase=Told(happening.phase),
            camera=self._witness.camera,
            zone=happening.zone,
            subject=happening.subject,
            direction=happening.direction,
            count=happening.count,
            score=min(max(happening.score, 0.0), 1.0),
            dwell=happening.dwell,
            boxes=_boxes(happening),
            place=self._witness.place,
            model=self._witness.by.get(happening.subject, self._witness.model),
            config_rev=self._witness.config_rev,
            evidence=(begun.evidence if begun else ()) or proof.evidence,
            notes=(*_figures(happening), *proof.notes),
            clock=_clock(timing),
        )
        if happening.phase is Phase.CLOSED:
            self._open.pop(happening.key, None)
        else:
            self._open[happening.key] = event
        return event

    def unsure(self, cause: str) -> list[Event]:
        """The camera went blind: nobody knows how what is open goes on."""
        told = [unknown(event, cause) for event in self._open.values()]
        self._open = dict(zip(self._open, told, strict=True))
        return told

    def without(self, lost: frozenset[str]) -> None:
        """These pictures, by SHA-256, exist nowhere: no later word names them, the next picture may prove instead."""
        self._open = {key: _unnamed(event, lost) for key, event in self._open.items()}


def unproven(event: Event, lost: frozenset[str], why: Reason) -> Event:
    """The same word without these pictures, and why; a word that names none of them stays as it is."""
    left = _unnamed(event, lost)
    return event if left is event else left.model_copy(update={"notes": (*event.notes, why)})


def unknown(event: Event, cause: str) -> Event:
    """The next word about an event nobody watches any more."""
    # No picture says this: its time is the node's own.
    update = {"phase": Told.UNKNOWN, "rev": event.rev + 1, "notes": (Reason(code=cause),), "clock": None}
    return event.model_copy(update=update)


def after_restart(event: Event) -> Event:
    """The word about an event found in the journal: closed if that had been said, else unknown."""
    if event.phase is Told.CLOSED:
        return event.model_copy(update={"rev": event.rev + 1, "clock": None})
    return unknown(event, "restarted")


class OpenEvents:
    """What is open, on disk: read once at the start, written whole (beside, then renamed) on every change.

    The last word about an event stays for `LAST_WORD_S` after it was said: its record may not have reached the disk for
    good yet, and an end that a power cut takes back must be said again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: str | None = None
        self._words: dict[UUID, tuple[Event, float]] = {}

    def left_open(self) -> list[Event]:
        """What was open when the node last ran; none when the journal is missing or broken."""
        try:
            return _KEPT.validate_json(self._path.read_bytes())
        except (OSError, ValueError):
            return []

    def keep(self, open_events: Sequence[Event], last_words: Iterable[Event], now: float) -> None:
        """Write what is open and what has just ended, when that has changed; `now` is monotonic. Raises OSError."""
        self._words |= {event.id: (event, now) for event in last_words}
        self._words = {id_: said for id_, said in self._words.items() if now - said[1] < LAST_WORD_S}
        standing = {event.id: event for event, _ in self._words.values()} | {event.id: event for event in open_events}
        text = json.dumps([event.model_dump(mode="json") for event in standing.values()])
        if text == self._last:
            return
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._last = text


def _unnamed(event: Event, lost: frozenset[str]) -> Event:
    left = tuple(one for one in event.evidence if one.sha256 not in lost)
    return event if left == event.evidence else event.model_copy(update={"evidence": left})


def _boxes(happening: Happening) -> tuple[Box, ...]:
    label, score = happening.subject, min(max(happening.score, 0.0), 1.0)
    return tuple(
        Box(xyxy=(_clip(x0), _clip(y0), _clip(x1), _clip(y1)), label=label, score=score)
        for x0, y0, x1, y1 in happening.boxes[:MOST_BOXES]
    )


def _clock(timing: Timing | None) -> PictureClock | None:
    if timing is None:
        return None
    within = None if timing.within_s is None else float(round(timing.within_s * 1000))
    return PictureClock(source=timing.by, within_ms=within)


def _figures(happening: Happening) -> tuple[Reason, ...]:
    if happening.speed is None:
        return ()
    return (Reason(code="speed", params={"kmh": round(happening.speed.kmh, 1), "sd": round(happening.speed.sd, 1)}),)


def _clip(part: float) -> float:
    return round(min(max(part, 0.0), 1.0), 4)
