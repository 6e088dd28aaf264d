"""What rearranging takes off an eight-bit network: as ONNX Runtime's tools write it, and as `models.bytewise` does.

Usage: python -m benchmarks.rearranged [MODEL ...] [--rounds 200]
Each model (a name of the catalogue in fp32, or FILE.onnx with its card) is made in eight bits twice, calibrated on the
same pictures of a film, once `plain`. Both look at pictures of it in turns, one thread pinned to one core: processor
time of the network alone, and of all that a detector does with a camera's picture; medians. Ends with 1 when a box of
one is not a box of the other to the last bit. Without a model the bundled one, and the YOLO11n of `benchmarks.planted`
where a run of `benchmarks.pipeline` has left it.
"""

import argparse
import os
import sys
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Final

import numpy as np

from models import cards, quantize
from models.detections import Detections
from models.detector import Detector
from models.options import STORE
from models.quantize import Order
from streams import shipped
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock
from streams.frames import Frame

CLIP: Final = Path(__file__).parents[1] / "demo" / "clips" / "junction.mp4"
LEFT: Final = ("var/pipeline/ours-bare-640x384.onnx", "var/pipeline/ours-bare-320x192.onnx")
CALIBRATED_ON: Final = 24
PICTURES: Final = 40
WARM_UP: Final = 20
LOWEST: Final = 0.1

Times = dict[str, tuple[list[float], list[float]]]


def main() -> int:
    """Print a row for each model; 1 when one is no more the same network."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("models", nargs="*", default=["street-nano", *(file for file in LEFT if Path(file).exists())])
    told.add_argument("--film", type=Path, default=CLIP)
    told.add_argument("--rounds", type=int, default=200)
    told.add_argument("--catalogue", type=Path, default=shipped.config("models.yaml"))
    told.add_argument("--store", type=Path, default=STORE)
    told.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="which all is pinned to")
    asked = told.parse_args()
    os.sched_setaffinity(0, {asked.core})
    with FileCamera("film", asked.film, pace="fast", looked_at_fps=2).open(SystemClock()) as frames:
        looked = list(islice(frames, PICTURES))
    print(f"{'ms of processor time':<40}{'as it comes':>12}{'rearranged':>12}{'less':>7}{'with all around it':>22}")
    return max(_row(model, looked, asked) for model in asked.models)


def _row(model: str, looked: list[Frame], asked: argparse.Namespace) -> int:
    with TemporaryDirectory() as folder:
        ways = {
            name: _made(model, asked, Path(folder) / f"{name}.onnx", plain=name == "plain")
            for name in ("plain", "bytes")
        }
        times: Times = {name: ([], []) for name in ways}
        apart = 0
        for number, frame in enumerate(islice(cycle(looked), WARM_UP + asked.rounds)):
            found = {name: _seen(detector, frame, times[name]) for name, detector in ways.items()}
            if number < WARM_UP:
                times = {name: ([], []) for name in ways}
            apart += not _alike(*found.values())
    (run, whole), (run_now, whole_now) = [(median(network), median(all_of_it)) for network, all_of_it in times.values()]
    both = f"{whole:.2f} and {whole_now:.2f}"
    print(f"{Path(model).stem:<40}{run:>12.2f}{run_now:>12.2f}{1 - run_now / run:>7.0%}{both:>22}", flush=True)
    if apart:
        print(f"  {apart} pictures were told otherwise")
    return int(apart > 0)


def _made(model: str, asked: argparse.Namespace, into: Path, *, plain: bool) -> Detector:
    entry, file = cards.found(model, asked.catalogue, asked.store)
    quantize.quantize(entry, file, asked.film, into, Order(pictures=CALIBRATED_ON, plain=plain))
    return Detector(cards.sealed(entry, into), into)


def _seen(detector: Detector, frame: Frame, times: tuple[list[float], list[float]]) -> Detections:
    began = thread_time()
    found = detector.detect(frame.picture, LOWEST)
    times[1].append((thread_time() - began) * 1000)
    times[0].append(detector.timing.run_cpu_ms)
    return found


def _alike(one: Detections, other: Detections) -> bool:
    return all(np.array_equal(getattr(one, what), getattr(other, what)) for what in ("xyxy", "score", "label"))


if __name__ == "__main__":
    sys.exit(main())
