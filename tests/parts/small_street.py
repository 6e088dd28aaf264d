"""A street of two bright squares, filmed and described as the bundled clips are: clip, truth and boxes, made in a test.

Each square is as large as a cell of `tests.parts.bright_eye`, which sees it as a car. One stands in a zone where
nobody may stop, the other goes from left to right over a line, a cell each picture.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from tests.parts.bright_eye import CELL, HEIGHT, WIDTH
from tests.parts.clips import Shape, render

FPS: Final = 10
FRAMES: Final = 60
GOES: Final = 20  # the picture in which the second one appears
OVER: Final = 3  # the cell in which it is beyond the line
SCALE: Final = 4
STANDS, PASSES = 1, 2
TRUTH: Final[dict[str, Any]] = {
    "scene": "small", "seed": 1, "light": "day", "fps": FPS, "frames": FRAMES, "size": [WIDTH * SCALE, HEIGHT * SCALE],
    "tracks": {STANDS: {"class": "car"}, PASSES: {"class": "car"}},
    "lines": [{"id": "main", "a": [0.5, 0.9], "b": [0.5, 0.0]}],
    "zones": [
        {"id": "no-stopping", "polygon": [[0, 0.6], [0.4, 0.6], [0.4, 1], [0, 1]], "asks": "stop", "seconds": 3,
         "kinds": ["car"]},
        {"id": "railing", "polygon": [[0.6, 0.6], [1, 0.6], [1, 1], [0.6, 1]], "asks": "dwell", "seconds": 3,
         "kinds": ["person"]},
    ],
    "events": [
        {"kind": "stop", "zone": "no-stopping", "track": STANDS, "class": "car", "from_s": 0.0, "until_s": 5.9},
        {"kind": "water", "from_s": 1.0, "until_s": 5.0, "rises_m": 1.0},
        {"kind": "crossing", "line": "main", "track": PASSES, "class": "car", "direction": "rightward",
         "at_s": (GOES + OVER - 0.5) / FPS},
    ],
}  # fmt: skip


def write(folder: Path, name: str = "small", **changed: Any) -> Path:  # noqa: ANN401  any part of a truth
    """Write clip, truth and boxes; gives the clip."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = Shape(frames=FRAMES, fps=FPS, width=WIDTH * SCALE, height=HEIGHT * SCALE)
    clip = render(folder / f"{name}.mp4", shape, _drawn)
    clip.with_suffix(".truth.yaml").write_text(yaml.safe_dump(TRUTH | changed), "utf-8")
    rows = [
        f"{number + 1},{track},{x * SCALE},{y * SCALE},{CELL * SCALE},{CELL * SCALE},1,4,1.00"
        for number in range(FRAMES)
        for track, (x, y) in _places(number).items()
    ]
    clip.with_suffix(".mot.txt").write_text("\n".join(rows) + "\n", "utf-8")
    return clip


def _places(number: int) -> dict[int, tuple[int, int]]:
    """Left and top of each square, canvas pixels."""
    cell = number - GOES
    passing = {PASSES: (cell * CELL, CELL)} if 0 <= cell < WIDTH // CELL else {}
    return {STANDS: (CELL, HEIGHT - CELL), **passing}


def _drawn(number: int, width: int, height: int) -> NDArray[np.uint8]:
    pixels = np.full((height, width, 3), 20, np.uint8)
    for x, y in _places(number).values():
        pixels[y * SCALE : (y + CELL) * SCALE, x * SCALE : (x + CELL) * SCALE] = 240
    return pixels
