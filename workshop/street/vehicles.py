"""What drives: motorbikes and bicycles with their riders, cars, buses, trucks.

Idea: a two-wheeler is tubes, lofted panels and a figure in the saddle; a four-wheeler is a lofted shell under a
lofted glasshouse with wheels let into it. The seed draws type, paint, load and riders. All face +x, wheels on z = 0.
A motorbike's form includes whoever sits on it: one thing to the traffic, one box to the camera.
"""

import math
import random
from collections.abc import Sequence

from workshop.street.forms import (
    Finish,
    Form,
    Vec,
    about_x,
    ball,
    block,
    joined,
    loft,
    marked,
    moved,
    slab,
    tube,
    turned,
    turned_profile,
)
from workshop.street.people import PILLION, SADDLE, dressed, figure, pedalling

RUBBER = Finish((0.012, 0.012, 0.012), 0.8)
CHROME = Finish((0.75, 0.75, 0.75), 0.22, 1.0)
STEEL = Finish((0.35, 0.35, 0.36), 0.4, 0.9)
PLASTIC = Finish((0.02, 0.02, 0.022), 0.5)
SEAT = Finish((0.015, 0.014, 0.013), 0.55)
GLASS = Finish((0.015, 0.022, 0.026), 0.06, coat=0.8)
PLATE = Finish((0.8, 0.8, 0.78), 0.4)
PAINTS = (
    (0.75, 0.76, 0.77),
    (0.80, 0.80, 0.78),
    (0.02, 0.02, 0.022),
    (0.28, 0.29, 0.30),
    (0.42, 0.02, 0.02),
    (0.03, 0.07, 0.25),
    (0.14, 0.09, 0.06),
    (0.35, 0.30, 0.22),
)
BIKE_PAINTS = (
    (0.5, 0.02, 0.02),
    (0.02, 0.02, 0.025),
    (0.7, 0.7, 0.7),
    (0.03, 0.10, 0.42),
    (0.20, 0.02, 0.03),
    (0.06, 0.22, 0.20),
    (0.25, 0.26, 0.28),
    (0.62, 0.40, 0.06),
)
TAXIS = ((0.05, 0.35, 0.12), (0.02, 0.50, 0.46), (0.80, 0.62, 0.04))


def parked_motorbike(dice: random.Random) -> Form:
    """A motorbike nobody sits on."""
    return _motorbike(Finish(dice.choice(BIKE_PAINTS), 0.25, coat=0.8), lit=False)


def motorbike(dice: random.Random, *, rain: bool, lit: bool) -> Form:
    """A scooter or an underbone with one rider, often two, sometimes a load."""
    parts = [_motorbike(Finish(dice.choice(BIKE_PAINTS), 0.25, coat=0.8), lit=lit)]
    two = dice.random() < 0.3  # noqa: PLR2004 - as often as a street shows it
    rider = figure(SADDLE, dressed(dice, rain=rain, riding=True))
    parts.append(moved(rider, (-0.10 + 0.06 * two, 0, 0.80)))
    if two:
        parts.append(moved(figure(PILLION, dressed(dice, rain=rain, riding=True)), (-0.45, 0, 0.84), size=0.96))
    elif dice.random() < 0.25:  # noqa: PLR2004 - a delivery box on one of four
        box = Finish(dice.choice(((0.02, 0.35, 0.12), (0.75, 0.22, 0.03), (0.6, 0.03, 0.03), (0.3, 0.2, 0.1))), 0.6)
        parts.append(block((-0.92, -0.24, 0.84), (-0.42, 0.24, 1.26), box))
    return joined(parts)


