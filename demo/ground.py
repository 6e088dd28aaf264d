"""Draws `demo/ground.geojson`: the two wards the demonstration plays in, as the ground under its map.

    python -m demo.ground

Why: a map of dots on nothing is no map, a closed network has no tile server, and a real ward's map would say untrue
things about real streets. So the place is made up: a river with a quay, a canal, a lake, and two wards on a bent grid.
Nothing is surveyed or copied; the street names are those every Vietnamese city has.
Method: everything is laid out on a flat plan in metres, `u` to the east and `v` to the north of the middle, and bent
and turned by one smooth function on its way to WGS 84, so that what touches on the plan touches on the map.
Limits: good for two kilometres around one place; the bend stays under 60 m.
Source: GeoJSON is RFC 7946 (longitude first, outer rings counter-clockwise).
"""

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent / "ground.geojson"
MIDDLE_LAT, MIDDLE_LON = 10.7800, 106.6900
METRES_A_DEGREE: Final = 110_600.0
TURN: Final = math.radians(-9)
STEP_M: Final = 80.0
WEST, SEAM, EAST, NORTH, QUAY = -1200.0, 0.0, 1200.0, 800.0, -590.0
RIVER_V, RIVER_HALF = -730.0, 75.0
CANAL_U, CANAL_HALF = -800.0, 12.0

Spot = tuple[float, float]
"""East and north of the middle on the plan, in metres."""

# Name, class, v, from u, to u. A minor street ends at the canal and the lake, where there is no bridge.
ACROSS: Final = (
    ("Bạch Đằng", "main", QUAY, -1240, 1240),
    ("Trần Hưng Đạo", "main", -250, -1240, 1240),
    ("Điện Biên Phủ", "main", 80, -1240, 1240),
    ("Nguyễn Trãi", "main", 590, -1240, 1240),
    ("Võ Văn Kiệt", "main", 770, -1240, 1240),
    ("Nguyễn Thái Học", "minor", -420, -1120, -830),
    ("Nguyễn Huệ", "minor", -420, -770, -5),
    ("Ngô Quyền", "minor", -430, 5, 980),
    ("Hàn Thuyên", "minor", -335, -540, -280),
    ("Phan Bội Châu", "minor", -90, -1120, -830),
    ("Phan Chu Trinh", "minor", -90, -770, -5),
    ("Lý Tự Trọng", "minor", -80, 5, 1130),
    ("Cao Thắng", "minor", 0, -280, -5),
    ("Lê Lai", "minor", 250, -1120, -830),
    ("Lê Lợi", "minor", 250, -770, -5),
    ("Ven Hồ", "minor", 245, 5, 1130),
    ("Tô Hiến Thành", "minor", 335, -660, -420),
    ("Hai Bà Trưng", "minor", 420, -770, -5),
    ("Bùi Thị Xuân", "minor", 420, 5, 560),
    ("Tôn Thất Tùng", "minor", 420, 900, 1130),
    ("Đặng Dung", "minor", 680, -540, -150),
    ("Yết Kiêu", "minor", -515, 300, 640),
    ("Trần Nhật Duật", "minor", -165, 640, 980),
    ("Hồ Xuân Hương", "minor", 510, 150, 460),
)
# Name, class, u, from v, to v.
ALONG: Final = (
    ("Hùng Vương", "main", -1120, QUAY, 770),
    ("Trần Phú", "main", -420, QUAY, 770),
    ("Cầu Lành", "main", -420, -860, QUAY),
    ("Lý Thường Kiệt", "main", SEAM, QUAY, 770),
    ("Hàm Nghi", "main", 460, QUAY, 770),
    ("Nguyễn Văn Linh", "main", 1130, QUAY, 770),
    ("Pasteur", "minor", -980, -420, 250),
    ("Thái Phiên", "minor", -660, QUAY, 420),
    ("Hoàng Diệu", "minor", -540, QUAY, 770),
    ("Yên Bái", "minor", -280, -420, 770),
    ("Lê Hồng Phong", "minor", -150, QUAY, 80),
    ("Phạm Ngũ Lão", "minor", -150, 250, 770),
    ("Ông Ích Khiêm", "minor", 150, -430, 590),
    ("Hà Huy Tập", "minor", 300, QUAY, 245),
    ("Lê Độ", "minor", 300, 245, 770),
    ("Vườn Sen", "minor", 560, 80, 590),
    ("Thái Thị Bôi", "minor", 640, QUAY, 80),
    ("Trần Cao Vân", "minor", 800, -430, 245),
    ("Kỳ Đồng", "minor", 900, 245, 770),
    ("Dũng Sĩ", "minor", 980, QUAY, 80),
    ("Hải Hồ", "minor", 730, 590, 770),
)
# Kind, name, ward, then west, south, east, north.
BLOCKS: Final = (
    ("park", "Công viên Bến Lành", "ben-lanh", (-700.0, -640.0, -450.0, -604.0)),
    ("park", "Vườn hoa Trần Phú", "ben-lanh", (-408.0, -78.0, -292.0, 66.0)),
    ("park", "Công viên Vườn Sen", "vuon-sen", (574.0, 259.0, 886.0, 576.0)),
    ("park", "Sân bóng Nguyễn Trãi", "vuon-sen", (166.0, 604.0, 286.0, 700.0)),
    ("building", "Chợ Bến Lành", "ben-lanh", (-404.0, -225.0, -320.0, -130.0)),
    ("building", "UBND phường Bến Lành", "ben-lanh", (-640.0, 100.0, -585.0, 140.0)),
    ("building", "Trường tiểu học Lê Lợi", "ben-lanh", (-260.0, 270.0, -190.0, 330.0)),
    ("building", "Trạm y tế Bến Lành", "ben-lanh", (-520.0, -405.0, -480.0, -375.0)),
    ("building", "UBND phường Vườn Sen", "vuon-sen", (175.0, 100.0, 235.0, 145.0)),
    ("building", "Bệnh viện Hàm Nghi", "vuon-sen", (480.0, -230.0, 590.0, -150.0)),
    ("building", "Trường THCS Ngô Quyền", "vuon-sen", (830.0, -400.0, 930.0, -320.0)),
    ("building", "Bến xe Vườn Sen", "vuon-sen", (940.0, 610.0, 1080.0, 690.0)),
)
WARDS: Final = (("ben-lanh", "Phường Bến Lành", WEST, SEAM), ("vuon-sen", "Phường Vườn Sen", SEAM, EAST))


