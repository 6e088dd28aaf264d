"""What truly happens in a clip: every box of every moment, every crossing, stop and stay, from the planned trips.

Idea: nothing is measured in the picture. A box is the rectangle around a body's projected points where it truly is; a
crossing is its middle on the ground passing a line on the ground; a stop or a stay is how long it stood in a zone of
the ground. Written as MOT ground truth (motchallenge.net) and as `truth.yaml`, with lines and zones as the picture
shows them. `leftward` and `rightward` are the hands of whoever walks a line from `a` to `b`, as in `edge.analytics`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from workshop.street.camera import Camera
from workshop.street.scene import Flat, Line, Scene, Zone
from workshop.street.traffic import Trip

TICK_S: Final = 0.05
STILL_MPS: Final = 0.25
NAMES: Final = ("person", "bicycle", "motorcycle", "car", "bus", "truck")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shown:
    """A body in a frame: its track, its box (x0, y0, x1, y1 of the picture, 0..1), the share of it that is seen."""

    frame: int
    trip: Trip
    box: tuple[float, float, float, float]
    seen: float


def mot(shown: Sequence[Shown], size: tuple[int, int]) -> Iterator[str]:
    """Rows of MOT ground truth: frame, id, left, top, width, height, counts, class, visibility; frames from 1."""
    wide, high = size
    for one in shown:
        x0, y0, x1, y1 = (edge * side for edge, side in zip(one.box, (wide, high) * 2, strict=True))
        place = f"{x0:.1f},{y0:.1f},{x1 - x0:.1f},{y1 - y0:.1f}"
        yield f"{one.frame},{one.trip.number},{place},1,{NAMES.index(one.trip.called) + 1},{one.seen:.2f}"


def told(scene: Scene, camera: Camera, aspect: float, trips: Sequence[Trip], seconds: float) -> dict[str, Any]:
    """Lines, zones and events of a clip, ready for YAML."""
    return {
        "lines": [_line(one, camera, aspect) for one in scene.lines],
        "zones": [_zone(one, camera, aspect, scene) for one in scene.zones],
        "events": sorted(_events(scene, trips, seconds), key=lambda one: one.get("at_s", one.get("from_s", 0.0))),
    }


def _events(scene: Scene, trips: Sequence[Trip], seconds: float) -> Iterator[dict[str, Any]]:
    for trip in trips:
        moments, places = _course(trip, seconds)
        if len(moments):
            for line in scene.lines:
                yield from _crossings(line, trip, moments, places)
            for zone in scene.zones:
                if trip.called in zone.kinds:
                    yield from _stays(zone, trip, moments, places)
    if scene.water is not None:
        start, end = scene.water.rises
        yield {"kind": "water", "from_s": start, "until_s": end, "rises_m": scene.water.high - scene.water.low}


def _course(trip: Trip, seconds: float) -> tuple[Floats, Floats]:
    moments = np.arange(max(0.0, trip.enters), min(seconds, trip.leaves), TICK_S)
    along = [(at, gone) for at in moments if (gone := trip.metres(float(at))) is not None]
    if not along:
        return np.zeros(0), np.zeros((0, 2))
    there, gone_by = np.array(along).T
    return there, trip.way.at(gone_by)[0]


def _crossings(line: Line, trip: Trip, moments: Floats, places: Floats) -> Iterator[dict[str, Any]]:
    a, b = np.array(line.start), np.array(line.end)
    along = b - a
    away = places - a
    left = along[0] * away[:, 1] - along[1] * away[:, 0]
    share = away @ along / (along @ along)
    for i in np.flatnonzero((left[:-1] > 0) != (left[1:] > 0)):
        if 0 <= share[i] <= 1:
            yield {
                "kind": "crossing",
                "line": line.name,
                "track": trip.number,
                "class": trip.called,
                "direction": "rightward" if left[i] > 0 else "leftward",
                "at_s": round(float(moments[i]), 2),
            }


def _stays(zone: Zone, trip: Trip, moments: Floats, places: Floats) -> Iterator[dict[str, Any]]:
    ring = np.array(zone.outline, np.float32)
    holds = np.array([cv2.pointPolygonTest(ring, (float(x), float(y)), measureDist=False) >= 0 for x, y in places])
    if zone.asks == "stop":
        pace = np.linalg.norm(np.gradient(places, axis=0), axis=1) / TICK_S if len(places) > 1 else np.zeros(1)
        holds &= pace < STILL_MPS
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(int), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        since, until = float(moments[start]), float(moments[end - 1])
        if until - since >= zone.seconds:
            yield {
                "kind": zone.asks,
                "zone": zone.name,
                "track": trip.number,
                "class": trip.called,
                "from_s": round(since, 2),
                "until_s": round(until, 2),
            }


def _line(line: Line, camera: Camera, aspect: float) -> dict[str, Any]:
    a, b = _projected((line.start, line.end), camera, aspect, 0.0)
    return {"id": line.name, "a": a, "b": b}


def _zone(zone: Zone, camera: Camera, aspect: float, scene: Scene) -> dict[str, Any]:
    height = max([one.z for one in scene.ground if _lies(one, zone)], default=0.0)
    return {
        "id": zone.name,
        "polygon": _projected(zone.outline, camera, aspect, height),
        "asks": zone.asks,
        "seconds": zone.seconds,
        "kinds": list(zone.kinds),
    }


def _lies(ground: Any, zone: Zone) -> bool:  # noqa: ANN401 - a scene's ground
    x, y = np.mean(np.array(zone.outline), axis=0)
    return bool(ground.x[0] <= x <= ground.x[1] and ground.y[0] <= y <= ground.y[1])


def _projected(points: Sequence[Flat], camera: Camera, aspect: float, height: float) -> list[list[float]]:
    places, _ = camera.project(np.array([(x, y, height) for x, y in points]), aspect)
    return [[round(float(x), 4), round(float(y), 4)] for x, y in np.clip(places, 0, 1)]
