"""Decoding by a part of the machine that is made for it, where one is asked for and is here.

Off unless asked for: with small streams and one in five pictures looked at, decoding in software is a few percent of a
core, and a driver is one more thing that can break at night. It pays where only large streams are to be had.
FFmpeg calls the parts `cuda` (NVDEC), `vaapi` (Intel, AMD) and `qsv`; which of them a PyAV build knows differs: the
wheels of PyAV 18 know `cuda`, and `vaapi` only in builds against the system's FFmpeg. `qsv` is a decoder of its own to
FFmpeg and not reached by PyAV's `HWAccel`: asked for, it is missing, and that is said. Whether a part is here is found
by opening it for H.264, anew at each opening of a camera, since drivers come and go.
Pictures are brought back to memory. Single pictures of a main stream are decoded in software: for those the part is not
worth its beginning.
Limits: what refuses and what falls back was tried on a machine without any of them; that pictures come was not. A part
that takes a stream and gives it back at its first picture (a profile it does not know) is not noticed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import av
import structlog
from av.codec.hwaccel import HWAccel, hwdevices_available

from streams.cameras.source import Meter
from streams.weather import SourceLost, SourceRefused

ASKED_FOR: Final = "h264"

log = structlog.get_logger(__name__)


class Decode(StrEnum):
    """What decodes."""

    SOFTWARE = "software"
    AUTO = "auto"  # the first that is here, else software
    CUDA = "cuda"
    VAAPI = "vaapi"
    QSV = "qsv"


IN_TURN: Final = (Decode.CUDA, Decode.VAAPI, Decode.QSV)


@dataclass(frozen=True, slots=True)
class Hardware:
    """One part, `device` as FFmpeg names it (`0`, `/dev/dri/renderD128`); `strict`: rather no picture than software."""

    by: Decode
    device: str | None = None
    strict: bool = True

    def acceleration(self) -> HWAccel | None:
        """For PyAV, as it opens a stream; None where the part is away. Raises SourceLost when nothing else will do."""
        why = missing(self.by, self.device)
        if why is None:
            return HWAccel(self.by, self.device, allow_software_fallback=not self.strict)
        if self.strict:
            raise SourceLost(f"decode: {self.by}: {why}")
        return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to decode (none: software), and of each part that was wished for and is missing what is wrong with it.

    A part that was named and may be done without stays wished for: it may be back when a camera is opened.
    """

    hardware: Hardware | None = None
    why: str = ""


def chosen(by: Decode, device: str | None = None, *, or_software: bool = False) -> Chosen:
    """What was asked for, if it is here. Raises SourceRefused where it is missing and nothing else will do."""
    if by is Decode.SOFTWARE:
        return Chosen()
    if by is Decode.AUTO:
        return _first(device)
    why = missing(by, device)
    if why is not None and not or_software:
        raise SourceRefused(f"decode: {by}: {why}; with `or_software: true` the node goes on without it")
    return Chosen(Hardware(by, device, strict=not or_software), "" if why is None else f"{by}: {why}")


def missing(by: Decode, device: str | None = None) -> str | None:
    """Why this part decodes nothing here; None when it does."""
    if by not in hwdevices_available():
        return f"this build of FFmpeg knows only {', '.join(sorted(hwdevices_available())) or 'none'}"
    try:
        HWAccel(by, device).create(av.Codec(ASKED_FOR, "r"))
    except NotImplementedError:
        return "this build of FFmpeg decodes no H.264 with it"
    except (av.FFmpegError, OSError, ValueError) as error:  # a device of cuda is a number
        at = f" at {device}" if device else ""
        return f"none answers{at} ({getattr(error, 'strerror', None) or error})"
    return None


def told(meter: Meter, wished: Hardware | None, context: Any, camera: str) -> None:  # noqa: ANN401 - PyAV's context
    """Note what decodes this opening of a camera; software that was not wished for is counted, and said."""
    part = str(wished.by) if wished is not None and context.is_hwaccel else str(Decode.SOFTWARE)
    meter.note(codec=context.name, decoder=part)
    if wished is not None and not context.is_hwaccel:
        meter.add(fell_back=1)
        log.warning("decoded in software", camera=camera, wished=wished.by, codec=context.name)


def _first(device: str | None) -> Chosen:
    missed: list[str] = []
    for kind in IN_TURN:
        why = missing(kind, device)
        if why is None:
            return Chosen(Hardware(kind, device, strict=False))
        missed.append(f"{kind}: {why}")
    return Chosen(None, "; ".join(missed))
