"""Where a point of the picture lies on the ground, in metres, and how sure that is.

Method: a plane seen by a camera is mapped by a homography, found from four or more points whose place in the picture
and on the ground is known (direct linear transformation with Hartley's normalisation, 1997; least squares beyond four).
How sure: each measured number is moved by its own standard deviation, one at a time, and the homography found again.
What any result differs by from the unmoved one, summed in squares, is its variance. So a result far outside the
measured points, or towards the horizon, says itself how little it is worth.
Limits: the ground is flat and the lens straight; a fisheye must be straightened first.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.places import Point, check_inside, check_more

Floats = NDArray[np.float64]

PAIRS: Final = 4
FLAT: Final = 1e-4
"""Below this ratio of the system's singular values the points do not fix a plane."""
WORST: Final = 4.0
"""A point that is off by so many of its own standard deviations was measured wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Points in the `picture` (0..1) and the same on the ground in `metres`, along any two axes at right angles.

    `accuracy_m` is the standard deviation of a measured metre, `accuracy` of a point picked in the picture, in shares
    of it. Raises ValueError for fewer than 4 pairs, points that fix no plane, or a point that does not fit the others.
    """

    picture: tuple[Point, ...]
    metres: tuple[Point, ...]
    accuracy_m: float = 0.1
    accuracy: float = 0.003

    def __post_init__(self) -> None:
        if len(self.picture) != len(self.metres) or len(self.picture) < PAIRS:
            raise ValueError(f"ground: 4 pairs or more, not {len(self.picture)} points and {len(self.metres)} places")
        check_inside("ground", self.picture)
        if not np.isfinite(self.metres).all():
            raise ValueError(f"ground: {self.metres} are not metres")
        check_more("ground", accuracy_m=self.accuracy_m, accuracy=self.accuracy)
        Plane(self)


class Plane:
    """The ground as it was measured, and as it might be: K + 1 homographies of which the first is the best one."""

    def __init__(self, ground: Ground) -> None:
        """Raises ValueError where the points fix no plane, or one does not fit."""
        picture, metres = np.array(ground.picture, np.float64), np.array(ground.metres, np.float64)
        moved = _moved(picture, metres, ground.accuracy, ground.accuracy_m)
        self._maps = np.stack([_homography(*pair) for pair in moved])
        self._turns, self._shifts = self._maps[:, :, :2].transpose(0, 2, 1), self._maps[:, None, :, 2]
        depth = self._mapped(picture)[0, :, 2]
        if not ((depth > 0).all() or (depth < 0).all()):
            raise ValueError("ground: the horizon runs between the points: do picture and metres have one order?")
        self._sense = float(np.sign(depth[0]))
        self._refuse_misfits(ground, picture, metres)

    @property
    def ways(self) -> int:
        """How many homographies there are, K + 1."""
        return len(self._maps)

    def places(self, points: Floats) -> Floats:
        """Metres of points (T, 2) under every homography, (K + 1, T, 2); NaN at and above the horizon."""
        mapped = self._mapped(points)
        # What is beyond the horizon for the best one is nowhere; for the others it is far away, and says so.
        depth = np.where(mapped[0, :, 2] * self._sense > 0, mapped[..., 2], np.nan)
        places: Floats = mapped[..., :2] / depth[..., None]
        return places

    def spreads(self, points: Floats, deviations: Floats) -> Floats:
        """Covariance in metres of points (T, 2) that are unsure by `deviations` (T, 2) in the picture, (T, 2, 2)."""
        best = self._maps[0]
        mapped = points @ best[:, :2].T + best[:, 2]
        depth = mapped[:, 2, None, None]
        slope = (best[None, :2, :2] - (mapped[:, :2] / mapped[:, 2:])[:, :, None] * best[None, None, 2, :2]) / depth
        spread: Floats = (slope * deviations[:, None, :] ** 2) @ slope.transpose(0, 2, 1)
        return spread

    def _mapped(self, points: Floats) -> Floats:
        mapped: Floats = points @ self._turns + self._shifts
        return mapped

    def _refuse_misfits(self, ground: Ground, picture: Floats, metres: Floats) -> None:
        off = np.hypot(*(self.places(picture)[0] - metres).T)
        spread = self.spreads(picture, np.full(picture.shape, ground.accuracy))
        usual = np.sqrt(np.trace(spread, axis1=1, axis2=2) + 2 * ground.accuracy_m**2)
        worst = int((off / usual).argmax())
        if off[worst] > WORST * usual[worst]:
            raise ValueError(
                f"ground: point {worst + 1} is {off[worst]:.2f} m from where the others put it: was it mistaken?"
            )


def _moved(picture: Floats, metres: Floats, shares: float, length: float) -> list[tuple[Floats, Floats]]:
    """The pairs as measured, then with each number moved by its standard deviation."""
    pairs = [(picture, metres)]
    for index in np.ndindex(picture.shape):
        step = np.zeros_like(picture)
        step[index] = 1.0
        pairs += [(picture + shares * step, metres), (picture, metres + length * step)]
    return pairs


def _homography(picture: Floats, metres: Floats) -> Floats:
    """The 3 by 3 matrix that takes (x, y, 1) of the picture to the ground, times a depth."""
    before, after = _normal(picture), _normal(metres)
    ones = np.ones((len(picture), 1))
    p = np.hstack([picture, ones]) @ before.T
    x, y = (np.hstack([metres, ones]) @ after.T)[:, :2].T
    none = np.zeros_like(p)
    system = np.vstack([np.hstack([p, none, -x[:, None] * p]), np.hstack([none, p, -y[:, None] * p])])
    _, strength, rows = np.linalg.svd(system)
    if strength[7] < FLAT * strength[0]:
        raise ValueError("ground: three of the points are on one line, or two are one: they fix no plane")
    found: Floats = np.linalg.solve(after, rows[-1].reshape(3, 3)) @ before
    turned: Floats = found / np.linalg.norm(found) * np.sign(np.linalg.det(found))
    return turned


def _normal(points: Floats) -> Floats:
    """What brings points to mean 0 and a mean distance of the square root of 2."""
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / max(float(np.hypot(*(points - middle).T).mean()), 1e-12)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
