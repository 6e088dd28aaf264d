"""A node's configuration: one YAML file, read once, checked whole, handed down.

Unknown keys are mistakes, and every mistake is listed with file and line before anything starts. Secrets are
named, never written here: a password stands in a file of its own. Paths are taken from the folder the program was
started in. Zones, lines and rules are `edge.analytics` themselves, so that what they refuse is refused here.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    StringConstraints,
    model_validator,
)

from edge.analytics.happening import Kind
from edge.analytics.places import Line, Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import ObjectLeft, ObjectRemoved
from edge.clips import ClipSetting
from edge.fitness import FitnessSetting
from edge.gate import GateSetting
from edge.masks import Mask, refuse_hidden
from edge.outbox import LEAST_LIMIT
from edge.schedule import Priority
from edge.second_look_settings import SecondLook, mistakes, told_by
from edge.sensor_settings import SensorSetting
from edge.setting import Setting, Slug
from edge.source_settings import DrawnSource, Source
from edge.telling import LASTING
from edge.tiles import TileSetting
from edge.tracking import TrackerSettings
from edge.watch_settings import WatchSetting
from models.providers import Provider
from streams import shipped
from streams.broker import Broker
from streams.cameras.hardware import Chosen, Decode, chosen
from streams.documents import Document, DocumentRefused, Mistake, fit, parse
from streams.wire.words import Place

STREET = frozenset({"person", "bicycle", "motorcycle", "car", "bus", "truck"})
MIB = 2**20


class CameraSetting(Setting):
    """One camera: where its pictures come from, what is watched in them."""

    id: Slug
    source: Source
    fps: float = Field(default=5.0, gt=0, le=60, description="pictures looked at a second")
    priority: Priority = Field(default=Priority.USUAL, description="who is looked at where there is not time for all")
    place: Place | None = None
    classes: frozenset[str] = Field(default=STREET, description="what is tracked and counted")
    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    watch: tuple[WatchSetting, ...] = ()
    tell: frozenset[Kind] = Field(
        default=LASTING,
        description="which happenings become events; crossings and entries are always counted",
    )
    tracker: TrackerSettings = Field(
        default=TrackerSettings(),
        description="scores from which a box counts; lower `sure` for a steep view from above",
    )
    fitness: FitnessSetting = Field(
        default=FitnessSetting(), description="which troubles of its picture are told, and how patiently"
    )
    gate: GateSetting = Field(
        default=GateSetting(), description="when a picture shows nothing new and is not looked at"
    )
    tiles: TileSetting = Field(default=TileSetting(), description="closer looks at parts of a wide view")
    evidence: bool = Field(default=True, description="send a redacted picture with each event that opens")
    masks: tuple[Mask, ...] = Field(default=(), description="black in what leaves, and not looked into")
    second_looks: tuple[SecondLook, ...] = Field(default=(), description="models asked about crops of what was found")

    @model_validator(mode="after")
    def _scene_stands(self) -> Self:
        known = {zone.id for zone in self.zones}
        refuse_hidden(self.zones, self.masks)
        Scene(self.zones, self.lines, [rule.watch for rule in self.watch if rule.watch.zone in known])
        return self

    @model_validator(mode="after")
    def _watches_what_is_tracked(self) -> Self:
        for rule in (setting.watch for setting in self.watch):
            # Other rules are over what streets are full of; of these, no usual class is one.
            if isinstance(rule, ObjectLeft | ObjectRemoved) and not rule.classes & (
                self.classes | told_by(self.second_looks)
            ):
                wanted = ", ".join(sorted(rule.classes))
                raise ValueError(f"{rule.id}: the camera's classes hold none of {wanted}, so this would never happen")
        return self

    @model_validator(mode="after")
    def _has_parts(self) -> Self:
        if self.tiles.most and isinstance(self.source, DrawnSource):
            raise ValueError("tiles: a drawn street tells its truth whole; there is nothing to look at more closely")
        return self

    @property
    def soonest_s(self) -> float:
        """Seconds after which one of its rules wants a look in any case; inf where none does."""
        return min((rule.look_every_s for rule in self.watch if rule.look_every_s), default=math.inf)

    def scene(self) -> Scene:
        """The analytics of this camera. Raises ValueError when places and rules do not fit together."""
        return Scene(self.zones, self.lines, [setting.watch for setting in self.watch])


class ModelSetting(Setting):
    """Which detector looks, and how many at once."""

    catalogue: Path = Field(
        default_factory=lambda: shipped.config("models.yaml"), description="absent: the one of this release"
    )
    store: Path = Path("var/models")
    detector: Slug | None = Field(default=None, description="none: only drawn cameras can be watched")
    faces: Slug | None = Field(default=None, description="a face model, for redaction; absent: yunet-faces if pulled")
    sessions: int = Field(default=2, ge=1, le=64, description="single-threaded detectors: one for each core")
    second_looks_ms: float = Field(default=30, gt=0, description="of one look, for all second looks of its camera")
    provider: Provider = Field(default=Provider.CPU, description="what runs them; refused where it is not installed")


class DecodeSetting(Setting):
    """What decodes pictures. Off, which is software, unless it is asked for."""

    by: Decode = Field(default=Decode.SOFTWARE, description="auto: the first part that is here, else software")
    device: str | None = Field(
        default=None, max_length=100, description="which one, as FFmpeg names it; absent: its first"
    )
    or_software: bool = Field(default=False, description="a part that is missing is counted, not refused")

    def chosen(self) -> Chosen:
        """What decodes on this box now. Raises SourceRefused."""
        return chosen(self.by, self.device, or_software=self.or_software)


class OutboxSetting(Setting):
    """How much of the disk waiting records and pictures may take."""

    limit_mb: float = Field(default=512, ge=LEAST_LIMIT / MIB)
    evidence_mb: float = Field(default=2048, gt=0)


class EvidenceSetting(Setting):
    """What pictures may cost."""

    bytes_per_day: int | None = Field(default=None, gt=0, description="sent in 24 hours; absent: what the link takes")


class CentreSetting(Setting):
    """Where pictures are sent: records travel through the broker."""

    url: str = Field(pattern=r"^https?://")
    secret_file: Path = Field(description="the file whose first line is the secret this node enrolled with")


class NodeConfig(Setting):
    """Everything a node is told."""

    node: Slug
    ward: Slug = Field(description="for routing; the centre's registry says which ward a camera belongs to")
    data: Path = Field(default=Path("var/node"), description="outbox, evidence and journal")
    broker: Broker = Field(description="client_id is the node's own id unless given")
    centre: CentreSetting | None = None
    models: ModelSetting = ModelSetting()
    decode: DecodeSetting = DecodeSetting()
    outbox: OutboxSetting = OutboxSetting()
    evidence: EvidenceSetting = EvidenceSetting()
    clips: ClipSetting | None = Field(default=None, description="absent: no film is ever written")
    cameras: tuple[CameraSetting, ...] = ()
    sensors: tuple[SensorSetting, ...] = ()
    clock: Literal["ntp", "gnss", "rtc", "host", "none"] = Field(
        default="ntp", description="what disciplines this box's clock; host: a virtual machine's host does"
    )
    made_journal: Path | None = Field(default=None, description="write every number given, for reconciling")
    revision: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None, description="what the centre calls this configuration; the time of the file, if absent"
    )

    @model_validator(mode="before")
    @classmethod
    def _name_the_line(cls, told: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        if not isinstance(told, dict) or not isinstance(told.get("broker", {}), dict):
            return told
        return {**told, "broker": {"client_id": told.get("node"), **told.get("broker", {})}}


def load(path: Path) -> tuple[NodeConfig, str]:
    """A configuration from a file, and its revision. Raises DocumentRefused with every mistake, OSError."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DocumentRefused([Mistake(str(path), line, "", "not UTF-8: save it as UTF-8 text")]) from None
    config = understand(text, str(path))
    return config, config.revision or datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%SZ")


