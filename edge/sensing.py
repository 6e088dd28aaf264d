"""The node's sensors: built from the configuration, kept open through the weather, their words put on the wire.

The same division as with cameras: a source never retries, this supervisor does. What a sensor says becomes a
reading of the wire unchanged, bad ones included; silence is not reported here, because the centre knows how long
each sensor may be silent and a node that died could not tell.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from edge.config import NodeConfig
from edge.sensor_settings import LimitSetting, SensorSetting
from edge.watch import LONGEST_REST_S, rest_after
from streams.broker import Broker
from streams.clocks import Clock
from streams.line import Line
from streams.sensors.judge import Limits
from streams.sensors.mqtt import JsonFeed, MqttSensor
from streams.sensors.reading import Reading, Sensor
from streams.sensors.scripted import ScriptedSensor, flood
from streams.weather import SourceLost, SourceRefused
from streams.wire.records import Quality
from streams.wire.records import Reading as Told
from streams.wire.words import Reason

log = structlog.get_logger(__name__)

UNLIMITED: Final = float("inf")


def sources(config: NodeConfig) -> list[tuple[Sensor, Line | None]]:
    """Every sensor of a node, each with the line to be kept connected for it, if it needs one."""
    return [_source(config, sensor) for sensor in config.sensors]


async def sense(sensor: Sensor, add: Callable[[datetime, Told], object], clock: Clock) -> None:
    """Keep one sensor open for ever, and add every reading; `add` may wait for a disk, so it does in a thread."""
    losses = 0
    while True:
        try:
            async for reading in sensor.open(clock):
                losses = 0
                await asyncio.to_thread(add, reading.captured, told(reading))
        except (SourceLost, SourceRefused) as trouble:
            losses += 1
            log.warning("sensor away", sensor=sensor.sensor, detail=str(trouble), losses=losses)
            refused = isinstance(trouble, SourceRefused)
            rest = LONGEST_REST_S if refused else rest_after(losses, random.random())  # noqa: S311 - jitter
            await clock.pause(rest)
        else:
            return


def told(reading: Reading) -> Told:
    """A reading as the wire says it."""
    why = reading.reason
    code = None if why is None else Reason(code=why.code.replace("-", "_"), params=dict(why.params))
    return Told(
        sensor=reading.sensor,
        quantity=reading.quantity,
        unit=reading.unit,
        value=reading.value,
        quality=Quality(reading.quality),
        reason=code,
    )


def _source(config: NodeConfig, sensor: SensorSetting) -> tuple[Sensor, Line | None]:
    limits = _limits(sensor.limits)
    if sensor.mqtt is None:
        curve = sensor.flood
        if curve is None:
            raise ValueError(f"sensor {sensor.id} has no source")
        level = flood(curve.low, curve.high, curve.quiet_s, curve.rise_s, curve.high_s, curve.fall_s)
        scripted = ScriptedSensor(sensor.id, sensor.quantity, sensor.unit, level, every_s=curve.every_s, limits=limits)
        return scripted, None
    feed = JsonFeed(
        topic=sensor.mqtt.topic,
        value=sensor.mqtt.value,
        quantity=sensor.quantity,
        unit=sensor.unit,
        captured=sensor.mqtt.captured,
        limits=limits,
    )
    line = Line(_broker(config, sensor), [sensor.mqtt.topic])
    return MqttSensor(sensor.id, feed, lambda _topic: line.heard()), line


def _broker(config: NodeConfig, sensor: SensorSetting) -> Broker:
    """Not persistent: what the broker kept while the line was away would be stamped with the moment it came through."""
    own = sensor.mqtt.broker if sensor.mqtt else None
    return (own or config.broker).model_copy(update={"client_id": f"{config.node}-{sensor.id}", "persistent": False})


def _limits(setting: LimitSetting) -> Limits:
    return Limits(
        least=-UNLIMITED if setting.least is None else setting.least,
        most=UNLIMITED if setting.most is None else setting.most,
        stuck_after=None if setting.stuck_after_s is None else timedelta(seconds=setting.stuck_after_s),
    )
