"""People of the street: a jointed figure, dressed and posed.

Idea: one figure of tapered tubes hung on a few joint angles walks, stands, sits on a saddle or pedals; what it wears
(conical hat, helmet, raincoat, umbrella, ao dai) is drawn by the seed. It faces +x and stands on z = 0.
"""

import math
import random
from dataclasses import dataclass, replace

import numpy as np

from workshop.street.forms import (
    Finish,
    Form,
    Points,
    Vec,
    about_y,
    ball,
    joined,
    loft,
    marked,
    moved,
    tube,
    turned,
    turned_profile,
)

STEPS = 8
"""Poses in one walking cycle of two steps; `GAIT` metres long."""
GAIT = 1.35

SKIN = ((0.50, 0.29, 0.18), (0.42, 0.23, 0.14), (0.58, 0.36, 0.24))
HAIR = Finish((0.012, 0.010, 0.010), 0.45)
STRAW = Finish((0.72, 0.56, 0.30), 0.8)
CLOTH = (
    (0.55, 0.05, 0.05),
    (0.05, 0.10, 0.35),
    (0.75, 0.75, 0.72),
    (0.03, 0.03, 0.035),
    (0.10, 0.28, 0.12),
    (0.75, 0.45, 0.08),
    (0.62, 0.20, 0.32),
    (0.20, 0.38, 0.60),
    (0.40, 0.36, 0.30),
    (0.80, 0.72, 0.20),
    (0.25, 0.10, 0.30),
    (0.85, 0.60, 0.62),
)
TROUSERS = (
    (0.02, 0.02, 0.03),
    (0.05, 0.08, 0.16),
    (0.10, 0.09, 0.08),
    (0.25, 0.21, 0.15),
    (0.03, 0.05, 0.12),
    (0.3, 0.3, 0.32),
)
PLASTIC_COATS = ((0.15, 0.30, 0.75), (0.75, 0.70, 0.10), (0.60, 0.10, 0.35), (0.12, 0.45, 0.20), (0.45, 0.50, 0.55))
HELMETS = (
    (0.6, 0.03, 0.03),
    (0.8, 0.8, 0.8),
    (0.02, 0.02, 0.02),
    (0.04, 0.12, 0.5),
    (0.75, 0.4, 0.05),
    (0.05, 0.3, 0.1),
    (0.7, 0.3, 0.45),
)


@dataclass(frozen=True, slots=True)
class Wear:
    """What someone has on: finishes, and which of the street's hats and covers."""

    skin: Finish
    top: Finish
    legs: Finish
    head: str = "hair"  # hair, long-hair, conical, helmet, cap, hood
    hat: Finish = STRAW
    cover: str = ""  # raincoat, umbrella, ao-dai
    cloth: Finish = STRAW


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles in degrees from hanging down, forward positive; the hip's height in metres."""

    hip: float
    lean: float
    thighs: tuple[float, float]
    knees: tuple[float, float]
    arms: tuple[float, float]
    elbows: tuple[float, float]
    spread: float = 0.0


STANDING = Pose(0.88, 2, (2, -2), (2, 4), (4, -2), (12, 14), 4)
SADDLE = Pose(0.0, 10, (72, 72), (78, 78), (48, 48), (28, 28), 10)
PILLION = Pose(0.0, 6, (66, 66), (82, 82), (38, 38), (62, 62), 12)


def walking(step: int) -> Pose:
    """The pose at one of `STEPS` moments of a walking cycle."""
    phase = 2 * math.pi * step / STEPS
    swing, lift = 27 * math.sin(phase), math.cos(phase)
    return Pose(
        0.87 - 0.02 * abs(math.sin(phase)),
        4,
        (swing, -swing),
        (6 + 34 * max(0.0, lift), 6 + 34 * max(0.0, -lift)),
        (-0.8 * swing, 0.8 * swing),
        (18, 18),
        3,
    )


def pedalling(step: int) -> Pose:
    """The pose at one of `STEPS` moments of a turn of the pedals, hip at 0."""
    phase = 2 * math.pi * step / STEPS
    up = math.sin(phase)
    return Pose(0.0, 22, (46 + 22 * up, 46 - 22 * up), (62 + 30 * up, 62 - 30 * up), (58, 58), (16, 16), 4)


