"""No text holds a NUL: PostgreSQL cannot store one, so none gets past this door, whatever route it was meant for.

One place for every string of every body and every query: the query is read as the routes will read it, and of a JSON
body it is enough to look for the escape, because a NUL written bare is no JSON. Pictures and photos hold what bytes
they like and are not looked at; their fields are identifiers and numbers, which have forms of their own.
"""

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import Code, Refused, TooLarge, answer

NUL: Final = "nul"
_ESCAPED: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BYTES: Final = ("image/", "video/", "multipart/", "application/octet-stream")


class Legible:
    """Refuses a query or a JSON body with a NUL, with 422 and the place. Stands behind the limit of bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body gathered first where it is text."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        where = _in_query(scope)
        if where is None and _is_text(scope):
            try:
                receive, body = await _gathered(receive)
            except TooLarge as grown:
                await answer(grown.refused)(scope, receive, send)
                return
            where = "body" if _ESCAPED.search(body) else None
        if where is None:
            await self._app(scope, receive, send)
            return
        refused = Refused(Code.INVALID_REQUEST, {"errors": [{"at": where, "code": NUL}]})
        await answer(refused)(scope, receive, send)


def _in_query(scope: Scope) -> str | None:
    """Where the path or the query holds a NUL."""
    if "\0" in scope["path"]:
        return "path"
    told = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((f"query.{name}".replace("\0", "") for name, value in told if "\0" in name + value), None)


def _is_text(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "").strip().lower()
    return scope["method"] not in {"GET", "HEAD", "OPTIONS"} and not kind.startswith(_BYTES)


async def _gathered(receive: Receive) -> tuple[Receive, bytes]:
    """The whole body, and a `receive` that tells it once more and then goes on listening."""
    told: list[Message] = []
    while not told or told[-1].get("more_body", False):
        told.append(await receive())
    body = b"".join(message.get("body", b"") for message in told)

    async def again() -> Message:
        return told.pop(0) if told else await receive()

    return again, body
