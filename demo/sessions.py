"""What a node counted over all its starts: its own file begins at nought each time it falls."""

from collections.abc import Mapping
from typing import Any

SUMMED = ("read", "given", "analysed", "detections", "tracks", "dropped", "opened", "corrupt")


class Sessions:
    """The last counters seen of every session of the node."""

    def __init__(self) -> None:
        self._last: dict[str, Mapping[str, Any]] = {}
        self._evicted: dict[str, int] = {}

    def note(self, counters: Mapping[str, Any]) -> None:
        """Take in what the node's file says now; nothing when there is no file yet."""
        if counters:
            session = str(counters.get("session"))
            self._last[session] = counters.get("cameras", {})
            self._evicted[session] = sum(counters.get("outbox", {}).get("evicted", {}).values())

    @property
    def evicted(self) -> int:
        """Records the outbox gave up because its disk was full, summed over the sessions."""
        return sum(self._evicted.values())

    def cameras(self) -> dict[str, dict[str, Any]]:
        """Per camera: counts summed over the sessions, and everything else as it was said last.

        What the node counted between the last look at its file and a kill -9 is not in it: two seconds at most.
        """
        total: dict[str, dict[str, Any]] = {}
        for cameras in self._last.values():
            for camera, said in cameras.items():
                before = total.get(camera, {})
                summed = {name: before.get(name, 0) + said.get(name, 0) for name in SUMMED}
                total[camera] = {**said, **summed}
        return total
