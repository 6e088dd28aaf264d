"""What looking at parts of a picture gains and costs: the bundled street, with tiles and without.

Usage: python -m benchmarks.closer [--model street-nano-int8] [--wide 320] [--most 2]
The clips of demo/clips are looked at twice a second, by `edge.tiles` with the gate's word of what moved. Judged are the
truth's boxes of what is seen by half or more, by their height: found is one of its class that shares half its area,
with a score of .4 or more. A box so sure that lies on nothing true is told apart: most are things that stand parked in
the scene, of which the truth says nothing. Milliseconds are of a whole look.
Limit: the pictures are 640 pixels wide, so a part is one that a network's canvas enlarges; a camera of 1920 has more to
show.
"""

import argparse
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from time import thread_time
from typing import Final

import numpy as np

from benchmarks.street import opened
from demo import street
from edge.gate import Gate, GateSetting
from edge.seeing import DetectorEyes
from edge.tiles import Tiles, TileSetting
from models import cards
from models.detector import Detector
from models.fuse import overlap
from streams import shipped
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock

FPS: Final = 2.0
SURE: Final = 0.4
SAME: Final = 0.5
HEIGHTS: Final = (8, 16, 24, 40, 360)
"""Pixels of 360 that part the sizes."""


def main() -> int:
    """Print the table."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--model", default=street.DETECTOR)
    told.add_argument("--wide", type=int, default=320, help="width of a part, of 640")
    told.add_argument("--most", type=int, default=2)
    asked = told.parse_args()
    entry, file = cards.found(asked.model, shipped.config("models.yaml"), Path("var/models"))
    eyes = DetectorEyes(Detector(entry, file, threads=1), None)
    sizes = "".join(f"{f'{low} to {high} px':>20}" for low, high in pairwise(HEIGHTS))
    print(f"{entry.title}\n{'found of true boxes':<26}{sizes}{'on nothing':>12}{'ms':>7}{'parts a look':>14}")
    print(_row("the whole picture", TileSetting(), eyes), flush=True)
    closer = TileSetting(most=asked.most, wide_px=asked.wide, sweep_s=10)
    print(_row(f"and {asked.most} parts of {asked.wide} px", closer, eyes), flush=True)
    return 0


def _row(name: str, setting: TileSetting, eyes: DetectorEyes) -> str:
    found, true, looks, wrong, parts, spent = Counter[int](), Counter[int](), 0, 0, 0, 0.0
    for path in sorted(street.CLIPS.glob("*.mp4")):
        clip, gate, tiles = opened(path), Gate(GateSetting(recheck_s=0.1)), Tiles(setting)
        camera = FileCamera(path.stem, path, pace="fast", loop=False, looked_at_fps=FPS)
        with camera.open(SystemClock()) as frames:
            for frame in frames:
                gate.opens(frame.picture, frame.elapsed)
                began = thread_time()
                seen = tiles.see(frame, eyes, gate.moved).detections
                spent, looks = spent + (thread_time() - began) * 1000, looks + 1
                sure, there = seen[seen.score >= SURE], clip.true(frame.number, eyes.labels)
                high = np.digitize((there.xyxy[:, 3] - there.xyxy[:, 1]) * 360, HEIGHTS)
                for box, label, size in zip(there.xyxy, there.label, high.tolist(), strict=True):
                    true[size] += 1
                    found[size] += bool((overlap(box, sure.xyxy[sure.label == label]) >= SAME).any())
                wrong += sum(not (overlap(box, there.xyxy) >= SAME).any() for box in sure.xyxy)
        parts += tiles.closer
    figures = "".join(
        f"{f'{found[size]} of {true[size]}, {found[size] / max(true[size], 1):.0%}':>20}"
        for size in range(1, len(HEIGHTS))
    )
    return f"{name:<26}{figures}{wrong:>12}{spent / looks:>7.1f}{parts / looks:>14.2f}"


if __name__ == "__main__":
    sys.exit(main())
