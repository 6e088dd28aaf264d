"""What a city of the tests is made of: cameras on which a great deal happens, sensors, and who owns them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import yaml

from tests.conftest import ROOT

NODE: Final = "node-1"
WARDS: Final = ("hai-chau", "thanh-khe")
WARDSENSE: Final = (sys.executable, "-c", "import wardsense; wardsense.main()")
STRIPS: Final = 8
Setting = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the node sees and measures, and with which programs the city runs."""

    cameras: tuple[Setting, ...]
    sensors: tuple[Setting, ...] = ()
    node: Setting | None = None  # more keys of the node's file
    unregistered: frozenset[str] = frozenset()  # devices the registry does not give the node
    edge: Sequence[str] = (*WARDSENSE, "edge")
    central: Sequence[str] = (*WARDSENSE, "central")


def busy_camera(name: str, seed: int, fps: float = 5.0) -> Setting:
    """A drawn street on which a great deal is told: strips that people walk through, lines that cars cross."""
    edges = [round(step / STRIPS, 3) for step in range(STRIPS + 1)]
    strips = [
        {"id": f"strip-{n}", "polygon": [[a, 0.3], [b, 0.3], [b, 1], [a, 1]]}
        for n, (a, b) in enumerate(pairwise(edges))
    ]
    lines = [{"id": f"line-{n}", "a": [x, 0.3], "b": [x, 1]} for n, x in enumerate(edges[1:-1])]
    whole = {"id": "street", "polygon": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}
    return {
        "id": name,
        "source": {"drawn": seed},
        "fps": fps,
        "zones": [whole, *strips],
        "lines": lines,
        "watch": [
            {"loitering": {"zone": "street", "after_s": 2}},
            {"stopped_vehicle": {"zone": "street", "after_s": 3}},
        ],
        "tell": ["line_crossed", "zone_entered", "zone_left", "loitering", "stopped_vehicle"],
    }


def quick_sensor(name: str, every_s: float) -> Setting:
    """A scripted river that is read often."""
    curve = {"low": 0.2, "high": 1.6, "quiet_s": 2, "rise_s": 4, "high_s": 4, "fall_s": 4, "every_s": every_s}
    return {"id": name, "quantity": "water_level", "unit": "m", "flood": curve}


def registry_of(plan: Plan) -> Setting:
    """The city's file: two wards, and every second device of the node belongs to the other one."""
    owned = list(enumerate((*plan.cameras, *plan.sensors)))
    rows = {
        device["id"]: {"name": device["id"], "ward": WARDS[place % 2]}
        | {key: device[key] for key in ("quantity", "unit") if key in device}
        for place, device in owned
        if device["id"] not in plan.unregistered
    }
    cameras = {camera["id"] for camera in plan.cameras}
    box = {
        "name": "Box one",
        "ward": WARDS[0],
        "cameras": {id_: row for id_, row in rows.items() if id_ in cameras},
        "sensors": {id_: row for id_, row in rows.items() if id_ not in cameras},
    }
    units = yaml.safe_load((ROOT / "configs" / "city.yaml").read_text("utf-8"))["units"]
    return {"wards": {ward: {"name": ward} for ward in WARDS}, "units": units, "nodes": {NODE: box}}
