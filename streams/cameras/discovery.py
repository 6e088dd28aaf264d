"""Which ONVIF cameras are on this network: one WS-Discovery probe over multicast, and whoever answers.

Made by hand, like `streams.cameras.onvif`: a probe is one datagram and an answer is one, and the libraries that send it
bring a WSDL parser, an XML library and an HTTP client with them, or have not been touched for years. Sent three times,
because multicast is lost on busy networks; who answers more than once is told once.
Limits: IPv4; a camera behind a router does not hear it (name its address instead), nor does one whose ONVIF is switched
off, as it is on many until somebody makes an ONVIF user.
"""

import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from streams.cameras.soap import found, parse, texts
from streams.weather import SourceLost

GROUP: Final = ("239.255.255.250", 3702)
TIMES: Final = 3
LARGEST: Final = 65_536
MOST_ANSWERS: Final = 1_000
SCOPE: Final = "onvif://www.onvif.org/"

PROBE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:n="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
    "<w:MessageID>uuid:{id}</w:MessageID>"
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
    '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>'
    "</e:Header><e:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered: what it calls itself, and where its device service is."""

    endpoint: str
    services: tuple[str, ...]
    name: str = ""
    hardware: str = ""

    @property
    def host(self) -> str:
        """Name or address of it."""
        return urlsplit(self.services[0]).hostname or ""


def probe() -> bytes:
    """The question, with an identity of its own."""
    return PROBE.format(id=uuid.uuid4()).encode()


def answers(datagram: bytes) -> list[Found]:
    """The cameras in an answer; none where it is no answer, or names no service over HTTP."""
    try:
        matches = found(parse(datagram), "ProbeMatch")
    except SourceLost:
        return []
    return [camera for match in matches if (camera := _camera(match)).services]


def discover(seconds: float = 3.0, to: tuple[str, int] = GROUP) -> list[Found]:
    """Ask, and listen so long; by host. Raises SourceLost where this machine has no network to ask on."""
    cameras: dict[str, Found] = {}
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            for _ in range(TIMES):
                line.sendto(probe(), to)
            for datagram in _heard(line, time.monotonic() + seconds):
                cameras |= {camera.endpoint: camera for camera in answers(datagram)}
    except OSError as error:
        raise SourceLost(f"cannot ask on this network: {error.strerror or error}") from error
    return sorted(cameras.values(), key=lambda camera: (camera.host, camera.endpoint))


def _heard(line: socket.socket, until: float) -> Iterator[bytes]:
    for _ in range(MOST_ANSWERS):
        left = until - time.monotonic()
        if left <= 0:
            return
        line.settimeout(left)
        try:
            yield line.recv(LARGEST)
        except TimeoutError:
            return


def _camera(match: ET.Element) -> Found:
    services = [part for text in texts(match, "XAddrs") for part in text.split()]
    over_http = tuple(service for service in services if service.startswith(("http://", "https://")))
    scopes = [part for text in texts(match, "Scopes") for part in text.split()]
    endpoint = next(iter(texts(match, "Address")), "") or next(iter(over_http), "")
    return Found(endpoint, over_http, _scope(scopes, "name"), _scope(scopes, "hardware"))


def _scope(scopes: list[str], what: str) -> str:
    begins = f"{SCOPE}{what}/"
    return next((unquote(scope.removeprefix(begins)) for scope in scopes if scope.startswith(begins)), "")
