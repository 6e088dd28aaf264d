"""The steps before the curtain: models, database, registry, the node's secret, and everybody's account.

What a city does once is done by command line, as the first account is; that one admits the others through the API.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import httpx

from demo.children import Child, run_to_end
from demo.people import Person
from demo.stage import CONFIGS, NODE, PEOPLE, WHOLE_CITY, Stage

Say = Callable[[str], None]
CONNECT_S: Final = 1.0


class StepFailedError(RuntimeError):
    """A step that failed; the message says which, and what it wrote."""


async def settle_in(stage: Stage, say: Say) -> str:
    """Do every step; returns the one-time link of the first person, who admits the others. Raises StepFailedError.

    What needs nothing of each other is done at once: each step is a program that takes a second or two to begin.
    """
    say("database, registry, accounts")
    _, link = await _both(_pull(stage, say), _fill(stage))
    return link


async def _pull(stage: Stage, say: Say) -> str:
    if (detector := stage.videos.detector) is None:
        return ""
    say(f"model {detector}")
    mirror = ("--mirror", str(stage.videos.mirror)) if stage.videos.mirror else ()
    faces = ("yunet-faces",) if stage.videos.mirror else ()
    catalogue = ("--catalogue", str(CONFIGS / "models.yaml"))
    return await run(stage.wardsense("models", "pull", detector, *faces, *mirror, *catalogue))


async def _fill(stage: Stage) -> str:
    centre = ("--config", str(stage.central_file))
    await run(stage.wardsense("central", "migrate", *centre))
    await run(stage.wardsense("central", "apply", *centre))
    admin = PEOPLE[0]
    grants = [word for grant in admin.grants for word in ("--grant", grant)]
    account = stage.wardsense("central", "account", "add", admin.login, "--name", admin.name, *grants, *centre)
    secret, link = await _both(run(stage.wardsense("central", "node-secret", NODE, *centre)), run(account))
    stage.node_secret.touch(mode=0o600)
    stage.node_secret.write_text(secret + "\n", "utf-8")
    return link


async def _both(one: Awaitable[str], other: Awaitable[str]) -> tuple[str, str]:
    """Two steps at once; when one fails the other is ended, too."""
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    try:
        first, second = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return first, second


async def sign_in(stage: Stage, link: str) -> dict[str, Person]:
    """Everybody signed in, by login: the first by this link, the others admitted by the first, as a city does it.

    Raises StepFailedError.
    """
    with _step("signing in"):
        admin = await Person.by_link(stage.url, PEOPLE[0].login, link, stage.passwords[PEOPLE[0].login])
        people = {admin.login: admin}
        for part in PEOPLE[1:]:
            grants = [_grant(told) for told in part.grants]
            new = {"login": part.login, "name": part.name, "unit": part.unit, "grants": grants}
            made = await admin.post("/v1/accounts", new)
            password = stage.passwords[part.login]
            people[part.login] = await Person.by_link(stage.url, part.login, made["token"], password)
    return people


async def new_link(stage: Stage, admin: Person, login: str) -> str:
    """A fresh one-time link for somebody. Raises StepFailedError."""
    with _step("a link to sign in by"):
        found = [one for one in await admin.all("/v1/accounts") if one["login"] == login]
        made = await admin.post(f"/v1/accounts/{found[0]['id']}/link")
    return f"{stage.url}/#/link/{made['token']}"


def write_passwords(stage: Stage) -> Path:
    """Every generated password, in a file only its owner may read."""
    path = stage.folder / "passwords.txt"
    path.touch(mode=0o600)
    path.write_text("".join(f"{login}\t{password}\n" for login, password in stage.passwords.items()), "utf-8")
    return path


def children_of(stage: Stage) -> dict[str, Child]:
    """The three programs, by name."""
    log = stage.folder / "log"
    centre = stage.wardsense("central", "run", "--config", str(stage.central_file))
    node = stage.wardsense("edge", "run", "--config", str(stage.node_file))
    return {
        "broker": Child("broker", stage.broker_command, log / "broker.log", lambda: _listening(stage.broker_port)),
        "centre": Child("centre", centre, log / "centre.log", lambda: _healthy(stage.http_port)),
        "node": Child("node", node, log / "node.log", _Counting(stage.counters)),
    }


async def run(command: Sequence[str]) -> str:
    """Run one step; returns what it printed. Raises StepFailedError."""
    status, said, complained = await run_to_end(command)
    if status:
        raise StepFailedError(f"{' '.join(command[3:])}: {(complained or said).strip()}")
    return said.strip()


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise StepFailedError(f"{name}: {type(error).__name__} {error}") from error


def _grant(told: str) -> dict[str, str | None]:
    role, ward = told.split("@")
    return {"role": role, "ward": None if ward == WHOLE_CITY else ward}


class _Counting:
    """Whether the node has begun to count since it was last asked after a start: its session is a new one."""

    def __init__(self, counters: Path) -> None:
        self._counters = counters
        self._session: str | None = None

    async def __call__(self) -> bool:
        try:
            session = json.loads(self._counters.read_text("utf-8"))["session"]
        except (OSError, ValueError, KeyError):
            return False
        known, self._session = self._session, session
        return bool(session != known)


async def _listening(port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _healthy(port: int) -> bool:
    """Asked ten times a second while the centre starts on the same two cores, so without a client that costs 50 ms."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
