"""The steps before the curtain: models, database, registry, the node's secret, and everybody's account.

What a city does once is done by command line, as the first account is; that one admits the others through the API.
"""

import asyncio
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import httpx

from demo.children import Child
from demo.people import Person
from demo.stage import CONFIGS, NODE, PEOPLE, WHOLE_CITY, Stage

Say = Callable[[str], None]
CONNECT_S: Final = 1.0


class StepFailedError(RuntimeError):
    """A step that failed; the message says which, and what it wrote."""


def settle_in(stage: Stage, say: Say) -> str:
    """Do every step; returns the one-time link of the first person, who admits the others. Raises StepFailedError."""
    centre = ("--config", str(stage.central_file))
    if (detector := stage.videos.detector) is not None:
        say(f"model {detector}")
        mirror = ("--mirror", str(stage.videos.mirror)) if stage.videos.mirror else ()
        faces = ("yunet-faces",) if stage.videos.mirror else ()
        catalogue = ("--catalogue", str(CONFIGS / "models.yaml"))
        run(stage.wardsense("models", "pull", detector, *faces, *mirror, *catalogue))
    say("database, registry, accounts")
    run(stage.wardsense("central", "migrate", *centre))
    run(stage.wardsense("central", "apply", *centre))
    stage.node_secret.touch(mode=0o600)
    stage.node_secret.write_text(run(stage.wardsense("central", "node-secret", NODE, *centre)) + "\n", "utf-8")
    admin = PEOPLE[0]
    grants = [word for grant in admin.grants for word in ("--grant", grant)]
    return run(stage.wardsense("central", "account", "add", admin.login, "--name", admin.name, *grants, *centre))


async def sign_in(stage: Stage, link: str) -> dict[str, Person]:
    """Everybody signed in, by login: the first by this link, the others admitted by the first, as a city does it."""
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
    """A fresh one-time link for somebody."""
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
        "centre": Child("centre", centre, log / "centre.log", lambda: _healthy(stage.url)),
        "node": Child("node", node, log / "node.log", _Counting(stage.counters)),
    }


def run(command: Sequence[str]) -> str:
    """Run one step; returns what it printed. Raises StepFailedError."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise StepFailedError(f"{' '.join(command[3:])}: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


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


async def _healthy(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=CONNECT_S) as client:
            return (await client.get(f"{url}/healthz")).is_success
    except httpx.HTTPError:
        return False