def bicycle(dice: random.Random, *, rain: bool, lit: bool, step: int) -> Form:
    """A bicycle and its rider at one moment of a turn of the pedals."""
    del lit
    frame = Finish(dice.choice(BIKE_PAINTS), 0.35, coat=0.4)
    seat, crank, head = (-0.28, 0, 0.86), (-0.08, 0, 0.30), (0.36, 0, 0.82)
    rods: tuple[tuple[Vec, Vec], ...] = (
        (crank, seat),
        (crank, head),
        ((-0.2, 0, 0.74), head),
        (crank, (-0.52, 0, 0.33)),
        ((-0.25, 0, 0.78), (-0.52, 0, 0.33)),
        (head, (0.54, 0, 0.33)),
    )
    parts = [tube(rod, 0.018, frame, 6) for rod in rods]
    parts += [_thin_wheel(x, 0.33) for x in (0.54, -0.52)]
    parts += [
        tube([(0.34, -0.26, 1.02), (0.38, 0, 0.98), (0.34, 0.26, 1.02)], 0.014, CHROME, 6),
        tube([head, (0.38, 0, 0.98)], 0.016, CHROME, 6),
        ball((-0.30, 0, 0.89), (0.13, 0.08, 0.04), SEAT, 5, 8),
    ]
    if dice.random() < 0.5:  # noqa: PLR2004 - half have a basket
        parts.append(block((0.44, -0.15, 0.78), (0.70, 0.15, 0.98), STEEL))
    wear = dressed(dice, rain=rain, riding=False)
    return joined([*parts, moved(figure(pedalling(step), wear), (-0.26, 0, 0.96))])


def car(dice: random.Random, *, rain: bool, lit: bool) -> Form:
    """A saloon, a hatchback, an SUV or a taxi."""
    del rain
    taxi = dice.random() < 0.2  # noqa: PLR2004 - one in five
    paint = Finish(dice.choice(TAXIS if taxi else PAINTS), 0.3, coat=1.0)
    kind = dice.choice(("saloon", "hatch", "suv"))
    long, tall, belt = {"saloon": (2.25, 1.46, 0.90), "hatch": (1.9, 1.50, 0.94), "suv": (2.3, 1.72, 1.06)}[kind]
    tail = {"saloon": 0.62, "hatch": 0.95, "suv": 0.96}[kind]
    parts = [_shell(long, belt, paint, boot=kind == "saloon"), _glasshouse(long, belt, tall, tail, paint)]
    parts += [_wheel(long * x, 0.33, 0.21, y) for x in (0.62, -0.60) for y in (0.78, -0.78)]
    parts += _lamps(long, belt * 0.74, 0.62, lit=lit)
    parts += [ball((long * 0.28, 0.97 * s, belt + 0.06), (0.07, 0.1, 0.07), paint, 5, 8) for s in (1, -1)]
    parts += [_plate((-long - 0.02, -0.26, 0.5), (-long + 0.04, 0.26, 0.63))]
    parts += [_plate((long - 0.05, -0.26, 0.38), (long + 0.02, 0.26, 0.5))]
    if taxi:
        parts.append(block((-0.1, -0.3, tall), (0.12, 0.3, tall + 0.16), Finish((0.8, 0.75, 0.6), 0.4, glow=0.4 + lit)))
    return joined(parts)


def bus(dice: random.Random, *, rain: bool, lit: bool) -> Form:
    """A city bus, 9.2 m long, with a band of glass and a stripe of its line's colour."""
    del rain
    body = Finish(dice.choice(((0.70, 0.08, 0.05), (0.05, 0.32, 0.14), (0.75, 0.5, 0.06), (0.08, 0.25, 0.5))), 0.35)
    roof, trim = Finish((0.75, 0.75, 0.72), 0.4, coat=0.4), Finish((0.8, 0.78, 0.7), 0.4)
    outline = [(-4.6, 0.4), (4.55, 0.4), (4.6, 1.1), (4.45, 2.75), (4.25, 2.95), (-4.45, 2.95), (-4.6, 2.7)]
    parts = [slab(outline, 1.2, body), block((-4.4, -1.12, 2.9), (4.2, 1.12, 3.05), roof)]
    parts += [block((-4.61, -1.21, 0.86), (4.56, 1.21, 1.02), trim)]
    for side in (1, -1):
        parts += [
            block((-4.3 + i * 1.24, 1.19 * side, 1.45), (-3.2 + i * 1.24, 1.235 * side, 2.5), GLASS) for i in range(7)
        ]
    parts.append(loft([[(4.57, y, 1.25), (4.62, y, 1.25), (4.50, y, 2.6), (4.45, y, 2.6)] for y in (-1.1, 1.1)], GLASS))
    parts.append(block((4.44, -0.9, 2.62), (4.5, 0.9, 2.86), Finish((0.9, 0.45, 0.05), 0.5, glow=0.6)))
    parts.append(block((-4.63, -1.0, 1.6), (-4.58, 1.0, 2.5), GLASS))
    parts += [block((x, -1.222, 0.35), (x + 0.9, -1.2, 2.5), GLASS) for x in (2.9, -0.5)]
    parts += [block((-2.5, -0.8, 3.0), (0.5, 0.8, 3.2), roof)]
    parts += [_wheel(x, 0.48, 0.28, y) for x in (2.3, -2.6) for y in (1.08, -1.08)]
    return joined([*parts, *_lamps(4.62, 0.78, 0.9, lit=lit)])


