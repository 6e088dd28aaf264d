"""A patch that brightens or darkens over five minutes: within how many scheduled looks a node tells of it.

Usage: python -m benchmarks.ramp [--seconds 300] [--every 30]
A still of each of the bundled street's clips, and of each real video where $WARDSENSE_SHARED is there, stands before a
node's eye at one picture a second, with the noise of a sensor and a daylight that rises and falls by a sixth. After two
minutes a patch of it, 24 blocks, drifts by so many grey levels in `--seconds`. True is the moment at which it is off by
the rule's own `level`; the node may take two looks, of one every `--every` seconds, from then. The other column says
what a motion gate alone makes of it: at how many of the looks a second it opened, the rechecks left out.
"""

import argparse
import math
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import uuid_utils.compat as uuid
from numpy.typing import NDArray

from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import SlowChange
from edge.eye import Eye, Task
from edge.gate import Gate, GateSetting
from edge.telling import Witness
from streams.frames import Frame
from tests.parts.scripted_eyes import ScriptedEyes

NOON: Final = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
CLIPS: Final = Path("demo/clips")
ZONE: Final = ((0.4, 0.45), (0.6, 0.45), (0.6, 0.7), (0.4, 0.7))
PATCH: Final = (0.42, 0.48, 0.58, 0.66)
DRIFTS: Final = (-80, -40, -20, 20, 40, 80)
BEFORE_S: Final = 120
AFTER_S: Final = 120
NOISE: Final = 4.0
DAYLIGHT: Final = 1 / 6
SIZE: Final = (640, 360)

Pixels = NDArray[np.uint8]


def main() -> int:
    """Print the table; 1 where a drift was told too late, or before it was true."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--seconds", type=float, default=300)
    told.add_argument("--every", type=float, default=30)
    asked = told.parse_args()
    rule = SlowChange(zone="patch", every_s=asked.every)
    print(f"{'picture':<36}{'grey levels':>12}{'true after':>12}{'told after':>12}{'looks':>7}{'gate opened':>13}")
    late = 0
    for name, still in _stills():
        for drift in DRIFTS:
            true = asked.seconds * rule.level / abs(drift)
            seen, opened = _watched(still, drift, asked.seconds, rule)
            looks = math.inf if seen is None else max(0, math.ceil((seen - true) / rule.every_s))
            right = seen is not None and true - rule.every_s <= seen and looks <= rule.looks
            late += not right
            said = "never" if seen is None else f"{seen:.0f} s"
            print(
                f"{name:<36}{drift:>+12}{true:>10.0f} s{said:>12}{looks:>7}{opened:>13.0%}{'' if right else '  missed'}"
            )
    print(f"{late} missed")
    return 1 if late else 0


def _stills() -> Iterator[tuple[str, Pixels]]:
    shared = Path(os.environ.get("WARDSENSE_SHARED", "../shared")) / "data" / "videos"
    for film in (*sorted(CLIPS.glob("*.mp4")), *sorted(shared.glob("*.mp4")), *sorted(shared.glob("*.avi"))):
        there, pixels = cv2.VideoCapture(str(film)).read()
        if there:
            yield film.stem, np.asarray(cv2.resize(pixels, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def _watched(still: Pixels, drift: int, seconds: float, rule: SlowChange) -> tuple[float | None, float]:
    """Seconds from the beginning of the drift to the event, None for never; share of looks that the gate asked for."""
    scene = Scene([Zone(id=rule.zone, polygon=ZONE)], [], [rule])
    eye = Eye(Witness("ramp"), Task(frozenset({"person"}), evidence=False), scene, uuid.uuid7)
    gate, opened, looks = Gate(GateSetting(recheck_s=60)), 0, 0
    found: float | None = None
    for at, pixels in enumerate(_pictures(still, drift, seconds)):
        told = eye.look(Frame("ramp", at, NOON + timedelta(seconds=at), float(at), pixels), ScriptedEyes())
        if at >= BEFORE_S:
            looks, opened = looks + 1, opened + (gate.opens(pixels, float(at)) and at % 60 != 0)
        if found is None and any(event.phase == "opened" for event in told.events):
            found = float(at - BEFORE_S)
    return found, opened / looks


def _pictures(still: Pixels, drift: int, seconds: float) -> Iterator[Pixels]:
    """One a second: daylight over all, the drift over the patch, noise."""
    dice = np.random.default_rng(1)
    high, wide = still.shape[:2]
    x0, y0, x1, y1 = (round(share * side) for share, side in zip(PATCH, (wide, high) * 2, strict=True))
    # Kept off the ends of the scale, where a picture could not drift by so much.
    base = 90 + still.astype(np.float32) * 0.3
    for at in range(int(BEFORE_S + seconds + AFTER_S)):
        shown = base.copy()
        shown[y0:y1, x0:x1] += drift * min(max((at - BEFORE_S) / seconds, 0.0), 1.0)
        shown *= 1 + DAYLIGHT * math.sin(2 * math.pi * at / 600)
        yield np.asarray(np.clip(shown + NOISE * dice.standard_normal(shown.shape, np.float32), 0, 255), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
