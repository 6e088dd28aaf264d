"""`GET /v1/stream`: what changes in your wards, as it commits, by Server-Sent Events.

Events: `hello` first, `change` for each change, `reset` for a ward to be loaded anew, `bye` before the end with a code
(`session_expired`: sign in; `server_stopping`: come back). `beat` every 10 s tells a live line from a dead one: a page
in a browser sees events, never comments.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from central.api import feed
from central.api.context import Context, Here
from central.api.feed import BadCursor, Heads
from central.api.problems import Code, Refused
from central.api.visitor import SignedIn, Visitor
from central.auth.grants import DESK
from central.auth.sessions import Session, session_of
from central.store.changes import Change
from streams.wire.words import Slug

router: Final = APIRouter(prefix="/v1", tags=["stream"])
HEARTBEAT_S: Final = 10.0
BEAT: Final = "event: beat\ndata: {}\n\n"
SESSION_CHECK_S: Final = 2.0
RETRY_MS: Final = 2000
OF_THE_DESK: Final = frozenset({"alert", "evidence", "node", "ward"})
"""Kinds that crews cannot read: of these they learn neither ids nor hashes, only that the ward's number rose."""


@router.get(
    "/stream",
    operation_id="stream_changes",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Changes, for as long as you listen"}},
)
async def stream_changes(
    request: Request,
    here: Here,
    visitor: SignedIn,
    ward: Annotated[list[Slug] | None, Query()] = None,
    after: Annotated[str | None, Query(max_length=8000)] = None,
    last_event_id: Annotated[str | None, Header(max_length=8000)] = None,
) -> StreamingResponse:
    """Listen. `Last-Event-ID` (or `after`) is the id of the last event seen; without it, from now on."""
    scope = visitor.scope()
    heads: Heads = request.app.state.heads
    newest = await run_in_threadpool(heads.now)
    if any(name not in scope or name not in newest for name in ward or ()):
        raise Refused(Code.NOT_FOUND)
    try:
        told = feed.parse(last_event_id or after or "")
    except BadCursor:
        raise Refused(Code.BAD_CURSOR) from None
    cursor = {name: no for name, no in feed.start(newest, scope, told).items() if not ward or name in ward}
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(here, heads, visitor, cursor), media_type="text/event-stream", headers=headers)


async def _events(here: Context, heads: Heads, visitor: Visitor, cursor: Mapping[str, int]) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n" + _event("hello", {"cursor": feed.written(cursor)}, cursor)
    looks = 0
    while True:
        if (code := await _over(here, visitor, looks)) is not None:
            yield _event("bye", {"code": code}, cursor)
            return
        news = await run_in_threadpool(lambda held: feed.tidings(here.database, heads.now(), held), cursor)
        for name in news.reset:
            yield _event("reset", {"ward": name}, {**cursor, name: news.cursor[name]})
        seen = {**cursor, **{name: news.cursor[name] for name in news.reset}}
        for change in news.changes:
            seen[change.ward] = change.no
            if change.kind not in OF_THE_DESK or visitor.account.may(DESK, change.ward):
                yield _event("change", _told(change), seen)
        cursor = dict(news.cursor)
        looks += 1
        if looks % round(HEARTBEAT_S / feed.LOOK_EVERY_S) == 0:
            yield BEAT
        await asyncio.sleep(feed.LOOK_EVERY_S)


async def _over(here: Context, visitor: Visitor, looks: int) -> str | None:
    """Why the stream ends now, if it does."""
    if here.stopping.is_set():
        return "server_stopping"
    if visitor.session.expires <= here.now():
        return Code.SESSION_EXPIRED
    if looks % round(SESSION_CHECK_S / feed.LOOK_EVERY_S):
        return None
    session = await run_in_threadpool(_session, here, visitor)
    same = isinstance(session, Session) and session.account.grants == visitor.account.grants
    return None if same else Code.SESSION_EXPIRED


def _session(here: Context, visitor: Visitor) -> object:
    with here.database.reading() as connection:
        return session_of(connection, visitor.session.token_hash, here.now())


def _told(change: Change) -> dict[str, Any]:
    return {
        "ward": change.ward,
        "no": change.no,
        "at": change.at.isoformat().replace("+00:00", "Z"),
        "kind": change.kind,
        "row": change.row,
        "params": change.params,
    }


def _event(name: str, data: Mapping[str, Any], cursor: Mapping[str, int]) -> str:
    return f"id: {feed.written(cursor)}\nevent: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
