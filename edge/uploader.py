"""Evidence on its way out: newest first, over HTTP, by content, taken up where it broke off.

The centre answers with its own hash's word: 200 or 201, and the content may go from this disk; 409, 413 and 415, and
it will never be taken, which the queue keeps as the reason. Everything else is weather: the link, a busy centre that
names its own pause (`Retry-After`), a credential that a person must mend. Nothing here is ever in a record's way.
What leaves is `Redacted` and nothing else: a piece is read back through the queue, which knows its own by their hash.
A content that this disk no longer gives back whole is given up as unreadable, and one that is not what was handed over
as not redacted, before a byte of it leaves; a disk that refuses to have the outcome written down is waited for, because
a piece whose outcome is lost would be sent again or never.
What was given up is told as well, so that nobody waits for it; where the centre has not heard of its event yet, later.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, TypeVar

import httpx
import structlog

from edge.durable import DiskRefusedError
from edge.evidence_queue import EvidenceQueue, Lost, Pending, UnreadableError
from edge.privacy import NotRedacted, Redacted
from edge.watch import LONGEST_REST_S, rest_after
from streams.clocks import Clock

log = structlog.get_logger(__name__)

ONE_REQUEST: Final = 1024 * 1024
PART: Final = 256 * 1024
IDLE_S: Final = 1.0
PATIENCE_S: Final = 20.0
FOR_GOOD: Final[dict[int, str]] = {
    HTTPStatus.CONFLICT: "wrong_hash",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media_type_refused",
}
TAKEN: Final = (HTTPStatus.OK, HTTPStatus.CREATED)
TELL_EVERY_S: Final = 10.0
LONGEST_UNTOLD_S: Final = 600.0
TOLD_AT_A_TIME: Final = 50

T = TypeVar("T")
P = ParamSpec("P")


class Uploader:
    """Sends what the queue holds. Run `send` in as many tasks as may upload at once."""

    def __init__(self, queue: EvidenceQueue, client: httpx.AsyncClient, node: str, clock: Clock) -> None:
        """`client` knows the centre's address and the node's credential."""
        self.sent = 0
        self._queue, self._client, self._node, self._clock = queue, client, node, clock

    async def send(self) -> None:
        """Send for ever; rests when there is nothing, and longer after each loss in a row."""
        losses = 0
        while True:
            pending = await self._noted(EvidenceQueue.next, self._clock.monotonic())
            if pending is None:
                await self._clock.pause(IDLE_S)
                continue
            rest = await self._one(pending, losses)
            losses = 0 if rest is None else losses + 1
            if rest is not None:
                await self._clock.pause(rest)

    async def tell(self) -> None:
        """Tell for ever what was given up; rests between rounds, and longer after each that told nothing."""
        vain = 0
        while True:
            lost = await self._noted(EvidenceQueue.untold, self._clock.now(), TOLD_AT_A_TIME)
            told = await self._told(lost)
            vain = min(vain + 1, 10) if lost and not told else 0
            await self._clock.pause(min(TELL_EVERY_S * 2.0**vain, LONGEST_UNTOLD_S))

    async def _told(self, lost: Sequence[Lost]) -> int:
        """One round, ended by weather; how many the centre knows of now."""
        told = 0
        for one in lost:
            address = f"/v1/nodes/{self._node}/evidence/{one.sha256}/lost"
            try:
                answer = await self._client.post(address, json={"reason": one.reason}, timeout=PATIENCE_S)
            except httpx.HTTPError:
                return told
            if answer.status_code == HTTPStatus.NO_CONTENT:
                await self._noted(EvidenceQueue.told, one.sha256)
                told += 1
            elif answer.status_code != HTTPStatus.NOT_FOUND:
                return told
        return told

    async def _one(self, pending: Pending, losses: int) -> float | None:
        """Send one piece; None when it is dealt with, or the seconds to rest before it is tried again."""
        try:
            answer = await self._put(await asyncio.to_thread(self._queue.content, pending))
        except httpx.HTTPError as error:
            return await self._later(pending, type(error).__name__, rest_after(losses + 1, random.random()))  # noqa: S311 - jitter
        except UnreadableError as error:
            await self._never(pending, "unreadable", str(error))
            return None
        except NotRedacted as error:
            await self._never(pending, error.code, str(error))
            return None
        if answer.status_code in TAKEN:
            self.sent += 1
            await self._noted(EvidenceQueue.done, pending.sha256)
            return None
        if (reason := FOR_GOOD.get(answer.status_code)) is not None:
            await self._never(pending, reason, f"answer {answer.status_code}")
            return None
        return await self._later(pending, f"answer {answer.status_code}", _named_pause(answer))

    async def _never(self, pending: Pending, reason: str, why: str) -> None:
        log.error("evidence given up", sha256=pending.sha256, reason=reason, why=why)
        await self._noted(EvidenceQueue.give_up, pending.sha256, reason)

    async def _later(self, pending: Pending, why: str, rest: float) -> float:
        log.warning("evidence waits", sha256=pending.sha256, why=why, rest_s=round(rest, 1))
        await self._noted(EvidenceQueue.again, pending.sha256)
        return rest

    async def _noted(self, write: Callable[Concatenate[EvidenceQueue, P], T], *what: P.args, **named: P.kwargs) -> T:
        """Have the queue write something down, as soon as the disk allows."""
        losses = 0
        while True:
            try:
                return await asyncio.to_thread(write, self._queue, *what, **named)
            except DiskRefusedError as refused:
                losses += 1
                rest = rest_after(losses, random.random())  # noqa: S311 - jitter
                log.warning("evidence waits for the disk", why=str(refused), rest_s=round(rest, 1))
                await self._clock.pause(rest)

    async def _put(self, picture: Redacted) -> httpx.Response:
        address = f"/v1/nodes/{self._node}/evidence/{picture.sha256}"
        kind = {"Content-Type": picture.media_type}
        if len(picture.jpeg) <= ONE_REQUEST:
            return await self._client.put(address, content=picture.jpeg, headers=kind, timeout=PATIENCE_S)
        return await self._in_parts(picture, address, kind)

    async def _in_parts(self, picture: Redacted, address: str, kind: dict[str, str]) -> httpx.Response:
        head = await self._client.head(address, timeout=PATIENCE_S)
        whole = len(picture.jpeg)
        if head.status_code in TAKEN and head.headers.get("Upload-Offset") in (None, str(whole)):
            return head
        start = int(head.headers.get("Upload-Offset", "0"))
        while True:
            part = picture.jpeg[start : start + PART]
            span = f"bytes {start}-{start + len(part) - 1}/{whole}"
            answer = await self._client.put(
                address, content=part, headers={**kind, "Content-Range": span}, timeout=PATIENCE_S
            )
            start += len(part)
            if answer.status_code not in (*TAKEN, HTTPStatus.ACCEPTED) or start >= whole:
                return answer


def _named_pause(answer: httpx.Response) -> float:
    named = answer.headers.get("Retry-After", "")
    return min(float(named), 60.0) if named.isdigit() else LONGEST_REST_S
