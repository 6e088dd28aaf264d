"""Everything of a scene that stands still, as one form: the ground, its paint, the houses, trees, poles and wires.

Idea: a scene's description and a seed are enough to build the whole street as arrays, so the renderer gets one mesh
and the planner never needs it. The water is apart, because it rises.
"""

import random

import numpy as np

from workshop.street import furniture, houses, vehicles
from workshop.street.forms import Finish, Form, block, joined, moved, sheet
from workshop.street.scene import Ground, Mark, Scene, Thing, Water

SURFACES = {
    "asphalt": Finish((0.055, 0.055, 0.057), 0.85, pattern="asphalt"),
    "tiles": Finish((0.30, 0.23, 0.19), 0.8, pattern="tiles"),
    "concrete": Finish((0.33, 0.32, 0.30), 0.85, pattern="plaster"),
    "earth": Finish((0.14, 0.13, 0.09), 0.95, pattern="plaster"),
}
EDGING = Finish((0.38, 0.37, 0.35), 0.85, pattern="plaster")
WALL = Finish((0.20, 0.19, 0.17), 0.9, pattern="plaster")
WATER = Finish((0.035, 0.045, 0.028), 0.07, pattern="water")
PAINT = Finish((0.62, 0.61, 0.58), 0.7, pattern="paint")
YELLOW = Finish((0.62, 0.38, 0.05), 0.7, pattern="paint")
DASH_M, GAP_M = 2.0, 2.5


def ground(scene: Scene) -> Form:
    """The scene's ground and the paint on it, without its water."""
    painted = [form for mark in scene.marks for form in _painted(mark)]
    return joined([*(_ground(one) for one in scene.ground), *painted])


def standing(scene: Scene, seed: int, light: str) -> Form:
    """All that stands on the ground and does not move, drawn by the seed."""
    dice = _dice(scene, seed, "houses")
    parts = [moved(houses.row(dice, one.length, lit=light == "dusk"), one.at, one.facing) for one in scene.houses]
    parts += [form for _, form in things(scene, seed, light)]
    parts += [furniture.wires(dice, start, end) for start, end in scene.wires]
    return joined(parts)


def things(scene: Scene, seed: int, light: str) -> list[tuple[Thing, Form]]:
    """The furniture of the street, each piece where it stands."""
    dice = _dice(scene, seed, "things")
    return [(one, moved(_thing(dice, one, light), one.at, one.turn)) for one in scene.things]


def water(told: Water, at: float) -> Form:
    """The canal's surface `at` seconds into the clip."""
    (x0, x1), (y0, y1), z = told.x, told.y, told.level(at)
    return sheet([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], WATER)


def _dice(scene: Scene, seed: int, what: str) -> random.Random:
    return random.Random(f"{scene.name}-{seed}-{what}")  # noqa: S311 - a seeded drawing, not a secret


def _ground(one: Ground) -> Form:
    (x0, x1), (y0, y1) = one.x, one.y
    finish = SURFACES[one.kind]
    if one.z <= 0:
        return sheet([(x0, y0, one.z), (x1, y0, one.z), (x1, y1, one.z), (x0, y1, one.z)], finish)
    rim = one.z + 0.006
    edges = [
        ((x0, y0), (x1, y0 + 0.22)),
        ((x0, y1 - 0.22), (x1, y1)),
        ((x0, y0), (x0 + 0.22, y1)),
        ((x1 - 0.22, y0), (x1, y1)),
    ]
    stones = [block((*low, one.z - 0.3), (*high, rim), EDGING) for low, high in edges]
    return joined([block((x0 + 0.01, y0 + 0.01, one.z - 0.3), (x1 - 0.01, y1 - 0.01, one.z), finish), *stones])


def _painted(mark: Mark) -> list[Form]:
    start, end = np.array(mark.start), np.array(mark.end)
    long = float(np.linalg.norm(end - start))
    along = (end - start) / long
    paint, z = (YELLOW if mark.yellow else PAINT), 0.006
    if mark.kind == "zebra":
        spots = [(k, k + 0.45, mark.width) for k in np.arange(0.2, long - 0.4, 0.95)]
    elif mark.kind == "dash":
        spots = [(k, k + DASH_M, mark.width) for k in np.arange(0, long - DASH_M, DASH_M + GAP_M)]
    else:
        spots = [(0.0, long, mark.width)]
    side = np.array([-along[1], along[0]])
    strips = []
    for near, far, width in spots:
        corners = [start + along * k + side * width / 2 * s for k, s in ((near, -1), (far, -1), (far, 1), (near, 1))]
        strips.append(sheet([(float(c[0]), float(c[1]), z) for c in corners], paint))
    return strips


def _thing(dice: random.Random, thing: Thing, light: str) -> Form:
    made = {
        "parked": lambda: vehicles.parked_motorbike(dice),
        "tree": lambda: furniture.tree(dice, thing.size),
        "palm": lambda: furniture.palm(dice, thing.size),
        "pole": lambda: furniture.pole(dice),
        "lamp": lambda: furniture.lamp(lit=light == "dusk"),
        "cart": lambda: furniture.cart(dice),
        "bin": lambda: furniture.bin_(dice),
        "railing": lambda: furniture.railing(thing.size),
        "gauge": lambda: furniture.gauge(thing.size),
        "no-stopping": furniture.no_stopping,
        "wall": lambda: block((0, -0.15, 0), (thing.size, 0.15, 3.5), WALL),
    }
    return made[thing.kind]()
