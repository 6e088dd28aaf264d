"""Photos from phones: read what they say of themselves, then make them anew, in a process of their own.

A photo is bytes from outside: it may be a bomb, cut short, or no picture at all. So it is decoded only in a worker
process with limits of memory and time: what breaks there breaks there. The place, accuracy, time and camera model in
its EXIF are read first, because they prove where and when the work was done; then the picture is turned upright, made
no larger than 2048 px and encoded afresh from bare pixels, so that no metadata leaves with it. The only module that
imports Pillow.
"""

import io
import math
import multiprocessing
import struct
import threading
import warnings
import zlib
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Final

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from central.cases.confinement import confine, in_time
from central.cases.deadline import CITY_ZONE

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2048
QUALITY: Final = 85
FORMATS: Final = ("JPEG", "PNG", "WEBP")
WORKER_LIFE: Final = 200
WORKING_S: Final = 10.0  # of processor time; a phone's photo takes a third of a second
PATIENCE_S: Final = 30.0
EARTH_RADIUS_M: Final = 6_371_008.8

_DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError)


class Fault(StrEnum):
    """Why a photo is refused."""

    NOT_AN_IMAGE = "photo_not_an_image"
    DAMAGED = "photo_damaged"
    TOO_MANY_BYTES = "photo_too_many_bytes"
    TOO_MANY_PIXELS = "photo_too_many_pixels"


class PhotoRefused(Exception):  # noqa: N818 - the name says what happened
    """The photo cannot be used, and trying again will not help. `fault` says why."""

    def __init__(self, fault: Fault, **params: int) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.params = params


class StudioBusy(Exception):  # noqa: N818 - weather, not an error: try again shortly
    """Too many photos wait already, or the worker was lost: the phone tries again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a photo says of itself (EXIF), or what the phone says of it; anything may be missing."""

    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    camera_model: str | None = None


@dataclass(frozen=True, slots=True)
class Developed:
    """A photo made anew: JPEG bytes without metadata, its size in pixels, and what the original told."""

    jpeg: bytes
    width: int
    height: int
    told: Told


@dataclass(frozen=True, slots=True)
class _Refusal:
    fault: Fault
    params: tuple[tuple[str, int], ...] = ()


_Begun = Future[Developed | _Refusal | None]


class Studio:
    """Develops photos in worker processes, at most `waiting` at a time. Safe to use from many threads.

    A photo that takes too long ends by itself, in its worker; whoever waited too long behind others takes only their
    own back. So nobody's trouble is another's, short of a worker's death.
    """

    def __init__(
        self, workers: int = 1, waiting: int = 8, *, working_s: float = WORKING_S, patience_s: float = PATIENCE_S
    ) -> None:
        """`working_s`: processor time of one photo; `patience_s`: how long a caller waits for theirs."""
        self._workers = workers
        self._working = working_s
        self._patience = patience_s
        self._room = threading.BoundedSemaphore(waiting)
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def develop(self, data: bytes) -> Developed:
        """The photo made anew. Raises PhotoRefused, or StudioBusy when there is no room now."""
        if len(data) > MOST_BYTES:
            raise PhotoRefused(Fault.TOO_MANY_BYTES, most=MOST_BYTES)
        pool = self._worker()
        if not self._room.acquire(blocking=False):
            raise StudioBusy
        try:
            done = self._waited(self._begun(pool, data))
        except CancelledError as error:  # the studio was closed meanwhile
            raise StudioBusy from error
        except BrokenProcessPool as error:
            self._retire(pool)
            raise StudioBusy from error
        finally:
            self._room.release()
        if done is None:
            raise StudioBusy
        if isinstance(done, _Refusal):
            raise PhotoRefused(done.fault, **dict(done.params))
        return done

    def close(self) -> None:
        """Let the workers go; the next photo starts new ones."""
        if (pool := self._pool) is not None:
            self._retire(pool)

    def _retire(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:  # and not one that somebody has opened since
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)

    def _waited(self, begun: _Begun) -> Developed | _Refusal | None:
        try:
            return begun.result(timeout=self._patience)
        except TimeoutError as error:
            begun.cancel()
            raise StudioBusy from error

    def _begun(self, pool: ProcessPoolExecutor, data: bytes) -> _Begun:
        try:
            return pool.submit(in_time, self._working, develop, data)
        except BrokenProcessPool:
            raise
        except RuntimeError as error:  # the pool was closed between here and there
            raise StudioBusy from error

    def _worker(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=confine,
                    max_tasks_per_child=WORKER_LIFE,
                )
            return self._pool


