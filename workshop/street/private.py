"""Where in a clip the heads and the plates are: what must never leave a box readable, exact as every other truth.

Idea: a body's form knows which of its points are a head or a number plate (`forms.Mark`), so their boxes are projected
like the body's own. A plate is there while its face is turned to the camera; a head always. How much of it others hide
is not computed: beside each stands the share of its whole body that is seen.
Rows, as MOT's: frame from 1, track, 1 for a head and 2 for a plate, left, top, width, height in pixels, the share.
Limits: a bus has no plate; a hat, a helmet or a hood is no head, the head under it is.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from workshop.street.camera import box_of
from workshop.street.forms import Form, Mark
from workshop.street.sprites import View

KINDS: Final = ("head", "plate")
SMALLEST_PX: Final = 2.0

Box = tuple[float, float, float, float]


def parts(form: Form, view: View) -> Iterator[tuple[str, Box]]:
    """The parts of a body where it stands that face the camera: which, and x0, y0, x1, y1 of the picture, 0..1."""
    for mark in form.marks:
        places, depth = view.camera.project(mark.points, view.aspect)
        box = box_of(places) if depth.min() > 0 and _turned_here(mark, view) else None
        if box is None:
            continue
        x0, y0, x1, y1 = (min(1.0, max(0.0, float(edge))) for edge in box)
        if (x1 - x0) * view.size[0] >= SMALLEST_PX and (y1 - y0) * view.size[1] >= SMALLEST_PX:
            yield mark.name, (x0, y0, x1, y1)


def row(frame: int, track: int, part: str, box: Box, size: tuple[int, int], share: float) -> str:
    """One line of the file."""
    wide, high = size
    x0, y0, x1, y1 = (edge * side for edge, side in zip(box, (wide, high) * 2, strict=True))
    return f"{frame},{track},{KINDS.index(part) + 1},{x0:.1f},{y0:.1f},{x1 - x0:.1f},{y1 - y0:.1f},{share:.2f}"


def _turned_here(mark: Mark, view: View) -> bool:
    if mark.facing is None:
        return True
    to_camera = np.array(view.camera.at) - mark.points.mean(axis=0)
    return bool(to_camera @ np.array(mark.facing) > 0)
