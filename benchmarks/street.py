"""The bundled street against its truth: every crossing, stop and stay found, missed or invented, and why.

Usage: python -m benchmarks.street [FOLDER] [--clip NAME] [--model street-nano] [--fps 10 --fps 5] [--laps 1]
FOLDER holds clips with their truth (`<name>.truth.yaml`) and boxes (`<name>.mot.txt`); by default demo/clips. Each clip
is played through the detector, tracker and analytics a node has, with the very zones, lines and patience that the
demonstration gives its cameras. With `--true-boxes` the truth's own boxes are looked at instead of a detector's: what
is missed then is the fault of geometry or analytics. `--laps 2` shows what the seam of a looping clip invents. Ends
with 1 when anything is missed or invented; `--loop SECONDS` plays the whole demonstration instead and compares what the
centre has stored.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import uuid_utils.compat as uuid
from numpy.typing import NDArray

from benchmarks import street_stored
from benchmarks.told_true import CROSSING, STAYS, ToldEvent, TrueEvent, judged, named, read
from demo import street
from edge.analytics.happening import Kind
from edge.association import overlap
from edge.config import CameraSetting
from edge.eye import Eye, Task
from edge.gate import GateSetting
from edge.seeing import LOWEST, DetectorEyes, Seen
from edge.telling import Witness
from models import cards
from models.detections import Detections
from models.detector import Detector
from models.session import ModelRefused
from streams import shipped
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock
from streams.frames import Frame
from streams.wire.records import Event, Phase

NOON: Final = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
KINDS: Final = {Kind.LINE_CROSSED: CROSSING, Kind.STOPPED_VEHICLE: STAYS[0], Kind.LOITERING: STAYS[1]}
AROUND_S: Final = 1.0
ALIKE: Final = 0.4
SEEN: Final = 0.4
SURE: Final = 0.9
CLASSES: Final = ("person", "bicycle", "motorcycle", "car", "bus", "truck")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip, its camera as the demonstration sets it up, and its boxes: frame (from 0) to track to row of the file."""

    path: Path
    setting: CameraSetting
    fps: float
    frames: int
    size: tuple[int, int]
    boxes: dict[int, dict[int, list[float]]]

    def true(self, number: int, labels: Sequence[str]) -> Detections:
        """What truly is in a picture and enough of it to be seen, as detections."""
        rows = [row for row in self.boxes.get(number % self.frames, {}).values() if row[8] >= SEEN]
        xyxy = np.array([_corners(row, self.size) for row in rows], np.float32).reshape(-1, 4)
        label = [labels.index(CLASSES[round(row[7]) - 1]) for row in rows]
        return Detections(np.clip(xyxy, 0, 1), np.full(len(rows), SURE, np.float32), np.array(label, np.int32))


@dataclass(slots=True)
class Watched:
    """What one play brought: what was told, and every answer of the detector by picture."""

    told: list[ToldEvent] = field(default_factory=list)
    seen: dict[int, Detections] = field(default_factory=dict)
    looks: int = 0
    ms: list[float] = field(default_factory=list)


class Remembering(DetectorEyes):
    """The eyes of a node, that remember every answer; with a clip's `boxes` they answer what is true."""

    def __init__(self, detector: Detector) -> None:
        super().__init__(detector, None)
        self.watched = Watched()
        self.truth: Clip | None = None

    def see(self, frame: Frame) -> Seen:
        """The usual look."""
        seen = super().see(frame) if self.truth is None else Seen(self.truth.true(frame.number, self.labels), {})
        self.watched.seen[frame.number] = seen.detections
        self.watched.ms.append(sum(seen.stages.values()))
        return seen


