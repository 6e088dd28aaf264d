"""From a configuration to the parts it names: camera sources, and something that looks for each worker.

A configuration without a detector watches drawn cameras only, whose truth stands in for detections: the seam is
here and nowhere else, so that a bundled detector and street change the configuration and no code.
"""

import platform
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final, TypedDict
from uuid import UUID

import cv2
import httpx
import structlog

from edge.config import STREET, CameraSetting, ModelSetting, NodeConfig
from edge.eye import Task
from edge.masks import Masks
from edge.privacy import WIDEST_PX
from edge.seeing import DetectorEyes, DrawnEyes, Eyes, labels_of
from edge.source_settings import DrawnSource, FileSource, HlsSource, MjpegSource, RtspSource, V4l2Source
from edge.telling import Witness
from models import catalogue
from models.detector import Detector
from models.session import ModelRefused, Reason
from streams.cameras.device import V4l2Camera
from streams.cameras.drawn import Drawn
from streams.cameras.file import FileCamera
from streams.cameras.hardware import Hardware
from streams.cameras.live import LiveCamera
from streams.cameras.main import RING_S, MainStream
from streams.cameras.preroll import Preroll
from streams.cameras.rtsp import RtspCamera
from streams.cameras.source import Camera
from streams.cameras.web import HlsCamera, MjpegCamera
from streams.weather import SourceRefused
from streams.wire.records import ModelRef

log = structlog.get_logger(__name__)

USUAL_FACES: Final = "yunet-faces"
_SETTINGS: Final = {catalogue.Task.OBJECTS: "detector", catalogue.Task.FACES: "faces"}


class _Usual(TypedDict):
    user: str | None
    password: str | None
    ca_file: Path | None
    looked_at_fps: float
    width: int | None
    keep: Preroll | None
    hardware: Hardware | None


def cameras(config: NodeConfig) -> list[Camera]:
    """A source for every camera.

    Raises SourceRefused for an address or a password file nobody can use, and for a decoder that is not here.
    """
    part = config.decode.chosen()
    if part.why:
        log.warning("decode", asked=config.decode.by, missing=part.why)
    return [_camera(setting, _ring(setting, config), part.hardware) for setting in config.cameras]


def rings(sources: Iterable[Camera]) -> dict[str, Preroll]:
    """The rings of encoded packets, of those cameras that keep one."""
    live = {source.camera: source.keep for source in sources if isinstance(source, LiveCamera)}
    return {camera: ring for camera, ring in live.items() if isinstance(ring, Preroll)}


def mains(config: NodeConfig) -> dict[str, MainStream]:
    """The main streams that are read beside what is looked at, by camera. Raises SourceRefused."""
    made = {}
    for setting in config.cameras:
        if isinstance(setting.source, RtspSource) and setting.source.main is not None:
            ring = _ring(setting, config) or Preroll(RING_S)
            source = setting.source.model_copy(update={"rtsp": setting.source.main})
            made[setting.id] = MainStream(_called(setting, source, ring, None), ring)
    return made


def eyes_of(config: NodeConfig, sources: Sequence[Camera]) -> list[Eyes]:
    """One that looks for every session. Raises ModelRefused, DocumentRefused.

    OpenCV is held to the thread that asks: sessions and cameras have one each, and its own would spin beside them.
    """
    cv2.setNumThreads(1)
    if config.models.detector is None:
        return [DrawnEyes([source for source in sources if isinstance(source, Drawn)])]
    listed = catalogue.load(config.models.catalogue)
    faces, turn = _faces(config.models, listed), threading.Lock()
    return [DetectorEyes(_objects(config.models, listed), faces, turn) for _ in range(config.models.sessions)]


def witness(setting: CameraSetting, model: ModelRef | None, config_rev: str) -> Witness:
    """What stands behind a camera's events: the model, and from which score this camera's tracker is sure."""
    sure = None if model is None else model.model_copy(update={"threshold": setting.tracker.sure})
    return Witness(setting.id, setting.place, sure, config_rev)


def width_of(setting: CameraSetting) -> int | None:
    """How wide a camera's whole pictures are developed; None for as they come.

    What leaves is no wider than this, and a picture of 1920 pixels takes twice the memory and the time. Where parts of
    a wide view are looked at closely, or crops by a second model, every pixel is wanted.
    """
    closely = setting.tiles.most or any(not look.blurs for look in setting.second_looks)
    return None if closely else WIDEST_PX


def task_of(setting: CameraSetting, *, evidence: bool | None = None) -> Task:
    """What a camera is there for; `evidence` is the setting's own unless told.

    Where a rule wants a look sooner than the gate or the tiles would give it, they give it then.
    """
    soonest = setting.soonest_s
    gate = setting.gate.model_copy(update={"recheck_s": min(setting.gate.recheck_s, soonest)})
    return Task(
        classes=setting.classes,
        tracker=setting.tracker,
        gate=gate,
        tell=setting.tell,
        evidence=setting.evidence if evidence is None else evidence,
        masks=Masks(setting.masks),
        tiles=setting.tiles.model_copy(update={"sweep_s": min(setting.tiles.sweep_s, soonest)}),
    )


