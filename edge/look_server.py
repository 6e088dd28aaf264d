"""The page of `wardsense edge look`, served by the standard library: for one person at one box, not for a city.

Every address begins with a token made for this run, so that neither another user of the box nor a page in the same
browser can guess it; who has the link may look and write. The page loads nothing from elsewhere and may not be framed.
Limits: no TLS: on an open network whoever listens sees the link, so it is for the local address unless asked for.
"""

import json
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from edge.look import FileChanged, Look
from edge.place_file import PARTS, NotWritten
from edge.relearning import NoSuchRule
from streams.documents import DocumentRefused

PAGE: Final = Path(__file__).parent / "look_page"
FILES: Final = {
    "": ("look.html", "text/html"),
    **{name: (name, "text/javascript") for name in ("look.js", "rules.js", "words.js")},
    "look.css": ("look.css", "text/css"),
}
MOST_BODY: Final = 1 << 20
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LookServer(ThreadingHTTPServer):
    """`serve_forever`; port 0 takes a free one. Raises OSError where the port is taken."""

    daemon_threads = True

    def __init__(self, look: Look, host: str, port: int) -> None:
        self.look, self.token = look, secrets.token_urlsafe(24)
        super().__init__((host, port), _Visit)

    @property
    def path(self) -> str:
        """What stands behind host and port in the link."""
        return f"/{self.token}/"


class _Visit(BaseHTTPRequestHandler):
    server: LookServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """A file of the page, or what is seen."""
        what, camera = self._asked()
        try:
            if what in FILES:
                name, kind = FILES[what]
                self._answer(HTTPStatus.OK, f"{kind}; charset=utf-8", (PAGE / name).read_bytes())
            elif what == "cameras.json":
                self._say(HTTPStatus.OK, self.server.look.cameras())
            elif what == "state.json":
                self._say(HTTPStatus.OK, self.server.look.state(camera))
            elif what == "places.json":
                self._say(HTTPStatus.OK, self.server.look.places(camera))
            elif what == "picture.jpg":
                jpeg = self.server.look.picture(camera)
                self._answer(HTTPStatus.OK if jpeg else HTTPStatus.NO_CONTENT, "image/jpeg", jpeg or b"")
            else:
                self._say(HTTPStatus.NOT_FOUND, {"mistakes": []})
        except KeyError:
            self._say(HTTPStatus.NOT_FOUND, {"mistakes": []})
        except DocumentRefused as refused:
            self._say(HTTPStatus.UNPROCESSABLE_ENTITY, {"mistakes": [str(one) for one in refused.mistakes]})

    def do_POST(self) -> None:
        """Save what was drawn and set of a camera, or let a rule of slow change learn anew."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if 0 < length <= MOST_BODY else b""
        what, camera = self._asked()
        if what not in ("places.json", "relearn.json") or self.headers.get_content_type() != "application/json":
            self._say(HTTPStatus.NOT_FOUND, {"mistakes": []})
            return
        try:
            self._say(HTTPStatus.OK, self._done(what, camera, json.loads(body)))
        except DocumentRefused as refused:
            self._say(HTTPStatus.UNPROCESSABLE_ENTITY, {"mistakes": [str(one) for one in refused.mistakes]})
        except FileChanged:
            self._say(HTTPStatus.CONFLICT, {"mistakes": []})
        except (NotWritten, NoSuchRule) as refused:
            self._say(HTTPStatus.UNPROCESSABLE_ENTITY, {"mistakes": [str(refused)]})
        except OSError as error:
            self._say(HTTPStatus.UNPROCESSABLE_ENTITY, {"mistakes": [f"{error.filename}: {error.strerror}"]})
        except (ValueError, KeyError, TypeError):
            self._say(HTTPStatus.BAD_REQUEST, {"mistakes": ["not what the page sends"]})

    def _done(self, what: str, camera: str, said: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
        look = self.server.look
        if what == "relearn.json":
            return {"stored": look.relearn(camera, str(said["rule"]))}
        places: dict[str, Sequence[dict[str, Any]]] = {part: list(map(dict, said[part])) for part in PARTS}
        return {"sha256": look.save(camera, str(said["sha256"]), places)}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the standard library has it
        """Say nothing: an address holds the token."""

    def _asked(self) -> tuple[str | None, str]:
        """What is asked for, None without the token; and of which camera."""
        address = urlsplit(self.path)
        _, token, *rest = [*address.path.split("/"), ""]
        known = secrets.compare_digest(token.encode(), self.server.token.encode())
        camera = parse_qs(address.query).get("camera", [""])[0]
        return ("/".join(rest).removesuffix("/") if known and rest[:-1] else None), camera

    def _say(self, status: HTTPStatus, content: object) -> None:
        self._answer(status, "application/json", json.dumps(content).encode())

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