def truck(dice: random.Random, *, rain: bool, lit: bool) -> Form:
    """A light truck: a cab and a box, an open load or a tarpaulin."""
    del rain
    paint = Finish(
        dice.choice(((0.7, 0.7, 0.7), (0.05, 0.15, 0.45), (0.5, 0.04, 0.03), (0.06, 0.3, 0.32))), 0.35, coat=0.7
    )
    cab = [(1.15, 0.5), (2.85, 0.5), (2.95, 1.0), (2.9, 1.25), (2.6, 2.1), (2.4, 2.2), (1.2, 2.2)]
    parts = [slab(cab, 0.95, paint), block((-2.9, -0.45, 0.5), (1.3, 0.45, 0.75), PLASTIC)]
    parts.append(
        loft([[(2.93, y, 1.28), (2.95, y, 1.28), (2.68, y, 2.05), (2.6, y, 2.05)] for y in (-0.86, 0.86)], GLASS)
    )
    parts += [block((1.5, 0.945 * s, 1.3), (2.5, 0.965 * s, 1.95), GLASS) for s in (1, -1)]
    parts += [_wheel(x, 0.40, 0.24, y) for x in (2.05, -1.8) for y in (0.82, -0.82)]
    parts += [_plate((-3.0, -0.5, 0.55), (-2.9, 0.5, 0.7)), *_lamps(2.97, 0.8, 0.75, lit=lit)]
    parts += [
        block((-2.95, s * 0.8 - 0.12, 0.72), (-2.88, s * 0.8 + 0.12, 0.88), Finish((0.5, 0.02, 0.02), 0.4))
        for s in (1, -1)
    ]
    return joined([*parts, *_load(dice)])


def _load(dice: random.Random) -> list[Form]:
    kind = dice.choice(("box", "tarpaulin", "open"))
    if kind == "box":
        paint = Finish(dice.choice(((0.75, 0.75, 0.74), (0.6, 0.62, 0.66), (0.75, 0.55, 0.1))), 0.5)
        ribs = [block((x, -1.03, 0.8), (x + 0.06, 1.03, 2.62), paint) for x in (-2.9, -1.6, -0.3, 0.95)]
        return [block((-2.9, -1.0, 0.8), (1.0, 1.0, 2.6), paint), *ribs]
    sides = Finish(dice.choice(((0.05, 0.2, 0.35), (0.1, 0.28, 0.12), (0.4, 0.05, 0.04))), 0.5)
    walls = [block((-2.9, 0.96 * s - 0.03, 0.8), (1.0, 0.96 * s + 0.03, 1.5), sides) for s in (1, -1)]
    walls += [block((x, -0.98, 0.8), (x + 0.06, 0.98, 1.5), sides) for x in (-2.9, 0.94)]
    walls.append(block((-2.9, -0.98, 0.75), (1.0, 0.98, 0.85), STEEL))
    if kind == "tarpaulin":
        green = Finish((0.07, 0.15, 0.09), 0.8)
        hump = [(-0.98, 1.4), (-0.95, 2.2), (-0.5, 2.5), (0.5, 2.5), (0.95, 2.2), (0.98, 1.4)]
        return [*walls, loft([[(x, y, z) for y, z in hump] for x in (-2.85, -1.5, 0, 0.9)], green)]
    sacks = Finish((0.55, 0.47, 0.34), 0.9)
    return walls + [
        ball((dice.uniform(-2.5, 0.6), dice.uniform(-0.6, 0.6), dice.uniform(1.1, 1.6)), (0.45, 0.3, 0.22), sacks)
        for _ in range(14)
    ]