def main(words: Sequence[str] | None = None) -> int:
    """Print the table, and every miss; 1 when there is one."""
    asked = _asked(words)
    if asked.loop:
        return street_stored.main(asked.loop)
    try:
        entry, file = cards.found(asked.model, shipped.config("models.yaml"), Path("var/models"))
        eyes = Remembering(Detector(entry, file))
    except (cards.NoCard, ModelRefused) as refused:
        print(refused, file=sys.stderr)
        return 2
    clips = [opened(path) for path in sorted(asked.folder.glob("*.mp4")) if not asked.clip or path.stem in asked.clip]
    if not clips:
        print(f"no clip in {asked.folder}", file=sys.stderr)
        return 2
    print(f"{entry.title}, {asked.laps} lap(s)")
    head = ("clip", "looks/s", "asked", "true", "found", "misnamed", "missed", "invented", "ms a look")
    print(f"{head[0]:<12}{head[1]:>8}  {head[2]:<10}" + "".join(f"{one:>10}" for one in head[3:]))
    wrong: list[str] = []
    for fps in asked.fps or [10.0, 5.0]:
        for clip in clips:
            eyes.truth = clip if asked.true_boxes else None
            wrong += _shown(clip, eyes, fps, asked.laps)
    print("\n".join(["", *wrong] if wrong else ["", "nothing missed, nothing invented"]))
    return 1 if wrong else 0


def opened(path: Path) -> Clip:
    """A clip with what lies beside it. Raises OSError."""
    truth = street.truth_of(path)
    told = street.told(truth)
    camera = {"id": path.stem, "source": {"file": str(path)}, **street.scene(truth)}
    rows = np.loadtxt(path.with_suffix(".mot.txt"), delimiter=",", ndmin=2)
    boxes: dict[int, dict[int, list[float]]] = defaultdict(dict)
    for row in rows.tolist():
        boxes[round(row[0]) - 1][round(row[1])] = row
    return Clip(
        path, CameraSetting.model_validate(camera), told["fps"], told["frames"], tuple(told["size"]), dict(boxes)
    )


def watched(clip: Clip, eyes: Remembering, fps: float, laps: int) -> Watched:
    """Play a clip as a node would look at it `fps` times a second."""
    eyes.watched = Watched()
    setting = clip.setting
    gate = setting.gate if eyes.truth is None else GateSetting(recheck_s=0)
    task = Task(classes=setting.classes, tracker=setting.tracker, gate=gate, tell=frozenset(Kind), evidence=False)
    eye = Eye(Witness(setting.id), task, setting.scene(), uuid.uuid7)
    ways = {line.id: {line.rightward: "rightward", line.leftward: "leftward"} for line in setting.lines}
    for frame in _frames(clip, fps, laps):
        eyes.watched.looks += 1
        for event in eye.look(frame, eyes).events:
            eyes.watched.told += _told(event, frame.elapsed, ways)
    return eyes.watched


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("folder", nargs="?", type=Path, default=street.CLIPS)
    told.add_argument("--clip", action="append", help="by its name, without .mp4; all")
    told.add_argument("--model", default=street.DETECTOR, help="of the catalogue, or FILE.onnx with its card")
    told.add_argument("--fps", action="append", type=float, help="looks a second; 10 and 5")
    told.add_argument("--true-boxes", action="store_true", help="look with the truth's own boxes")
    told.add_argument("--laps", type=int, default=1)
    told.add_argument("--loop", type=float, help="play the demonstration so many seconds instead")
    return told.parse_args(words)


def _frames(clip: Clip, fps: float, laps: int) -> Iterator[Frame]:
    camera = FileCamera(clip.setting.id, clip.path, pace="fast", loop=laps > 1, looked_at_fps=fps, began=NOON)
    with camera.open(SystemClock()) as frames:
        for frame in frames:
            if frame.elapsed >= laps * clip.frames / clip.fps:
                return
            yield frame


def _told(event: Event, at: float, ways: dict[str, dict[str, str]]) -> Iterator[ToldEvent]:
    kind = KINDS.get(Kind(event.kind))
    begins = event.phase is Phase.OPENED or kind == CROSSING
    if kind is None or not begins:
        return
    way = ways[event.zone or ""][event.direction or ""] if kind == CROSSING else ""
    box = event.boxes[0].xyxy
    yield ToldEvent(kind, event.zone or "", way, event.subject or "", at, box, event.score or 0.0)


