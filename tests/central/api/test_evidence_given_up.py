"""Both ends of a loss: a real node's queue gives a picture up, a real centre shows it lost, because."""

import asyncio
import contextlib
from pathlib import Path

import httpx
from uuid_utils.compat import uuid7

from edge.outbox import Outbox
from edge.uploader import Uploader
from streams.clocks import ScriptedClock
from tests.central.office import JPEG, OPERATOR, Office, proof
from tests.central.town import NOW
from tests.parts.redacted import passed_off


async def told(office: Office, outbox: Outbox) -> None:
    """Let the node tell until the centre knows of everything."""
    clock = ScriptedClock(NOW)
    headers = {"Authorization": f"Bearer {office.secret}"}
    async with httpx.AsyncClient(base_url=office.url, headers=headers) as client, asyncio.timeout(30):
        telling = asyncio.create_task(Uploader(outbox.evidence, client, "box-1", clock).tell())
        while outbox.evidence.untold(NOW, 9):
            assert not telling.done(), telling.exception()
            await clock.pause(0)
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling


def test_a_picture_a_node_has_no_room_for_is_lost_on_the_alert(office: Office, tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "outbox.db", 1_000_000, evidence_bytes=len(JPEG))
    try:
        outbox.evidence.want(passed_off(JPEG), uuid7(), NOW)
        alert = office.raise_alert(proof())
        newer = outbox.evidence.want(passed_off(JPEG + b"newer"), uuid7(), NOW)
        outbox.evidence.give_up(newer, "unreadable")
        office.raise_alert(proof(JPEG + b"newer"), zone="yard")
        asyncio.run(told(office, outbox))
        (shown,) = office.person(OPERATOR).get(f"/v1/alerts/{alert}").json()["evidence"]
        assert (shown["state"], shown["reason"]) == ("lost", {"code": "full", "params": {}})
    finally:
        outbox.close()
