"""The catalogue of what moves: kinds, the class a detector calls each by, and the form a seed gives it.

Idea: a `Look` (kind, seed, pose) and the light name a body completely, so a sprite of it can be kept by content hash.
A motorbike or a bicycle is one thing together with whoever rides it: its riders are no separate persons, neither in
the picture's truth nor in the training boxes.
"""

import random
from dataclasses import dataclass
from functools import lru_cache

from workshop.street import people, vehicles
from workshop.street.forms import Form

CLASSES = {
    "walker": "person",
    "stander": "person",
    "bicycle": "bicycle",
    "motorbike": "motorcycle",
    "car": "car",
    "bus": "bus",
    "truck": "truck",
}
POSED = {"walker": people.GAIT / people.STEPS, "bicycle": 5.2 / people.STEPS}
"""Kinds whose limbs move, and the metres between one pose and the next."""


@dataclass(frozen=True, slots=True)
class Look:
    """Which body: its kind, the seed that dresses it, its pose (0 unless its limbs move)."""

    kind: str
    seed: int
    pose: int = 0


@lru_cache(maxsize=4096)
def body(look: Look, light: str) -> Form:
    """The form of a look in that light (`day`, `overcast`, `dusk`, `rain`), facing +x on z = 0."""
    dice = random.Random(f"{look.kind}-{look.seed}")  # noqa: S311 - a seeded drawing, not a secret
    rain, lit = light == "rain", light == "dusk"
    if look.kind in ("walker", "stander"):
        wear = people.dressed(dice, rain=rain, riding=False)
        pose = people.STANDING if look.kind == "stander" else people.walking(look.pose)
        tall = dice.uniform(0.9, 1.03)
        return people.moved(people.figure(pose, wear), size=tall)
    if look.kind == "bicycle":
        return vehicles.bicycle(dice, rain=rain, lit=lit, step=look.pose)
    return {"motorbike": vehicles.motorbike, "car": vehicles.car, "bus": vehicles.bus, "truck": vehicles.truck}[
        look.kind
    ](dice, rain=rain, lit=lit)


def pose_after(kind: str, metres: float) -> int:
    """Which pose a body has after that way along its path."""
    return int(metres / POSED[kind]) % people.STEPS if kind in POSED else 0
