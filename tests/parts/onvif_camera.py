"""A scripted ONVIF camera: answers a probe over UDP, five questions over HTTP, and checks every digest as cameras do.

Its clock may be off, its media service old or new, its own idea of its address wrong; each is one argument.
"""

import base64
import hashlib
import http.server
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self
from xml.etree import ElementTree as ET

from streams.cameras.onvif import DEVICE, MEDIA, MEDIA_2
from streams.cameras.soap import SECURITY, UTILITY

FRESH_S: Final = 60.0
STREAMS: Final = (("main", "Main & best", "H265", 2560, 1440, 25), ("sub", "Sub", "H264", 704, 576, 15))
ENVELOPE: Final = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
MATCH: Final = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>'
    "<a:EndpointReference><a:Address>urn:uuid:{id}</a:Address></a:EndpointReference>"
    "<d:Scopes>onvif://www.onvif.org/name/C%E1%BB%95ng%20tr%C6%B0%E1%BB%9Dng onvif://www.onvif.org/hardware/X-1"
    "</d:Scopes><d:XAddrs>{service}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


class OnvifCamera:
    """One camera, for as long as a `with` lasts."""

    def __init__(
        self,
        login: tuple[str, str] = ("admin", "s3cret"),
        clock_ahead: timedelta = timedelta(0),
        *,
        new_media: bool = True,
        old_device: bool = False,
        streams: tuple[tuple[str, str, str, int, int, int], ...] = STREAMS,
    ) -> None:
        self.login, self.clock_ahead = login, clock_ahead
        self.new_media, self.old_device, self.streams = new_media, old_device, streams
        self.answers: dict[str, bytes] = {}  # what to say instead, by question
        self._web = _Web(("127.0.0.1", 0), _Handler)
        self._web.camera = self
        self.service = f"http://127.0.0.1:{self._web.server_port}/onvif/device_service"
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.probed: list[bytes] = []
        self._threads = [
            threading.Thread(target=self._web.serve_forever, kwargs={"poll_interval": 0.05}),
            threading.Thread(target=self._answer_probes),
        ]

    @property
    def place(self) -> tuple[str, int]:
        """Where it hears probes."""
        host, port = self._udp.getsockname()
        return host, port

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._web.shutdown()
        self._web.server_close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(b"", self.place)  # wakes the one who listens
        for thread in self._threads:
            thread.join()
        self._udp.close()

    def now(self) -> datetime:
        """By its own clock."""
        return datetime.now(UTC) + self.clock_ahead

    def said(self, question: str, asked: ET.Element) -> str | None:
        """The body of its answer; None where it knows no such question."""
        told: dict[str, Callable[[], str]] = {
            "GetSystemDateAndTime": self._time,
            "GetServices": self._services,
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetStreamUri": lambda: self._uri(asked),
        }
        return None if question == "GetServices" and self.old_device else told[question]()

    def knows(self, asked: ET.Element) -> bool:
        """Whether the digest is right, and fresh by its own clock."""
        user, password = self.login
        given = {part.tag: part.text or "" for part in asked.iter()}
        nonce, created = given.get(f"{{{SECURITY}}}Nonce", ""), given.get(f"{{{UTILITY}}}Created", "")
        if given.get(f"{{{SECURITY}}}Username") != user or not created:
            return False
        right = hashlib.sha1(base64.b64decode(nonce) + created.encode() + password.encode()).digest()  # noqa: S324 - ONVIF's
        old = abs((self.now() - datetime.fromisoformat(created)).total_seconds())
        return given.get(f"{{{SECURITY}}}Password") == base64.b64encode(right).decode() and old < FRESH_S

    def _time(self) -> str:
        now = self.now()
        time = f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
        date = f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
        whole = f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
        return f'<GetSystemDateAndTimeResponse xmlns="{DEVICE}">{whole}</GetSystemDateAndTimeResponse>'

    def _services(self) -> str:
        offered = [MEDIA, MEDIA_2] if self.new_media else [MEDIA]
        # The address inside: whoever asks from outside gets nowhere with it.
        inside = f"http://192.168.250.9:{self._web.server_port}/onvif/media"
        listed = [f"<Service><Namespace>{name}</Namespace><XAddr>{inside}</XAddr></Service>" for name in offered]
        return f'<GetServicesResponse xmlns="{DEVICE}">{"".join(listed)}</GetServicesResponse>'

    def _capabilities(self) -> str:
        media = f"<tt:Media><tt:XAddr>{self.service}</tt:XAddr></tt:Media>"
        return f"<GetCapabilitiesResponse><Capabilities>{media}</Capabilities></GetCapabilitiesResponse>"

    def _profiles(self) -> str:
        encoder = "VideoEncoder" if self.new_media else "tt:VideoEncoderConfiguration"
        listed = []
        for token, name, codec, width, height, fps in self.streams:
            size = f"<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
            rate = f"<tt:RateControl><tt:FrameRateLimit>{fps}</tt:FrameRateLimit></tt:RateControl>"
            parts = f"<{encoder}><tt:Encoding>{codec}</tt:Encoding>{size}{rate}</{encoder}>"
            called = name.replace("&", "&amp;")
            listed.append(f'<Profiles token="{token}"><tt:Name>{called}</tt:Name>{parts}</Profiles>')
        return f"<GetProfilesResponse>{''.join(listed)}</GetProfilesResponse>"

    def _uri(self, asked: ET.Element) -> str:
        token = next(part.text for part in asked.iter() if part.tag.endswith("}ProfileToken"))
        return f"<GetStreamUriResponse><Uri>rtsp://admin:s3cret@192.168.250.9:554/live/{token}</Uri></GetStreamUriResponse>"

    def _answer_probes(self) -> None:
        while True:
            asked, asker = self._udp.recvfrom(65_536)
            if not asked:
                return
            self.probed.append(asked)
            self._udp.sendto(b"noise", asker)
            self._udp.sendto(MATCH.format(id=self._web.server_port, service=self.service).encode(), asker)


class _Web(http.server.ThreadingHTTPServer):
    camera: OnvifCamera


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Web

    def log_message(self, *_: object) -> None:
        pass  # a test's output is its own

    def do_POST(self) -> None:
        camera = self.server.camera
        asked = ET.fromstring(self.rfile.read(int(self.headers["Content-Length"])))  # noqa: S314 - of the test's own client
        body = next(part for part in asked.iter() if part.tag.endswith("}Body"))
        question = body[0].tag.rpartition("}")[2]
        if question in camera.answers:
            self._send(200, camera.answers[question])
        elif question != "GetSystemDateAndTime" and not camera.knows(asked):
            self._fault(400, "ter:NotAuthorized", "Sender not Authorized")
        elif (said := camera.said(question, asked)) is None:
            self._fault(500, "ter:ActionNotSupported", "Action Not Implemented")
        else:
            self._send(200, ENVELOPE.format(said).encode())

    def _fault(self, status: int, code: str, why: str) -> None:
        fault = (
            f"<s:Fault><s:Code><s:Value>{code}</s:Value></s:Code><s:Reason><s:Text>{why}</s:Text></s:Reason></s:Fault>"
        )
        self._send(status, ENVELOPE.format(fault).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
