"""What second looks cost beside their network: none asked for, nobody due, and so many crops a look.

Ten objects on a 1080p picture, asked about with a classifier of a kilobyte, so that what is measured is ours: whose
turn it is, the crop, its shaping, the session's own overhead, the vote. A last row: the bundled detector on one crop.
Processor time of one thread; run it on a quiet box.

`python -m benchmarks.second_looks`
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import thread_time
from typing import Final

import numpy as np

from edge.second_look import Occasion, SecondLooks
from edge.second_look_settings import SecondLook
from edge.second_models import SecondModels
from models import catalogue
from models.detections import Detections
from models.detector import Detector
from streams import shipped
from streams.frames import Frame
from tests.parts import second_eyes

OBJECTS: Final = 10
LABELS: Final = ("motorcycle",)
RUNS: Final = 500
WARM_UP: Final = 20
BUNDLED: Final = "street-nano-int8"
NOON: Final = datetime(2026, 11, 23, 5, tzinfo=UTC)


def main() -> None:
    """Print a row for every case."""
    pixels = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    print(f"{OBJECTS} objects on 1080p; ms of one thread a look, median of {RUNS}")
    with tempfile.TemporaryDirectory() as folder:
        models = SecondModels([second_eyes.opened(Path(folder))])
        print(f"{'none asked for':<28}{_cost(SecondLooks(), pixels):8.3f}")
        print(f"{'nobody due':<28}{_cost(_looks(models, 64, 3600), pixels):8.3f}")
        for most in (1, 2, 4):
            print(f"{f'{most} crops':<28}{_cost(_looks(models, most, 0), pixels):8.3f}")
    entry = catalogue.load(shipped.config("models.yaml"))[BUNDLED]
    detector = Detector(entry, entry.lies(Path()))
    print(f"{f'{BUNDLED}, a crop':<28}{_median(lambda: detector.detect(pixels[300:500, 100:200]), 50):8.3f}")


def _looks(models: SecondModels, most: int, every_s: float) -> SecondLooks:
    look = SecondLook(
        id="helmet",
        model="helmet-cls",
        of=frozenset(LABELS),
        tells={"no_helmet": 0.6},
        every_s=every_s,
        most=most,
    )
    return SecondLooks([look], [], models, budget_ms=1e6)


def _cost(second: SecondLooks, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
    boxes = np.array([(at / 20, 0.3, at / 20 + 0.05, 0.5) for at in range(OBJECTS)], np.float32)
    seen = Detections(boxes, np.full(OBJECTS, 0.9, np.float32), np.zeros(OBJECTS, np.int32))
    tracks, frame, numbers = seen.named(np.arange(1, OBJECTS + 1)), Frame("one", 0, NOON, 0.0, pixels), count()

    def look() -> None:
        now = Occasion(frame, LABELS, next(numbers) / 5, fresh=True)
        second.joined(now, seen)
        second.found(now, tracks, [])

    return _median(look, RUNS)


def _median(work: Callable[[], object], runs: int) -> float:
    for _ in range(WARM_UP):
        work()
    took = []
    for _ in range(runs):
        began = thread_time()
        work()
        took.append(thread_time() - began)
    return float(np.median(took)) * 1e3


if __name__ == "__main__":
    main()
