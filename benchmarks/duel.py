"""Our tracker against its rivals: the table of `benchmarks.tracking`, printed where the peers are installed.

The figure of `trackers` is the better of its two plays, cell by cell. From the second rate on every cell is told twice:
for the thinning that begins with the first frame, and as the mean of all beginnings.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.hota import Scores, cells, mean, scores
from benchmarks.rivals import RIVALS, Floats, Rival
from benchmarks.sequences import Thinning

TO_REACH_FPS: Final = (25.0, 30.0, 5.0)
PEERS: Final = {"trackers": ("rated", "timed"), "ultralytics": ("ultralytics",)}
CROWD, LOOKS, ROUNDS, FPS, SIZE = 50, 150, 3, 10.0, (1920, 1080)
DROPPED: Final = 0.08
ENOUGH_MS: Final = 0.5


def main() -> int:
    """Print both tables; 1 when a figure that is to be reached is missed."""
    found = scores(Path(sys.argv[1]))
    print(
        f"{'sequence':<16}{'fps':>6}  {'begins at':<10}{'ours':>14}{'trackers':>14}{'ultralytics':>14}{'ahead by':>14}"
    )
    missed = 0
    for cell in cells():
        ahead = _row(found, cell[:1], "frame 1")
        missed += cell[0].fps in TO_REACH_FPS and min(ahead) < 0
        if len(cell) > 1:
            _row(found, cell, "any, mean")
    print("HOTA and IDF1, per cent; ahead of the better of both peers in each")
    spent = timed()
    print(f"\n{CROWD} objects, {DROPPED:.0%} of the detections missing, ms of processor time a look, streams in turns:")
    for name, cost in spent.items():
        print(f"  {name:<12}{cost:>7.2f}{cost / spent['ours']:>7.1f} x ours")
    return 1 if missed else 0


def timed() -> dict[str, float]:
    """Median milliseconds of processor time a look, by rival, over the same made crowd, streams in turns."""
    dice = np.random.default_rng(4)
    half = np.array(SIZE) * (0.01, 0.05)
    place, pace = dice.uniform((0, 0), SIZE, (CROWD, 2)), dice.normal(0, 60, (CROWD, 2))
    looks = []
    for look in range(LOOKS):
        centre = place + pace * look / FPS + dice.normal(0, 2, place.shape)
        kept = dice.random(CROWD) >= DROPPED
        looks.append((np.concatenate([centre - half, centre + half], axis=1)[kept], dice.uniform(0.3, 1, CROWD)[kept]))
    spent: dict[str, list[float]] = {name: [] for name in RIVALS}
    for _ in range(ROUNDS):
        for name, make in RIVALS.items():
            spent[name] += _took(make(FPS, SIZE), looks)
    return {name: float(np.median(took)) for name, took in spent.items()}


def _took(rival: Rival, looks: Sequence[tuple[Floats, Floats]]) -> list[float]:
    seen, took = [rival.given(*look) for look in looks], []
    for number, one in enumerate(seen):
        began = time.process_time()
        rival.update(one, number / FPS)
        took.append(1000 * (time.process_time() - began))
    return took


def _row(found: Scores, cell: tuple[Thinning, ...], begins: str) -> tuple[float, float]:
    """Print one row; how far ours is ahead of the better peer in HOTA and IDF1."""
    own = mean(found, "ours", cell)
    theirs = {peer: np.max([mean(found, play, cell) for play in plays], axis=0) for peer, plays in PEERS.items()}
    hota, idf1 = (np.array(own) - np.max(list(theirs.values()), axis=0)).tolist()
    words = "".join(f"{a:>8.1f}{b:>6.1f}" for a, b in (own, *theirs.values()))
    print(f"{cell[0].sequence.name:<16}{cell[0].fps:>6.1f}  {begins:<10}{words}{hota:>+8.1f}{idf1:>+6.1f}")
    return hota, idf1