def away_m(told: Told, lat: float | None, lon: float | None) -> float | None:
    """Metres over ground between a photo's place and another; None when either has none."""
    if told.lat is None or told.lon is None or lat is None or lon is None:
        return None
    here, there = math.radians(told.lat), math.radians(lat)
    half_north, half_east = (there - here) / 2, math.radians(lon - told.lon) / 2
    chord = math.sin(half_north) ** 2 + math.cos(here) * math.cos(there) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def develop(data: bytes) -> Developed | _Refusal:
    """What a worker does with one photo: measure, read what it tells, turn upright, shrink, encode from bare pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        return _Refusal(Fault.TOO_MANY_PIXELS, (("most", MOST_PIXELS),))
    except UnidentifiedImageError:
        return _Refusal(Fault.NOT_AN_IMAGE)
    except _DAMAGED:
        return _Refusal(Fault.DAMAGED)
    with opened as image:
        if image.width * image.height > MOST_PIXELS:
            return _Refusal(Fault.TOO_MANY_PIXELS, (("most", MOST_PIXELS),))
        try:
            return _made_anew(image, _told(image))
        except _DAMAGED:
            return _Refusal(Fault.DAMAGED)


def _made_anew(image: Image.Image, told: Told) -> Developed:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    layered = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    bare = Image.new("RGB", layered.size, "white")
    bare.paste(layered, mask=layered.getchannel("A") if layered.mode == "RGBA" else None)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Developed(out.getvalue(), bare.width, bare.height, told)


def _told(image: Image.Image) -> Told:
    """The EXIF of a picture; what is missing or makes no sense there is None and refuses nothing."""
    try:
        exif = image.getexif()
        gps, shot = exif.get_ifd(ExifTags.IFD.GPSInfo), exif.get_ifd(ExifTags.IFD.Exif)
    except _DAMAGED:
        return Told()
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    placed = lat is not None and lon is not None
    model = exif.get(ExifTags.Base.Model)
    return Told(
        taken_at=_taken(shot),
        lat=lat if placed else None,
        lon=lon if placed else None,
        accuracy_m=_number(gps.get(ExifTags.GPS.GPSHPositioningError), 0, 1e6) if placed else None,
        camera_model=model.strip("\x00 ")[:100] if isinstance(model, str) else None,
    )


def _degrees(gps: dict[int, Any], tag: int, reference: int, negative: str, most: float) -> float | None:
    parts = gps.get(tag)
    if not isinstance(parts, tuple) or len(parts) != 3:  # noqa: PLR2004 - degrees, minutes, seconds
        return None
    numbers = [_number(part, 0, most) for part in parts]
    if any(number is None for number in numbers):
        return None
    degrees: float = sum((number or 0.0) / 60.0**power for power, number in enumerate(numbers))
    if degrees > most:
        return None
    return -degrees if str(gps.get(reference, "")).upper().startswith(negative) else degrees


def _number(value: Any, least: float, most: float) -> float | None:  # noqa: ANN401 - EXIF holds anything
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and least <= number <= most else None


def _taken(shot: dict[int, Any]) -> datetime | None:
    """When the picture was taken, aware UTC; a phone that names no offset stood in the city's zone."""
    try:
        local = datetime.strptime(str(shot[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - below
        zone = _offset(shot.get(ExifTags.Base.OffsetTimeOriginal)) or CITY_ZONE
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):  # in the year 1 there is no UTC for a city to the east
        return None


def _offset(told: object) -> timezone | None:
    try:
        sign, hours, minutes = str(told)[0], *str(told).strip("\x00 ")[1:].split(":")
        span = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-span if sign == "-" else span)
    except (IndexError, ValueError, OverflowError):
        return None