def _plate(low: Vec, high: Vec) -> Form:
    return marked("plate", block(low, high, PLATE), (1.0 if low[0] > 0 else -1.0, 0.0, 0.0))


def _motorbike(paint: Finish, *, lit: bool) -> Form:
    return joined([*(_wheel(x, 0.285, 0.09, 0.0) for x in (0.62, -0.60)), _bike(paint, lit=lit)])


def _bike(paint: Finish, *, lit: bool) -> Form:
    lamp = Finish((0.9, 0.88, 0.75), 0.2, glow=14.0 if lit else 0.25)
    tail = Finish((0.5, 0.01, 0.01), 0.3, glow=3.0 if lit else 0.0)
    shield = [
        [(0.40 + 0.05 * k, -w, z), (0.47 + 0.05 * k, 0, z), (0.40 + 0.05 * k, w, z), (0.36, 0, z)]
        for k, w, z in ((-1, 0.17, 0.30), (0, 0.20, 0.55), (0, 0.17, 0.78), (-2, 0.09, 0.95))
    ]
    belly = [(-0.2, 0.24, 0.30, 0.10), (0.1, 0.24, 0.34, 0.13), (0.38, 0.3, 0.45, 0.1)]
    rear = [(-0.86, 0.70, 0.78, 0.05), (-0.6, 0.56, 0.76, 0.12), (-0.25, 0.42, 0.74, 0.15), (-0.02, 0.36, 0.6, 0.10)]
    return joined(
        [
            loft(shield, paint),
            _hull(rear, paint),
            _hull(belly, PLASTIC),
            _hull([(-0.72, 0.77, 0.83, 0.10), (-0.3, 0.75, 0.82, 0.13), (0.0, 0.70, 0.77, 0.09)], SEAT),
            tube([(0.62, 0, 0.285), (0.48, 0, 0.75), (0.40, 0, 1.0)], 0.035, PLASTIC, 6),
            tube([(0.28, -0.34, 1.02), (0.38, -0.1, 1.0), (0.38, 0.1, 1.0), (0.28, 0.34, 1.02)], 0.018, PLASTIC, 6),
            ball((0.42, 0, 0.97), (0.10, 0.12, 0.10), paint),
            ball((0.50, 0, 0.95), (0.045, 0.085, 0.06), lamp),
            ball((-0.86, 0, 0.74), (0.04, 0.09, 0.04), tail, 5, 8),
            *[tube([(0.33, 0.2 * s, 1.0), (0.32, 0.27 * s, 1.18)], 0.008, PLASTIC, 5) for s in (1, -1)],
            *[ball((0.32, 0.28 * s, 1.2), (0.015, 0.05, 0.035), CHROME, 5, 8) for s in (1, -1)],
            *[tube([(0.62, 0.07 * s, 0.285), (0.5, 0.07 * s, 0.62)], 0.022, STEEL, 6) for s in (1, -1)],
            tube([(0.1, -0.13, 0.2), (-0.3, -0.17, 0.24), (-0.78, -0.18, 0.34)], [0.025, 0.05, 0.06], STEEL),
            _plate((-0.92, -0.09, 0.48), (-0.9, 0.09, 0.62)),
            moved(_fender(paint), (0.62, 0, 0.285)),
        ]
    )


def _fender(paint: Finish) -> Form:
    arc = [math.radians(a) for a in range(20, 161, 20)]
    path: list[Vec] = [(0.32 * math.cos(a), 0.0, 0.32 * math.sin(a)) for a in arc]
    return tube(path, 0.06, paint, 6)


def _hull(stations: Sequence[tuple[float, float, float, float]], finish: Finish) -> Form:
    rings = []
    for x, low, high, half in stations:
        mid, span = (low + high) / 2, (high - low) / 2
        rings.append(
            [(x, half * math.cos(a), mid + span * math.sin(a)) for a in (math.tau * i / 10 for i in range(10))]
        )
    return loft(rings, finish)


