"""Tube houses: the narrow, deep, many-storeyed front that makes a Vietnamese street.

Idea: a house is a plastered box four to five metres wide whose front is dressed storey by storey: a shop or a shutter
with a sign and an awning below; balconies, shuttered windows, air conditioners and washing above; a roof with a steel
water tank. The front lies on y = 0 and looks towards -y; x runs from 0 to the width.
"""

import random
from collections.abc import Sequence

from workshop.street.forms import (
    Finish,
    Form,
    Words,
    about_x,
    about_y,
    ball,
    block,
    joined,
    loft,
    moved,
    sheet,
    tube,
    turned,
    turned_profile,
)

PLASTER = (
    (0.72, 0.52, 0.22),
    (0.70, 0.62, 0.46),
    (0.42, 0.56, 0.50),
    (0.44, 0.54, 0.64),
    (0.70, 0.46, 0.40),
    (0.68, 0.67, 0.62),
    (0.55, 0.50, 0.42),
    (0.74, 0.66, 0.30),
    (0.50, 0.60, 0.42),
)
SHUTTERS = ((0.05, 0.22, 0.16), (0.16, 0.09, 0.05), (0.06, 0.14, 0.28), (0.55, 0.55, 0.52), (0.28, 0.18, 0.10))
SIGNS = (
    ((0.62, 0.02, 0.02), (0.95, 0.85, 0.15)),
    ((0.02, 0.12, 0.42), (0.9, 0.9, 0.9)),
    ((0.02, 0.30, 0.12), (0.95, 0.95, 0.9)),
    ((0.85, 0.65, 0.05), (0.6, 0.02, 0.02)),
    ((0.85, 0.85, 0.82), (0.05, 0.15, 0.5)),
    ((0.45, 0.05, 0.28), (0.95, 0.95, 0.95)),
    ((0.10, 0.07, 0.05), (0.9, 0.7, 0.35)),
)
TRADES = (
    "PHỞ BÒ", "CÀ PHÊ", "BÁNH MÌ", "CƠM TẤM", "SỬA XE", "NHÀ THUỐC", "TẠP HÓA", "BÚN CHẢ", "TRÀ SỮA", "VẢI LỤA",
    "ĐIỆN THOẠI", "HỚT TÓC", "HOA TƯƠI", "VÀNG BẠC", "MẮT KÍNH", "GIÀY DÉP", "XE ĐIỆN", "PHOTOCOPY", "NHA KHOA",
)  # fmt: skip
STOREY = 3.3
IRON = Finish((0.03, 0.03, 0.03), 0.5, 0.5)
PANE = Finish((0.03, 0.045, 0.05), 0.08, coat=0.5)
TIN = Finish((0.45, 0.46, 0.47), 0.35, 0.7)
WHITE = Finish((0.72, 0.71, 0.67), 0.6)
GREEN = Finish((0.04, 0.13, 0.03), 0.7, pattern="leaf")


def house(dice: random.Random, width: float, *, lit: bool) -> Form:
    """One tube house of two to five storeys."""
    storeys = dice.choice((2, 3, 3, 4, 4, 5))
    wall = Finish(dice.choice(PLASTER), 0.85, pattern="plaster")
    trim = Finish(dice.choice(((0.75, 0.73, 0.68), (0.55, 0.5, 0.42), wall.colour)), 0.8, pattern="plaster")
    deep, tall = dice.uniform(9, 14), 3.6 + (storeys - 1) * STOREY
    parts = [
        block((0.02, 0, 3.4), (width - 0.02, deep, tall), wall),
        block((0.02, 1.6, 0), (width - 0.02, deep, 3.4), wall),
    ]
    parts += [block((x, 0, 0), (x + 0.3, 1.7, 3.5), trim) for x in (0.02, width - 0.32)]
    parts += _shop(dice, width, lit=lit)
    for floor in range(1, storeys):
        parts += _storey(dice, width, 3.6 + (floor - 1) * STOREY, trim, lit=lit)
    return joined([*parts, *_roof(dice, width, deep, tall, trim)])


