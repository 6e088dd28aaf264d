"""Uploads against a real HTTP server: newest first, taken up where they broke off, given up only for good reasons."""

import asyncio
import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import uuid_utils.compat as uuid

from edge.evidence_queue import EvidenceState
from edge.outbox import Outbox
from edge.uploader import Uploader
from streams.clocks import ScriptedClock
from tests.parts.redacted import passed_off

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
NODE = "node-1"


class Centre(ThreadingHTTPServer):
    """A scripted centre: answers each PUT with the next status of its script, then takes everything."""

    def __init__(self, *script: int) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.script = list(script)
        self.held: dict[str, bytes] = {}
        self.lost: list[tuple[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.credentials: set[str] = set()
        self.meanwhile: Callable[[], None] = lambda: None


class Answers(BaseHTTPRequestHandler):
    server: Centre

    def do_HEAD(self) -> None:
        held = self.server.held.get(self.path.rsplit("/", 1)[1], b"")
        self.send_response(200 if held else 404)
        self.send_header("Upload-Offset", str(len(held)))
        self.end_headers()

    def do_PUT(self) -> None:
        name, content = self.path.rsplit("/", 1)[1], self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((name, self.headers.get("Content-Range", "")))
        self.server.credentials.add(self.headers["Authorization"])
        self.server.meanwhile()
        status = self.server.script.pop(0) if self.server.script else self._taken(name, content)
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        name, content = self.path.split("/")[-2], self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.script.pop(0) if self.server.script else 204
        if status == 204:
            self.server.lost.append((name, json.loads(content)["reason"]))
        self.send_response(status)
        self.end_headers()

    def _taken(self, name: str, content: bytes) -> int:
        self.server.held[name] = self.server.held.get(name, b"") + content
        return 201 if hashlib.sha256(self.server.held[name]).hexdigest() == name else 202

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def centre(*script: int) -> Iterator[Centre]:
    server = Centre(*script)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Mending(ScriptedClock):
    """A disk that lets nothing be written until somebody has rested."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__()
        self._file = outbox.evidence._file

    def refuse(self) -> None:
        self._file.rows("PRAGMA query_only=1")

    async def pause(self, seconds: float) -> None:
        if seconds:
            self._file.rows("PRAGMA query_only=0")
        await super().pause(seconds)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox.open(tmp_path / "outbox.db", 64 * 2**20)
    yield opened
    opened.close()


def deliver(outbox: Outbox, server: Centre, shas: list[str], clock: ScriptedClock | None = None) -> float:
    """Upload until every one of these is dealt with; returns the seconds rested on the way."""
    clock = clock or ScriptedClock()

    async def until_done() -> None:
        address = f"http://127.0.0.1:{server.server_port}"
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": "Bearer s3cret"}) as client:
            sending = asyncio.create_task(Uploader(outbox.evidence, client, NODE, clock).send())
            over = (EvidenceState.SETTLED, EvidenceState.GIVEN_UP)
            async with asyncio.timeout(20):
                while not all((state := outbox.evidence.state(sha)) and state[0] in over for sha in shas):
                    assert not sending.done(), sending.exception()
                    await clock.pause(0)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    asyncio.run(until_done())
    return clock.monotonic()


def want(outbox: Outbox, content: bytes, minute: int = 0) -> str:
    return outbox.evidence.want(passed_off(content), uuid.uuid7(), NOON + timedelta(minutes=minute))


def test_a_picture_arrives_whole_with_the_nodes_credential(outbox: Outbox) -> None:
    with centre() as server:
        sha = want(outbox, b"picture")
        deliver(outbox, server, [sha])
        assert server.held == {sha: b"picture"}
        assert server.credentials == {"Bearer s3cret"}
        assert not (outbox.evidence.folder / sha).exists()


def test_the_newest_goes_first(outbox: Outbox) -> None:
    with centre() as server:
        shas = [want(outbox, f"picture {minute}".encode(), minute) for minute in (1, 3, 2)]
        deliver(outbox, server, shas)
        assert [name for name, _ in server.asked] == [shas[1], shas[2], shas[0]]


def test_a_busy_centre_is_asked_again_when_it_said(outbox: Outbox) -> None:
    with centre(503, 500, 401, 499, 520) as server:
        sha = want(outbox, b"picture")
        rested = deliver(outbox, server, [sha])
        assert outbox.evidence.state(sha) == (EvidenceState.SETTLED, None)
        assert rested >= 7 + 4 * 10


@pytest.mark.parametrize(("status", "reason"), [(409, "wrong_hash"), (413, "too_large"), (415, "media_type_refused")])
def test_what_will_never_be_taken_is_given_up_with_the_reason(outbox: Outbox, status: int, reason: str) -> None:
    with centre(status) as server:
        sha = want(outbox, b"picture")
        deliver(outbox, server, [sha])
        assert outbox.evidence.state(sha) == (EvidenceState.GIVEN_UP, reason)


def test_a_large_clip_goes_in_parts_and_is_taken_up_where_it_broke_off(outbox: Outbox) -> None:
    clip = bytes(range(256)) * 6000
    with centre() as server:
        sha = want(outbox, clip)
        server.held[sha] = clip[: 256 * 1024]
        deliver(outbox, server, [sha])
        assert server.held[sha] == clip
        assert server.asked[0][1] == f"bytes {256 * 1024}-{2 * 256 * 1024 - 1}/{len(clip)}"


@pytest.mark.parametrize("size", [9, 2 * 2**20])
def test_a_picture_that_cannot_be_read_back_whole_is_given_up_and_the_next_one_goes(outbox: Outbox, size: int) -> None:
    with centre() as server:
        short, good = (want(outbox, bytes([minute]) * size, minute) for minute in (2, 1))
        (outbox.evidence.folder / short).write_bytes(b"cut")
        server.held |= {short: b"cut"}
        deliver(outbox, server, [short, good])
        assert outbox.evidence.state(short) == (EvidenceState.GIVEN_UP, "unreadable")
        assert outbox.evidence.state(good) == (EvidenceState.SETTLED, None)


@pytest.mark.parametrize("size", [9, 2 * 2**20])
def test_of_a_raw_picture_that_took_the_place_of_a_redacted_one_not_a_byte_leaves(outbox: Outbox, size: int) -> None:
    with centre() as server:
        swapped, good = (want(outbox, bytes([minute]) * size, minute) for minute in (2, 1))
        (outbox.evidence.folder / swapped).write_bytes(b"r" * size)
        deliver(outbox, server, [swapped, good])
        assert outbox.evidence.state(swapped) == (EvidenceState.GIVEN_UP, "not_redacted")
        assert {name for name, _ in server.asked} == {good}


@pytest.mark.parametrize("status", [201, 409, 503])
def test_a_disk_that_refuses_to_note_the_outcome_is_waited_for(outbox: Outbox, status: int) -> None:
    with centre(status) as server:
        sha, clock = want(outbox, b"picture"), Mending(outbox)
        clock.refuse()
        server.meanwhile = clock.refuse
        rested = deliver(outbox, server, [sha], clock)
        state = EvidenceState.GIVEN_UP if status == 409 else EvidenceState.SETTLED
        assert (outbox.evidence.state(sha) or ("",))[0] == state
        assert rested > 0


def test_a_content_the_disk_does_not_give_out_is_given_up(outbox: Outbox) -> None:
    with centre() as server:
        sha, other = want(outbox, b"picture"), want(outbox, b"other", 1)

        def vanish() -> None:
            (outbox.evidence.folder / sha).unlink()
            (outbox.evidence.folder / sha).symlink_to(outbox.evidence.folder)

        server.meanwhile = vanish
        deliver(outbox, server, [other])
        server.meanwhile = lambda: None
        deliver(outbox, server, [sha])
        assert outbox.evidence.state(sha) == (EvidenceState.GIVEN_UP, "unreadable")


def tell(outbox: Outbox, server: Centre, number: int) -> float:
    """Tell until the centre knows of so many; returns the seconds rested on the way."""
    clock = ScriptedClock(NOON)

    async def until_told() -> None:
        address = f"http://127.0.0.1:{server.server_port}"
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": "Bearer s3cret"}) as client:
            telling = asyncio.create_task(Uploader(outbox.evidence, client, NODE, clock).tell())
            async with asyncio.timeout(20):
                while len(server.lost) < number or outbox.evidence.untold(NOON, 9):
                    assert not telling.done(), telling.exception()
                    await clock.pause(0)
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    asyncio.run(until_told())
    return clock.monotonic()


def given_up(outbox: Outbox, *reasons: str) -> list[str]:
    shas = [want(outbox, reason.encode(), minute) for minute, reason in enumerate(reasons)]
    for sha, reason in zip(shas, reasons, strict=True):
        outbox.evidence.give_up(sha, reason)
    return shas


def test_the_centre_is_told_what_was_given_up_and_why(outbox: Outbox) -> None:
    with centre() as server:
        shas = given_up(outbox, "full", "unreadable")
        tell(outbox, server, 2)
        assert server.lost == [(shas[1], "unreadable"), (shas[0], "full")]


def test_a_loss_whose_event_has_not_arrived_is_told_later_and_holds_no_other_up(outbox: Outbox) -> None:
    with centre(404, 204, 404) as server:
        shas = given_up(outbox, "full", "unreadable")
        rested = tell(outbox, server, 2)
        assert [sha for sha, _ in server.lost] == shas
        assert rested >= 10 + 20  # longer after a round that told nothing


def test_a_centre_that_will_not_hear_of_it_now_is_told_again(outbox: Outbox) -> None:
    with centre(503, 401) as server:
        shas = given_up(outbox, "full", "unreadable")
        tell(outbox, server, 2)
        assert [sha for sha, _ in server.lost] == [shas[1], shas[0]]
