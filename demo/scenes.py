"""What the demonstration watches: which video on which camera, and what to look for in it.

Usually the street this release brings along (`demo.street`), the same on every machine. A video with a truth beside it
is watched for what that asks. Three clips of the development data are known by name, so that their rules fit what they
show; any other video gets a scene that fits any street: the whole picture as one zone, and a short patience. A street
can be drawn, too: that needs no detector, so it tells a trouble of the machine from one of the model.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import yaml

from demo import street

WHOLE: Final = [[0, 0], [1, 0], [1, 1], [0, 1]]
CLIPS: Final = ("opencv_vtest.avi", "ahmetozlu_input_video.mp4", "intel_car-detection.mp4")
REAL: Final = "deimv2-femto"  # the best of the catalogue for a street nobody rendered
CAMERAS: Final = ("cam-bach-dang", "cam-tran-phu", "cam-dien-bien-phu")

_ANY: Final[dict[str, Any]] = {
    "zones": [{"id": "toan-canh", "polygon": WHOLE}],
    "lines": [{"id": "vach-giua", "a": [0, 0.5], "b": [1, 0.5], "rightward": "xuong", "leftward": "len"}],
    "watch": [
        {"loitering": {"zone": "toan-canh", "after_s": 10, "classes": ["person"]}},
        {"stopped_vehicle": {"zone": "toan-canh", "after_s": 10}},
        {"crowding": {"zone": "toan-canh", "at_least": 6, "for_s": 5}},
    ],
}
_KNOWN: Final[dict[str, dict[str, Any]]] = {
    # A plaza from above: people cross it in 12 to 17 s, some stand about for longer, and those are told of. The lawn
    # in front is nobody's business.
    "opencv_vtest.avi": {
        "zones": [{"id": "quang-truong", "polygon": [[0.0, 0.2], [1.0, 0.1], [1.0, 0.75], [0.55, 0.62], [0.0, 0.45]]}],
        "lines": [{"id": "loi-di", "a": [0.4, 0.25], "b": [0.8, 0.6], "rightward": "vao", "leftward": "ra"}],
        "watch": [
            {"loitering": {"zone": "quang-truong", "after_s": 20, "classes": ["person"]}},
            {"crowding": {"zone": "quang-truong", "at_least": 5, "for_s": 5}},
        ],
    },
    # A street with a refuge in the middle: cars stand beside it for twenty seconds, others pass. Only the carriageway
    # is watched; the car parked in the drive on the right stands on private ground.
    "ahmetozlu_input_video.mp4": {
        "zones": [
            {
                "id": "long-duong",
                "polygon": [[0.32, 0.42], [0.4, 0.36], [0.66, 0.42], [1.0, 0.68], [1.0, 1.0], [0.48, 1.0]],
            }
        ],
        "lines": [{"id": "mat-duong", "a": [0.3, 0.6], "b": [1.0, 0.6], "rightward": "den", "leftward": "di"}],
        "watch": [{"stopped_vehicle": {"zone": "long-duong", "after_s": 10}}],
    },
    # A road from straight above: cars one at a time, and long gaps in which nothing may be told. A nano detector hardly
    # knows a car from there, so this camera's tracker is sure sooner; the two scores were fitted on this very clip.
    "intel_car-detection.mp4": {
        "tracker": {"sure": 0.2, "newborn": 0.25},
        "zones": [{"id": "long-duong", "polygon": WHOLE}],
        "lines": [{"id": "vach-dem", "a": [0, 0.5], "b": [1, 0.5], "rightward": "xuong", "leftward": "len"}],
        "watch": [{"stopped_vehicle": {"zone": "long-duong", "after_s": 10}}],
    },
}
_DRAWN: Final[dict[str, Any]] = {
    "zones": [
        {"id": "via-he", "polygon": [[0, 0.4], [1, 0.4], [1, 0.7], [0, 0.7]]},
        {"id": "long-duong", "polygon": [[0, 0.6], [1, 0.6], [1, 1], [0, 1]]},
    ],
    "lines": [{"id": "vach-qua-duong", "a": [0.5, 0.4], "b": [0.5, 1], "rightward": "di", "leftward": "den"}],
    "watch": [
        {"loitering": {"zone": "via-he", "after_s": 10, "classes": ["person"]}},
        {"stopped_vehicle": {"zone": "long-duong", "after_s": 10}},
        {"crowding": {"zone": "via-he", "at_least": 5, "for_s": 5}},
    ],
}
_CALLED: Final = {  # the zones and lines of these scenes, where the city's file does not name a camera's own
    "toan-canh": "Toàn cảnh",
    "vach-giua": "Vạch giữa hình",
    "quang-truong": "Quảng trường",
    "loi-di": "Lối đi",
    "long-duong": "Lòng đường",
    "mat-duong": "Mặt đường",
    "vach-dem": "Vạch đếm xe",
    "via-he": "Vỉa hè",
    "vach-qua-duong": "Vạch sang đường",
}

_LOGIN: Final = re.compile(r"(?P<scheme>rtsps?://)(?P<user>[^:/?#@]+)(:(?P<password>[^/?#@]*))?@(?P<place>[^@]+)")


class Street(StrEnum):
    """Which street is watched by who gives no video."""

    BUNDLED = "bundled"
    DRAWN = "drawn"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Videos:
    """What is watched and with what: `told` is the first line the demonstration prints."""

    sources: tuple[str, ...]
    detector: str | None
    mirror: Path | None
    told: str


class NoVideoError(ValueError):
    """A video that cannot be watched; the message says what to do."""


def choose(videos: Sequence[str], detector: str | None, shared: Path | None, wanted: Street = Street.BUNDLED) -> Videos:
    """What to watch: the person's own videos, else the street that is wanted. Raises NoVideoError.

    `detector` None is what fits: the bundled one for the bundled street, else the best of the catalogue. `shared` is
    the development data, whose models serve as a mirror.
    """
    mirror = shared / "data" / "models" if shared else None
    if videos:
        _refuse_unseen(videos)
        return Videos(tuple(videos), detector or REAL, mirror, f"Your own video, seen by {detector or REAL}")
    match wanted:
        case Street.BUNDLED:
            return _bundled(detector, mirror)
        case Street.DEVELOPMENT:
            return _development(detector or REAL, shared, mirror)
        case Street.DRAWN:
            told = "A drawn street, no detector: its own truth stands in for detections"
            return Videos(("", "", ""), None, None, told)


def _refuse_unseen(videos: Sequence[str]) -> None:
    for video in videos:
        if not video.startswith(("rtsp://", "rtsps://")) and not Path(video).is_file():
            raise NoVideoError(f"{video}: no such file; give a video file or an rtsp:// address")
        if "@" in video and "://" in video and not _LOGIN.fullmatch(video):
            shown = f"rtsp://***@{video.rpartition('@')[2]}"
            raise NoVideoError(f"{shown}: write a / ? # or @ in its password as %2F %3F %23 or %40")


def _bundled(detector: str | None, mirror: Path | None) -> Videos:
    clips = street.clips()
    if not clips:
        raise NoVideoError(f"{street.CLIPS}: not all of the clips are there; install WardSense again, or give --video")
    told = "The street and the detector that come with WardSense, both made by it"
    if detector is None:
        return Videos(tuple(map(str, clips)), street.DETECTOR, None, f"{told} ({street.DETECTOR})")
    return Videos(tuple(map(str, clips)), detector, mirror, f"The street that comes with WardSense, seen by {detector}")


def _development(detector: str, shared: Path | None, mirror: Path | None) -> Videos:
    clips = [shared / "data" / "videos" / clip for clip in CLIPS] if shared else []
    if not clips or not all(clip.is_file() for clip in clips):
        raise NoVideoError("the development clips are not here: name their folder in WARDSENSE_SHARED")
    told = f"Clips and detector ({detector}) from the development data; not part of WardSense"
    return Videos(tuple(map(str, clips)), detector, mirror, told)


def cameras(videos: Videos, fps: float) -> list[dict[str, Any]]:
    """The `cameras` part of a node's configuration."""
    return [
        {"id": camera_id(index), "source": _source(source, index), "fps": fps, **_scene(source)}
        for index, source in enumerate(videos.sources)
    ]


