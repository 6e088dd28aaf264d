"""Draw frames at random, redact them as the node does, and lay them out for a person who counts what can be read.

Usage: python -m benchmarks.privacy draw [--out FOLDER] [--seed N] [--frames N]
       python -m benchmarks.privacy tally SHEET.csv
       python -m benchmarks.privacy cost [--frames N] [--model NAME]
`draw` writes original and redacted side by side, and an empty sheet; `tally` adds up a sheet that was filled in; `cost`
prints what one redacted picture costs (`benchmarks.redaction_cost`).
The real path is walked: up to 1.5 s of video before a frame is looked at 5 times a second by the detector and tracked,
then `edge.eye.pictured` makes the picture from the close look and the tracks alive, as for an event of that moment.
In the original, every covered part is outlined, so that what is bare can be counted in one picture and judged in the
other. Videos come from $WARDSENSE_SHARED/data/videos; every frame of all of them is as likely as any other.
"""

import argparse
import csv
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.leaks import THINGS, table
from benchmarks.redaction_cost import cost
from edge.config import STREET
from edge.eye import REMEMBERED_S, pictured
from edge.privacy import Region, regions
from edge.seeing import DetectorEyes
from edge.tracking import Tracker
from models import catalogue
from models.detections import Detections
from models.detector import Detector
from streams.frames import Frame

