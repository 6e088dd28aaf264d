"""A pinhole camera on a pole: from metres in the street to the picture, and back to the road.

The world's z points up; yaw 0 looks along +y and grows to the left; tilt is degrees below the horizon. The picture is
normalised 0..1 from its upper left corner, as everywhere.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workshop.street.forms import Points, Vec

NEAREST_M = 0.3


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera hangs (metres), how it looks (degrees), how wide it sees (degrees across)."""

    at: Vec
    yaw: float
    tilt: float
    across: float

    def axes(self) -> tuple[Points, Points, Points]:
        """Unit vectors to the right, up and forward, (3,) each."""
        a, b = math.radians(self.yaw), math.radians(self.tilt)
        right = np.array([math.cos(a), math.sin(a), 0.0])
        ahead = np.array([-math.sin(a) * math.cos(b), math.cos(a) * math.cos(b), -math.sin(b)])
        return right, np.cross(right, ahead), ahead

    def wider(self, by: float) -> "Camera":
        """The same camera with a picture `by` times as wide and high around the same middle."""
        half = math.atan(math.tan(math.radians(self.across) / 2) * by)
        return replace(self, across=2 * math.degrees(half))

    def project(self, points: Points, aspect: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Picture places (n, 2) and depths (n,) in metres; a point behind the camera has a depth below zero.

        Args:
            points: world points (n, 3) in metres.
            aspect: the picture's width over its height.
        """
        right, up, ahead = self.axes()
        away = points - np.array(self.at)
        depth = away @ ahead
        zoom = 0.5 / math.tan(math.radians(self.across) / 2) / np.maximum(depth, NEAREST_M)
        return np.stack([0.5 + away @ right * zoom, 0.5 - away @ up * zoom * aspect], axis=1), depth

    def ground(self, x: float, y: float, aspect: float, height: float = 0.0) -> Vec | None:
        """The world point at `height` seen at picture place (x, y), or None above the horizon."""
        right, up, ahead = self.axes()
        span = 2 * math.tan(math.radians(self.across) / 2)
        ray = ahead + right * (x - 0.5) * span - up * (y - 0.5) * span / aspect
        if ray[2] > -1e-6:  # noqa: PLR2004 - level or rising
            return None
        point = np.array(self.at) + ray * (self.at[2] - height) / -ray[2]
        return float(point[0]), float(point[1]), float(point[2])


def box_of(places: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """The picture's part of the rectangle around projected points: x0, y0, x1, y1, or None outside the picture."""
    x0, y0 = np.clip(places.min(axis=0), 0, 1)
    x1, y1 = np.clip(places.max(axis=0), 0, 1)
    return (float(x0), float(y0), float(x1), float(y1)) if x1 > x0 and y1 > y0 else None
