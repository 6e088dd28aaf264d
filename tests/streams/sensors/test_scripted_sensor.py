import asyncio
from datetime import timedelta

import pytest

from streams.clocks import ScriptedClock
from streams.sensors.judge import Limits
from streams.sensors.reading import Quality, Reading, Sensor
from streams.sensors.scripted import ScriptedSensor, flood
from streams.weather import SourceLost


def read(sensor: Sensor, most: int) -> list[Reading]:
    async def some() -> list[Reading]:
        readings: list[Reading] = []
        async for reading in sensor.open(ScriptedClock()):
            readings.append(reading)
            if len(readings) == most:
                break
        return readings

    return asyncio.run(some())


def test_a_list_is_played_at_its_pace() -> None:
    readings = read(ScriptedSensor("river", "water_level", "m", [1.0, 2.0, 3.0], every_s=60), 9)
    assert [reading.value for reading in readings] == [1, 2, 3]
    assert readings[2].captured - readings[0].captured == timedelta(minutes=2)


def test_a_trouble_in_the_script_is_raised_and_the_script_goes_on_after_it() -> None:
    sensor = ScriptedSensor("river", "water_level", "m", [1.0, SourceLost("cable"), 2.0])
    with pytest.raises(SourceLost):
        read(sensor, 9)
    assert [reading.value for reading in read(sensor, 9)] == [2.0]


def test_values_are_judged_like_any_others() -> None:
    readings = read(ScriptedSensor("river", "water_level", "m", [1.0, 99.0], limits=Limits(0, 5)), 9)
    assert [reading.quality for reading in readings] == [Quality.GOOD, Quality.BAD]


def test_a_flood_rises_stands_and_falls_the_same_way_every_time() -> None:
    curve = flood(low=0.5, high=2.5, quiet_s=60, rise_s=120, high_s=60, fall_s=120)
    readings = read(ScriptedSensor("river", "water_level", "m", curve, every_s=10), 72)
    levels = [reading.value or 0.0 for reading in readings]
    assert max(levels[:6]) < 0.52
    assert levels[12] == pytest.approx(1.5, abs=0.02)
    assert min(levels[18:24]) > 2.48
    assert levels[36] == pytest.approx(levels[0], abs=0.03)
    assert levels == [reading.value for reading in read(ScriptedSensor("r", "water_level", "m", curve, every_s=10), 72)]


def test_a_flood_never_stands_still() -> None:
    limits = Limits(0, 5, stuck_after=timedelta(seconds=30))
    curve = flood(low=0.5, high=2.5, quiet_s=600, rise_s=60, high_s=600, fall_s=60)
    readings = read(ScriptedSensor("river", "water_level", "m", curve, limits=limits), 1300)
    assert {reading.quality for reading in readings} == {Quality.GOOD}
