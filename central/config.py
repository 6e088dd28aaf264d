"""The centre's configuration: one YAML file, read once, checked whole, handed down.

Unknown keys are mistakes, and every mistake is listed with file and line before anything starts; the city, the rules
and the working calendar are read with it, so that a rule naming a unit that does not exist is found here too. Paths
are taken from the folder the program was started in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from alerts.rules import Known, RuleBook, parse_rules
from central import basemap, registry
from central.basemap import BaseMap
from central.cases import calendar
from central.cases.deadline import Calendar
from central.registry import City
from streams import documents
from streams.broker import Broker
from streams.documents import DocumentRefused, Mistake
from streams.wire.words import Slug

_Read = TypeVar("_Read")


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Http(_Setting):
    """Where people and nodes reach the API."""

    host: Annotated[str, Field(min_length=1, description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port; 0 takes any that is free")] = 8000
    secure_cookies: Annotated[bool, Field(description="Only over TLS; true wherever people sign in from afar")] = False


Days = Annotated[int, Field(ge=1, le=36_500)]


class Retention(_Setting):
    """For how many days each kind is kept; null keeps it for ever. The audit is never deleted."""

    every_s: Annotated[float, Field(ge=60, le=86_400, description="Seconds between two rounds of the job")] = 3600.0
    tallies: Annotated[Days | None, Field(description="Counts and coverage, by camera and five minutes")] = 60
    readings: Annotated[Days | None, Field(description="What sensors measured")] = 365
    health: Annotated[Days | None, Field(description="How the boxes are")] = 14
    coverage: Annotated[Days | None, Field(description="How long each camera was watched, by day")] = 730
    replies: Annotated[Days | None, Field(description="What became of commands and configurations")] = 365
    orders: Annotated[
        Days | None, Field(description="Orders to boxes that are over, but the configuration each should have")
    ] = 365
    events: Annotated[Days | None, Field(description="Events no alert rests on, and every event's first words")] = None
    evidence: Annotated[Days | None, Field(description="Pictures and clips that no open alert or case shows")] = None
    dead_letters: Annotated[Days | None, Field(description="What could not be taken in, since it last came")] = 90
    changes: Annotated[Days | None, Field(description="The change feed; a reader away for longer loads anew")] = 7
    idempotency: Annotated[Days | None, Field(description="Answers kept for a change that is sent again")] = 1
    sessions: Annotated[Days | None, Field(description="Sessions, once they are over")] = 7
    links: Annotated[Days | None, Field(description="One-time links, once spent or too old")] = 7


class Central(_Setting):
    """The centre."""

    database: Annotated[str, Field(description="sqlite:///path or postgresql://user@host/name (password in ~/.pgpass)")]
    broker: Annotated[Broker, Field(description="Where nodes and centre meet")]
    http: Http = Http()
    evidence: Annotated[Path, Field(description="Folder of pictures and clips that nodes send")]
    photos: Annotated[Path, Field(description="Folder of photos that crews and citizens send")]
    city: Annotated[Path, Field(description="The registry: wards, units, nodes, cameras, sensors")]
    rules: Annotated[Path, Field(description="What raises an alert, and who does what about it")]
    calendar: Annotated[Path | None, Field(description="Working time, for deadlines; absent: the built-in one")] = None
    console: Annotated[Path | None, Field(description="Folder of the built web client, served at /")] = None
    map: Annotated[Path | None, Field(description="The ground under the map: a .geojson or .pmtiles file")] = None
    wards: Annotated[tuple[Slug, ...] | None, Field(description="Wards to work for; absent: all that are free")] = None
    node_grace_s: Annotated[float, Field(ge=0, le=3600, description="Gone so long, a node's devices are silent")] = 60.0
    evidence_patience_h: Annotated[
        float, Field(ge=1, le=8760, description="Hours after which a picture that a living node named is lost")
    ] = 24.0
    retention: Retention = Retention()

    @field_validator("database")
    @classmethod
    def _known_database(cls, url: str) -> str:
        try:
            backend = make_url(url).get_backend_name()
        except ArgumentError as error:
            raise ValueError("is not a database URL") from error
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError(f"{backend}: the centre runs on sqlite or postgresql")
        return url


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person wrote down for the centre, read and fitting together."""

    central: Central
    city: City
    rules: RuleBook
    calendar: Calendar
    ground: BaseMap | None = None


def read(path: Path) -> Settings:
    """The centre's file and what it names. Raises DocumentRefused with every mistake, each with file and line."""
    mistakes: list[Mistake] = []
    document = documents.parse(_text(path), str(path))
    central = documents.fit(document, Central)
    city = _part(central.city, lambda text: registry.read(text, str(central.city)), mistakes)
    known = Known() if city is None else everything(city)
    rules = _part(central.rules, lambda text: parse_rules(text, str(central.rules), known), mistakes)
    if city is not None:
        strange = [ward for ward in central.wards or () if ward not in city.wards]
        mistakes += [document.mistake(("wards",), f"no ward {ward!r} in {central.city}") for ward in strange]
    hours: Calendar | None = Calendar()
    if (times := central.calendar) is not None:
        hours = _part(times, lambda text: calendar.calendar(text, str(times)), mistakes)
    ground = None if central.map is None else _ground(central.map, mistakes)
    if mistakes or city is None or rules is None or hours is None:
        raise DocumentRefused(mistakes)
    return Settings(central, city, rules, hours, ground)


def everything(city: City) -> Known:
    """Every name a rule may use."""
    sensors = {name: sensor for node in city.nodes.values() for name, sensor in node.sensors.items()}
    return Known(
        units=frozenset(city.units),
        wards=frozenset(city.wards),
        cameras=frozenset(camera for node in city.nodes.values() for camera in node.cameras),
        sensors=frozenset(sensors),
        measures={
            quantity: frozenset(sensor.unit for sensor in sensors.values() if sensor.quantity == quantity)
            for quantity in {sensor.quantity for sensor in sensors.values()}
        },
    )


def _ground(path: Path, mistakes: list[Mistake]) -> BaseMap | None:
    try:
        return basemap.read(path)
    except DocumentRefused as refused:
        mistakes += refused.mistakes
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused([Mistake(str(path), 1, "", f"cannot be read: {error}")]) from error


def _part(path: Path, read_text: Callable[[str], _Read], mistakes: list[Mistake]) -> _Read | None:
    try:
        return read_text(_text(path))
    except DocumentRefused as refused:
        mistakes += refused.mistakes
        return None
