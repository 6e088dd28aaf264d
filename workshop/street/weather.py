"""What is between the camera and the street: rain's streaks, the haze it makes, and the sensor's grain.

Idea: drawn over the finished picture, in linear light, from a seeded drawing of its own, so a frame can be made again.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

STREAKS = 260
STREAK_PX = (7, 26)
LEAN_PX = 2.5
GRAIN = {"day": 0.006, "overcast": 0.008, "dusk": 0.02, "rain": 0.012}

Light = NDArray[np.float32]


def weathered(light: Light, weather: str, dice: np.random.Generator) -> Light:
    """The picture (H, W, 3) as it is seen through that weather."""
    middle = float(np.median(light))
    if weather == "rain":
        light = light * 0.88 + middle * 0.14 + _streaks(light.shape[:2], dice)[..., None] * middle * 0.7
    grain = dice.normal(0, GRAIN[weather], light.shape).astype(np.float32)
    return np.maximum(light + grain * np.sqrt(np.maximum(light, 0) * max(middle, 1e-6)) * 2, 0).astype(np.float32)


def _streaks(size: tuple[int, int], dice: np.random.Generator) -> Light:
    high, wide = size
    drawn = np.zeros((high, wide), np.uint8)
    for x, y, long, bright in zip(
        dice.uniform(0, wide, STREAKS),
        dice.uniform(-30, high, STREAKS),
        dice.uniform(*STREAK_PX, STREAKS),
        dice.integers(25, 110, STREAKS),
        strict=True,
    ):
        start, end = (round(x * 16), round(y * 16)), (round((x + LEAN_PX * long / 20) * 16), round((y + long) * 16))
        cv2.line(drawn, start, end, int(bright), 1, cv2.LINE_AA, shift=4)
    return cv2.GaussianBlur(drawn, (3, 3), 0).astype(np.float32) / 255