VIDEOS: Final = (
    "opencv_vtest.avi",
    "intel_one-by-one-person-detection.mp4",
    "intel_car-detection.mp4",
    "abhishek_highway.mp4",
    "ahmetozlu_input_video.mp4",
)
SEED: Final = 20261123
FRAMES: Final = 200
COST_FRAMES: Final = 6
BEFORE_S: Final = 1.5
LOOKS_PER_S: Final = 5.0
ENLARGED: Final = 2
OUTLINE: Final = (80, 255, 80)
OBJECTS: Final = "deimv2-femto"
FACES: Final = "yunet-faces"
COUNTED: Final = [f"{thing}{part}" for thing in THINGS for part in ("", "_bare", "_readable", "_causes")]
ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One frame of the draw: which video, which picture of it, and what led up to it (the last is the frame itself)."""

    video: str
    number: int
    looks: Sequence[Frame]

    @property
    def aspect(self) -> float:
        """Its width through its height."""
        width, height = self.looks[-1].size
        return width / height

    @property
    def name(self) -> str:
        """Its file name without an ending."""
        return f"{Path(self.video).stem}-{self.number:04d}"


def main() -> None:
    """Draw or tally."""
    asked = argparse.ArgumentParser(description="the leak rate of redaction, counted by eye")
    does = asked.add_subparsers(dest="does", required=True)
    draw_asked = does.add_parser("draw")
    draw_asked.add_argument("--out", type=Path, default=ROOT / "var" / "privacy")
    draw_asked.add_argument("--seed", type=int, default=SEED)
    draw_asked.add_argument("--frames", type=int, default=FRAMES)
    does.add_parser("tally").add_argument("sheet", type=Path)
    cost_asked = does.add_parser("cost")
    cost_asked.add_argument("--frames", type=int, default=COST_FRAMES)
    cost_asked.add_argument("--model", default=OBJECTS)
    told = asked.parse_args()
    if told.does == "tally":
        with told.sheet.open(encoding="utf-8", newline="") as file:
            print(table(list(csv.DictReader(file))))
        return
    shared = Path(os.environ.get("WARDSENSE_SHARED", ROOT.parent / "shared"))
    if told.does == "cost":
        objects, faces = _detectors(shared / "data" / "models", told.model)
        cost([shared / "data" / "videos" / video for video in VIDEOS], objects, faces, told.frames)
        return
    draw(shared / "data", told.out, told.frames, told.seed)


def draw(data: Path, out: Path, frames: int = FRAMES, seed: int = SEED) -> None:
    """Redact the frames drawn, write them and an empty sheet, print what it cost."""
    chosen = chosen_frames({video: _length(data / "videos" / video) for video in VIDEOS}, frames, seed)
    eyes, noise = DetectorEyes(*_detectors(data / "models")), np.random.default_rng(seed)
    (out / "frames").mkdir(parents=True, exist_ok=True)
    spent, rows = [], []
    for video in VIDEOS:
        for drawn in led_up(data / "videos" / video, chosen[video]):
            alive, began = tracked(drawn.looks, eyes), time.perf_counter()
            picture = pictured(drawn.looks[-1], eyes, alive, noise)
            spent.append(1000 * (time.perf_counter() - began))
            covered = [*eyes.see_closely(drawn.looks[-1]), *regions(alive, eyes.groups, drawn.aspect)]
            _write(out / "frames", drawn, covered, picture.jpeg)
            rows.append({"frame": drawn.name, "video": video})
            print(f"\r{len(rows)} of {frames}", end="", file=sys.stderr)
    with (out / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, ["frame", "video", *COUNTED], restval="")
        sheet.writeheader()
        sheet.writerows(rows)
    half, most = np.percentile(spent, [50, 95])
    print(f"\nseed {seed}: {len(rows)} frames in {out}; redaction p50 {half:.0f} ms, p95 {most:.0f} ms, one thread")


def chosen_frames(lengths: dict[str, int], number: int, seed: int) -> dict[str, list[int]]:
    """`number` different frames, every frame of every video as likely as any other; rising within a video."""
    every = [(video, frame) for video, length in lengths.items() for frame in range(length)]
    drawn = np.random.default_rng(seed).choice(len(every), size=number, replace=False)
    chosen: dict[str, list[int]] = {video: [] for video in lengths}
    for index in sorted(drawn.tolist()):
        video, frame = every[index]
        chosen[video].append(frame)
    return chosen


def led_up(path: Path, chosen: Sequence[int]) -> Iterator[Drawn]:
    """Each chosen frame with those the node would have looked at in the time before it."""
    wanted, noon = set(chosen), datetime(2026, 11, 23, 5, tzinfo=UTC)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or 25)
        past: deque[Frame] = deque(maxlen=round(BEFORE_S * fps) + 1)
        for number, picture in enumerate(container.decode(stream)):
            pixels = picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
            elapsed = number / fps
            past.append(Frame(path.stem, number, noon + timedelta(seconds=elapsed), elapsed, pixels))
            if number in wanted:
                yield Drawn(path.name, number, _thinned(list(past), fps))


def tracked(looks: Sequence[Frame], eyes: DetectorEyes) -> Detections:
    """What the tracker holds alive after these looks."""
    tracker = Tracker()
    street = [index for index, label in enumerate(eyes.labels) if label in STREET]
    for frame in looks:
        seen = eyes.see(frame).detections
        tracker.update(seen[np.isin(seen.label, street)], frame.elapsed)
    return tracker.alive(REMEMBERED_S)


def _thinned(past: Sequence[Frame], fps: float) -> list[Frame]:
    """Every frame a fifth of a second before the next, counted back from the last."""
    steps = [round(step * fps / LOOKS_PER_S) for step in range(len(past))]
    return [past[-1 - step] for step in steps if step < len(past)][::-1]


def _detectors(models: Path, objects: str = OBJECTS) -> tuple[Detector, Detector | None]:
    listed = catalogue.load(ROOT / "configs" / "models.yaml")
    faces = models / listed[FACES].file
    found = Detector(listed[FACES], faces) if faces.exists() else None
    return Detector(listed[objects], models / listed[objects].file), found


def _write(folder: Path, drawn: Drawn, covered: Sequence[Region], jpeg: bytes) -> None:
    """The original with outlines, and the very picture that would leave, both enlarged and side by side."""
    outlined = _enlarged(drawn.looks[-1].pixels)
    height, width = outlined.shape[:2]
    for left, top, right, bottom in covered:
        corners = [round(left * width), round(top * height), round(right * width), round(bottom * height)]
        cv2.rectangle(outlined, (corners[0], corners[1]), (corners[2], corners[3]), OUTLINE, 1)
    left_out: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    both = np.hstack([outlined, _enlarged(left_out)])
    cv2.putText(both, drawn.name, (8, height - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.6, OUTLINE, 2)
    cv2.imwrite(str(folder / f"{drawn.name}.png"), both)


def _enlarged(pixels: NDArray[np.uint8]) -> NDArray[Any]:
    return np.asarray(cv2.resize(pixels, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC))


def _length(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(container.streams.video[0]))


if __name__ == "__main__":
    main()
