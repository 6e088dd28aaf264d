"""Solids as arrays: what a body is made of before any renderer sees it.

Idea: a thing in the street is points, faces and one finish per face, in metres, built by a handful of honest shapes
(a tube, a revolved profile, a loft through rings). So its extents are known without Blender, and the truth of a
picture is computed from the very points that were rendered. Limits: no textures; a `Finish.pattern` names one that
the renderer knows how to weave.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Vec = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Finish:
    """A surface: linear RGB, how rough, how metallic, a clear coat, what it glows with, a woven pattern."""

    colour: Vec
    rough: float = 0.6
    metal: float = 0.0
    coat: float = 0.0
    glow: float = 0.0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Letters on a sign: centre, height in metres, the way they face (degrees about z; 0 faces -y), their finish."""

    text: str
    at: Vec
    height: float
    facing: float
    finish: Finish
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that has a name in the truth (`head`, `plate`): points (n, 3), and the way it faces if it has one side."""

    name: str
    points: Points
    facing: Vec | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Points (n, 3) in metres, faces as tuples of point numbers, one finish each, any words, and parts with a name."""

    points: Points
    faces: tuple[tuple[int, ...], ...]
    finishes: tuple[Finish, ...]
    words: tuple[Words, ...] = ()
    marks: tuple[Mark, ...] = ()


def joined(forms: Iterable[Form]) -> Form:
    """One form of many."""
    points: list[Points] = []
    faces: list[tuple[int, ...]] = []
    finishes: list[Finish] = []
    words: list[Words] = []
    marks: list[Mark] = []
    base = 0
    for form in forms:
        points.append(form.points)
        faces += [tuple(corner + base for corner in face) for face in form.faces]
        finishes += form.finishes
        words += form.words
        marks += form.marks
        base += len(form.points)
    return Form(np.concatenate(points or [np.zeros((0, 3))]), tuple(faces), tuple(finishes), tuple(words), tuple(marks))


def marked(name: str, form: Form, facing: Vec | None = None) -> Form:
    """The form as a part of that name."""
    return replace(form, marks=(Mark(name, form.points, facing),))


def moved(form: Form, at: Vec = (0, 0, 0), turn: float = 0.0, size: float = 1.0) -> Form:
    """The form scaled, turned about z by `turn` degrees, then carried to `at`."""
    spin = about_z(turn)
    words = tuple(
        Words(w.text, _vec(spin @ np.array(w.at) * size + at), w.height * size, w.facing + turn, w.finish, w.upright)
        for w in form.words
    )
    marks = tuple(
        Mark(m.name, m.points * size @ spin.T + np.array(at), m.facing and _vec(spin @ np.array(m.facing)))
        for m in form.marks
    )
    return Form(form.points * size @ spin.T + np.array(at), form.faces, form.finishes, words, marks)


def turned(form: Form, matrix: Points, about: Vec = (0, 0, 0)) -> Form:
    """The form turned by a (3, 3) rotation about a point."""
    centre = np.array(about)
    marks = tuple(
        Mark(m.name, (m.points - centre) @ matrix.T + centre, m.facing and _vec(matrix @ np.array(m.facing)))
        for m in form.marks
    )
    return Form((form.points - centre) @ matrix.T + centre, form.faces, form.finishes, form.words, marks)


def bent(form: Form, how: Callable[[Points], Points]) -> Form:
    """The form with its points passed through `how`."""
    marks = tuple(replace(mark, points=how(mark.points)) for mark in form.marks)
    return Form(how(form.points), form.faces, form.finishes, form.words, marks)


def about_x(degrees: float) -> Points:
    """Rotation about x, (3, 3)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def about_y(degrees: float) -> Points:
    """Rotation about y, (3, 3)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def about_z(degrees: float) -> Points:
    """Rotation about z, (3, 3)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def block(low: Vec, high: Vec, finish: Finish) -> Form:
    """A box from corner to corner."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return loft([[(x, y, z0) for x, y in ring], [(x, y, z1) for x, y in ring]], finish)


def ball(at: Vec, radii: Vec, finish: Finish, rings: int = 8, sides: int = 12) -> Form:
    """An ellipsoid."""
    sections = []
    for i in range(1, rings):
        lift, wide = -math.cos(math.pi * i / rings), math.sin(math.pi * i / rings)
        sections.append(
            [
                (at[0] + radii[0] * wide * c, at[1] + radii[1] * wide * s, at[2] + radii[2] * lift)
                for c, s in _circle(sides)
            ]
        )
    return loft(sections, finish)


def tube(path: Sequence[Vec], radii: float | Sequence[float], finish: Finish, sides: int = 8) -> Form:
    """A round rod through points, its radius one number or one for each point."""
    line = np.array(path, dtype=float)
    sizes = [radii] * len(line) if isinstance(radii, float | int) else list(radii)
    along = np.gradient(line, axis=0)
    sections = []
    for point, way, radius in zip(line, along, sizes, strict=True):
        side, up = _frame(way)
        sections.append([_vec(point + radius * (c * side + s * up)) for c, s in _circle(sides)])
    return loft(sections, finish)


def turned_profile(profile: Sequence[tuple[float, float]], finish: Finish, sides: int = 14) -> Form:
    """A profile of (radius, z) pairs revolved about z."""
    return loft([[(r * c, r * s, z) for c, s in _circle(sides)] for r, z in profile], finish)


def loft(rings: Sequence[Sequence[Vec]], finish: Finish, *, closed: bool = True) -> Form:
    """A skin through rings of equally many points, closed at both ends unless told otherwise."""
    size, points = len(rings[0]), np.array([p for ring in rings for p in ring], dtype=float)
    faces: list[tuple[int, ...]] = []
    for r in range(len(rings) - 1):
        low, high = r * size, (r + 1) * size
        faces += [(low + i, low + (i + 1) % size, high + (i + 1) % size, high + i) for i in range(size)]
    if closed:
        last = (len(rings) - 1) * size
        faces += [tuple(range(size - 1, -1, -1)), tuple(range(last, last + size))]
    return Form(points, tuple(faces), (finish,) * len(faces))


def sheet(corners: Sequence[Vec], finish: Finish) -> Form:
    """One flat face through its corners."""
    return Form(np.array(corners, dtype=float), (tuple(range(len(corners))),), (finish,))


def slab(outline: Sequence[tuple[float, float]], half: float, finish: Finish) -> Form:
    """A side profile of (x, z) pairs, drawn out to `half` metres on either side of y = 0."""
    return loft([[(x, -half, z) for x, z in outline], [(x, half, z) for x, z in outline]], finish)


def _circle(sides: int) -> list[tuple[float, float]]:
    return [(math.cos(2 * math.pi * i / sides), math.sin(2 * math.pi * i / sides)) for i in range(sides)]


def _frame(way: Points) -> tuple[Points, Points]:
    way = way / (np.linalg.norm(way) or 1.0)
    helper = np.array([0.0, 0.0, 1.0]) if abs(way[2]) < 0.9 else np.array([1.0, 0.0, 0.0])  # noqa: PLR2004 - near upright
    side = np.cross(helper, way)
    side /= np.linalg.norm(side)
    return side, np.cross(way, side)


def _vec(point: Points) -> Vec:
    return float(point[0]), float(point[1]), float(point[2])
