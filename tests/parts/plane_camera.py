"""A pinhole camera over a flat road: where a place on the ground is in the picture, exactly."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HEIGHT_M = 6.0
PITCH = 0.35
FOCAL = (0.8, 1.42)
"""In shares of the picture's width and height (16:9, 64 degrees across)."""
CORNERS_M = np.array([[-4.0, 12.0], [4.0, 12.0], [4.0, 40.0], [-4.0, 40.0]])


def pictured(metres: Floats) -> Floats:
    """Places on the ground (N, 2), right of and ahead of the camera's foot, as points of the picture (N, 2)."""
    right, ahead = metres[:, 0], metres[:, 1]
    depth = ahead * np.cos(PITCH) + HEIGHT_M * np.sin(PITCH)
    below = HEIGHT_M * np.cos(PITCH) - ahead * np.sin(PITCH)
    return np.stack([0.5 + FOCAL[0] * right / depth, 0.5 + FOCAL[1] * below / depth], axis=1)


def boxed(metres: Floats, wide_m: float = 1.8, high_m: float = 1.5) -> Floats:
    """Boxes xyxy (N, 4) of things that stand there."""
    feet = pictured(metres)
    side = np.abs(pictured(metres + np.array([wide_m / 2, 0]))[:, 0] - feet[:, 0])
    tall = high_m * FOCAL[1] / FOCAL[0] * 2 * side / wide_m
    return np.stack([feet[:, 0] - side, feet[:, 1] - tall, feet[:, 0] + side, feet[:, 1]], axis=1)
