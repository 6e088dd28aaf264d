"""Eyes that see what a script says, look after look, nobody by default, and look closely as they are told."""

from collections.abc import Iterable, Sequence
from itertools import repeat

from edge.privacy import Groups, Region, grouped
from edge.seeing import Seen
from models.detections import Detections
from streams.frames import Frame
from streams.wire.records import ModelRef

LABELS = ("person", "car")


class ScriptedEyes:
    """Sees what it is told for each look, and looks closely as it is told: at regions, or not at all."""

    labels: Sequence[str] = LABELS
    groups: Sequence[Groups] = grouped(LABELS)
    model: ModelRef | None = None

    def __init__(self, looks: Iterable[Detections] | None = None, closely: Sequence[Region] | Exception = ()) -> None:
        self._looks = repeat(Detections.none()) if looks is None else iter(looks)
        self._closely = closely

    def see(self, frame: Frame) -> Seen:  # noqa: ARG002  the script knows what comes
        """What comes next."""
        return Seen(next(self._looks), {})

    def see_closely(self, frame: Frame) -> list[Region]:  # noqa: ARG002  the same
        """The regions it was told. Raises the trouble it was told."""
        if isinstance(self._closely, Exception):
            raise self._closely
        return list(self._closely)