def _shown(clip: Clip, eyes: Remembering, fps: float, laps: int) -> Iterator[str]:
    """Print the rows of a clip; every line that says what is wrong."""
    seen = watched(clip, eyes, fps, laps)
    verdict = judged(read(street.truth_of(clip.path), laps), seen.told)
    for kind in (CROSSING, *STAYS):
        part = verdict.of(kind)
        figures = (len(part.found) + len(part.missed), len(part.found), len(part.misnamed), len(part.missed))
        if any((*figures, len(part.invented))):
            name = f"{clip.path.stem:<12}{fps:>8g}  {kind:<10}"
            print(name + "".join(f"{one:>10}" for one in (*figures, len(part.invented))) + f"{median(seen.ms):>10.1f}")
    where = f"{clip.path.stem} at {fps:g}/s"
    for true, told in verdict.misnamed:
        yield f"{where}: MISNAMED {_words(true)}: told as {told.subject}; {_glimpses(clip, seen, true, eyes.labels)}"
    for true in verdict.missed:
        yield f"{where}: MISSED {_words(true)}; {_glimpses(clip, seen, true, eyes.labels)}"
    for told in verdict.invented:
        yield f"{where}: INVENTED {named(told)} at {told.at:.1f} s; {_cause(clip, told)}"


def _words(true: TrueEvent) -> str:
    until = f" to {true.ends:.1f}" if true.ends > true.begins else ""
    return f"{named(true)} (track {true.track}) at {true.begins:.1f}{until} s"


def _glimpses(clip: Clip, seen: Watched, true: TrueEvent, labels: Sequence[str]) -> str:
    """How large the object was and how often hidden around that time, and as what the detector saw it how often."""
    first, last = (round((at + off) * clip.fps) for at, off in ((true.begins, -AROUND_S), (true.ends, AROUND_S)))
    numbers = [number for number in range(first, last + 1) if number in seen.seen]
    rows = {number: clip.boxes.get(number % clip.frames, {}).get(true.track) for number in numbers}
    there = {number: row for number, row in rows.items() if row is not None}
    if not there:
        return "its track has no box around then"
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for number, row in there.items():
        name, score = _best(seen.seen[number], _corners(row, clip.size), labels)
        scores[name].append(score)
    many = Counter({name: len(each) for name, each in scores.items()}).most_common()
    saw = ", ".join(f"{name} {count} (median score {median(scores[name]):.2f})" for name, count in many)
    wide, high = (median(row[column] for row in there.values()) for column in (4, 5))
    hidden = sum(row[8] < SEEN for row in there.values())
    return f"{wide:.0f}x{high:.0f} px, hidden in {hidden} of {len(there)} looks; seen as {saw}"


def _best(found: Detections, box: Floats, labels: Sequence[str]) -> tuple[str, float]:
    found = found[found.score >= LOWEST]
    alike = overlap(box[None], found.xyxy.astype(np.float64))[0]
    if not len(alike) or alike.max() < ALIKE:
        return "nothing", 0.0
    likely = int(np.argmax(np.where(alike >= ALIKE, found.score, 0)))
    return labels[int(found.label[likely])], float(found.score[likely])


def _cause(clip: Clip, told: ToldEvent) -> str:
    """What of the truth the box of an invented event lies on."""
    box, size = np.array(told.box), np.array(clip.size * 2)
    wide, high = ((box[2:] - box[:2]) * size[:2]).tolist()
    rows = list(clip.boxes.get(round(told.at * clip.fps) % clip.frames, {}).values())
    said = f"{wide:.0f}x{high:.0f} px, score {told.score:.2f}"
    if not rows:
        return f"{said}, where nothing is"
    alike = overlap(box[None], np.array([_corners(row, clip.size) for row in rows]))[0]
    row = rows[int(alike.argmax())]
    on = f"overlaps track {row[1]:.0f} by {alike.max():.0%}, {row[8]:.0%} visible" if alike.max() else "on nothing true"
    return f"{said}, {on}"


def _corners(row: Sequence[float], size: tuple[int, int]) -> Floats:
    left, top, wide, high = row[2:6]
    return np.array([left, top, left + wide, top + high]) / np.array(size * 2, np.float64)


if __name__ == "__main__":
    sys.exit(main())
