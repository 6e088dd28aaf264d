"""Everything the three programs need, written into one folder: configurations, secrets, the registry of two wards.

Nothing here is known to the programs in advance: they read the same kinds of file a city writes. Passwords are made
anew each time and stand in files only their owner may read.
"""

import secrets
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

import yaml

from demo import broker, ground, place, ports
from demo.broker import Wanted
from demo.scenes import Videos, cameras, city, login, sensors
from streams import shipped

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIGS: Final = shipped.configs()
CLIENT: Final = ROOT / "central" / "console" / "dist"  # where `make console` builds it, and where a wheel carries it
NODE: Final = "node-bach-dang"
WARDS: Final = ("ben-lanh", "vuon-sen")
WHOLE_CITY: Final = "*"


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

# Who gets a link to sign in by: both ends of a case, and somebody who must see none of it.
INVITED: Final = {
    "desk": f"operator-{WARDS[0]}",
    "crew": f"crew-{WARDS[0]}-1",
    "other": f"operator-{WARDS[1]}",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything stands. The folder and both ports are held until it is left."""

    folder: Path
    http_port: int
    broker_port: int
    database: str
    videos: Videos
    broker_command: list[str]
    client: Path | None  # the built web client, where there is one
    mark: TextIO
    held: ExitStack
    passwords: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.held.close()

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


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person may choose about the stage; None is what fits."""

    folder: Path
    http_port: int | None = None
    database: str | None = None
    fps: float = 5.0
    broker: Wanted = Wanted.AUTO
    client: Path = CLIENT


def build(setting: Setting, videos: Videos) -> Stage:
    """Write the files of a fresh stage; what an earlier one left in the folder is removed.

    Raises FolderRefusedError for a folder that is not ours, NoBrokerError, PortTakenError, OSError.
    """
    with ExitStack() as held:
        wanted = setting.http_port
        http_port = held.enter_context(ports.hold_usual() if wanted is None else ports.hold(wanted)).port
        found = broker.find(setting.broker)
        taken = place.take(setting.folder)
        folder, mark = taken.folder, held.enter_context(taken.mark)
        port = held.enter_context(ports.hold_any()).port
        logins = {NODE: secrets.token_urlsafe(16), "central": secrets.token_urlsafe(16)}
        stage = Stage(
            folder=folder,
            http_port=http_port,
            broker_port=port,
            database=setting.database or f"sqlite:///{folder / 'wardsense.db'}",
            videos=videos,
            broker_command=broker.command(found, folder / "broker", port, logins),
            client=setting.client if (setting.client / "index.html").is_file() else None,
            mark=mark,
            held=held,
            passwords={person.login: secrets.token_urlsafe(9) for person in PEOPLE},
        )
        _write(stage, logins if found else {}, setting.fps)
        return replace(stage, held=held.pop_all())


def _write(stage: Stage, logins: Mapping[str, str], fps: float) -> None:
    base = (CONFIGS / "city.yaml").read_text("utf-8")
    _private(stage.folder / "city.yaml", city(base, stage.videos.sources))
    _private(stage.central_file, _yaml(_central(stage, logins)))
    _private(stage.node_file, _yaml(_node(stage, logins, fps)))


def _central(stage: Stage, logins: Mapping[str, str]) -> dict[str, Any]:
    return {
        "database": stage.database,
        "broker": _line(stage, "central", "wardsense-central", logins),
        "http": {"host": "127.0.0.1", "port": stage.http_port},
        "evidence": str(stage.folder / "evidence"),
        "photos": str(stage.folder / "photos"),
        "city": str(stage.folder / "city.yaml"),
        "rules": str(CONFIGS / "rules.yaml"),
        "calendar": str(CONFIGS / "calendar.yaml"),
        "map": str(ground.FILE),
        **({"console": str(stage.client)} if stage.client else {}),
        "node_grace_s": 10,
    }


def _node(stage: Stage, logins: Mapping[str, str], fps: float) -> dict[str, Any]:
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
        "broker": _line(stage, NODE, NODE, logins),
        "centre": {"url": stage.url, "secret_file": str(stage.node_secret)},
        "models": models,
        "cameras": [_without_login(stage, camera) for camera in cameras(stage.videos, fps)],
        "sensors": sensors(),
    }


def _without_login(stage: Stage, camera: dict[str, Any]) -> dict[str, Any]:
    told = login(camera["source"].get("rtsp", ""))
    if told is None:
        return camera
    address, user, password = told
    secret = stage.folder / f"{camera['id']}.password"
    _private(secret, password + "\n")
    return {**camera, "source": {"rtsp": address, "user": user, "password_file": str(secret)}}


def _line(stage: Stage, user: str, client: str, logins: Mapping[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {"host": "127.0.0.1", "port": stage.broker_port, "client_id": client}
    if user not in logins:
        return line
    secret = stage.folder / f"{user}.password"
    _private(secret, logins[user] + "\n")
    return {**line, "username": user, "password_file": str(secret)}


def _yaml(told: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    return text


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)  # a database address or a camera's may hold a password, too
    path.write_text(text, encoding="utf-8")
