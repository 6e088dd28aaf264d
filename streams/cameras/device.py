"""A camera plugged into this box, by Video4Linux2 (V4L2).

Ask it for MJPEG (`pixels="mjpeg"`) where it has that: raw pictures at 1080p are 100 MB/s of bus, and of MJPEG those
that are not looked at are not even decoded.
Limits: tried against what FFmpeg says of devices that are missing or are none; no camera of this kind was at hand.
"""

from pathlib import Path

from streams.cameras.address import Address
from streams.cameras.hardware import Hardware
from streams.cameras.live import STALL_S, LiveCamera, Way
from streams.cameras.packets import Keep


class V4l2Camera(LiveCamera):
    """Watches a video device, `/dev/video0` for one."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        device: Path,
        *,
        size: tuple[int, int] | None = None,
        pixels: str | None = None,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
        keep: Keep | None = None,
        hardware: Hardware | None = None,
    ) -> None:
        """`size` in pixels and `pixels` (FFmpeg's name: mjpeg, h264, yuyv422) are asked of it; None: as it is set."""
        options = {"input_format": pixels} if pixels else {}
        options |= {"video_size": f"{size[0]}x{size[1]}"} if size else {}
        # FFmpeg names the demuxer by all its names; PyAV knows it by exactly that.
        way = Way(Address(str(device), str(device)), "video4linux2,v4l2", options)
        super().__init__(
            camera, way, looked_at_fps=looked_at_fps, width=width, stall_s=stall_s, keep=keep, hardware=hardware
        )
