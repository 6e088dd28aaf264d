"""What stands before every route: body limits, security headers, and the count of what passed.

A body over its route's limit is refused with 413 as soon as its size is known, and the rest of it is read and thrown
away, because a phone that is cut off in the middle of a photo sees a broken line and not the reason.
"""

import re
import time
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import Code, Refused, TooLarge, answer
from central.api.uploads import ONE_REQUEST
from central.cases.photos import MOST_BYTES

MULTIPART_EXTRA: Final = 64 * 1024
MOST_JSON: Final = 64 * 1024
MOST_CONFIG: Final = 256 * 1024
MOST_DRAINED: Final = 64 * 1024 * 1024
_LIMITS: Final = (
    (re.compile(r"/v1/cases/[^/]+/photos"), MOST_BYTES + MULTIPART_EXTRA, Code.PHOTO_TOO_MANY_BYTES),
    (re.compile(r"/v1/nodes/[^/]+/config"), MOST_CONFIG, Code.BODY_TOO_LARGE),
    (re.compile(r"/v1/nodes/[^/]+/evidence/[^/]+"), ONE_REQUEST, Code.EVIDENCE_TOO_LARGE),
)
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


class BodyLimit:
    """Refuses a body over the limit of its path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most, code = _limit(scope["path"])
        refused = Refused(code, {"most": most})
        if _announced(scope) > most:
            await _drain(receive)
            await answer(refused)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                await _drain(receive)
                raise TooLarge(refused)
            return message

        await self._app(scope, counted, send)


class SecurityHeaders:
    """Puts the headers of a closed house on every answer. No CORS: nobody else's page may call."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, dressed)


class Counted:
    """Counts and times requests by route template, never by path: labels stay few and name nobody."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._took = Histogram("wardsense_http_seconds", "Time to answer", ["method", "route"], registry=registry)
        self._answers = Counter(
            "wardsense_http_answers", "Answers by status", ["method", "route", "status"], registry=registry
        )
        self._open = Gauge("wardsense_http_open", "Requests being answered, streams included", registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._answers.labels(method, route, str(message["status"])).inc()
                self._took.labels(method, route).observe(self._clock() - began)
            await send(message)

        with self._open.track_inprogress():
            await self._app(scope, receive, noted)


def _limit(path: str) -> tuple[int, Code]:
    for pattern, most, code in _LIMITS:
        if pattern.fullmatch(path):
            return most, code
    return MOST_JSON, Code.BODY_TOO_LARGE


def _announced(scope: Scope) -> int:
    told = Headers(scope=scope).get("content-length", "0")
    return int(told) if told.isdecimal() else 0


async def _drain(receive: Receive) -> None:
    drained = 0
    while drained < MOST_DRAINED:
        message = await receive()
        drained += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