def drawn() -> dict[str, Any]:
    """The whole ground as one FeatureCollection, in the order of painting: a lake lies on its park."""
    return {"type": "FeatureCollection", "features": [*_boundaries(), *_blocks(), *_waters(), *_streets()]}


def written() -> str:
    """The same as the text of the file: one feature a line, so that a change is seen as one."""
    features = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in drawn()["features"])
    return f'{{"type":"FeatureCollection","features":[\n{features}\n]}}\n'


def place(spot: Spot) -> tuple[float, float]:
    """Longitude and latitude of a spot on the plan, in degrees to a tenth of a metre."""
    u, v = spot
    bent_u = u + 34 * math.sin(v / 340) + 12 * math.sin(u / 210)
    bent_v = v + 40 * math.sin(u / 560) + 14 * math.sin(v / 190)
    east = bent_u * math.cos(TURN) - bent_v * math.sin(TURN)
    north = bent_u * math.sin(TURN) + bent_v * math.cos(TURN)
    lon = MIDDLE_LON + east / (METRES_A_DEGREE * math.cos(math.radians(MIDDLE_LAT)))
    return round(lon, 6), round(MIDDLE_LAT + north / METRES_A_DEGREE, 6)


def _boundaries() -> Iterator[dict[str, Any]]:
    for ward, name, west, east in WARDS:  # the river's middle parts a ward from what lies beyond
        ring = [(west, NORTH), *_river(west, east, 0.0), (east, NORTH)]
        yield _area(_walked([*ring, ring[0]])[:-1], kind="boundary", name=name, ward=ward)


