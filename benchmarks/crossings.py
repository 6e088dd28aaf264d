"""Judge line crossings and dwell by exact geometry: hand-labelled people at full rate and 5 fps, and a fast object.

Usage: python -m benchmarks.crossings [FOLDER], FOLDER holding MOT17-02, MOT17-05 and MOT17-09
(by default $WARDSENSE_SHARED/data/tracking). The truth is computed apart from the code under test, by Shapely, over
the path of the feet at full rate, also where only 5 looks a second were had; a track's crossings of one line are
netted, because a foot that sways over a line and back has not crossed it. 5 fps is what a node's own cadence takes,
once for every frame it may begin with: the first of these rows is a stream played from its beginning. Ends with 1 when
a figure is missed: all at full rate and 99 % at 5 fps, nothing invented, dwell within 1 %, every fast object.
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from shapely.geometry import LineString, Polygon

from benchmarks.walks import PICTURES, Walks, feet, labelled, played, spanned, thinned
from edge.analytics.happening import Kind
from edge.analytics.places import Line, Point, Zone
from edge.analytics.scene import Scene

ENDS: Final[Sequence[tuple[Point, Point]]] = (
    *[((x, 0.26), (x + 0.0007, 0.74)) for x in (0.35, 0.425, 0.5, 0.575, 0.65)],
    *[((0.26, y), (0.74, y + 0.0003)) for y in (0.475, 0.525, 0.575, 0.625)],
    ((0.3, 0.45), (0.7, 0.7)),
    ((0.7, 0.45), (0.4, 0.72)),
)
LINES: Final = [Line(id=f"line-{i}", a=a, b=b) for i, (a, b) in enumerate(ENDS)]
BAND: Final = Zone(id="band", polygon=((0.4, 0.35), (0.6, 0.35), (0.65, 0.74), (0.45, 0.74)), heir_s=0.0)
LOOKS: Final = 5.0
ENOUGH: Final = 0.99
FAST_PX, WIDE_PX = 40, 640

Net = Counter[tuple[int, str]]
"""Net crossings by (track, line), rightward positive."""


def main() -> int:
    """Print the table; 1 when a figure is missed."""
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared"))
    folder = Path(sys.argv[1]) if sys.argv[1:] else shared / "data" / "tracking"
    print(
        f"{'walks':<10}{'looks':>24}{'crossings':>11}{'counted':>9}{'share':>8}{'invented':>9}{'dwell s':>10}{'off':>8}"
    )
    missed = 0
    for name, (_, _, rate) in PICTURES.items():
        walks = labelled(folder, name)
        missed += _row(name, f"{rate} fps, all", walks, walks, rate, 1.0)
        for first in range(round(rate / LOOKS)):
            seen = thinned(walks, rate, LOOKS, first)
            # Only a stream from its beginning is judged; the others say how much chance there is in it.
            missed += _row(name, f"{LOOKS:g} fps from frame {first + 1}", walks, seen, rate, 0.0 if first else ENOUGH)
    right, every = fast()
    print(
        f"an object at {FAST_PX} px a frame of {WIDE_PX}: {right} of {every} crossings counted, once and the right way"
    )
    return 1 if missed or right < every else 0


def true_crossings(walks: Walks, lines: Sequence[Line] = LINES) -> Net:
    """What geometry says."""
    net: Net = Counter()
    for track, walk in walks.items():
        path = feet(walk)
        for line in lines:
            drawn, (ax, ay), (bx, by) = LineString([line.a, line.b]), line.a, line.b
            for start, end in pairwise(path):
                before, after = ((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for x, y in (start, end))
                if before != after and drawn.intersects(LineString([start, end])):
                    net[track, line.id] += 1 if after else -1
    return Counter({key: count for key, count in net.items() if count})


def counted_crossings(walks: Walks, rate: float, lines: Sequence[Line] = LINES) -> Net:
    """What the code under test says."""
    net: Net = Counter()
    for told in played(walks, Scene(lines=lines), rate):
        net[told.track, told.zone] += 1 if told.direction == "in" else -1
    return Counter({key: count for key, count in net.items() if count})


def agreed(truth: Net, counted: Net) -> tuple[int, int]:
    """How many true crossings were counted, and how many were invented."""
    right = sum(min(abs(count), abs(counted[key])) for key, count in truth.items() if counted.get(key, 0) * count > 0)
    return right, sum(abs(count) for count in counted.values()) - right


def true_dwell(walks: Walks, rate: float) -> float:
    """Seconds all tracks are in the zone, by the share of each step that lies in it."""
    shape, dwell = Polygon(BAND.polygon), 0.0
    for walk in walks.values():
        path, frames = feet(walk), [frame for frame, _ in walk]
        for i in range(len(path) - 1):
            step = LineString([path[i], path[i + 1]])
            share = step.intersection(shape).length / step.length if step.length else float(shape.covers(step))
            dwell += share * (frames[i + 1] - frames[i]) / rate
    return dwell


def told_dwell(walks: Walks, rate: float) -> float:
    """Seconds the code under test says."""
    return sum(told.dwell for told in played(walks, Scene(zones=[BAND]), rate) if told.kind is Kind.ZONE_LEFT)


def fast() -> tuple[int, int]:
    """Of how many objects that leap `FAST_PX` a frame the crossing is counted, once and the right way: all there are.

    Every pixel to begin with, to the right and to the left, alone in the picture each.
    """
    line = Line(id="gate", a=(0.5, 0.0), b=(0.5, 1.0))
    right = every = 0
    for start in range(FAST_PX):
        for sense in (1, -1):
            spots = np.arange(start + FAST_PX, WIDE_PX - FAST_PX, FAST_PX)[::sense] / WIDE_PX
            boxes = [np.array([x - 0.02, 0.4, x + 0.02, 0.6]) for x in spots.tolist()]
            counted = counted_crossings({1: list(enumerate(boxes, start=1))}, 25.0, [line])
            # To the right-hand side of somebody who walks down the line is to the left of the picture.
            right, every = right + (counted == {(1, "gate"): -sense}), every + 1
    return right, every


def _row(name: str, looks: str, walks: Walks, seen: Walks, rate: float, enough: float) -> bool:
    """Print one row; whether it misses what is `enough`."""
    known = spanned(walks, seen)
    truth = true_crossings(known)
    right, invented = agreed(truth, counted_crossings(seen, rate))
    every, dwell = sum(map(abs, truth.values())), true_dwell(known, rate)
    off = told_dwell(seen, rate) / dwell - 1
    print(f"{name:<10}{looks:>24}{every:>10}{right:>9}{right / every:>8.1%}{invented:>9}{dwell:>10.1f}{off:>8.2%}")
    return enough > 0 and (right < enough * every or invented > 0 or abs(off) > 1 - ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
