"""Sprites: one body at one place under one light before one camera, rendered once and kept by what it looks like.

Idea: a street's traffic is the same few bodies at ever the same places, so a body is rendered at stations of its path
and never again: a clip of any length, and any number of stills, are put together from the same sprites (`compose`).
Many bodies share one picture where neither they nor their shadows touch. A sprite carries its body's outline (drawn
from the points, not from the render), so who hides whom is known exactly. Shadow: a patch of floor under each body,
as large as its shadow, taken from the body's points and the sun. Kept as half floats under the hash of everything the
look depends on, so a run that was cut goes on where it stood.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from workshop.street.bodies import Look, body
from workshop.street.camera import Camera, box_of
from workshop.street.forms import Finish, Form, Points, Vec, moved, sheet

ROUND_M: Final = 0.45
LONGEST_SHADOW_M: Final = 3.5
OVER_FLOOR_M: Final = 0.012
GAP_PX: Final = 2
CROWD: Final = 24
WORTH_PX: Final = 60_000  # rendering so much of an empty picture takes as long as beginning another one
HALF: Final = 127
FLOOR: Final = Finish((0.07, 0.07, 0.072), 0.85)
MADE: Final = 1  # counts up when a render of the same things would look different

Half = NDArray[np.float16]
Rect = tuple[int, int, int, int]
Part = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A body at a place in the street, turned about z by `turn` degrees (0 faces +x)."""

    look: Look
    at: Vec
    turn: float

    def form(self, light: str) -> Form:
        """Its form where it stands."""
        return moved(body(self.look, light), self.at, self.turn)


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """What was rendered of a body.

    Attributes:
        rect: its place in the (overscanned) picture, x0, y0, x1, y1 pixels.
        light: premultiplied linear RGBA (h, w, 4), the shadow with it.
        outline: how much of each pixel is the body itself (h, w), 0..255.
    """

    rect: Rect
    light: Half
    outline: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class View:
    """What a body is seen by: the street's name and seed, the light, the camera, the picture's size in pixels."""

    street: str
    light: str
    camera: Camera
    size: tuple[int, int]

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size[0] / self.size[1]

    def key(self, told: object) -> str:
        """The hash of this view and something in it."""
        text = json.dumps([MADE, asdict(self), told], sort_keys=True, default=asdict)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


class Renders(Protocol):
    """Whoever renders a layer: `studio.Studio`."""

    def layer(self, bodies: Sequence[Form], floors: Sequence[Form], samples: int, part: Part) -> NDArray[np.float32]:
        """Premultiplied linear RGBA of bodies and their shadows in a part of the picture."""
        ...


class Wardrobe:
    """The sprites of one view, on disk under `folder`; what is missing is rendered.

    Args:
        sun: the way the light comes, or None under a covered sky.
        samples: how many rays a pixel is made of.
    """

    def __init__(self, folder: Path, view: View, sun: Vec | None, samples: int) -> None:
        self._folder, self._view, self._sun, self._samples = folder, view, sun, samples
        self._folder.mkdir(parents=True, exist_ok=True)

    def missing(self, wanted: Iterable[Placed]) -> list[Placed]:
        """Those that have not been rendered yet, each once."""
        return [one for one in dict.fromkeys(wanted) if not self._file(one).is_file()]

    def sew(self, studio: Renders, wanted: Iterable[Placed]) -> Iterator[int]:
        """Render what is missing, a layer at a time; yields how many sprites are still to come."""
        waiting = [(one, *self._shape(one)) for one in self.missing(wanted)]
        while waiting:
            waiting, layer = _packed(waiting)
            shown = [(one, form, floor, rect) for one, form, floor, rect in layer if _area(rect)]
            if shown:
                part = self._part([rect for _, _, _, rect in shown])
                forms, floors = [form for _, form, _, _ in shown], [floor for _, _, floor, _ in shown]
                light = studio.layer(forms, floors, self._samples, part)
                for one, form, _, rect in shown:
                    self._keep(one, form, rect, light)
            for one, _, _, rect in layer:
                if not _area(rect):
                    self._save(one, Sprite(rect, np.zeros((0, 0, 4), np.float16), np.zeros((0, 0), np.uint8)))
            yield len(waiting)

    def sprite(self, one: Placed) -> Sprite:
        """A sprite that has been rendered. Raises FileNotFoundError."""
        with np.load(self._file(one)) as kept:
            x0, y0, x1, y1 = (int(edge) for edge in kept["rect"])
            return Sprite((x0, y0, x1, y1), kept["light"], kept["outline"])

    def _file(self, one: Placed) -> Path:
        return self._folder / f"{self._view.key([self._samples, asdict(one)])}.npz"

    def _shape(self, one: Placed) -> tuple[Form, Form, Rect]:
        form = one.form(self._view.light)
        floor = patch(form, one.at[2], self._sun)
        return form, floor, self._rect(np.concatenate([form.points, floor.points]))

    def _rect(self, points: Points) -> Rect:
        wide, high = self._view.size
        places, depth = self._view.camera.project(points, self._view.aspect)
        if depth.min() <= 0:
            return (0, 0, 0, 0)
        low, top = np.floor(places.min(axis=0) * (wide, high)).astype(int) - GAP_PX
        right, foot = np.ceil(places.max(axis=0) * (wide, high)).astype(int) + GAP_PX
        return max(0, int(low)), max(0, int(top)), min(wide, int(right)), min(high, int(foot))

    def _part(self, rects: Sequence[Rect]) -> Part:
        (wide, high), (x0, y0, x1, y1) = self._view.size, _around(rects)
        return x0 / wide, y0 / high, x1 / wide, y1 / high

    def _keep(self, one: Placed, form: Form, rect: Rect, light: NDArray[np.float32]) -> None:
        x0, y0, x1, y1 = rect
        outline = drawn(form, self._view)[y0:y1, x0:x1]
        self._save(one, Sprite(rect, light[y0:y1, x0:x1].astype(np.float16), outline))

    def _save(self, one: Placed, sprite: Sprite) -> None:
        file = self._file(one)
        part = file.with_suffix(".part.npz")
        np.savez(part, rect=np.array(sprite.rect), light=sprite.light, outline=sprite.outline)
        part.rename(file)