def _waters() -> Iterator[dict[str, Any]]:
    banks = [*_river(-1400, 1400, -RIVER_HALF), *reversed(_river(-1400, 1400, RIVER_HALF))]
    yield _area(banks, kind="water", name="Sông Lành")
    canal = [*_canal(CANAL_HALF), *reversed(_canal(-CANAL_HALF))]
    yield _area(canal, kind="water", name="Kênh Bến Lành", ward="ben-lanh")
    lake = [_shore(math.radians(angle)) for angle in range(0, 360, 12)]
    yield _area(lake, kind="water", name="Hồ Vườn Sen", ward="vuon-sen")


def _blocks() -> Iterator[dict[str, Any]]:
    for kind, name, ward, (west, south, east, north) in BLOCKS:
        ring = [(west, south), (east, south), (east, north), (west, north)]
        yield _area(ring, kind=kind, name=name, ward=ward)


def _streets() -> Iterator[dict[str, Any]]:
    for name, size, v, west, east in ACROSS:
        yield _street(name, size, [(west, v), (east, v)])
    for name, size, u, south, north in ALONG:
        yield _street(name, size, [(u, south), (u, north)])
    for name, aside in (("Bờ Kênh Tây", -34.0), ("Bờ Kênh Đông", 34.0)):
        yield _street(name, "minor", [spot for spot in _canal(aside) if QUAY <= spot[1] <= NORTH - 30])


def _river(west: float, east: float, aside: float) -> list[Spot]:
    steps = round((east - west) / STEP_M)
    bends = [west + (east - west) * step / steps for step in range(steps + 1)]
    return [(u, RIVER_V + aside + 10 * math.sin(u / 300)) for u in bends]


def _canal(aside: float) -> list[Spot]:
    south, north = RIVER_V + RIVER_HALF - 15, NORTH - 5
    steps = round((north - south) / STEP_M)
    bends = [south + (north - south) * step / steps for step in range(steps + 1)]
    return [(CANAL_U + aside + 9 * math.sin(v / 230), v) for v in bends]


def _shore(angle: float) -> Spot:
    uneven = 1 + 0.09 * math.sin(3 * angle) + 0.06 * math.cos(2 * angle)
    return 730 + 118 * uneven * math.cos(angle), 418 + 112 * uneven * math.sin(angle)


def _walked(corners: Sequence[Spot]) -> list[Spot]:
    """A way with enough spots on it to follow the bend of the ground."""
    spots = [corners[0]]
    for (from_u, from_v), (to_u, to_v) in itertools.pairwise(corners):
        steps = max(1, round(math.hypot(to_u - from_u, to_v - from_v) / STEP_M))
        shares = [step / steps for step in range(1, steps + 1)]
        spots += [(from_u + (to_u - from_u) * share, from_v + (to_v - from_v) * share) for share in shares]
    return spots


def _street(name: str, size: str, corners: Sequence[Spot]) -> dict[str, Any]:
    spots = _walked(corners)
    inside = [ward for ward, _, west, east in WARDS if all(_within(spot, west, east) for spot in spots)]
    properties = {"kind": "street", "name": name, "class": size} | ({"ward": inside[0]} if inside else {})
    shape = {"type": "LineString", "coordinates": [list(place(spot)) for spot in spots]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _within(spot: Spot, west: float, east: float) -> bool:
    return west < spot[0] < east and QUAY <= spot[1] < NORTH


def _area(ring: Sequence[Spot], **properties: str) -> dict[str, Any]:
    shape = [list(place(spot)) for spot in ring]
    if _turning(shape) < 0:
        shape.reverse()
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[*shape, shape[0]]]},
    }


def _turning(ring: Sequence[Sequence[float]]) -> float:
    """Positive for a ring that goes round counter-clockwise: the shoelace sum."""
    after = [*ring[1:], ring[0]]
    return sum(one[0] * two[1] - two[0] * one[1] for one, two in zip(ring, after, strict=True))


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
