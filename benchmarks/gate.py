"""What the motion gate spares and what it costs: the real videos looked at with and without it, by the same detector.

Usage: python -m benchmarks.gate [--seconds 60] [VIDEO ...], by default the videos of $WARDSENSE_SHARED/data/videos.
Each video is played at 5 looks a second through tracker and analytics twice, with a line down and one across the
picture; the row says how many looks needed no detector, what a gate's judgement takes, and how many crossings and
entries both told. With `--hold N` every frame is shown N times over, as a street that is empty or waits: what a gate
is for.
"""

import argparse
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import uuid_utils.compat as uuid

from edge.analytics.places import Line
from edge.analytics.scene import Scene
from edge.eye import Eye, Task
from edge.gate import Gate, GateSetting
from edge.seeing import DetectorEyes
from edge.telling import Witness
from models import catalogue
from models.detector import Detector
from streams import shipped
from streams.frames import Frame

FPS = 5.0
LINES = (Line(id="down", a=(0.5, 0.0), b=(0.5, 1.0)), Line(id="across", a=(0.0, 0.55), b=(1.0, 0.55)))
STREET = frozenset({"person", "bicycle", "motorcycle", "car", "bus", "truck"})
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def main() -> int:
    """Print the table."""
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("videos", nargs="*", type=Path)
    told.add_argument("--seconds", type=float, default=60)
    told.add_argument("--hold", type=int, default=1)
    told.add_argument("--model", default="yolox-nano-640")
    asked = told.parse_args()
    entry = catalogue.load(shipped.config("models.yaml"))[asked.model]
    eyes = DetectorEyes(Detector(entry, shared / "models" / entry.file, threads=1), None)
    videos = asked.videos or sorted(one for one in (shared / "videos").iterdir() if one.suffix in (".mp4", ".avi"))
    print(f"{'video':<42}{'looks':>7}{'spared':>8}{'gate ms':>9}{'events':>8}{'kept':>6}{'more':>6}")
    for video in videos:
        frames = _frames(video, asked.seconds, asked.hold)
        every, _, _ = _watched(frames, eyes, 0.0)
        gated, spared, cost = _watched(frames, eyes, GateSetting().recheck_s)
        kept = sum((every & gated).values())
        print(
            f"{video.name[:40]:<42}{len(frames):>7}{spared / max(1, len(frames)):>8.0%}{cost:>9.2f}"
            f"{sum(every.values()):>8}{kept:>6}{sum(gated.values()) - kept:>6}"
        )
    return 0


def _frames(video: Path, seconds: float, hold: int) -> list[Frame]:
    frames: list[Frame] = []
    play, number = cv2.VideoCapture(str(video)), 0
    every = max(1, round((play.get(cv2.CAP_PROP_FPS) or 25) / FPS))
    while len(frames) < seconds * FPS and play.grab():
        if number % every == 0:
            pixels = np.asarray(play.retrieve()[1], np.uint8)
            for _ in range(hold):
                at = len(frames) / FPS
                frames.append(Frame("gate", len(frames), NOON + timedelta(seconds=at), at, pixels))
        number += 1
    return frames


def _watched(frames: list[Frame], eyes: DetectorEyes, recheck_s: float) -> tuple[Counter[tuple[str, str]], int, float]:
    """Crossings by line and direction, how many looks were spared, milliseconds a judgement took."""
    task = Task(STREET, gate=GateSetting(recheck_s=recheck_s), tell=frozenset({"line_crossed"}), evidence=False)
    eye = Eye(Witness("gate"), task, Scene((), LINES, ()), uuid.uuid7)
    told = [event for frame in frames for event in eye.look(frame, eyes).events]
    gate, began = Gate(GateSetting(recheck_s=recheck_s)), time.thread_time()
    for frame in frames:
        gate.opens(frame.picture, frame.elapsed)
    cost = (time.thread_time() - began) / max(1, len(frames)) * 1000
    return Counter((event.zone or "", event.direction or "") for event in told), eye.spared, cost


if __name__ == "__main__":
    sys.exit(main())