def understand(text: str, name: str) -> NodeConfig:
    """A configuration from its text. Raises DocumentRefused with every mistake."""
    return settled(parse(text, name))


def settled(document: Document) -> NodeConfig:
    """A configuration from what was read of it. Raises DocumentRefused with every mistake."""
    config = fit(document, NodeConfig)
    found = [*_twice(document, config), *_without_eyes(document, config), *_over_nothing(document, config)]
    for index, one in enumerate(config.cameras):
        found += mistakes(document, ("cameras", index), one.second_looks, one.classes, {zone.id for zone in one.zones})
    if found:
        raise DocumentRefused(found)
    return config


def _twice(document: Document, config: NodeConfig) -> list[Mistake]:
    found: list[Mistake] = []
    seen: dict[str, str] = {}
    ids: Sequence[tuple[str, int, str]] = [
        *(("cameras", index, camera.id) for index, camera in enumerate(config.cameras)),
        *(("sensors", index, sensor.id) for index, sensor in enumerate(config.sensors)),
    ]
    for part, index, name in ids:
        if name in seen:
            found.append(document.mistake((part, index, "id"), f"{name} is already the id of {seen[name]}"))
        seen[name] = f"{part}.{index}"
    return found


def _without_eyes(document: Document, config: NodeConfig) -> list[Mistake]:
    if config.models.detector is not None:
        return []
    return [
        document.mistake(("cameras", index, "source"), "needs models.detector: only a drawn camera knows its own truth")
        for index, camera in enumerate(config.cameras)
        if not isinstance(camera.source, DrawnSource)
    ]


def _over_nothing(document: Document, config: NodeConfig) -> list[Mistake]:
    """Rules over zones that their camera has not, each at its own line."""
    found: list[Mistake] = []
    for index, camera in enumerate(config.cameras):
        zones = sorted(zone.id for zone in camera.zones)
        for number, setting in enumerate(camera.watch):
            if setting.watch.zone not in zones:
                path = ("cameras", index, "watch", number, str(setting.watch.kind), "zone")
                has = f"it has {', '.join(zones)}" if zones else "it has none"
                found.append(document.mistake(path, f"the camera has no zone {setting.watch.zone}: {has}"))
    return found