def row(dice: random.Random, length: float, *, lit: bool) -> Form:
    """Houses side by side along x from 0 to `length`, party wall to party wall."""
    parts, x = [], 0.0
    while x < length - 3:
        width = min(dice.choice((3.8, 4.2, 4.5, 5.0)), length - x)
        parts.append(moved(house(dice, width, lit=lit), (x, dice.choice((0.0, 0.0, 0.15, 0.35)), 0)))
        x += width
    return joined(parts)


def _shop(dice: random.Random, width: float, *, lit: bool) -> list[Form]:
    board, letters = dice.choice(SIGNS)
    glow = 0.9 if lit else 0.0
    panel = Finish(board, 0.45, glow=glow * 0.5)
    parts = [block((0.1, -0.12, 2.75), (width - 0.1, 0.05, 3.55), panel)]
    name = Words(dice.choice(TRADES), (width / 2, -0.14, 3.0), 0.42, 0, Finish(letters, 0.5, glow=glow))
    parts.append(Form(parts[0].points[:0], (), (), (name,)))
    if dice.random() < 0.3:  # noqa: PLR2004 - shut
        parts += _rolled_down(dice, width)
    else:
        parts += _open_shop(dice, width, lit=lit)
    if dice.random() < 0.65:  # noqa: PLR2004 - two of three have one
        parts += _awning(dice, width)
    if dice.random() < 0.4:  # noqa: PLR2004 - a sign that stands out into the street
        upright = dice.choice(SIGNS)
        parts.append(block((width - 0.5, -0.95, 3.7), (width - 0.38, -0.1, 5.6), Finish(upright[0], 0.45, glow=glow)))
        parts.append(block((width - 0.52, -0.8, 3.9), (width - 0.36, -0.25, 4.3), Finish(upright[1], 0.5, glow=glow)))
        parts.append(block((width - 0.52, -0.8, 4.5), (width - 0.36, -0.25, 5.3), Finish(upright[1], 0.5, glow=glow)))
    return parts


def _rolled_down(dice: random.Random, width: float) -> list[Form]:
    tint = Finish(
        dice.choice(((0.4, 0.42, 0.44), (0.10, 0.22, 0.32), (0.35, 0.30, 0.22), (0.12, 0.25, 0.18))), 0.45, 0.3
    )
    return [block((0.3, 0.25 - 0.03 * (i % 2), i * 0.17), (width - 0.3, 0.4, i * 0.17 + 0.16), tint) for i in range(17)]


def _open_shop(dice: random.Random, width: float, *, lit: bool) -> list[Form]:
    glow = 1.6 if lit else 0.12
    inside = Finish((0.75, 0.70, 0.58), 0.8, glow=glow * 0.5)
    parts = [sheet([(0.3, 1.58, 0), (width - 0.3, 1.58, 0), (width - 0.3, 1.58, 2.8), (0.3, 1.58, 2.8)], inside)]
    parts.append(block((0.6, 0.9, 2.68), (width - 0.6, 1.0, 2.74), Finish((1, 1, 0.95), 0.5, glow=5 * glow)))
    for _ in range(dice.randint(10, 22)):
        x, z, s = dice.uniform(0.4, width - 0.6), dice.choice((0.05, 0.5, 0.95, 1.4)), dice.uniform(0.12, 0.3)
        goods = Finish((dice.uniform(0.05, 0.8), dice.uniform(0.05, 0.7), dice.uniform(0.03, 0.6)), 0.5)
        y = dice.uniform(0.9, 1.3)
        parts.append(block((x, y, z), (x + s, y + 0.25, z + s * dice.uniform(0.8, 1.6)), goods))
    parts += [block((0.35, 0.85, z), (width - 0.35, 1.5, z + 0.04), IRON) for z in (0.48, 0.93, 1.38)]
    if dice.random() < 0.5:  # noqa: PLR2004 - half put stools out
        tone = Finish(dice.choice(((0.6, 0.03, 0.02), (0.05, 0.15, 0.6), (0.05, 0.4, 0.12))), 0.45)
        parts += [
            moved(
                turned_profile([(0.17, 0), (0.13, 0.28), (0.14, 0.3), (0.01, 0.31)], tone, 8),
                (x, -0.5 - 0.4 * (i % 2), 0),
            )
            for i, x in enumerate((0.7, 1.2, 1.7, 2.2))
        ]
    return parts


