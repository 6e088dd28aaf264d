"""An RTSP camera, over TCP unless asked otherwise.

TCP because a ward's network loses UDP in bursts, and a lost packet smears the picture until the next key frame; UDP for
cameras that speak nothing else. `rtsps://` is TLS and nothing else: FFmpeg on its own would take any certificate, so
it is told to ask who vouches for it. Most cameras vouch for themselves: then their own certificate is the `ca_file`.
Of sound nothing is fetched. A camera that has nothing else is asked to play nothing and answers with an error of its
own choice; so it is asked once more, for sound, and refused when it has some.
"""

import contextlib
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import av
import av.error

from streams.cameras.address import Address
from streams.cameras.hardware import Hardware
from streams.cameras.live import STALL_S, LiveCamera, Way
from streams.cameras.packets import Keep
from streams.cameras.trust import trusted
from streams.weather import SourceRefused


class Transport(StrEnum):
    """How the packets come. Over TLS they come in the same connection, as with TCP."""

    TCP = "tcp"
    UDP = "udp"


REORDERED: Final = "64"  # UDP packets held back to be put in order


class RtspCamera(LiveCamera):
    """Watches an RTSP stream. `looked_at_fps` thins it, `width` scales it down; None leaves it as it is."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        transport: Transport = Transport.TCP,
        ca_file: Path | None = None,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
        keep: Keep | None = None,
        hardware: Hardware | None = None,
    ) -> None:
        """Raises SourceRefused for an address that is not RTSP."""
        address = Address.of(url, user, password)
        options = {"rtsp_transport": str(transport), "allowed_media_types": "video", "timeout": str(int(stall_s * 1e6))}
        if transport is Transport.UDP:
            options["reorder_queue_size"] = REORDERED
        way = Way(address, options=options | trusted(address, ca_file))
        super().__init__(
            camera, way, looked_at_fps=looked_at_fps, width=width, stall_s=stall_s, keep=keep, hardware=hardware
        )

    def _connect(self) -> tuple[Any, Any]:
        try:
            return super()._connect()
        except av.error.HTTPOtherClientError as error:
            trouble = error
        # Out here, so that FFmpeg's own error, which holds the password, is not the context of ours.
        if self._has_sound():
            raise SourceRefused(f"{self.address}: holds no video, only sound")
        raise trouble

    def _has_sound(self) -> bool:
        options = {**self._way.options, "allowed_media_types": "audio"}
        with (
            contextlib.suppress(av.FFmpegError, OSError),
            av.open(self.address.full, "r", options=options, timeout=(self._stall_s, self._stall_s)) as container,
        ):
            return bool(container.streams.audio)
        return False
