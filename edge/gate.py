"""Whether a picture is worth a detector's look: nothing moved since the last look, so what was seen then still stands.

Method: a small grey picture (`edge.luma`) is held against the one of the last look, not of the last frame, so that what
creeps adds up until it is seen. The median of the differences is taken off first: a cloud, a headlight's flood or a
switch to infra-red shifts all of a picture and moves nothing in it. What is left is smoothed over 3 x 3 pixels and
counts where it passes both `level` and some times the noise of this very pair. Where so little as `least_px` pixels
of 320 x 180 differ, something moved. Every `recheck_s` the detector looks in any case: it is what finds out that it
was wrong the last time.
Whoever does not look says again what was seen last: tracks live on, dwells go on, coverage counts the picture as
watched, because it was. Limits: what moves by less than a pixel of 320 between two rechecks, or with no more contrast
than `level`, is seen at the recheck; rain, leaves and a street without a pause let every picture pass, and then the
gate costs 0.3 ms from 360p and gains nothing (`python -m benchmarks.gate` prints both).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.luma import Luma, luma
from edge.setting import Setting
from streams.latent import Latent

NOISES: Final = 6.0
SPREAD: Final = 1.4826  # of a normal distribution: its deviation beside the median of what lies off its middle
SMOOTH: Final = (3, 3)
EVERY_PX: Final = 10

Moved = NDArray[np.bool_]
"""Where something moved in the small grey picture, (180, 320)."""


class GateSetting(Setting):
    """When a camera's picture is not looked at because it shows nothing new."""

    recheck_s: float = Field(
        default=2.0, ge=0, le=60, description="seconds between looks at a still picture; 0: no gate"
    )
    level: float = Field(default=9.0, ge=2, le=60, description="grey levels a moving thing differs by")
    least_px: int = Field(default=3, ge=1, le=1000, description="pixels of 320 x 180 that differ when something moved")


class Gate:
    """One camera's gate; called by one worker at a time.

    `moved` is where something moved between the last two looks; None without a gate, and where there was one look only.
    """

    def __init__(self, setting: GateSetting | None = None) -> None:
        self.spared = 0
        self.moved: Moved | None = None
        self._setting = setting or GateSetting()
        self._looked: tuple[Luma, float] | None = None

    def opens(self, seen: NDArray[np.uint8] | Latent, now: float) -> bool:
        """Whether this picture of `now`, in seconds of the stream, wants a look; the look is then taken."""
        if not self._setting.recheck_s:
            return True
        picture = luma(seen)
        before = self._looked
        self.moved = None if before is None else self._differ(before[0], picture)
        early = before is not None and 0 <= now - before[1] < self._setting.recheck_s
        if early and self.moved is not None and int(np.count_nonzero(self.moved)) < self._setting.least_px:
            self.spared += 1
            return False
        self._looked = (picture, now)
        return True

    def _differ(self, before: Luma, picture: Luma) -> Moved:
        shift = _median(_some(picture).astype(np.int16) - _some(before))
        # What the flood of light drives beyond white is white, in the picture as here.
        expected = cv2.add(before, float(shift)) if shift else before  # type: ignore[call-overload]  # its stubs want four numbers
        off = np.asarray(cv2.blur(cv2.absdiff(picture, expected), SMOOTH), np.uint8)
        return np.asarray(off > int(max(self._setting.level, NOISES * SPREAD * _median(_some(off)))), np.bool_)


def _median(values: NDArray[np.uint8] | NDArray[np.int16]) -> int:
    """The upper one of the two in the middle, where there are two; `np.median` takes thrice as long for its mean."""
    return int(np.partition(values, values.size // 2, axis=None)[values.size // 2])


def _some(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every hundredth pixel: enough for a median, and the whole picture's would take longer than all the rest."""
    return values[::EVERY_PX, ::EVERY_PX]
