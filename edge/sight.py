"""Which cameras are live, which are blind, and which show nothing fit to judge: the event that says so at once.

Going blind or unfit opens an event, coming back closes it, another cause meanwhile is an update: so the centre can
tell a dead camera from a quiet street, for how long, and why. A camera that is both is told as blind: whether it is
still unfit nobody sees, and it is until it is seen to be fit. What was open when the node last ended is taken up under
its id, as unknown: a camera that is live after a restart closes it. Pure: changes and the time come in, events go out.
Limits: `changed` and `judged` are called by one thread at a time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from edge.fitness import Unfit
from edge.watch import Cause, Change, Sight
from streams.wire.records import Event, Phase
from streams.wire.words import Reason

KIND: Final = "camera_state"
OVERLOAD: Final = "overload"
SLOW_STREAM: Final = "slow_stream"


@dataclass(slots=True)
class _State:
    blind: Cause | None = Cause.STARTING
    unfit: Unfit | None = None
    told: Event | None = None

    @property
    def trouble(self) -> Cause | Unfit | None:
        return self.blind or self.unfit

    @property
    def sight(self) -> Sight:
        if self.blind is not None:
            return Sight.BLIND
        return Sight.LIVE if self.unfit is None else Sight.UNFIT


class Sights:
    """The sight of every camera of a node."""

    def __init__(self, cameras: Sequence[str], mint: Callable[[], UUID], left: Iterable[Event] = ()) -> None:
        """`left` is what was open when the node last ended, as it was told since."""
        told = {event.camera: event for event in left if event.kind == KIND}
        self._states = {camera: _State(told=told.get(camera)) for camera in cameras}
        self._mint = mint

    @property
    def open(self) -> list[Event]:
        """What is open at cameras that are blind or unfit, or were when the node last ended."""
        told = [state.told for state in self._states.values()]
        return [event for event in told if event is not None and event.phase is not Phase.CLOSED]

    def cause(self, camera: str, *, crowded: bool) -> str:
        """Why a gap at this camera is blind: its own trouble or, while it has none, that nobody had time to look.

        Without pictures that gave way (`crowded`) somebody had time, and the camera brought too few.
        """
        return self._states[camera].trouble or (OVERLOAD if crowded else SLOW_STREAM)

    def live(self, camera: str) -> bool:
        """Whether it shows anything that is fit to judge."""
        return self._states[camera].trouble is None

    def changed(self, change: Change, now: datetime) -> Event | None:
        """The event that says this change; None when it changes nothing."""
        state = self._states[change.camera]
        before, state.blind = state.trouble, change.cause
        if state.told is not None and state.trouble is before:
            return None
        return self._tell(change.camera, now)

    def judged(self, camera: str, unfit: Unfit | None, now: datetime) -> Event | None:
        """The event that says what became of a camera's fitness; None when nothing changes, or it is blind anyhow."""
        state = self._states[camera]
        before, state.unfit = state.trouble, unfit
        return None if state.trouble is before else self._tell(camera, now)

    def _tell(self, camera: str, now: datetime) -> Event:
        state = self._states[camera]
        before, trouble = state.told, state.trouble
        goes_on = before is not None and before.phase is not Phase.CLOSED
        lasting = Phase.UPDATED if goes_on else Phase.OPENED
        state.told = Event(
            id=before.id if before and goes_on else self._mint(),
            rev=before.rev + 1 if before and goes_on else 1,
            began=before.began if before and goes_on else now,
            kind=KIND,
            phase=lasting if trouble else Phase.CLOSED,
            camera=camera,
            subject=state.sight,
            notes=(Reason(code=trouble),) if trouble else (),
        )
        return state.told
