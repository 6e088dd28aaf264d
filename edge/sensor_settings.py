"""A node's sensors as its file names them: where the number comes from, its unit, and when to doubt it."""

from typing import Self

from pydantic import Field, model_validator

from edge.setting import Setting, Slug
from edge.topic_filter import TopicFilter
from streams.broker import Broker
from streams.wire.words import Code


class MqttFeed(Setting):
    """JSON over MQTT, as ChirpStack, Zigbee2MQTT and Tasmota publish it."""

    topic: TopicFilter = Field(description="topic filter")
    value: str = Field(min_length=1, description="where the number stands, e.g. object.water_level")
    captured: str | None = Field(default=None, description="where its time stands; when it came in, if absent")
    broker: Broker | None = Field(default=None, description="another broker than the node's own")


class FloodCurve(Setting):
    """A scripted river, for demonstrations: quiet, rising, high, falling, and again; levels in the sensor's unit."""

    low: float
    high: float
    quiet_s: float = Field(default=20, ge=0)
    rise_s: float = Field(default=60, gt=0)
    high_s: float = Field(default=60, ge=0)
    fall_s: float = Field(default=60, gt=0)
    every_s: float = Field(default=2.0, gt=0)


class LimitSetting(Setting):
    """When to doubt a value: outside the sensor's range it is bad, still for too long it is suspect."""

    least: float | None = None
    most: float | None = None
    stuck_after_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise ValueError(f"least is {self.least:g} and most {self.most:g}: every value would be bad")
        return self


class SensorSetting(Setting):
    """One sensor: a number with a unit, and when to doubt it."""

    id: Slug
    quantity: Code
    unit: str = Field(max_length=40, description="UCUM, e.g. m, mm, ug/m3")
    mqtt: MqttFeed | None = None
    flood: FloodCurve | None = None
    limits: LimitSetting = LimitSetting()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.mqtt is None) == (self.flood is None):
            raise ValueError("give one source, mqtt or flood")
        return self
