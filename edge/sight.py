"""Which cameras are live and which are blind, and the event that says so at once.

Going blind opens an event, coming back closes it, another cause while blind is an update: so the centre can tell a
dead camera from a quiet street, for how long, and why. What was open when the node last ended is taken up under its
id, as unknown: a camera that is live after a restart closes it. Pure: changes and the time come in, events go out.
Limits: `changed` is called by one thread at a time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from edge.watch import Cause, Change, Sight
from streams.wire.records import Event, Phase
from streams.wire.words import Reason

KIND: Final = "camera_state"
OVERLOAD: Final = "overload"
SLOW_STREAM: Final = "slow_stream"


@dataclass(slots=True)
class _State:
    cause: Cause | None = Cause.STARTING
    told: Event | None = None


class Sights:
    """The sight of every camera of a node."""

    def __init__(self, cameras: Sequence[str], mint: Callable[[], UUID], left: Iterable[Event] = ()) -> None:
        """`left` is what was open when the node last ended, as it was told since."""
        told = {event.camera: event for event in left if event.kind == KIND}
        self._states = {camera: _State(told=told.get(camera)) for camera in cameras}
        self._mint = mint

    @property
    def open(self) -> list[Event]:
        """What is open at cameras that are blind, or were when the node last ended."""
        told = [state.told for state in self._states.values()]
        return [event for event in told if event is not None and event.phase is not Phase.CLOSED]

    def cause(self, camera: str, *, crowded: bool) -> str:
        """Why a gap at this camera is blind: its own trouble or, while it is live, that nobody had time to look.

        Without pictures that gave way (`crowded`) somebody had time, and the camera brought too few.
        """
        return self._states[camera].cause or (OVERLOAD if crowded else SLOW_STREAM)

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
