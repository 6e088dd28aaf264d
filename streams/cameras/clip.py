"""From encoded packets to a film that plays anywhere: written anew around the same bytes, nothing decoded or encoded.

H.264 and H.265 become MP4, everything else Matroska. Times are told from zero: the camera's own from packet to packet
while they go forward and are not absurd beside the time that passed on arrival, else what passed. Written beside and
renamed, readable by its owner only: a clip shows people as they are, and nothing here makes them unreadable. It is not
for leaving the node.
"""

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.error

from streams.cameras.clock import JUMP_S
from streams.cameras.preroll import Footage, Kept

TICKS: Final = 90_000
MOST_REORDERED_S: Final = 5.0
EVERYWHERE: Final = frozenset({"h264", "hevc"})
OWNER_ONLY: Final = 0o600


class NotCut(OSError):  # noqa: N818 - the name says what happened
    """The clip could not be written: the disk, or a stream FFmpeg will not put into a file."""


def ending(footage: Footage) -> str:
    """What a file with this footage is called at its end."""
    return ".mp4" if footage.codec in EVERYWHERE else ".mkv"


def cut(footage: Footage, path: Path) -> int:
    """Write it to `path`, whose ending is `ending`'s; gives its bytes. Raises NotCut; then nothing is left there."""
    beside = path.with_name(f".{path.name}.new")
    kind = "mp4" if path.suffix == ".mp4" else "matroska"
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
            with av.open(file, "w", format=kind) as out:
                stream = out.add_stream_from_template(footage.mould)
                for packet in _retimed(footage.kept):
                    packet.stream = stream
                    out.mux(packet)
            written = file.tell()
        beside.replace(path)
    except (av.FFmpegError, OSError) as refused:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise NotCut(f"{path}: {refused}") from refused
    return max(written, path.stat().st_size)


def _retimed(kept: tuple[Kept, ...]) -> Iterator["av.Packet[Any]"]:
    at, before = 0, kept[0]
    for one in kept:
        at += 0 if one is before else max(1, round(_step(before, one) * TICKS))
        packet: av.Packet[Any] = av.Packet(bytes(one.packet))
        packet.dts, packet.pts = at, at + round(_held_back(one) * TICKS)
        packet.time_base = Fraction(1, TICKS)
        packet.is_keyframe = one.packet.is_keyframe
        before = one
        yield packet


def _step(before: Kept, now: Kept) -> float:
    waited = now.arrival.monotonic - before.arrival.monotonic
    if before.packet.dts is None or now.packet.dts is None:
        return waited
    step = float((now.packet.dts - before.packet.dts) * now.packet.time_base)
    return step if 0 < step <= waited + JUMP_S else waited


def _held_back(one: Kept) -> float:
    """How long after it is decoded the picture is to be shown: it leans on one that is shown later."""
    if one.packet.pts is None or one.packet.dts is None:
        return 0.0
    back = float((one.packet.pts - one.packet.dts) * one.packet.time_base)
    return back if 0 <= back <= MOST_REORDERED_S else 0.0
