"""What stands in the street: trees, poles and their tangle of wires, lamps, vendors' carts, railings, bins.

Idea: a few honest tubes and many leaves. Everything stands at (0, 0, 0) unless said otherwise.
"""

import random
from collections.abc import Sequence

import numpy as np

from workshop.street.forms import (
    Finish,
    Form,
    Points,
    Vec,
    Words,
    about_z,
    ball,
    block,
    joined,
    loft,
    moved,
    sheet,
    tube,
    turned_profile,
)
from workshop.street.people import STRAW

BARK = Finish((0.16, 0.12, 0.085), 0.9, pattern="plaster")
CONCRETE = Finish((0.42, 0.40, 0.37), 0.9, pattern="plaster")
WIRE = Finish((0.008, 0.008, 0.008), 0.6)
IRON = Finish((0.04, 0.05, 0.05), 0.5, 0.4)
WHITEWASH = Finish((0.7, 0.69, 0.65), 0.85)


def tree(dice: random.Random, tall: float = 7.0) -> Form:
    """A street tree with a whitewashed foot and a broad crown."""
    lean = (dice.uniform(-0.4, 0.4), dice.uniform(-0.4, 0.4))
    fork: Vec = (lean[0], lean[1], tall * 0.5)
    parts = [
        tube([(0, 0, 0), (0, 0, 1.1)], [0.21, 0.17], WHITEWASH, 9),
        tube([(0, 0, 1.1), fork], [0.17, 0.12], BARK, 9),
    ]
    crown = []
    for _ in range(7):
        tip = (fork[0] + dice.gauss(0, 1.3), fork[1] + dice.gauss(0, 1.3), tall * dice.uniform(0.68, 0.95))
        parts.append(tube([fork, tip], [0.09, 0.03], BARK, 5))
        crown.append(_leaves(dice, tip, dice.uniform(1.0, 1.5), 260))
    return joined([*parts, *crown])


def palm(dice: random.Random, tall: float = 7.0) -> Form:
    """A coconut palm."""
    top: Vec = (dice.uniform(-0.8, 0.8), dice.uniform(-0.4, 0.4), tall)
    parts = [tube([(0, 0, 0), (top[0] * 0.3, top[1] * 0.3, tall / 2), top], [0.22, 0.15, 0.12], BARK, 9)]
    leaf = Finish((0.06, 0.17, 0.03), 0.6)
    for i in range(13):
        spin, drop = about_z(360 * i / 13 + dice.uniform(-8, 8)), dice.uniform(-0.9, 0.5)
        spine = [np.array([r, 0, 0.7 * r - (0.32 - 0.1 * drop) * r * r]) for r in (0.1, 0.9, 1.7, 2.4)]
        for side in (1, -1):
            rim = [
                p + np.array([0.0, side * 0.45 * w, -0.25 * w]) for p, w in zip(spine, (0.2, 1, 0.9, 0.1), strict=True)
            ]
            strip = np.array([*spine, *rim[::-1]]) @ spin.T + np.array(top)
            parts.append(Form(strip, tuple((k, k + 1, 6 - k, 7 - k) for k in range(3)), (leaf,) * 3))
    return joined(parts)


def pole(dice: random.Random) -> Form:
    """A concrete pole with cross-arms, meters, and coils of spare wire."""
    parts = [tube([(0, 0, 0), (0, 0, 8.5)], [0.17, 0.11], CONCRETE, 8)]
    parts += [block((-0.9, -0.05, z), (0.9, 0.05, z + 0.1), CONCRETE) for z in (7.4, 8.1)]
    parts += [ball((x, 0, 8.28), (0.05, 0.05, 0.09), WHITEWASH, 5, 7) for x in (-0.8, -0.4, 0.4, 0.8)]
    parts += [
        block((-0.22 + 0.5 * i, -0.34, 3.4), (0.16 + 0.5 * i, -0.15, 4.0), Finish((0.5, 0.5, 0.48), 0.5))
        for i in (-0.5, 0.5)
    ]
    for _ in range(5):
        a = np.linspace(0, 2 * np.pi, 14)
        r, at = dice.uniform(0.25, 0.45), (dice.uniform(-0.3, 0.3), -0.16, dice.uniform(5.2, 6.2))
        ring = [(at[0] + r * float(np.cos(t)), at[1], at[2] + r * float(np.sin(t))) for t in a]
        parts.append(tube(ring, 0.022, WIRE, 4))
    notice = Words("KHOAN CẮT BÊ TÔNG", (0, -0.18, 1.7), 0.1, 0, Finish((0.6, 0.02, 0.02)), upright=False)
    return joined([*parts, Form(np.zeros((0, 3)), (), (), (notice,))])


