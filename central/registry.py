"""What the city owns: wards, units, nodes, cameras and sensors, as a person writes it in `configs/city.yaml`.

A node's ward is routing: the topic it publishes under. A camera's or a sensor's ward is what its facts, alerts and
cases belong to, and may differ from its node's. Ids are unique in the city and never used again.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from streams import documents
from streams.documents import Document, DocumentRefused, Mistake
from streams.wire.words import Code, Short, Slug

Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ward(_Part):
    """A ward, and its boundary as a GeoJSON polygon where it is known."""

    name: Name
    boundary: dict[str, object] | None = None


class Unit(_Part):
    """Who does the work; one without a ward serves the whole city."""

    name: Name
    ward: Slug | None = None


class Spot(_Part):
    """Where something stands: WGS 84 degrees."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]


class Camera(_Part):
    """A camera a node reads, and what people call the zones and lines its node watches in its picture.

    The centre does not know the node's configuration: a zone without a name is told by its id, a name too many of none.
    """

    name: Name
    ward: Slug
    place: Spot | None = None
    zones: dict[Slug, Name] = Field(default_factory=dict)
    lines: dict[Slug, Name] = Field(default_factory=dict)

    @property
    def named(self) -> dict[str, str]:
        """The name of every zone and line that has one."""
        return {**self.zones, **self.lines}


class Sensor(_Part):
    """A sensor a node reads: what it measures, in a UCUM unit."""

    name: Name
    ward: Slug
    quantity: Code
    unit: Short
    place: Spot | None = None


class Node(_Part):
    """A box: the ward its topics run through, and the devices it may speak for."""

    name: Name
    ward: Slug
    cameras: dict[Slug, Camera] = Field(default_factory=dict)
    sensors: dict[Slug, Sensor] = Field(default_factory=dict)


class City(_Part):
    """The whole registry."""

    wards: Annotated[dict[Slug, Ward], Field(min_length=1)]
    units: dict[Slug, Unit] = Field(default_factory=dict)
    nodes: dict[Slug, Node] = Field(default_factory=dict)


def read(text: str, name: str) -> City:
    """The registry from YAML text. Raises DocumentRefused with every mistake, each with file and line."""
    document = documents.parse(text, name)
    city = documents.fit(document, City)
    mistakes = [*_strangers(city, document), *_doubles(city, document), *_crossed(city, document)]
    if mistakes:
        raise DocumentRefused(mistakes)
    return city


def devices(node: Node) -> Mapping[str, Camera | Sensor]:
    """Every camera and sensor of a node by its id."""
    return {**node.cameras, **node.sensors}


def _strangers(city: City, document: Document) -> Iterator[Mistake]:
    """Wards that are spoken of and do not exist."""
    for unit_id, unit in city.units.items():
        if unit.ward is not None and unit.ward not in city.wards:
            yield document.mistake(("units", unit_id, "ward"), f"no ward {unit.ward!r} in this city")
    for node_id, node in city.nodes.items():
        if node.ward not in city.wards:
            yield document.mistake(("nodes", node_id, "ward"), f"no ward {node.ward!r} in this city")
        for kind in ("cameras", "sensors"):
            for device_id, device in getattr(node, kind).items():
                if device.ward not in city.wards:
                    where = ("nodes", node_id, kind, device_id, "ward")
                    yield document.mistake(where, f"no ward {device.ward!r} in this city")


def _doubles(city: City, document: Document) -> Iterator[Mistake]:
    """Device ids that stand under two nodes, or for a camera and a sensor."""
    seen: dict[str, str] = {}
    for node_id, node in city.nodes.items():
        for kind in ("cameras", "sensors"):
            for device_id in getattr(node, kind):
                if device_id in seen:
                    where = ("nodes", node_id, kind, device_id)
                    yield document.mistake(where, f"{device_id!r} already stands under {seen[device_id]}")
                seen.setdefault(device_id, f"{kind} of node {node_id}")


def _crossed(city: City, document: Document) -> Iterator[Mistake]:
    """Ids that a camera has for a zone and for a line: an alert tells either by its id alone."""
    for node_id, node in city.nodes.items():
        for camera_id, camera in node.cameras.items():
            for id_ in camera.zones.keys() & camera.lines.keys():
                where = ("nodes", node_id, "cameras", camera_id, "lines", id_)
                yield document.mistake(where, f"{id_!r} is already a zone of this camera")
