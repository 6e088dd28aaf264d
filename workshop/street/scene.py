"""A scene is data: a camera, a ground, houses, things, lanes, a cast, and the lines and zones that are asked about.

Idea: everything about a street stands in `scenes/<name>.yaml` and is read into frozen dataclasses here; the renderer,
the traffic planner and the truth read the same description. Metres and seconds throughout; z is up.
A scene file that names an unknown field is refused by the dataclass that takes it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workshop.street.camera import Camera

SCENES = Path(__file__).parent / "scenes"
LIGHTS = ("day", "overcast", "dusk", "rain")
Flat = tuple[float, float]


class SceneRefusedError(ValueError):
    """The scene's file says something no scene can mean."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A level rectangle of one surface: asphalt, tiles, concrete, earth, grass."""

    kind: str
    x: Flat
    y: Flat
    z: float = 0.0


@dataclass(frozen=True, slots=True)
class Houses:
    """A row of tube houses from a corner along its facing: 0 looks towards -y, 90 towards +x."""

    at: tuple[float, float, float]
    length: float
    facing: float = 0.0


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that stands: its kind in the furniture, where, turned how far, how long or tall."""

    kind: str
    at: tuple[float, float, float]
    turn: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Paint on the road: `dash`, `line` or `zebra`, from one point to another, so wide."""

    kind: str
    start: Flat
    end: Flat
    width: float = 0.15
    yellow: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A path bodies follow at `height`: how many a minute of which kinds, how fast, how far aside they stray."""

    name: str
    path: tuple[Flat, ...]
    kinds: dict[str, float]
    per_minute: float
    speed: Flat
    height: float = 0.0
    stray: float = 0.3


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast: a body on a path of its own, with stops of (metres along the path, seconds)."""

    name: str
    look: str
    seed: int
    path: tuple[Flat, ...]
    enters: float
    speed: float
    stops: tuple[Flat, ...] = ()
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line asked about: crossing it with `start` on one's right hand is `forward`."""

    name: str
    start: Flat
    end: Flat


@dataclass(frozen=True, slots=True)
class Zone:
    """A place asked about: whoever of `kinds` stands (`stop`) or stays (`dwell`) in it so many seconds is an event."""

    name: str
    outline: tuple[Flat, ...]
    kinds: tuple[str, ...]
    asks: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Water:
    """A canal's water: its rectangle and its level, rising evenly from `low` to `high` between two times."""

    x: Flat
    y: Flat
    low: float
    high: float
    rises: Flat

    def level(self, at: float) -> float:
        """Metres above the road's zero `at` seconds into the clip."""
        start, end = self.rises
        return self.low + (self.high - self.low) * min(1.0, max(0.0, (at - start) / max(end - start, 1e-9)))


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a scene's file says."""

    name: str
    seconds: float
    light: str
    camera: Camera
    ground: tuple[Ground, ...]
    houses: tuple[Houses, ...] = ()
    things: tuple[Thing, ...] = ()
    marks: tuple[Mark, ...] = ()
    wires: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = ()
    lanes: tuple[Lane, ...] = ()
    cast: tuple[Role, ...] = ()
    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    water: Water | None = field(default=None)


def load(name: str, folder: Path = SCENES) -> Scene:
    """The scene `<name>.yaml` describes.

    Raises:
        SceneRefusedError: a field is missing or unknown, or the light is none of `LIGHTS`.
    """
    told = _frozen(yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8")))
    parts = {
        "ground": Ground, "houses": Houses, "things": Thing, "marks": Mark, "lanes": Lane, "cast": Role,
        "lines": Line, "zones": Zone,
    }  # fmt: skip
    try:
        for key, made in parts.items():
            told[key] = tuple(made(**one) for one in told.get(key, ()))
        told["camera"] = Camera(**told["camera"])
        if "water" in told:
            told["water"] = Water(**told["water"])
        scene = Scene(name=name, **told)
    except (TypeError, KeyError) as refusal:
        raise SceneRefusedError(f"{name}: {refusal}") from refusal
    if scene.light not in LIGHTS:
        raise SceneRefusedError(f"{name}: light {scene.light} is none of {', '.join(LIGHTS)}")
    return scene


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return value