def wires(dice: random.Random, one: Vec, other: Vec, count: int = 16) -> Form:
    """A bundle of wires sagging between two points."""
    parts = []
    for _ in range(count):
        lift, aside, sag = dice.uniform(-1.2, 0.4), dice.uniform(-0.25, 0.25), dice.uniform(0.3, 1.0)
        path = []
        for t in np.linspace(0, 1, 9):
            x, y, z = (float(a + (b - a) * t) for a, b in zip(one, other, strict=True))
            path.append((x + aside, y + aside, z + lift - sag * float(4 * t * (1 - t))))
        parts.append(tube(path, dice.choice((0.012, 0.018, 0.03)), WIRE, 4))
    return joined(parts)


def lamp(*, lit: bool) -> Form:
    """A street lamp on an arm reaching towards +y."""
    glass = Finish((1.0, 0.82, 0.55), 0.3, glow=60.0 if lit else 0.0)
    return joined(
        [
            tube([(0, 0, 0), (0, 0, 7.2), (0, 0.4, 7.8), (0, 1.8, 8.0)], [0.10, 0.07, 0.05, 0.04], IRON, 8),
            block((-0.15, 1.5, 7.93), (0.15, 2.3, 8.05), IRON),
            block((-0.12, 1.6, 7.9), (0.12, 2.25, 7.93), glass),
        ]
    )


def cart(dice: random.Random) -> Form:
    """A vendor's cart under a parasol, with stools."""
    body = Finish(dice.choice(((0.6, 0.62, 0.63), (0.55, 0.05, 0.04), (0.05, 0.25, 0.42))), 0.35, 0.3)
    tint = dice.choice(((0.6, 0.04, 0.04), (0.04, 0.18, 0.55), (0.7, 0.55, 0.06), (0.06, 0.35, 0.15)))
    rim = [(1.25, 2.05), (1.27, 2.1), (0.8, 2.4), (0.3, 2.55), (0.01, 2.6)]
    dome = turned_profile(rim, Finish(tint, 0.8), 10)
    paler = Finish((0.75, 0.74, 0.7), 0.8)
    dome = Form(dome.points, dome.faces, tuple(paler if i % 2 else f for i, f in enumerate(dome.finishes)))
    parts = [block((-0.8, -0.4, 0.35), (0.8, 0.4, 0.95), body), block((-0.85, -0.45, 0.95), (0.85, 0.45, 1.0), IRON)]
    parts += [
        tube([(0, 0, 1), (0, 0, 2.55)], 0.025, IRON, 6),
        dome,
        block((-0.75, -0.2, 1.0), (0.0, 0.2, 1.4), Finish((0.4, 0.45, 0.45), 0.08, coat=0.5)),
    ]
    parts.append(
        moved(
            turned_profile([(0.22, 0), (0.24, 0.3), (0.01, 0.32)], Finish((0.6, 0.6, 0.6), 0.25, 0.9), 12),
            (0.5, 0, 1.0),
        )
    )
    for side in (1, -1):
        parts.append(ball((0.55 * side, 0.42, 0.28), (0.28, 0.04, 0.28), WIRE, 6, 14))
        seat = Finish(dice.choice(((0.6, 0.03, 0.02), (0.05, 0.15, 0.6))), 0.45)
        stool = turned_profile([(0.17, 0), (0.13, 0.28), (0.14, 0.3), (0.01, 0.31)], seat, 8)
        parts += [moved(stool, (0.7 * side + dice.uniform(-0.2, 0.2), -0.9 - 0.3 * k, 0)) for k in (0, 1)]
    return joined(parts)


