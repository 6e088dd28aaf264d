"""Which packets are decoded at all, when only some pictures are looked at. Pure.

Packets are held as they came until a look is due; then everything since the last key frame is decoded, or, where the
decoder has already been there, everything since. A key frame that comes before anybody looked makes what was held worth
nothing. So a camera that is looked at every half a minute costs reading its packets, and half a group of pictures (GOP)
a look; one that is looked at several times a GOP is decoded whole, as it has to be.
Pictures no other leans on (B frames, the upper layers of SVC) are left out while those that remain come as often as is
looked; where they come more seldom (`TOO_FEW` of `JUDGED` gaps: a lost packet looks the same) none is left out again.
Limits: the picture of a look comes up to a few packets later where pictures are reordered; a GOP of more than
`MOST_HELD` bytes is decoded as it comes.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

MOST_HELD: Final = 8 * 2**20
TOO_FEW: Final = 3
JUDGED: Final = 8
SLACK: Final = 1.05


class Thrift:
    """One opening's holding back. `ahead` says for a pts in its time base about when its picture will be."""

    def __init__(self, ahead: Callable[[int | None, Any], float], fps: float | None) -> None:
        """`fps` is how often is looked; None looks at every picture, and then nothing is spared."""
        self.ahead = ahead
        self._most_gap = None if fps is None else SLACK / fps
        self._held: list[Any] = []
        self._bytes = 0
        self._cut = False
        self._last: float | None = None
        self._gaps: deque[bool] = deque(maxlen=JUDGED)
        self._skips = fps is not None

    @property
    def full(self) -> bool:
        """Whether more is held than memory is for: decode it, whoever looks."""
        return self._bytes > MOST_HELD

    @property
    def skips(self) -> bool:
        """Whether pictures no other leans on are left out."""
        return self._skips

    def hold(self, packet: Any) -> None:  # noqa: ANN401 - PyAV's packet
        """Another packet came."""
        if packet.is_keyframe and self._held:
            self._held.clear()
            self._bytes, self._cut, self._last = 0, True, None
        self._held.append(packet)
        self._bytes += packet.size

    def release(self) -> tuple[bool, list[Any]]:
        """What is to be decoded now, and whether the decoder must forget what it had before."""
        cut, held = self._cut, self._held
        self._held, self._bytes, self._cut = [], 0, False
        return cut, held

    def came(self, elapsed: float) -> None:
        """A picture was decoded; the ones between it and the last, if any, were left out."""
        last, self._last = self._last, elapsed
        if self._most_gap is not None and last is not None:
            self._gaps.append(elapsed - last > self._most_gap)
            self._skips = self._skips and sum(self._gaps) < TOO_FEW