def patch(form: Form, height: float, sun: Vec | None) -> Form:
    """A level rectangle of floor under a form, as large as it and its shadow."""
    foot = form.points[:, :2]
    spots = [foot.min(axis=0), foot.max(axis=0)]
    if sun is not None and sun[2] < 0:
        lift = np.maximum(form.points[:, 2] - height, 0)
        reach = np.minimum(lift / -sun[2], LONGEST_SHADOW_M / max(1e-6, math.hypot(sun[0], sun[1])))
        cast = foot + np.array(sun[:2]) * reach[:, None]
        spots += [cast.min(axis=0), cast.max(axis=0)]
    (x0, y0), (x1, y1) = np.min(spots, axis=0) - ROUND_M, np.max(spots, axis=0) + ROUND_M
    z = height + OVER_FLOOR_M
    return sheet([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], FLOOR)


def drawn(form: Form, view: View) -> NDArray[np.uint8]:
    """A form's outline filled in the view's picture, uint8 (height, width), 255 inside, soft at its edge."""
    wide, high = view.size
    places, depth = view.camera.project(form.points, view.aspect)
    canvas = np.zeros((high, wide), np.uint8)
    if depth.min() <= 0:
        return canvas
    exact = np.round((places * (wide, high) - 0.5) * 16).astype(np.int32)
    for face in form.faces:
        cv2.fillPoly(canvas, [exact[list(face)]], 255, lineType=cv2.LINE_AA, shift=4)
    return canvas


def boxed(form: Form, view: View) -> tuple[float, float, float, float] | None:
    """The rectangle around what the picture holds of a form: x0, y0, x1, y1 of the picture, or None outside it.

    Of a body that the picture cuts, what is outside it does not widen what is inside.
    """
    places, depth = view.camera.project(form.points, view.aspect)
    if depth.min() <= 0:
        return None
    if places.min() >= 0 and places.max() <= 1:
        return box_of(places)
    rows, columns = np.nonzero(drawn(form, view) > HALF)
    if not len(rows):
        return None
    (wide, high), (x0, x1), (y0, y1) = view.size, np.sort(columns)[[0, -1]], np.sort(rows)[[0, -1]]
    return x0 / wide, y0 / high, (x1 + 1) / wide, (y1 + 1) / high


def _packed(
    waiting: list[tuple[Placed, Form, Form, Rect]],
) -> tuple[list[tuple[Placed, Form, Form, Rect]], list[tuple[Placed, Form, Form, Rect]]]:
    """What is left, and a layer of some that do not touch and lie close enough together."""
    left, layer = [], []
    for one in waiting:
        rects = [rect for _, _, _, rect in layer if _area(rect)]
        grown = _area(_around([*rects, one[3]])) - _area(_around(rects)) if rects and _area(one[3]) else 0
        if len(layer) < CROWD and grown <= WORTH_PX and all(_apart(one[3], rect) for rect in rects):
            layer.append(one)
        else:
            left.append(one)
    return left, layer


def _apart(one: Rect, other: Rect) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1] or not _area(one)


def _around(rects: Sequence[Rect]) -> Rect:
    x0, y0, x1, y1 = zip(*rects, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _area(rect: Rect) -> int:
    return max(0, rect[2] - rect[0]) * max(0, rect[3] - rect[1])
