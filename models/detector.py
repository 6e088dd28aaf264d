"""A picture in, detections out: shape, run, decode, each timed.

Idea: three stages that know nothing of each other, joined here and nowhere else. A detector is warmed up when
it is made: the first run of a session is several times slower than the rest and would otherwise be the first
frame of a real street; the same run proves the sizes a file leaves open.
Limits: it owns one canvas and one session, so one detector serves one thread.
"""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from models import decode
from models.catalogue import Entry
from models.decode import DECODE, Asked
from models.detections import Detections
from models.providers import Provider
from models.session import ModelRefused, Reason, Session
from models.shape import Picture

USUAL_THRESHOLD = 0.25
PRIVACY_THRESHOLD = 0.10


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of wall time one answer took, by stage; `run_cpu_ms` is the process's own time in the network."""

    shape_ms: float
    run_ms: float
    decode_ms: float
    run_cpu_ms: float = 0.0

    @property
    def total_ms(self) -> float:
        """All stages together."""
        return self.shape_ms + self.run_ms + self.decode_ms


class Detector:
    """The model of `entry`, opened from `path` and warmed up. Raises ModelRefused.

    Objects and faces alike: `entry.labels` tells what a label index means. `timing` is that of the last answer.
    """

    def __init__(self, entry: Entry, path: Path, threads: int = 1, provider: Provider = Provider.CPU) -> None:
        self.entry = entry
        self.timing = Timing(0.0, 0.0, 0.0)
        if entry.head not in DECODE:
            raise ModelRefused(Reason.SHAPE, entry.name, f"it tells {entry.task} and no boxes: it is for second looks")
        self._session = Session(entry, path, threads, provider)
        self._letterbox = self._session.letterbox()
        self._decode = DECODE[entry.head]
        self._session.warm_up(self._letterbox)

    def detect(self, picture: Picture, threshold: float = USUAL_THRESHOLD, *, one_thing: bool = True) -> Detections:
        """What stands in `picture` with a score above `threshold`; strongest first.

        `one_thing` keeps the entry's word on boxes of two classes around one thing; whoever must cover all that may be
        there asks for both. Raises ValueError when it is no picture.
        """
        found, self.timing = self._look(picture, threshold, one_thing=one_thing)
        return found

    def _look(self, picture: Picture, threshold: float, *, one_thing: bool) -> tuple[Detections, Timing]:
        began = perf_counter()
        canvas, lies = self._letterbox.fill(picture)
        shaped, worked = perf_counter(), process_time()
        outputs = self._session.run(canvas)
        ran, worked = perf_counter(), process_time() - worked
        boxes = self._decode(outputs, Asked(self.entry.input, threshold, self.entry.overlap))
        if one_thing and self.entry.one_thing is not None:
            boxes = decode.one_thing(boxes, self.entry.one_thing)
        xyxy = lies.back(boxes.xyxy)
        solid = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])  # a box on the padding is no object
        known = (boxes.label >= 0) & (boxes.label < len(self.entry.labels.names))
        found, sound = Detections(xyxy, boxes.score, boxes.label), solid & known
        found = found if sound.all() else found[sound]
        done = perf_counter()
        return found, Timing((shaped - began) * 1e3, (ran - shaped) * 1e3, (done - ran) * 1e3, worked * 1e3)
