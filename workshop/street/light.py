"""What the street is lit by: the sky over it, a sun or none, its lamps at dusk."""

import math
from dataclasses import dataclass
from typing import Final

from workshop.street.forms import Vec
from workshop.street.scene import Scene


@dataclass(frozen=True, slots=True)
class Sun:
    """A light's sun: degrees above the horizon and about z (0 shines towards +y), strength, softness in degrees."""

    rise: float
    turn: float
    strength: float
    soft: float

    @property
    def way(self) -> Vec:
        """The way its light goes, a unit vector."""
        rise, turn = math.radians(self.rise), math.radians(self.turn)
        return -math.sin(turn) * math.cos(rise), math.cos(turn) * math.cos(rise), -math.sin(rise)


@dataclass(frozen=True, slots=True)
class Sky:
    """Zenith and horizon, linear RGB, the sky's strength, and a sun or none."""

    zenith: Vec
    horizon: Vec
    strength: float
    sun: Sun | None


SKIES: Final = {
    "day": Sky((0.16, 0.32, 0.75), (0.7, 0.78, 0.85), 1.0, Sun(52, 35, 3.2, 1.0)),
    "overcast": Sky((0.6, 0.63, 0.68), (0.75, 0.76, 0.78), 1.0, Sun(60, 20, 0.6, 25)),
    "dusk": Sky((0.05, 0.08, 0.19), (0.42, 0.22, 0.13), 0.35, None),
    "rain": Sky((0.4, 0.43, 0.47), (0.55, 0.57, 0.6), 0.8, None),
}
LAMP_W: Final = 900.0
LAMP_HIGH_M: Final = 7.8
LAMP_OUT_M: Final = 1.9


def lamps(scene: Scene) -> list[Vec]:
    """Where the scene's street lamps burn."""
    places = []
    for thing in scene.things:
        if thing.kind == "lamp":
            turn = math.radians(thing.turn)
            x, y, z = thing.at
            places.append((x - LAMP_OUT_M * math.sin(turn), y + LAMP_OUT_M * math.cos(turn), z + LAMP_HIGH_M))
    return places