def dressed(dice: random.Random, *, rain: bool, riding: bool) -> Wear:
    """Clothes for one person, as the weather and the traffic law ask."""
    wear = Wear(
        Finish(dice.choice(SKIN), 0.5),
        Finish(_shade(dice, dice.choice(CLOTH)), 0.85),
        Finish(_shade(dice, dice.choice(TROUSERS)), 0.85),
        dice.choice(("hair", "hair", "long-hair", "conical", "cap")),
    )
    if wear.head == "cap":
        wear = replace(wear, hat=Finish(dice.choice(CLOTH), 0.8))
    if riding:
        wear = replace(wear, head="helmet", hat=Finish(dice.choice(HELMETS), 0.25, coat=0.6))
    if rain and dice.random() < 0.8:  # noqa: PLR2004 - four of five came prepared
        cover = "raincoat" if riding or dice.random() < 0.5 else "umbrella"  # noqa: PLR2004 - half of them
        wear = replace(wear, cover=cover, cloth=Finish(dice.choice(PLASTIC_COATS), 0.25, coat=0.3))
    elif not riding and dice.random() < 0.1:  # noqa: PLR2004 - one of ten
        wear = replace(wear, cover="ao-dai", head="long-hair", top=Finish((0.8, 0.8, 0.82), 0.7))
    return wear


def figure(pose: Pose, wear: Wear) -> Form:
    """A person in that pose and those clothes, hip at (0, 0, pose.hip)."""
    hip = (0.0, 0.0, pose.hip)
    lower = [_leg(hip, s, pose.thighs[i], pose.knees[i], pose.spread, wear) for i, s in enumerate((1, -1))]
    upper = [_torso(wear), _head(wear)]
    upper += [_arm(s, pose.arms[i] + pose.lean, pose.elbows[i], wear) for i, s in enumerate((1, -1))]
    if wear.cover == "raincoat":
        seated = pose.thighs[0] > 40  # noqa: PLR2004 - degrees no walker's thighs both reach
        upper.append(_raincoat(wear.cloth, seated=seated and pose.thighs[1] > 40))  # noqa: PLR2004 - the same
    if wear.cover == "umbrella":
        upper.append(_umbrella(wear.cloth))
    if wear.cover == "ao-dai":
        lower += [_panel(hip, 0.13, pose.thighs[0], wear.top), _panel(hip, -0.13, pose.thighs[1], wear.top)]
    body = turned(joined(upper), about_y(pose.lean))
    return joined([*lower, moved(body, hip)])


def _shade(dice: random.Random, colour: Vec) -> Vec:
    light = dice.uniform(0.6, 1.15)
    return colour[0] * light, colour[1] * light, colour[2] * light


def _along(start: Vec, degrees: float, length: float, aside: float = 0.0) -> Vec:
    a = math.radians(degrees)
    return start[0] + length * math.sin(a), start[1] + aside, start[2] - length * math.cos(a)


def _leg(hip: Vec, side: int, thigh: float, knee: float, spread: float, wear: Wear) -> Form:
    start = (hip[0], hip[1] + 0.095 * side, hip[2] + 0.02)
    bend = _along(start, thigh, 0.43, 0.43 * side * math.sin(math.radians(spread)))
    ankle = _along(bend, thigh - knee, 0.40)
    toe = (ankle[0] + 0.07, ankle[1], ankle[2] - 0.03)
    return joined(
        [
            tube([start, _mid(start, bend), bend], [0.095, 0.085, 0.062], wear.legs),
            tube([bend, _mid(bend, ankle), ankle], [0.062, 0.058, 0.045], wear.legs),
            ball(toe, (0.13, 0.05, 0.045), Finish((0.03, 0.025, 0.02), 0.5), 5, 8),
        ]
    )


def _arm(side: int, lift: float, elbow: float, wear: Wear) -> Form:
    shoulder = (0.0, 0.19 * side, 0.50)
    bend = _along(shoulder, lift, 0.28, 0.04 * side)
    wrist = _along(bend, lift + elbow, 0.25, -0.01 * side)
    hand = _along(wrist, lift + elbow, 0.06)
    return joined(
        [
            tube([shoulder, bend], [0.062, 0.048], wear.top),
            tube([bend, wrist], [0.044, 0.032], wear.top if wear.cover else wear.skin),
            ball(hand, (0.045, 0.03, 0.045), wear.skin, 5, 7),
        ]
    )


