"""Cameras that speak HTTP, in this process: MJPEG for ever, and HLS whose play list grows as a live one does.

`with WebCameras({"gate": pictures}, {"street": segments}) as server: server.url("gate")`. With a user, both want Basic
authentication. A certificate makes it HTTPS. `silence()` keeps every line open and sends nothing more, as a camera that
hangs does.
"""

import base64
import http.server
import itertools
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

FPS: Final = 10
SEGMENT_S: Final = 1.0
LISTED: Final = 4
BOUNDARY: Final = "camera"


class WebCameras:
    """Serves each name at http://127.0.0.1:PORT/NAME; an HLS name is its play list."""

    def __init__(
        self,
        mjpeg: Mapping[str, Sequence[bytes]] | None = None,
        hls: Mapping[str, Sequence[Path]] | None = None,
        login: str | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.mjpeg, self.hls, self.login = mjpeg or {}, hls or {}, login
        self.silent, self.over = threading.Event(), threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.cameras = self
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # The handshake in the line's own thread: one client that hangs up in it must not stop the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self.began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, name: str) -> str:
        """Where it is."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/{name}"

    def silence(self) -> None:
        """Nothing more is sent, and no line is closed."""
        self.silent.set()

    def newest(self) -> int:
        """The number of the newest segment: LISTED of them are there from the start, and one more each `SEGMENT_S`."""
        return LISTED - 1 + int((time.monotonic() - self.began) / SEGMENT_S)

    def play_list(self, name: str) -> str:
        """What a live play list says now."""
        newest, segments = self.newest(), self.hls[name]
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{round(SEGMENT_S)}"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{newest - LISTED + 1}")
        for number in range(newest - LISTED + 1, newest + 1):
            lines += ["#EXT-X-DISCONTINUITY"] if number % len(segments) == 0 else []
            lines += [f"#EXTINF:{SEGMENT_S:.3f},", f"{name}-{number}.ts"]
        return "\n".join(lines) + "\n"


class _Server(http.server.ThreadingHTTPServer):
    cameras: WebCameras


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        pass  # a test's output is its own

    def do_GET(self) -> None:
        try:
            self._answer(self.server.cameras, self.path.strip("/"))
        except OSError:  # the camera's viewer has left
            self.close_connection = True

    def _answer(self, cameras: WebCameras, name: str) -> None:
        wanted = cameras.login and "Basic " + base64.b64encode(cameras.login.encode()).decode()
        film, _, number = name.removesuffix(".ts").rpartition("-")
        if cameras.silent.is_set():
            cameras.over.wait()
        elif wanted and self.headers.get("Authorization") != wanted:
            self._head(401, "text/plain", {"WWW-Authenticate": 'Basic realm="camera"'})
        elif name in cameras.mjpeg:
            self._pictures(cameras)
        elif name in cameras.hls:
            self._head(200, "application/vnd.apple.mpegurl")
            self.wfile.write(cameras.play_list(name).encode())
        elif film in cameras.hls:
            self._head(200, "video/mp2t")
            self.wfile.write(cameras.hls[film][int(number) % len(cameras.hls[film])].read_bytes())
        else:
            self._head(404, "text/plain")

    def _pictures(self, cameras: WebCameras) -> None:
        self._head(200, f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        for picture in itertools.cycle(cameras.mjpeg[self.path.strip("/")]):
            if cameras.silent.is_set():
                cameras.over.wait()
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.wfile.write(head.encode() + picture + b"\r\n")
            if cameras.over.wait(1 / FPS):
                return

    def _head(self, status: int, kind: str, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Type": kind, **(more or {})}.items():
            self.send_header(key, value)
        self.end_headers()


def jpegs(pictures: Sequence[NDArray[np.uint8]]) -> list[bytes]:
    """Pictures as a camera sends them."""
    return [cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures]


def segments(clip: Path, folder: Path, later_s: float = 0.0) -> list[Path]:
    """A clip cut at its key frames into MPEG-TS of one second, its times moved on by `later_s`."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {"hls_time": str(SEGMENT_S), "hls_list_size": "0", "hls_segment_filename": str(folder / "%03d.ts")}
    with av.open(str(clip)) as source, av.open(str(folder / "all.m3u8"), "w", format="hls", options=options) as out:
        video = source.streams.video[0]
        stream = out.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            packet.pts += round(later_s / packet.time_base)
            packet.dts += round(later_s / packet.time_base)
            packet.stream = stream
            out.mux(packet)
    return sorted(folder.glob("*.ts"))