def _wheel(x: float, radius: float, wide: float, y: float) -> Form:
    half = wide / 2
    tyre = [
        (radius * 0.6, -half),
        (radius * 0.94, -half),
        (radius, -half * 0.6),
        (radius, half * 0.6),
        (radius * 0.94, half),
        (radius * 0.6, half),
    ]
    hub = [(0.01, -half * 0.9), (radius * 0.6, -half * 0.8), (radius * 0.6, half * 0.8), (0.01, half * 0.9)]
    both = joined([turned_profile(tyre, RUBBER, 18), turned_profile(hub, STEEL, 12)])
    return moved(turned(both, about_x(90)), (x, y, radius))


def _thin_wheel(x: float, radius: float) -> Form:
    rim: list[Vec] = [
        (x + radius * math.cos(a), 0.0, radius + radius * math.sin(a)) for a in (math.tau * i / 20 for i in range(21))
    ]
    spokes = [tube([(x, 0, radius), rim[i]], 0.006, CHROME, 4) for i in range(0, 20, 4)]
    return joined([tube(rim, 0.022, RUBBER, 6), *spokes])


def _shell(long: float, belt: float, paint: Finish, *, boot: bool) -> Form:
    rear = belt * (0.97 if boot else 1.0)
    stations = [
        (-long, 0.42, rear * 0.86, 0.70),
        (-long * 0.95, 0.28, rear, 0.82),
        (-long * 0.6, 0.20, belt, 0.89),
        (0.0, 0.20, belt, 0.90),
        (long * 0.45, 0.20, belt * 0.97, 0.89),
        (long * 0.8, 0.22, belt * 0.86, 0.86),
        (long * 0.97, 0.28, belt * 0.74, 0.76),
        (long, 0.36, belt * 0.62, 0.66),
    ]
    rings = []
    for x, low, high, half in stations:
        mid = (low + high) / 2
        rings.append(
            [
                (x, -half * 0.94, low),
                (x, half * 0.94, low),
                (x, half, mid),
                (x, half * 0.97, high * 0.95),
                (x, half * 0.86, high),
                (x, -half * 0.86, high),
                (x, -half * 0.97, high * 0.95),
                (x, -half, mid),
            ]
        )
    return loft(rings, paint)


def _glasshouse(long: float, belt: float, tall: float, tail: float, paint: Finish) -> Form:
    base, front, rear = belt - 0.04, long * 0.42, -long * tail
    low = [(rear, -0.80), (front, -0.80), (front + 0.12, 0.0), (front, 0.80), (rear, 0.80), (rear - 0.05, 0.0)]
    top_front, top_rear = front - 0.80, rear + 0.30 + 0.35 * (tail < 0.8)  # noqa: PLR2004 - a saloon's sloping rear
    high = [
        (top_rear, -0.62),
        (top_front, -0.62),
        (top_front + 0.06, 0.0),
        (top_front, 0.62),
        (top_rear, 0.62),
        (top_rear - 0.03, 0.0),
    ]
    glass = loft([[(x, y, base) for x, y in low], [(x, y, tall - 0.06) for x, y in high]], GLASS)
    roof = loft([[(x, y * 1.02, tall - 0.07) for x, y in high], [(x * 0.97, y * 0.92, tall) for x, y in high]], paint)
    posts = [
        tube([(low[i][0], low[i][1], base), (high[i][0], high[i][1], tall - 0.05)], 0.045, paint, 6)
        for i in (0, 1, 3, 4)
    ]
    middle = [tube([(0.0 - 0.1, 0.80 * s, base), (-0.15, 0.63 * s, tall - 0.05)], 0.04, PLASTIC, 6) for s in (1, -1)]
    return joined([glass, roof, *posts, *middle])


def _lamps(long: float, height: float, apart: float, *, lit: bool) -> list[Form]:
    front = Finish((0.85, 0.85, 0.82), 0.15, glow=12.0 if lit else 0.3)
    rear = Finish((0.45, 0.01, 0.01), 0.25, glow=3.0 if lit else 0.02)
    lamps = [ball((long - 0.07, apart * s, height), (0.12, 0.16, 0.075), front, 6, 10) for s in (1, -1)]
    return lamps + [ball((-long + 0.04, apart * s, height + 0.1), (0.08, 0.15, 0.09), rear, 6, 10) for s in (1, -1)]
