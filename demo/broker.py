"""The demonstration's broker: Mosquitto where it is installed, else amqtt, each in a process of its own.

Mosquitto gets passwords and the access list of a real city, so that a node of the demonstration can do no more than one
in the street. amqtt (`python -m demo.broker PORT`) knows neither, listens on the loopback only, and says so.
"""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ACL: Final = """pattern write wardsense/v1/+/%u/batch
pattern write wardsense/v1/+/%u/status
pattern write wardsense/v1/+/%u/live
pattern read wardsense/v1/+/%u/receipt
pattern read wardsense/v1/+/%u/config
pattern read wardsense/v1/+/%u/command
pattern read sensors/%u/#
user central
topic read wardsense/v1/+/+/batch
topic read wardsense/v1/+/+/status
topic read wardsense/v1/+/+/live
topic write wardsense/v1/+/+/receipt
topic write wardsense/v1/+/+/config
topic write wardsense/v1/+/+/command
"""


class Wanted(StrEnum):
    """Which broker a person asks for."""

    AUTO = "auto"
    MOSQUITTO = "mosquitto"
    AMQTT = "amqtt"


class NoBrokerError(ValueError):
    """The broker asked for is not installed; the message says how to get one."""


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """Both programs of Debian's package: the broker, and the one that writes its passwords."""

    program: str
    passwd: str


def find(wanted: Wanted) -> Mosquitto | None:
    """Mosquitto, or None for amqtt. Raises NoBrokerError when what is wanted is not here."""
    program, passwd = (_program(name) for name in ("mosquitto", "mosquitto_passwd"))
    if wanted is not Wanted.AMQTT and program and passwd:
        return Mosquitto(program, passwd)
    if wanted is Wanted.MOSQUITTO:
        raise NoBrokerError("Mosquitto is not installed: apt-get install mosquitto, or give --broker amqtt")
    if importlib.util.find_spec("amqtt") is None:
        raise NoBrokerError("no broker here: apt-get install mosquitto, or pip install 'wardsense[demo]' for amqtt")
    return None


def command(found: Mosquitto | None, folder: Path, port: int, passwords: dict[str, str]) -> list[str]:
    """The command line of the broker, its files written; amqtt for None, which asks for no passwords."""
    if found is None:
        return [sys.executable, "-m", "demo.broker", str(port)]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = folder / "passwords"
    secrets.touch(mode=0o600)
    secrets.write_text("".join(f"{user}:{password}\n" for user, password in passwords.items()), encoding="utf-8")
    subprocess.run([found.passwd, "-U", str(secrets)], check=True, capture_output=True)  # noqa: S603 - our own words
    (folder / "acl").write_text(ACL, encoding="utf-8")
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous false",
        f"password_file {secrets}",
        f"acl_file {folder / 'acl'}",
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_interval 5",
        "max_queued_messages 10000",
        "log_type error",
        "log_type warning",
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # else it drops to a user of its own, which may not read this folder
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for made in folder.iterdir():
        made.chmod(0o600)
    return [found.program, "-c", str(folder / "mosquitto.conf")]


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


async def _amqtt(port: int) -> None:
    from amqtt.broker import Broker  # noqa: PLC0415 - only this process needs it

    anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": anybody})
    await broker.start()
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(_amqtt(int(sys.argv[1])))