def _awning(dice: random.Random, width: float) -> list[Form]:
    out, low = dice.uniform(1.0, 1.7), 2.35
    one, two = dice.choice((
        ((0.55, 0.04, 0.04), (0.75, 0.73, 0.7)), ((0.04, 0.2, 0.45), (0.75, 0.75, 0.75)),
        ((0.05, 0.28, 0.12), (0.05, 0.24, 0.10)), ((0.6, 0.35, 0.05), (0.7, 0.6, 0.4)),
    ))  # fmt: skip
    count = 9
    step = (width - 0.2) / count
    strips = []
    for i in range(count):
        x0, x1 = 0.1 + i * step, 0.1 + (i + 1) * step
        cloth = Finish(one if i % 2 else two, 0.85)
        ring = [(x0, 0.0, 2.85), (x1, 0.0, 2.85), (x1, -out, low + 0.05), (x0, -out, low + 0.05)]
        strips.append(loft([ring, [(x, y, z + 0.02) for x, y, z in ring]], cloth))
        strips.append(block((x0, -out - 0.01, low - 0.15), (x1, -out + 0.01, low + 0.06), cloth))
    return strips


def _storey(dice: random.Random, width: float, floor: float, trim: Finish, *, lit: bool) -> list[Form]:
    wood = Finish(dice.choice(SHUTTERS), 0.6)
    pane = Finish((0.8, 0.6, 0.3), 0.3, glow=1.5) if lit and dice.random() < 0.45 else PANE  # noqa: PLR2004 - who is in
    parts = [block((0, -0.08, floor - 0.12), (width, 0.0, floor + 0.06), trim)]
    if dice.random() < 0.6:  # noqa: PLR2004 - a balcony
        parts += [*_balcony(dice, width, floor), *_opening(width / 2 - 0.7, floor + 0.06, 1.4, 2.3, pane, wood)]
    else:
        parts += [f for x in (width * 0.27, width * 0.73) for f in _opening(x - 0.5, floor + 0.9, 1.0, 1.5, pane, wood)]
        parts.append(block((0.3, -0.3, floor + 2.5), (width - 0.3, 0, floor + 2.58), trim))
    if dice.random() < 0.6:  # noqa: PLR2004 - an air conditioner
        x = dice.choice((0.15, width - 1.0))
        parts.append(block((x, -0.38, floor + 0.3), (x + 0.85, -0.05, floor + 0.9), WHITE))
        fan = turned(turned_profile([(0.25, -0.01), (0.25, 0.01), (0.01, 0.02)], IRON, 12), about_x(90))
        parts.append(moved(fan, (x + 0.34, -0.385, floor + 0.6)))
    if dice.random() < 0.25:  # noqa: PLR2004 - the flag
        pole = [tube([(0.25, 0, floor + 0.8), (0.1, -0.9, floor + 1.5)], 0.015, WHITE, 5)]
        cloth = [
            (0.1, -0.9, floor + 1.5),
            (0.14, -0.5, floor + 1.2),
            (0.16, -0.5, floor + 0.5),
            (0.12, -0.85, floor + 0.7),
        ]
        parts += [*pole, sheet(cloth, Finish((0.65, 0.01, 0.01), 0.8))]
    return parts


