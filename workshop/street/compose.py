"""Sprites put over their street: the picture, and how much of each body can be seen in it.

Idea: everything is in linear light until the last step, so a shadow darkens and a lamp brightens as they would. Bodies
are laid on far first; what stands before a body (`studio.depths`) is cut out of it, a trunk or a pole pixel by pixel.
The same masks tell what is left to be seen of every body: the truth knows who was hidden.
Limits: a body that moves between two stations of its path is the nearer one's picture, carried over by the affine map
of its box's corners: right within a pixel for some degrees of turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from workshop.street.forms import Points
from workshop.street.sprites import Sprite

GREY: Final = {"day": 0.20, "overcast": 0.20, "dusk": 0.075, "rain": 0.17}
LUMA: Final = (0.2126, 0.7152, 0.0722)

Light = NDArray[np.float32]
Affine = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A sprite in a picture: its distance along the view in metres, and how it is carried from where it was rendered.

    Attributes:
        carried: affine (2, 3) from the rendered picture's pixels to this one's.
    """

    sprite: Sprite
    depth: float
    carried: Affine


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What stands still: its linear light (H, W, 3), how far its standing things are (H, W, 2, metres and cover)."""

    light: Light
    depths: Light


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A picture in linear light (H, W, 3), of each actor the share of its pixels that can be seen, and whose each is.

    Attributes:
        owners: the number of the actor seen at each pixel (H, W), -1 where it is the street.
    """

    light: Light
    seen: tuple[float, ...]
    owners: NDArray[np.int32]


def composed(backdrop: Backdrop, actors: Sequence[Actor]) -> Composed:
    """The actors before their backdrop."""
    high, wide = backdrop.light.shape[:2]
    picture = backdrop.light.copy()
    owners = np.full((high, wide), -1, np.int32)
    whole = [0.0] * len(actors)
    for number in sorted(range(len(actors)), key=lambda one: -actors[one].depth):
        actor = actors[number]
        whole[number] = float(actor.sprite.outline.sum()) / 255 * abs(float(np.linalg.det(actor.carried[:, :2])))
        laid = _laid(actor, (wide, high))
        if laid is None:
            continue
        (x0, y0, x1, y1), rgba, outline = laid
        far, cover = (backdrop.depths[y0:y1, x0:x1, i] for i in (0, 1))
        free = 1 - np.where(far < actor.depth, cover, 0)
        part = picture[y0:y1, x0:x1]
        part *= 1 - rgba[..., 3:] * free[..., None]
        part += rgba[..., :3] * free[..., None]
        mine = owners[y0:y1, x0:x1]
        mine[(outline > 127) & (free > 0.5)] = number  # noqa: PLR2004  more than half of a pixel
    seen = np.bincount(owners[owners >= 0], minlength=len(actors))
    shares = tuple(min(1.0, float(seen[n]) / whole[n]) if whole[n] > 0 else 0.0 for n in range(len(actors)))
    return Composed(picture, shares, owners)


def carried(before: Points, after: Points) -> Affine:
    """The affine map (2, 3) that takes projected points (n, 2) nearest to where they are now, by least squares."""
    told = np.concatenate([before, np.ones((len(before), 1))], axis=1)
    return np.asarray(np.linalg.lstsq(told, after, rcond=None)[0].T)


def developed(light: Light, gain: float) -> NDArray[np.uint8]:
    """Linear RGB to 8-bit BGR by Narkowicz' fit of the ACES film curve."""
    exposed = light * gain
    film = np.clip((exposed * (2.51 * exposed + 0.03)) / (exposed * (2.43 * exposed + 0.59) + 0.14), 0, 1)
    srgb = np.where(film < 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - sRGB's own
    return np.ascontiguousarray((srgb * 255 + 0.5).astype(np.uint8)[..., ::-1])


def gain_of(light: Light, weather: str) -> float:
    """The gain a camera finds for a street: its median is brought to grey, a darker one at dusk."""
    return GREY[weather] / max(1e-6, float(np.median(light @ np.array(LUMA, np.float32))))


def _laid(actor: Actor, size: tuple[int, int]) -> tuple[tuple[int, int, int, int], Light, NDArray[np.uint8]] | None:
    """The actor's rectangle in the picture, its light and its outline there; None when it is outside."""
    x0, y0, x1, y1 = actor.sprite.rect
    if x1 <= x0 or y1 <= y0:
        return None
    corners = np.array([(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)]) @ actor.carried.T
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, size)
    if (high <= low).any():
        return None
    matrix = actor.carried.copy()
    matrix[:, 2] = actor.carried @ np.array([x0, y0, 1.0]) - low
    matrix[:, 2] += (matrix[:, :2] @ np.array([0.5, 0.5])) - 0.5  # a pixel's value stands at its middle
    room = (int(high[0] - low[0]), int(high[1] - low[1]))
    light = cv2.warpAffine(actor.sprite.light.astype(np.float32), matrix, room, flags=cv2.INTER_LINEAR)
    outline = cv2.warpAffine(actor.sprite.outline, matrix, room, flags=cv2.INTER_LINEAR)
    return (int(low[0]), int(low[1]), int(high[0]), int(high[1])), light, outline
