"""What makes two facts the same trouble: rule, ward, place and subject.

Never a track id and never a time: a track is lost behind a tree and found again, and the operator must not see two
alerts for it. The store keeps one open alert per fingerprint by a partial unique index on `key`.
"""

from dataclasses import dataclass
from typing import Final

from alerts.facts import Fact
from alerts.rules import Rule
from alerts.triggers import CameraTrigger
from streams.wire.records import Event

WHOLE_CAMERA: Final = "camera"
ANYTHING: Final = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where: a camera and perhaps a zone of it, or a sensor."""

    camera: str | None = None
    zone: str | None = None
    sensor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The identity of a trouble. `key` is what the index holds."""

    rule: str
    ward: str
    place: Spot
    subject: str

    @property
    def key(self) -> str:
        """One text, unique and readable: rule/ward/camera/zone/subject or rule/ward/sensor/subject."""
        spot = self.place
        where = f"sensor/{spot.sensor}" if spot.sensor else f"camera/{spot.camera}/{spot.zone or ''}"
        return f"{self.rule}/{self.ward}/{where}/{self.subject}"


def fingerprint(rule: Rule, fact: Fact) -> Fingerprint:
    """The trouble that `fact` tells of under `rule`."""
    body = fact.body
    if not isinstance(body, Event):
        return Fingerprint(rule=rule.id, ward=fact.ward, place=Spot(sensor=body.sensor), subject=body.quantity)
    if isinstance(rule.when, CameraTrigger):
        return Fingerprint(rule=rule.id, ward=fact.ward, place=Spot(camera=body.camera), subject=WHOLE_CAMERA)
    spot = Spot(camera=body.camera, zone=body.zone)
    return Fingerprint(rule=rule.id, ward=fact.ward, place=spot, subject=body.subject or ANYTHING)
