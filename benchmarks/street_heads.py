"""The rendered street's heads and plates, every one painted with a code of its own: which codes can still be read.

Usage: python -m benchmarks.street_heads [--model street-nano-int8] [--every 2] [--least 6]
In the clips of demo/clips the truth knows every head and every plate that faces the camera (`<clip>.private.txt`). Each
that is `--least` pixels high and whose body is seen by half or more gets four by four fields of black and white of its
own, in every picture that the node looks at; then the evidence picture of every `--every` seconds is made as a node
makes it, looks before it and tracks alive included, and each code is searched where it was painted, by correlation. A
code counts as read from .5 on, and only those count that can be read in the same picture before anything is covered.
Limit: who hides whom is known body by body, so some codes lie on what hides a head.
"""

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.leaks import Rate
from benchmarks.privacy import led_up, tracked
from demo import street
from edge.eye import pictured
from edge.privacy import QUALITY
from edge.seeing import DetectorEyes
from models import cards
from models.detector import Detector
from streams import shipped
from streams.frames import Frame

FPS: Final = 10
READ: Final = 0.5
SEEN: Final = 0.5
FIELDS: Final = 4
PARTS: Final = ("head", "plate")

Part = tuple[int, int, int, int, int, int]
"""Track, part of `PARTS`, x0, y0, x1, y1 in pixels."""


def main() -> int:
    """Print the table."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--model", default=street.DETECTOR)
    told.add_argument("--every", type=float, default=2.0, help="seconds between pictures")
    told.add_argument("--least", type=float, default=6.0, help="pixels of 360 a part is high, to be painted")
    asked = told.parse_args()
    entry, file = cards.found(asked.model, shipped.config("models.yaml"), Path("var/models"))
    eyes = DetectorEyes(Detector(entry, file, threads=1), None)
    print(f"{entry.title}\n{'clip':<12}{'part':<8}read of painted (interval at 95 %)")
    for clip in sorted(street.CLIPS.glob("*.mp4")):
        read, painted = searched(clip, eyes, asked.every, asked.least)
        for part in PARTS:
            print(f"{clip.stem:<12}{part:<8}{Rate(read[part], painted[part])}", flush=True)
    return 0


def searched(clip: Path, eyes: DetectorEyes, every: float, least: float) -> tuple[Counter[str], Counter[str]]:
    """How many codes could be read, and how many were painted, by part."""
    parts = _parts(clip, least)
    frames = max(parts, default=0)
    chosen = list(range(FPS, frames, round(every * FPS)))
    noise, read, painted = np.random.default_rng(1), Counter[str](), Counter[str]()
    for drawn in led_up(clip, chosen):
        looks = [replace(look, picture=_painted(look, parts[look.number])) for look in drawn.looks]
        shown = pictured(looks[-1], eyes, tracked(looks, eyes), noise)
        open_to_all, covered = _grey(_jpeg(looks[-1].pixels)), _grey(shown.jpeg)
        for part in parts[drawn.number]:
            if _likeness(open_to_all, part) >= READ:
                painted[PARTS[part[1]]] += 1
                read[PARTS[part[1]]] += _likeness(covered, part) >= READ
    return read, painted


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _grey(content: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _parts(clip: Path, least: float) -> dict[int, list[Part]]:
    """What is painted in each picture, from 0."""
    found: dict[int, list[Part]] = defaultdict(list)
    for frame, track, part, left, top, wide, high, share in np.loadtxt(
        clip.with_suffix(".private.txt"), delimiter=",", ndmin=2
    ):
        if high >= least and share >= SEEN:
            box = [round(edge) for edge in (left, top, left + wide, top + high)]
            if min(box[2] - box[0], box[3] - box[1]) >= FIELDS:
                found[round(frame) - 1].append((round(track), round(part) - 1, *box))
    return found


def _painted(look: Frame, parts: list[Part]) -> NDArray[np.uint8]:
    pixels = look.pixels.copy()
    for part in parts:
        _, _, x0, y0, x1, y1 = part
        pixels[y0:y1, x0:x1] = _code(part)[: pixels.shape[0] - y0, : pixels.shape[1] - x0, None]
    return pixels


def _code(part: Part) -> NDArray[np.uint8]:
    track, which, x0, y0, x1, y1 = part
    fields = np.random.default_rng([track, which]).permutation(np.arange(FIELDS**2) % 2).reshape(FIELDS, FIELDS)
    large = cv2.resize(fields.astype(np.uint8) * 255, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)


def _likeness(seen: NDArray[np.uint8], part: Part) -> float:
    """Correlation of what stands there with the code that was painted; 0 where it is flat."""
    _, _, x0, y0, x1, y1 = part
    here = seen[y0:y1, x0:x1].astype(float)
    code = _code(part)[: here.shape[0], : here.shape[1]].astype(float)
    here, code = here - here.mean(), code - code.mean()
    size = float(np.linalg.norm(here) * np.linalg.norm(code))
    return float((here * code).sum()) / size if np.std(here) > 1 and size else 0.0


if __name__ == "__main__":
    sys.exit(main())
