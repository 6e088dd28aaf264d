"""Small street-like clips, drawn and encoded in the test: the twins of the development videos.

Each picture is a grey road with boxes that move by a known number of pixels a frame, so a test knows what it must see.
Encoded by PyAV's own libx264 or libx265; a key frame every second, no B frames unless asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

ROAD = 90
BOX = (30, 60, 200)
Draw = Callable[[int, int, int], NDArray[np.uint8]]
"""Picture number, width and height to a BGR picture."""
USUAL_FORMAT, JPEG_FORMAT = "yuv420p", "yuvj420p"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a clip is made; sizes in pixels."""

    frames: int = 50
    fps: int = 25
    width: int = 320
    height: int = 180
    codec: str = "libx264"
    b_frames: int = 0
    title: str = ""


def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Picture `number` of a clip, BGR: one box that walks 2 px a frame, and stripes that give the codec some work."""
    pixels = np.full((height, width, 3), ROAD, np.uint8)
    pixels[:: height // 6] = 140
    left = (number * 2) % (width - 40)
    pixels[height // 3 : height // 3 + 60, left : left + 30] = BOX
    return pixels


def covered_after(number: int) -> Draw:
    """The same street, until a bag is put over the lens at picture `number`."""
    return lambda now, width, height: (
        picture(now, width, height) if now < number else np.full((height, width, 3), ROAD, np.uint8)
    )


def render(path: Path, shape: Shape | None = None, draw: Draw = picture) -> Path:
    """Write a clip to `path` (its ending names the container) and return the path."""
    shape = shape or Shape()
    with av.open(str(path), "w") as out:
        if shape.title:
            out.metadata["title"] = shape.title
        stream = cast("av.VideoStream", out.add_stream(shape.codec, rate=shape.fps))
        stream.width, stream.height = shape.width, shape.height
        stream.pix_fmt = JPEG_FORMAT if shape.codec == "mjpeg" else USUAL_FORMAT
        stream.time_base = Fraction(1, shape.fps)
        stream.codec_context.gop_size = shape.fps
        # One slice a picture: GStreamer's payloader ends a packet after each slice, which FFmpeg takes for a picture.
        stream.codec_context.thread_count = 1
        stream.codec_context.options = encoder_options(shape)
        for number in range(shape.frames):
            frame = av.VideoFrame.from_ndarray(draw(number, shape.width, shape.height), format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def encoder_options(shape: Shape) -> dict[str, str]:
    """Fast, small, quiet, and with exactly the B frames asked for."""
    if shape.codec == "libx265":
        return {"preset": "ultrafast", "x265-params": f"log-level=none:bframes={shape.b_frames}:keyint={shape.fps}"}
    if shape.codec == "libx264":
        return {"preset": "ultrafast", "bf": str(shape.b_frames), "b_strategy": "0", "crf": "30"}
    return {}


def damaged(clip: Path, path: Path, every: int = 7) -> Path:
    """A copy of `clip` in which every so many packets are overwritten with noise after their first bytes."""
    noise = np.random.default_rng(7)
    with av.open(str(clip)) as source, av.open(str(path), "w") as out:
        video = source.streams.video[0]
        stream = out.add_stream_from_template(video)
        for number, packet in enumerate(source.demux(video)):
            if packet.dts is None:
                continue
            hurt: av.Packet[Any] = packet
            if number % every == every - 1:
                payload = bytes(packet)
                hurt = av.Packet(payload[:6] + noise.bytes(len(payload) - 6))
                hurt.pts, hurt.dts, hurt.time_base = packet.pts, packet.dts, packet.time_base
                hurt.duration = packet.duration
            hurt.stream = stream
            out.mux(hurt)
    return path


def tone(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        for number in range(20):
            frame.pts = number * 1024
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