def _opening(x: float, z: float, wide: float, tall: float, pane: Finish, wood: Finish) -> list[Form]:
    parts = [block((x, -0.03, z), (x + wide, 0.02, z + tall), pane)]
    parts += [block((x + wide * k - 0.03, -0.06, z), (x + wide * k + 0.03, 0, z + tall), wood) for k in (0, 0.5, 1)]
    parts += [block((x, -0.06, z + tall * k - 0.03), (x + wide, 0, z + tall * k + 0.03), wood) for k in (0, 0.7, 1)]
    parts += [block((x - 0.46, -0.07, z), (x - 0.05, -0.02, z + tall), wood)]
    return [*parts, block((x + wide + 0.05, -0.07, z), (x + wide + 0.46, -0.02, z + tall), wood)]


def _balcony(dice: random.Random, width: float, floor: float) -> list[Form]:
    out = 0.9
    slab = [block((0.1, -out, floor - 0.14), (width - 0.1, 0, floor), WHITE)]
    rail: Sequence[Form] = [block((0.1, -out, floor + 0.9), (width - 0.1, -out + 0.05, floor + 0.96), IRON)]
    bars = int(width / 0.22)
    rods = [
        tube([(0.14 + i * (width - 0.28) / bars, -out + 0.02, floor + k) for k in (0, 0.9)], 0.014, IRON, 4)
        for i in range(bars + 1)
    ]
    plants = []
    for _ in range(dice.randint(0, 6)):
        x = dice.uniform(0.3, width - 0.3)
        plants.append(ball((x, -out + 0.15, floor + 0.45), (0.22, 0.2, dice.uniform(0.2, 0.45)), GREEN, 6, 8))
        plants.append(
            block((x - 0.1, -out + 0.06, floor), (x + 0.1, -out + 0.26, floor + 0.2), Finish((0.4, 0.16, 0.08)))
        )
    washing = []
    if dice.random() < 0.35:  # noqa: PLR2004 - washing out to dry
        for i in range(4):
            tone = Finish((dice.uniform(0.1, 0.8), dice.uniform(0.1, 0.7), dice.uniform(0.1, 0.7)), 0.9)
            washing.append(block((0.5 + i * 0.6, -0.5, floor + 1.3), (0.9 + i * 0.6, -0.48, floor + 2.0), tone))
    return [*slab, *rail, *rods, *plants, *washing]


def _roof(dice: random.Random, width: float, deep: float, tall: float, trim: Finish) -> list[Form]:
    parts = [block((0, -0.1, tall), (width, 0.15, tall + 0.7), trim)]
    parts += [block((0, -0.16, tall + 0.7), (width, 0.2, tall + 0.8), trim)]
    if dice.random() < 0.5:  # noqa: PLR2004 - a steel tank lying on its frame
        tank = turned(
            turned_profile([(0.01, -0.85), (0.45, -0.75), (0.5, 0), (0.45, 0.75), (0.01, 0.85)], TIN), about_y(90)
        )
        parts += [
            moved(tank, (width / 2, 1.6, tall + 1.6)),
            block((width / 2 - 0.6, 1.3, tall), (width / 2 + 0.6, 1.9, tall + 1.1), IRON),
        ]
    if dice.random() < 0.6:  # noqa: PLR2004 - a tin shelter
        ridge = [
            (0.1, 2.5, tall + 2.6),
            (width - 0.1, 2.5, tall + 2.6),
            (width - 0.1, deep - 1, tall + 2.1),
            (0.1, deep - 1, tall + 2.1),
        ]
        tint = Finish(dice.choice(((0.10, 0.2, 0.35), (0.35, 0.08, 0.05), (0.4, 0.4, 0.4))), 0.5, 0.2)
        parts += [
            loft([ridge, [(x, y, z + 0.05) for x, y, z in ridge]], tint),
            block((0.2, 2.8, tall), (width - 0.2, deep - 1.5, tall + 2.1), trim),
        ]
    return parts
