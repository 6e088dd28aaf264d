"""Laps of a node's own way with a picture: taken from the film, judged fit, looked at, told and counted for coverage.

What a node does with every picture is done here by its own parts in one thread, and every picture is analysed: by a
camera without a gate, or with one that is asked and always opens. Not done: what an event costs beyond its words (the
picture's redaction, the outbox), for that is by the event and not by the picture. Run by `benchmarks.pipeline` as
`python -m benchmarks.pipeline_ours NETWORK FILM CORE`: it answers a line that says how many pictures with a line that
says what they cost.
"""

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final

from benchmarks.street import NOON
from edge.build import width_of
from edge.config import NodeConfig
from edge.coverage import Coverage
from edge.eye import Told
from edge.fitness import Fitness
from edge.health import Stages
from edge.luma import luma
from edge.replay import unproven_eye
from edge.seeing import DetectorEyes
from models import cards
from models.detector import Detector
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock
from streams.frames import Frame

CAMERA: Final = "lap"
FPS: Final = 25.0
SCENE: Final[dict[str, Any]] = {
    "lines": [{"id": "down", "a": [0.5, 0], "b": [0.5, 1]}, {"id": "across", "a": [0, 0.55], "b": [1, 0.55]}],
    "zones": [{"id": "near", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]}],
    "watch": [
        {"loitering": {"zone": "near", "after_s": 20}},
        {"crowding": {"zone": "near", "at_least": 6, "for_s": 10}},
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lap:
    """Milliseconds of processor time a picture: all of it, the network's, and to take it in; and objects followed."""

    all_ms: float
    run_ms: float
    taken_ms: float
    objects: float


class Laps:
    """One camera over `film` with the network in `file`, every picture analysed; `gate`: after it was asked."""

    def __init__(self, file: Path, film: Path, *, gate: bool) -> None:
        recheck = {"recheck_s": 0.001 if gate else 0}
        told = {"id": CAMERA, "source": {"file": str(film)}, "fps": FPS, **SCENE, "gate": recheck}
        broker = {"host": "127.0.0.1", "port": 1}
        content = {"node": CAMERA, "ward": CAMERA, "broker": broker, "cameras": [told]}
        self.setting = NodeConfig.model_validate(content).cameras[0]
        self.detector = Detector(cards.read(file), file, threads=1)
        self._eyes, self._fitness = DetectorEyes(self.detector, None), Fitness(self.setting.fitness)
        self._eye = unproven_eye(self.setting, self._eyes, None)
        self._coverage, self._stages = Coverage(CAMERA, FPS, NOON), Stages()
        width = width_of(self.setting)
        self._camera = FileCamera(CAMERA, film, pace="fast", loop=True, width=width, began=NOON)
        self._open = ExitStack()
        self._frames = self._open.enter_context(self._camera.open(SystemClock()))
        self.run_ms = 0.0

    def close(self) -> None:
        """The film is closed."""
        self._open.close()

    def taken(self) -> Frame:
        """The next picture; the film begins again where it ends."""
        return next(self._frames)

    def look(self, frame: Frame) -> Told:
        """All that is done with one picture."""
        fitness = self._fitness
        if fitness.due(frame.elapsed):
            fitness.judge(luma(frame.picture), frame.elapsed)
        told = self._eye.look(frame, self._eyes)
        self.run_ms += self.detector.timing.run_cpu_ms
        self._stages.add(told.stages)
        self._coverage.looked(told.captured, "late")
        self._coverage.counted(told.captured, told.counts)
        return told

    def go(self, pictures: int) -> Lap:
        """So many pictures."""
        began, self.run_ms, taken, objects = process_time(), 0.0, 0.0, 0
        for _ in range(pictures):
            before = process_time()
            frame = self.taken()
            taken += process_time() - before
            objects += self.look(frame).detections
        spent = (process_time() - began) * 1000
        return Lap(spent / pictures, self.run_ms / pictures, taken * 1000 / pictures, objects / pictures)


def main() -> int:
    """Answer until the other end is closed."""
    os.sched_setaffinity(0, {int(sys.argv[3])})
    laps = Laps(Path(sys.argv[1]), Path(sys.argv[2]), gate=False)
    for line in sys.stdin:
        print(json.dumps(asdict(laps.go(int(line)))), flush=True)
    laps.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
