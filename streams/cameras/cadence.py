"""Which pictures are looked at, when a camera gives more than are wanted. Pure.

A picture is due at the first moment at or after each beat; beats keep their own time, so 12.5 fps thinned to 5 gives
5 on average and not 4.2. After a gap the beat starts anew rather than catch up in a burst.
"""

SLACK_S = 0.002  # timestamps are rounded to milliseconds by some containers


class Cadence:
    """Thins a stream to `fps` pictures a second; None takes every one."""

    def __init__(self, fps: float | None) -> None:
        if fps is not None and not fps > 0:
            raise ValueError(f"looked_at_fps must be above 0, not {fps}")
        self._every = 0.0 if fps is None else 1.0 / fps
        self._due = 0.0

    def due(self, elapsed: float) -> bool:
        """Whether the picture at `elapsed` seconds is to be looked at; asked once for each, in order."""
        if not self.soon(elapsed):
            return False
        self._due += self._every
        if self._due <= elapsed:
            self._due = elapsed + self._every
        return True

    def soon(self, elapsed: float) -> bool:
        """Whether a picture at `elapsed` would be due; asked as often as one likes."""
        return elapsed + SLACK_S >= self._due
