"""Which cameras are live and which are blind, and the event that says so at once.

Going blind opens an event, coming back closes it, another cause while blind is an update: so the centre can tell a
dead camera from a quiet street, for how long, and why. Pure: changes and the time come in, events go out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from edge.watch import Cause, Change, Sight
from streams.wire.records import Event, Phase
from streams.wire.words import Reason

KIND: Final = "camera_state"
OVERLOAD: Final = "overload"


@dataclass(slots=True)
class _State:
    cause: Cause | None = Cause.STARTING
    told: Event | None = None


class Sights:
    """The sight of every camera of a node."""

    def __init__(self, cameras: Sequence[str], mint: Callable[[], UUID]) -> None:
        self._states = {camera: _State() for camera in cameras}
        self._mint = mint

    def cause(self, camera: str) -> str:
        """Why a gap at this camera is blind: its own trouble, or, while it is live, that nobody had time to look."""
        return self._states[camera].cause or OVERLOAD

    def live(self, camera: str) -> bool:
        """Whether it shows anything."""
        return self._states[camera].cause is None

    def changed(self, change: Change, now: datetime) -> Event | None:
        """The event that says this change; None when it changes nothing."""
        state = self._states[change.camera]
        if state.told is not None and state.cause is change.cause:
            return None
        state.cause = change.cause
        event = self._event(change, state.told, now)
        state.told = event
        return event

    def _event(self, change: Change, before: Event | None, now: datetime) -> Event:
        goes_on = before is not None and before.phase is not Phase.CLOSED
        blind = change.sight is Sight.BLIND
        lasting = Phase.UPDATED if goes_on else Phase.OPENED
        return Event(
            id=before.id if before and goes_on else self._mint(),
            rev=before.rev + 1 if before and goes_on else 1,
            began=before.began if before and goes_on else now,
            kind=KIND,
            phase=lasting if blind else Phase.CLOSED,
            camera=change.camera,
            subject=change.sight,
            notes=(Reason(code=change.cause),) if change.cause else (),
        )
