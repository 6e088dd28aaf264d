"""What bad light and cheap cameras do to a picture: gain, tint, gamma, grey, blur, noise, compression.

Idea: each is done to a part of the pictures only and in the order a camera does it, light first, the lens, the sensor,
the codec last, so that what a network learns to look past is what it will meet.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

GAIN: Final = (0.55, 1.45)
TINT: Final = (0.9, 1.1)
GAMMA: Final = (0.7, 1.5)
LIFT: Final = (-22.0, 22.0)
COLOUR: Final = (0.0, 1.5)
NOISE: Final = (1.0, 10.0)
JPEG_QUALITY: Final = (25, 85)

Pixels = NDArray[np.uint8]


def spoiled(pixels: Pixels, dice: np.random.Generator) -> Pixels:
    """The same picture, uint8 BGR (H, W, 3), in another light and through another camera."""
    seen = pixels
    if dice.random() < 0.8:  # noqa: PLR2004  shares of the pictures, here and below
        seen = lit(seen, dice)
    if dice.random() < 0.3:  # noqa: PLR2004
        seen = coloured(seen, dice.uniform(*COLOUR))
    if dice.random() < 0.15:  # noqa: PLR2004
        seen = np.asarray(cv2.GaussianBlur(seen, (3, 3), dice.uniform(0.4, 1.1)), np.uint8)
    if dice.random() < 0.25:  # noqa: PLR2004
        seen = noisy(seen, dice)
    if dice.random() < 0.2:  # noqa: PLR2004
        seen = compressed(seen, int(dice.integers(*JPEG_QUALITY)))
    return seen


def lit(pixels: Pixels, dice: np.random.Generator) -> Pixels:
    """Another exposure, tint and gamma."""
    values = np.arange(256, dtype=np.float32) / 255
    curve = values ** dice.uniform(*GAMMA) * 255 * dice.uniform(*GAIN) + dice.uniform(*LIFT)
    table = np.stack([curve * dice.uniform(*TINT) for _ in range(3)], 1)
    return np.asarray(cv2.LUT(pixels, np.clip(table, 0, 255).astype(np.uint8)[None]), np.uint8)


def coloured(pixels: Pixels, amount: float) -> Pixels:
    """0: grey, as a camera at night; 1: as it was; more: gaudy."""
    grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.addWeighted(pixels, amount, grey, 1 - amount, 0), np.uint8)


def noisy(pixels: Pixels, dice: np.random.Generator) -> Pixels:
    """The noise of a sensor in the dark, alike in every colour."""
    strength = dice.uniform(*NOISE)
    noise = dice.standard_normal(pixels.shape[:2], np.float32) * np.float32(strength)
    return np.asarray(cv2.add(pixels, cv2.merge([noise] * 3), dtype=cv2.CV_8U), np.uint8)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """Through JPEG and back."""
    whole, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.imdecode(packed, cv2.IMREAD_COLOR) if whole else None
    return pixels if again is None else np.asarray(again, np.uint8)
