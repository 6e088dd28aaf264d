"""The demonstration's broker: Mosquitto where it is installed, else amqtt in a process of its own.

Mosquitto gets passwords and the access list of a real city, so that a node of the demonstration can do no more than one
in the street. amqtt (`python -m demo.broker PORT`) knows neither, listens on the loopback only, and says so.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

ACL: Final = """pattern write wardsense/v1/+/%u/batch
pattern write wardsense/v1/+/%u/status
pattern write wardsense/v1/+/%u/live
pattern read wardsense/v1/+/%u/receipt
pattern read wardsense/v1/+/%u/config
pattern read wardsense/v1/+/%u/command
user central
topic read wardsense/v1/+/+/batch
topic read wardsense/v1/+/+/status
topic write wardsense/v1/+/+/receipt
topic write wardsense/v1/+/+/config
topic write wardsense/v1/+/+/command
"""


def mosquitto() -> str | None:
    """Where Mosquitto is, if it is."""
    return shutil.which("mosquitto") or next((p for p in ("/usr/sbin/mosquitto",) if Path(p).exists()), None)


def command(folder: Path, port: int, passwords: dict[str, str]) -> list[str]:
    """The command line of the broker, its files written."""
    program = mosquitto()
    if program is None:
        return [sys.executable, "-m", "demo.broker", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    secrets = folder / "passwords"
    for index, (user, password) in enumerate(passwords.items()):
        fresh = ["-c"] if index == 0 else []
        line = ["mosquitto_passwd", *fresh, "-b", str(secrets), user, password]
        subprocess.run(line, check=True, capture_output=True)  # noqa: S603 - our own words
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
    return [program, "-c", str(folder / "mosquitto.conf")]


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
