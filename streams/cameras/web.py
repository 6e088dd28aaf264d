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
from streams.cameras.hardware import Hardware
from streams.cameras.live import STALL_S, LiveCamera, Way
from streams.cameras.packets import Keep
from streams.cameras.trust import trusted

HLS_LATE_S: Final = 10.0
# One picture tells all there is to know of MJPEG; reading more of it to find out would only be late.
MJPEG: Final = {"protocol_whitelist": "http,https,tcp,tls", "probesize": "32"}
HLS: Final = {"protocol_whitelist": "http,https,tcp,tls,crypto", "format_whitelist": "hls,mpegts,mov,mp4,aac,mp3"}


class _WebCamera(LiveCamera):
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
        hardware: Hardware | None = None,
    ) -> None:
        """Raises SourceRefused for an address that is not HTTP."""
        address = Address.of(url, user, password, HTTP)
        way = self._reached(address, trusted(address, ca_file))
        super().__init__(
            camera, way, looked_at_fps=looked_at_fps, width=width, stall_s=stall_s, keep=keep, hardware=hardware
        )

    def _reached(self, address: Address, trust: dict[str, str]) -> Way:
        raise NotImplementedError


class MjpegCamera(_WebCamera):
    """Watches an MJPEG stream over HTTP. Of the pictures not looked at none is decoded."""

    def _reached(self, address: Address, trust: dict[str, str]) -> Way:
        return Way(address, "mpjpeg", MJPEG | trust, timed=False)


class HlsCamera(_WebCamera):
    """Watches a live HLS play list over HTTP."""

    def _reached(self, address: Address, trust: dict[str, str]) -> Way:
        return Way(address, "hls", HLS | trust, bursts=True, late_s=HLS_LATE_S)