def _torso(wear: Wear) -> Form:
    shape = (
        (-0.08, 0.12, 0.155),
        (0.04, 0.125, 0.165),
        (0.18, 0.11, 0.15),
        (0.36, 0.125, 0.185),
        (0.48, 0.11, 0.195),
        (0.545, 0.065, 0.10),
    )
    rings = [[(d * c, w * s, z) for c, s in _ring()] for z, d, w in shape]
    return joined([loft(rings, wear.top), tube([(0, 0, 0.52), (0.01, 0, 0.62)], 0.052, wear.skin)])


def _head(wear: Wear) -> Form:
    parts = [marked("head", ball((0.02, 0, 0.70), (0.095, 0.075, 0.115), wear.skin))]
    if wear.head == "helmet":
        shell = [(0.0, 0.155), (0.07, 0.145), (0.118, 0.10), (0.132, 0.03), (0.13, -0.03), (0.12, -0.04)]
        parts.append(moved(turned_profile(shell[::-1], wear.hat), (0.01, 0, 0.715)))
        parts.append(moved(ball((0, 0, 0), (0.06, 0.10, 0.015), wear.hat, 5, 8), (0.11, 0, 0.74)))
        parts.append(ball((-0.01, 0, 0.69), (0.09, 0.085, 0.10), HAIR))
        return joined(parts)
    parts.append(ball((-0.015, 0, 0.725), (0.10, 0.088, 0.108), HAIR))
    if wear.head == "long-hair":
        parts.append(tube([(-0.06, 0, 0.72), (-0.10, 0, 0.55), (-0.11, 0, 0.36)], [0.075, 0.07, 0.03], HAIR))
    if wear.head == "conical":
        brim = [(0.24, 0.0), (0.245, 0.004), (0.12, 0.10), (0.005, 0.19)]
        parts.append(moved(turned_profile(brim, STRAW, 18), (0.0, 0, 0.745)))
    if wear.head == "cap":
        parts.append(ball((-0.005, 0, 0.745), (0.105, 0.093, 0.10), wear.hat))
        parts.append(ball((0.11, 0, 0.755), (0.08, 0.07, 0.012), wear.hat, 5, 8))
    return joined(parts)


def _raincoat(cloth: Finish, *, seated: bool) -> Form:
    hem = [(-0.42, 0.30, 0.30), (-0.15, 0.27, 0.28)] if seated else [(-0.45, 0.24, 0.30), (-0.1, 0.19, 0.25)]
    shape = [*hem, (0.25, 0.17, 0.25), (0.45, 0.15, 0.26), (0.55, 0.10, 0.16), (0.62, 0.10, 0.10), (0.82, 0.11, 0.10)]
    forward = 0.12 if seated else 0.0
    rings = [[(d * c + (forward if z < 0 else 0), w * s, z) for c, s in _ring()] for z, d, w in shape]
    return loft([*rings, [(0.03 * c - 0.02, 0.03 * s, 0.86) for c, s in _ring()]], cloth)


def _umbrella(cloth: Finish) -> Form:
    dome = [(0.52, 0.86), (0.525, 0.87), (0.42, 0.98), (0.22, 1.07), (0.01, 1.10)]
    stick = tube([(0.22, 0.1, 0.25), (0.16, 0.08, 1.05)], 0.012, Finish((0.05, 0.05, 0.05), 0.4))
    return joined([moved(turned_profile(dome, cloth, 10), (0.16, 0.08, 0.0)), stick])


def _panel(hip: Vec, ahead: float, swing: float, cloth: Finish) -> Form:
    foot = _along((hip[0] + ahead, 0, hip[2] + 0.1), swing * 0.5, 0.72)
    top = (hip[0] + ahead, 0.0, hip[2] + 0.12)
    return tube([top, _mid(top, foot), foot], [0.10, 0.13, 0.15], cloth, 8)


def _mid(a: Vec, b: Vec) -> Vec:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2


def _ring(sides: int = 12) -> Points:
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)