def made_journal(config: NodeConfig) -> Callable[[UUID, int], None] | None:
    """The node's own count of what it makes: a line for every number, on disk before the outbox has it."""
    if config.made_journal is None:
        return None
    config.made_journal.parent.mkdir(parents=True, exist_ok=True)
    journal = config.made_journal.open("a", buffering=1, encoding="utf-8")
    return lambda epoch, seq: print(epoch, seq, file=journal)


def client_of(config: NodeConfig) -> httpx.AsyncClient | None:
    """A client that knows the centre and this node's secret. Raises SourceRefused when it cannot be read."""
    if config.centre is None:
        return None
    bearer = {"Authorization": f"Bearer {_first_line(config.centre.secret_file)}"}
    return httpx.AsyncClient(base_url=config.centre.url, headers=bearer)


def versions() -> dict[str, str]:
    """What runs on this box, for the status message."""
    told = {"python": platform.python_version()}
    for package in ("wardsense", "onnxruntime", "av", "opencv-python-headless"):
        try:
            told[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return told


def _ring(setting: CameraSetting, config: NodeConfig) -> Preroll | None:
    """Where films are asked for and nothing has to be hidden: masks cannot be burnt into packets."""
    return config.clips.ring() if config.clips and not setting.masks else None


def _camera(setting: CameraSetting, ring: Preroll | None, part: Hardware | None) -> Camera:
    fps, width = setting.fps, width_of(setting)
    match setting.source:
        case FileSource(file=file, loop=loop):
            return FileCamera(setting.id, file, loop=loop, looked_at_fps=fps, width=width, hardware=part)
        case V4l2Source(v4l2=device, size=size, pixels=pixels):
            return V4l2Camera(
                setting.id, device, size=size, pixels=pixels, looked_at_fps=fps, width=width, keep=ring, hardware=part
            )
        case DrawnSource(drawn=seed):
            return Drawn(setting.id, seed=seed, looked_at_fps=fps)
        case called:
            return _called(setting, called, ring, part, width)


def _called(
    setting: CameraSetting,
    source: RtspSource | MjpegSource | HlsSource,
    ring: Preroll | None,
    part: Hardware | None,
    width: int | None = None,
) -> LiveCamera:
    password = _first_line(source.password_file) if source.password_file else None
    usual = _Usual(
        user=source.user,
        password=password,
        ca_file=source.ca_file,
        looked_at_fps=setting.fps,
        width=width,
        keep=ring,
        hardware=part,
    )
    match source:
        case RtspSource(rtsp=rtsp, transport=transport):
            return RtspCamera(setting.id, rtsp, transport=transport, **usual)
        case MjpegSource(mjpeg=mjpeg):
            return MjpegCamera(setting.id, mjpeg, **usual)
        case HlsSource(hls=hls):
            return HlsCamera(setting.id, hls, **usual)


def _objects(setting: ModelSetting, listed: catalogue.Catalogue) -> Detector:
    return _detector(setting.detector or "", listed, setting, catalogue.Task.OBJECTS)


def _faces(setting: ModelSetting, listed: catalogue.Catalogue) -> Detector | None:
    wanted = setting.faces or _pulled_faces(listed, setting)
    return _detector(wanted, listed, setting, catalogue.Task.FACES) if wanted else None


def _pulled_faces(listed: catalogue.Catalogue, setting: ModelSetting) -> str | None:
    """The usual face model where it has been pulled: who has it covers faces with it, without being asked."""
    known = listed.entries.get(USUAL_FACES)
    return USUAL_FACES if known is not None and known.lies(setting.store).is_file() else None


def _detector(name: str, listed: catalogue.Catalogue, setting: ModelSetting, task: catalogue.Task) -> Detector:
    try:
        entry = listed[name]
    except KeyError as error:
        raise ModelRefused(Reason.MISSING, name, str(error.args[0])) from error
    if entry.task is not task:
        raise ModelRefused(Reason.SHAPE, name, f"looks for {entry.task}; models.{_SETTINGS[task]} looks for {task}")
    if task is catalogue.Task.OBJECTS and not STREET.intersection(labels_of(entry)):
        raise ModelRefused(Reason.SHAPE, name, f"knows none of {', '.join(sorted(STREET))}: no street can be watched")
    return Detector(entry, entry.lies(setting.store), threads=1, provider=setting.provider)


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").splitlines()[0].strip()
    except UnicodeDecodeError:  # its own words would quote from the secret
        raise SourceRefused(f"{path}: no password can be read there (not UTF-8 text)") from None
    except (OSError, IndexError) as error:
        raise SourceRefused(f"{path}: no password can be read there ({error})") from error