def railing(length: float) -> Form:
    """A concrete-posted iron railing along x from 0 to `length`."""
    count = max(1, round(length / 2.4))
    parts = [
        block((i * length / count - 0.1, -0.1, 0), (i * length / count + 0.1, 0.1, 1.05), CONCRETE)
        for i in range(count + 1)
    ]
    parts += [
        tube([(0, 0, z), (length, 0, z)], 0.03, Finish((0.25, 0.36, 0.42), 0.5, 0.3), 6) for z in (0.4, 0.68, 0.95)
    ]
    return joined(parts)


def bin_(dice: random.Random) -> Form:
    """A wheeled rubbish bin."""
    green = Finish(dice.choice(((0.03, 0.25, 0.10), (0.75, 0.4, 0.03))), 0.5)
    return joined(
        [
            loft(
                [
                    [(-0.24, -0.26, 0.06), (0.24, -0.26, 0.06), (0.24, 0.26, 0.06), (-0.24, 0.26, 0.06)],
                    [(-0.3, -0.34, 0.95), (0.3, -0.34, 0.95), (0.3, 0.34, 0.95), (-0.3, 0.34, 0.95)],
                ],
                green,
            ),
            block((-0.33, -0.37, 0.95), (0.33, 0.37, 1.03), green),
        ]
    )


def gauge(tall: float) -> Form:
    """A water gauge: a white staff with red decimetres, its foot at z = 0."""
    parts = [block((-0.14, -0.02, 0), (0.14, 0.02, tall), Finish((0.85, 0.85, 0.82), 0.5))]
    red = Finish((0.65, 0.02, 0.02), 0.5)
    parts.extend(
        block((-0.14 if i % 2 else 0.0, -0.03, i * 0.2), (0.0 if i % 2 else 0.14, 0.03, i * 0.2 + 0.1), red)
        for i in range(int(tall / 0.2))
    )
    return joined(parts)


def no_stopping() -> Form:
    """The round red and blue sign on its post, facing -y."""
    from_front = Finish((0.65, 0.01, 0.01), 0.35, glow=0.15)
    a = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    disc = [(float(np.cos(t)), float(np.sin(t))) for t in a]
    parts = [tube([(0, 0, 0), (0, 0, 2.9)], 0.04, STRAW and IRON, 6)]
    for radius, y, finish in ((0.4, -0.05, from_front), (0.31, -0.06, Finish((0.02, 0.08, 0.45), 0.35, glow=0.15))):
        parts.append(sheet([(radius * x, y, 2.6 + radius * z) for x, z in disc], finish))
    for turn in (45, -45):
        bar = sheet([(-0.38, 0, -0.05), (0.38, 0, -0.05), (0.38, 0, 0.05), (-0.38, 0, 0.05)], from_front)
        c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        spun: Points = np.stack(
            [
                bar.points[:, 0] * c - bar.points[:, 2] * s,
                bar.points[:, 1] - 0.07,
                bar.points[:, 0] * s + bar.points[:, 2] * c + 2.6,
            ],
            axis=1,
        )
        parts.append(Form(spun, bar.faces, bar.finishes))
    return joined(parts)


def _leaves(dice: random.Random, at: Vec, radius: float, count: int) -> Form:
    noise = np.random.default_rng(dice.getrandbits(32))
    centres = noise.normal(size=(count, 3))
    centres *= (noise.uniform(0.35, 1, (count, 1)) ** 0.5) * radius / np.linalg.norm(centres, axis=1, keepdims=True)
    centres = centres * (1, 1, 0.7) + np.array(at)
    one, two = noise.normal(size=(2, count, 3)) * 0.17
    points = np.stack([centres - one, centres - two, centres + one, centres + two], axis=1).reshape(-1, 3)
    tone = dice.uniform(0.7, 1.2)
    tints: Sequence[Finish] = [
        Finish((0.035 * tone * k, 0.115 * tone * k, 0.02 * k), 0.55, pattern="leaf") for k in (0.7, 1.0, 1.35)
    ]
    faces = tuple((4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3) for i in range(count))
    return Form(points, faces, tuple(tints[i % 3] for i in range(count)))
