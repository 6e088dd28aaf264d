"""Cameras that speak HTTP: MJPEG (a JPEG after the other, for ever) and HLS (a play list of short films).

MJPEG carries no time, so its pictures are timed by their arrival. HLS is late by its nature: a player begins three
segments before the newest, and nothing in the stream tells how long ago that was made, so `captured` is late by that
much (three segments of 2 s: some 6 s to 8 s); the durations are right. Prefer RTSP where a camera has it.
Of HLS all but one of the sizes on offer are left unfetched, and a play list may name other HTTP addresses and nothing
else: no file of this box.
"""

from pathlib import Path
from typing import Final

from streams.cameras.address import HTTP, Address
from streams.cameras.live import STALL_S, LiveCamera, Way
from streams.cameras.packets import Keep
from streams.cameras.trust import trusted

MJPEG: Final = {"protocol_whitelist": "http,https,tcp,tls"}
HLS: Final = {"protocol_whitelist": "http,https,tcp,tls,crypto", "format_whitelist": "hls,mpegts,mov,mp4,aac,mp3"}


class MjpegCamera(LiveCamera):
    """Watches an MJPEG stream over HTTP. Of the pictures not looked at none is decoded."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
        keep: Keep | None = None,
    ) -> None:
        """Raises SourceRefused for an address that is not HTTP."""
        address = Address.of(url, user, password, HTTP)
        # One picture tells all there is to know of the stream; reading more of it would only be late.
        options = MJPEG | trusted(address, ca_file) | {"probesize": "32"}
        way = Way(address, "mpjpeg", options, timed=False)
        super().__init__(camera, way, looked_at_fps=looked_at_fps, width=width, stall_s=stall_s, keep=keep)


class HlsCamera(LiveCamera):
    """Watches a live HLS play list over HTTP."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
        keep: Keep | None = None,
    ) -> None:
        """Raises SourceRefused for an address that is not HTTP."""
        address = Address.of(url, user, password, HTTP)
        way = Way(address, "hls", HLS | trusted(address, ca_file), bursts=True)
        super().__init__(camera, way, looked_at_fps=looked_at_fps, width=width, stall_s=stall_s, keep=keep)