def camera_id(index: int) -> str:
    """The registry's id of the camera that shows this video."""
    return CAMERAS[index] if index < len(CAMERAS) else f"cam-video-{index + 1}"


def login(address: str) -> tuple[str, str, str] | None:
    """An address without its login, the user and the password; None where it has no login."""
    told = _LOGIN.fullmatch(address)
    return told and (told["scheme"] + told["place"], unquote(told["user"]), unquote(told["password"] or ""))


def city(base: str, sources: Sequence[str]) -> str:
    """The registry as YAML, with the cameras that are watched: those beyond the third stand in the first ward.

    Their zones and lines are called what the base calls them, else what such a scene's are called.
    """
    told = yaml.safe_load(base)
    node = next(iter(told["nodes"].values()))
    for index in range(len(sources), len(CAMERAS)):
        del node["cameras"][camera_id(index)]
    for index in range(len(CAMERAS), len(sources)):
        node["cameras"][camera_id(index)] = {"name": f"Camera {index + 1}", "ward": node["ward"]}
    for index, source in enumerate(sources):
        camera, scene = node["cameras"][camera_id(index)], _scene(source)
        for kind in ("zones", "lines"):
            called = {part["id"]: _CALLED.get(part["id"]) or street.called(part["id"]) for part in scene[kind]}
            camera[kind] = {**called, **camera.get(kind, {})}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def sensors() -> list[dict[str, Any]]:
    """Two rivers: one floods soon, the other stays in its bed."""
    soon = {"low": 0.4, "high": 1.6, "quiet_s": 8, "rise_s": 20, "high_s": 40, "fall_s": 20, "every_s": 1}
    calm = {"low": 0.2, "high": 0.9, "quiet_s": 30, "rise_s": 60, "high_s": 60, "fall_s": 60, "every_s": 1}
    return [
        {"id": "water-bach-dang", "quantity": "water_level", "unit": "m", "flood": soon},
        {"id": "water-ham-nghi", "quantity": "water_level", "unit": "m", "flood": calm},
    ]


def _source(source: str, index: int) -> dict[str, Any]:
    if not source:
        return {"drawn": index + 1}
    return {"rtsp": source} if "://" in source else {"file": str(Path(source).resolve())}


def _scene(source: str) -> dict[str, Any]:
    if not source:
        return _DRAWN
    truth = street.truth_of(Path(source))
    if "://" not in source and truth.is_file():
        return street.scene(truth)
    return _KNOWN.get(source.rsplit("/", 1)[-1], _ANY)
