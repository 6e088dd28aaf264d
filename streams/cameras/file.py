"""A video file as a camera: in real time or as fast as possible, once or for ever.

Nothing in the file's header is believed for time: pictures are timed by their pts, and where those are missing or
absurd by the frame rate, and where that is absurd by 25 fps. Every lap opens the file anew, because seeking back is
where broken containers differ. Text that calls itself .mp4 is refused: FFmpeg would take play lists and concat scripts
by their content and open what they name, so only containers of video are let in, and only the file protocol.
With `pace="fast"` the times run ahead of the wall clock; hand in `began` to place them.
"""

import contextlib
import threading
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import av.error
import structlog
from av.codec.hwaccel import HWAccel

from streams.cameras.cadence import Cadence
from streams.cameras.clock import FileClock, Stamp, seconds_of
from streams.cameras.hardware import Hardware, told
from streams.cameras.pictures import MAX_PIXELS, Pictures, video_of
from streams.cameras.source import Counters, Meter
from streams.clocks import Clock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,flv,h264,hevc,mjpeg,mjpeg_2000,ogg,asf"
OPTIONS = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS, "max_pixels": str(MAX_PIXELS)}
SANE_FPS = (1.0, 240.0)
USUAL_FPS = 25.0
SHORT_SHARE = 0.9

log = structlog.get_logger(__name__)


class FileCamera:
    """Plays a video file. `looked_at_fps` thins it, `width` scales it down; None leaves it as it is."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        path: Path,
        *,
        pace: Literal["live", "fast"] = "live",
        loop: bool = True,
        looked_at_fps: float | None = None,
        width: int | None = None,
        began: datetime | None = None,
        hardware: Hardware | None = None,
    ) -> None:
        self.camera, self._hardware = camera, hardware
        self._path, self._pace, self._loop = path, pace, loop
        self._fps, self._width, self._began = looked_at_fps, width, began
        self._meter = Meter()
        self._last: datetime | None = None
        self._told_short = False

    @property
    def counters(self) -> Counters:
        """A snapshot, safe to take from any thread."""
        return self._meter.now

    @contextlib.contextmanager
    def open(self, clock: Clock, stop: threading.Event | None = None) -> Iterator[Iterator[Frame]]:
        """Frames until the file ends (never, when it loops) or `stop`; SourceRefused names the file and why."""
        with self._container() as container:
            stream = video_of(container, str(self._path))
            fps = float(stream.average_rate or 0)
            self._meter.note(fps=fps or None)
            told(self._meter, self._hardware, stream.codec_context, self.camera)
        self._meter.add(opened=1)
        usual = fps if SANE_FPS[0] <= fps <= SANE_FPS[1] else USUAL_FPS
        with contextlib.closing(self._play(FileClock(self._start(clock), 1 / usual), clock, stop)) as frames:
            yield frames

    def _start(self, clock: Clock) -> datetime:
        began = self._began or clock.now()
        return began if self._last is None else max(began, self._last + timedelta(microseconds=1))

    def _play(self, times: FileClock, clock: Clock, stop: threading.Event | None) -> Generator[Frame, None, None]:
        stop = stop or threading.Event()
        cadence, began = Cadence(self._fps), clock.monotonic()
        while not stop.is_set():
            before = self._meter.now.decoded
            for frame in self._lap(times, cadence, stop):
                if self._pace == "live" and clock.rest(began + frame.elapsed - clock.monotonic(), stop):
                    return
                self._last = frame.captured
                yield frame
            if not stop.is_set() and self._meter.now.decoded == before:
                raise SourceRefused(f"{self._path}: holds no picture that can be decoded")
            if not self._loop:
                return
            times.again()

    def _lap(self, times: FileClock, cadence: Cadence, stop: threading.Event) -> Iterator[Frame]:
        def stamp(pts: int | None, base: Fraction | None) -> Stamp:
            return times.stamp(seconds_of(pts, base))

        before = self._meter.now.packets
        with self._container() as container:
            stream = video_of(container, str(self._path))
            pictures = Pictures(self.camera, stream.codec_context, stamp, cadence, self._meter, self._width)
            for packet in self._packets(container, stream):
                if stop.is_set():
                    return
                yield from pictures.take(packet)
            self._tell_short(stream.frames, self._meter.now.packets - before)

    def _packets(self, container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401 - PyAV's generics add nothing here
        try:
            yield from container.demux(stream)
        except av.error.InvalidDataError:
            # The file breaks off here: what came before it was played, and the rest is not there.
            self._meter.add(corrupt=1)
        except av.FFmpegError as error:
            raise SourceLost(f"{self._path}: {error.strerror}") from error

    def _container(self) -> "av.container.InputContainer":
        if not self._path.is_file():
            raise SourceRefused(f"{self._path}: no such file")
        try:
            return av.open(str(self._path.absolute()), "r", options=OPTIONS, hwaccel=self._part())
        except RuntimeError as error:  # all that PyAV says of a stream the part does not decode
            raise SourceRefused(f"{self._path}: {error}") from error
        except PermissionError as error:
            raise SourceRefused(f"{self._path}: may not be read") from error
        except (av.error.InvalidDataError, ValueError, EOFError) as error:
            raise SourceRefused(
                f"{self._path}: not a video file that can be read (damaged, cut off, or text)"
            ) from error
        except (av.FFmpegError, OSError) as error:
            raise SourceLost(f"{self._path}: {error}") from error

    def _part(self) -> HWAccel | None:
        return self._hardware.acceleration() if self._hardware is not None else None

    def _tell_short(self, claimed: int, found: int) -> None:
        if found < claimed * SHORT_SHARE and not self._told_short:
            self._told_short = True
            log.warning("video file shorter than it says", camera=self.camera, claimed=claimed, found=found)
