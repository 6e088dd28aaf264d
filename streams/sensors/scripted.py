"""A sensor that plays a script: values in a list, or a curve over time. For tests, and for the demonstration.

Paced by the clock handed in, so with a scripted clock a flood of an hour passes in a moment, the same every time.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import count

from streams.clocks import Clock
from streams.sensors.judge import Judge, Limits
from streams.sensors.reading import Reading, SensorCounters
from streams.weather import SourceLost, SourceRefused

Curve = Callable[[float], float]
Item = float | SourceLost | SourceRefused


class ScriptedSensor:
    """Plays `script`: a list (once; opened again, it goes on where it broke off) or a curve of seconds (for ever)."""

    def __init__(
        self,
        sensor: str,
        quantity: str,
        unit: str,
        script: Sequence[Item] | Curve,
        *,
        every_s: float = 1.0,
        limits: Limits | None = None,
    ) -> None:
        self.sensor = sensor
        self._quantity, self._unit, self._every_s = quantity, unit, every_s
        self._judge = Judge(limits or Limits())
        self._items = (script(step * every_s) for step in count()) if callable(script) else iter(script)
        self._counters = SensorCounters()

    @property
    def counters(self) -> SensorCounters:
        """A snapshot."""
        return self._counters

    async def open(self, clock: Clock) -> AsyncIterator[Reading]:
        """A reading every `every_s` seconds; raises what the script says."""
        for item in self._items:
            if isinstance(item, SourceLost | SourceRefused):
                raise item
            yield self._reading(item, clock)
            await clock.pause(self._every_s)

    def _reading(self, value: float, clock: Clock) -> Reading:
        now = clock.now()
        quality, reason = self._judge.judge(value, now)
        heard, of_its_kind = self._counters.heard + 1, getattr(self._counters, quality) + 1
        self._counters = replace(self._counters, heard=heard, **{str(quality): of_its_kind})
        return Reading(self.sensor, self._quantity, self._unit, now, value, quality, reason)


def flood(low: float, high: float, quiet_s: float, rise_s: float, high_s: float, fall_s: float) -> Curve:
    """A river: low and quiet, rising, standing high, falling back, and so again; in the unit of `low` and `high`.

    The ripple of a hundredth keeps it from ever standing quite still, as no river does.
    """
    whole = quiet_s + rise_s + high_s + fall_s

    def level(second: float) -> float:
        at = second % whole
        rising = (at - quiet_s) / rise_s
        falling = (at - quiet_s - rise_s - high_s) / fall_s
        share = min(max(rising, 0.0), 1.0) - min(max(falling, 0.0), 1.0)
        ripple = (high - low) * 0.01 * ((second * 0.618) % 1 - 0.5)
        return low + (high - low) * share + ripple

    return level
