"""Everything the three programs need, written into one folder: configurations, secrets, the registry of two wards.

Nothing here is known to the programs in advance: they read the same kinds of file a city writes. Passwords are made
anew each time and stand in files only their owner may read.
"""

import secrets
import shutil
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from demo import broker
from demo.scenes import Videos, cameras, city, sensors

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIGS: Final = ROOT / "configs"
NODE: Final = "node-bach-dang"
WARDS: Final = ("hai-chau", "thanh-khe")
WHOLE_CITY: Final = "*"
USUAL_PORT: Final = 8000
MARK: Final = ".wardsense-demo"


class NotOursError(ValueError):
    """A folder that must not be cleared."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the play: login, name, what they may do where, and the unit of a crew."""

    login: str
    name: str
    grants: tuple[str, ...]
    unit: str | None = None


CREW_UNITS: Final = ("doi-trat-tu-do-thi", "doi-thoat-nuoc", "to-ky-thuat")
PEOPLE: Final = (
    Part("admin", "Quản trị thành phố", ("admin@*",)),
    *(Part(f"operator-{ward}", f"Trực ban {ward}", (f"operator@{ward}",)) for ward in WARDS),
    *(
        Part(f"crew-{ward}-{index + 1}", f"Tổ hiện trường {ward} {index + 1}", (f"field@{ward}",), unit)
        for ward in WARDS
        for index, unit in enumerate(CREW_UNITS)
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything stands."""

    folder: Path
    http_port: int
    broker_port: int
    database: str
    videos: Videos
    broker_command: list[str]
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The centre's address."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def central_file(self) -> Path:
        """The centre's configuration."""
        return self.folder / "central.yaml"

    @property
    def node_file(self) -> Path:
        """The node's configuration."""
        return self.folder / "node.yaml"

    @property
    def node_secret(self) -> Path:
        """The secret the node uploads with."""
        return self.folder / "node.secret"

    @property
    def journal(self) -> Path:
        """The node's own count of what it made."""
        return self.folder / "made.txt"

    @property
    def counters(self) -> Path:
        """What the node counts."""
        return self.folder / "node" / "counters.json"

    def wardsense(self, *words: str) -> list[str]:
        """A command line of our own front door."""
        return [sys.executable, "-c", "import wardsense; wardsense.main()", *words]


def build(folder: Path, videos: Videos, http_port: int | None, database: str | None, fps: float) -> Stage:
    """Write the files of a fresh stage; what an earlier one left in the folder is removed.

    Raises NotOursError for a folder with anything else in it, OSError.
    """
    folder = _cleared(folder)
    logins = {NODE: secrets.token_urlsafe(16), "central": secrets.token_urlsafe(16)}
    port = free_port()
    stage = Stage(
        folder=folder,
        http_port=http_port or (USUAL_PORT if free(USUAL_PORT) else free_port()),
        broker_port=port,
        database=database or f"sqlite:///{folder / 'wardsense.db'}",
        videos=videos,
        broker_command=broker.command(folder / "broker", port, logins),
        passwords={person.login: secrets.token_urlsafe(9) for person in PEOPLE},
    )
    (folder / "city.yaml").write_text(
        city((CONFIGS / "city.yaml").read_text("utf-8"), len(videos.sources)), encoding="utf-8"
    )
    _write(stage.central_file, _central(stage, logins["central"]))
    _write(stage.node_file, _node(stage, logins[NODE], fps))
    return stage


def _cleared(folder: Path) -> Path:
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise NotOursError(f"{folder}: not empty and not a folder of the demonstration; give another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder


def _central(stage: Stage, password: str) -> dict[str, Any]:
    return {
        "database": stage.database,
        "broker": _line(stage, "central", password, "wardsense-central"),
        "http": {"host": "127.0.0.1", "port": stage.http_port},
        "evidence": str(stage.folder / "evidence"),
        "photos": str(stage.folder / "photos"),
        "city": str(stage.folder / "city.yaml"),
        "rules": str(CONFIGS / "rules.yaml"),
        "calendar": str(CONFIGS / "calendar.yaml"),
        "node_grace_s": 10,
    }


def _node(stage: Stage, password: str, fps: float) -> dict[str, Any]:
    models: dict[str, Any] = {}
    if stage.videos.detector is not None:
        faces = {"faces": "yunet-faces"} if stage.videos.mirror else {}
        models = {"catalogue": str(CONFIGS / "models.yaml"), "detector": stage.videos.detector, **faces}
    return {
        "node": NODE,
        "ward": WARDS[0],
        "data": str(stage.folder / "node"),
        "clock": "host",
        "made_journal": str(stage.journal),
        "broker": _line(stage, NODE, password, NODE),
        "centre": {"url": stage.url, "secret_file": str(stage.node_secret)},
        "models": models,
        "cameras": cameras(stage.videos, fps),
        "sensors": sensors(),
    }


def _line(stage: Stage, user: str, password: str, client: str) -> dict[str, Any]:
    line: dict[str, Any] = {"host": "127.0.0.1", "port": stage.broker_port, "client_id": client}
    if broker.mosquitto() is None:
        return line
    secret = stage.folder / f"{user}.password"
    _private(secret, password)
    return {**line, "username": user, "password_file": str(secret)}


def _write(path: Path, told: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")


def free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
