"""Where a camera's pictures come from, as the node's file names it: one of these keys, and what belongs to it.

A password never stands in an address: addresses are shown, copied and sent by the centre. It stands in a file.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from edge.setting import Setting
from streams.cameras.address import HTTP, RTSP
from streams.cameras.rtsp import Transport

MOST_PIXELS: Final = 8192


class FileSource(Setting):
    """A video file, played in real time."""

    file: Path = Field(description="any container FFmpeg reads")
    loop: bool = Field(default=True, description="begin again at the end; time goes on")


class _Called(Setting):
    """A camera that is called by an address."""

    user: str | None = None
    password_file: Path | None = Field(default=None, description="the file whose first line is the password")
    ca_file: Path | None = Field(
        default=None, description="who vouches for it over TLS; often the camera's own certificate; else the system"
    )

    @model_validator(mode="after")
    def _somebodys_password(self) -> Self:
        if self.password_file is not None and not self.user:
            raise ValueError("a password_file needs a user")
        return self

    def _vouched(self, address: str, schemes: tuple[str, ...]) -> None:
        plain, secure = schemes
        if self.ca_file is not None and address.startswith(f"{plain}:"):
            raise ValueError(f"a ca_file needs an {secure}:// address")


class RtspSource(_Called):
    """An RTSP camera."""

    rtsp: str = Field(description="rtsp://host/path, or rtsps:// for TLS and nothing else; without a password in it")
    main: str | None = Field(
        default=None,
        description="its larger stream, for evidence and films; the same login; absent: `rtsp` is for both",
    )
    transport: Transport = Field(default=Transport.TCP, description="udp for a camera that speaks nothing else")

    @field_validator("rtsp", "main")
    @classmethod
    def _no_login(cls, rtsp: str | None) -> str | None:
        return None if rtsp is None else _bare(rtsp, RTSP)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._vouched(self.rtsp, RTSP)
        if self.main == self.rtsp:
            raise ValueError("main is the stream that is looked at: leave it out")
        if self.main is not None and urlsplit(self.main).scheme != urlsplit(self.rtsp).scheme:
            raise ValueError("both streams of a camera come over TLS, or neither")
        if self.transport is Transport.UDP and self.rtsp.startswith("rtsps:"):
            raise ValueError("over TLS everything comes in one connection: transport is tcp")
        return self


class MjpegSource(_Called):
    """A camera that sends a JPEG after the other over HTTP."""

    mjpeg: str = Field(description="http:// or https://, without a password in it")

    @field_validator("mjpeg")
    @classmethod
    def _no_login(cls, mjpeg: str) -> str:
        return _bare(mjpeg, HTTP)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._vouched(self.mjpeg, HTTP)
        return self


class HlsSource(_Called):
    """A live HLS play list; told late by some three segments, and nothing says by how much."""

    hls: str = Field(description="http:// or https:// of the .m3u8, without a password in it")

    @field_validator("hls")
    @classmethod
    def _no_login(cls, hls: str) -> str:
        return _bare(hls, HTTP)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._vouched(self.hls, HTTP)
        return self


class V4l2Source(Setting):
    """A camera plugged into this box."""

    v4l2: Path = Field(description="/dev/video0")
    size: tuple[int, int] | None = Field(default=None, description="width and height asked of it; absent: as it is set")
    pixels: Literal["mjpeg", "h264", "yuyv422"] | None = Field(default=None, description="mjpeg where it has that")

    @field_validator("v4l2")
    @classmethod
    def _device(cls, v4l2: Path) -> Path:
        if v4l2.parts[:2] != ("/", "dev") or ".." in v4l2.parts:
            raise ValueError("is no device: it is called /dev/video0 or so")
        return v4l2

    @field_validator("size")
    @classmethod
    def _possible(cls, size: tuple[int, int] | None) -> tuple[int, int] | None:
        if size is not None and not all(0 < side <= MOST_PIXELS for side in size):
            raise ValueError(f"width and height are 1 to {MOST_PIXELS}")
        return size


class DrawnSource(Setting):
    """A street drawn by this program; the node takes its truth for detections and says so."""

    drawn: int = Field(ge=0, description="seed: the same seed is the same street")


KINDS: Final = ("file", "rtsp", "mjpeg", "hls", "v4l2", "drawn")


def _which(source: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    keys = set(source) if isinstance(source, dict) else {type(source).__name__.removesuffix("Source").lower()}
    return next((kind for kind in KINDS if kind in keys), "file")


Source = Annotated[
    Annotated[FileSource, Tag("file")]
    | Annotated[RtspSource, Tag("rtsp")]
    | Annotated[MjpegSource, Tag("mjpeg")]
    | Annotated[HlsSource, Tag("hls")]
    | Annotated[V4l2Source, Tag("v4l2")]
    | Annotated[DrawnSource, Tag("drawn")],
    Discriminator(_which),
]


def _bare(address: str, schemes: tuple[str, ...]) -> str:
    if "@" in address:  # wherever it stands: a password may hold a slash
        raise ValueError("put user and password_file beside it (an @ in the path itself is written %40)")
    if not address.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueError(f"begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return address
