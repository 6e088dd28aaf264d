"""The city of the fleet benchmark, and its centre as a real process with a real store."""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import psutil
from sqlalchemy import func, select

from benchmarks.fleet_nodes import Node
from central.registry import Camera, City, Sensor, Unit, Ward
from central.registry import Node as Registered
from central.store import registry
from central.store import schema as tables
from central.store.database import Database
from central.store.migrate import migrate
from tests.parts.mosquitto import free_port
from tests.parts.until import until

ROOT: Final = Path(__file__).parents[1]
UNITS: Final = ("doi-trat-tu-do-thi", "doi-thoat-nuoc", "to-ky-thuat")
CENTRE: Final = """database: {url}
broker: {{client_id: centre, port: {port}}}
http: {{port: {http}}}
evidence: {folder}/evidence
photos: {folder}/photos
city: {folder}/city.yaml
rules: {root}/configs/rules.yaml
"""
SMALL_CITY: Final = """wards: {ward-00: {name: Phường}}
units:
  doi-trat-tu-do-thi: {name: a}
  doi-thoat-nuoc: {name: b}
  to-ky-thuat: {name: c}
"""


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre that runs, and its store."""

    pid: int
    database: Database

    def reconcile(self, made: dict[str, tuple[UUID, int]]) -> int:
        """Compare what was made with what is stored, number by number; 0 when they are the same."""
        stored: dict[str, list[int]] = defaultdict(list)
        with self.database.reading() as connection:
            listed = select(tables.record.c.node_id, tables.record.c.epoch, tables.record.c.seq)
            for row in connection.execute(listed):
                if row.epoch == made[row.node_id][0]:
                    stored[row.node_id].append(row.seq)
            alerts = connection.execute(select(func.count()).select_from(tables.alert)).scalar_one()
            dead = connection.execute(select(func.count()).select_from(tables.dead_letter)).scalar_one()
        missing = sum(len(set(range(1, last + 1)) - set(stored[name])) for name, (_, last) in made.items())
        twice = sum(len(seqs) - len(set(seqs)) for seqs in stored.values())
        total = sum(last for _, last in made.values())
        print(f"made {total}, stored {sum(map(len, stored.values()))}, missing {missing}, twice {twice}, ", end="")
        print(f"dead letters {dead}, alerts {alerts}")
        return 1 if missing or twice or dead else 0


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes whose processor time is counted."""

    centre: int
    broker: int
    postgres: int | None = None

    def cpu(self) -> dict[str, float]:
        """Processor seconds used so far, by name."""
        used = {"centre": _used([self.centre]), "mosquitto": _used([self.broker]), "nodes": _used([os.getpid()])}
        if self.postgres is not None:
            family = [child.pid for child in psutil.Process(self.postgres).children()]
            used["postgres"] = _used([self.postgres, *family])
        return used


def city(nodes: Iterable[Node]) -> City:
    """The registry of these nodes."""
    return City(
        wards={node.ward: Ward(name=f"Phường {node.ward}") for node in nodes},
        units={unit: Unit(name=unit) for unit in UNITS},
        nodes={
            node.name: Registered(
                name=node.name,
                ward=node.ward,
                cameras={camera: Camera(name=camera, ward=node.ward) for camera in node.cameras},
                sensors={node.sensor: Sensor(name=node.sensor, ward=node.ward, quantity="water_level", unit="m")},
            )
            for node in nodes
        },
    )


@contextmanager
def start(folder: Path, url: str, port: int, registered: City) -> Iterator[Centre]:
    """A migrated store with this city in it, and the centre running on it."""
    database = Database(url)
    migrate(database)
    with database.writing() as connection:
        registry.apply(connection, registered, datetime.now(UTC), "import")
    http = free_port()
    # The process reads a small city: the registry is in the store already, and 12,000 lines of YAML take a while.
    (folder / "city.yaml").write_text(SMALL_CITY, "utf-8")
    (folder / "central.yaml").write_text(
        CENTRE.format(url=url, port=port, http=http, folder=folder, root=ROOT), "utf-8"
    )
    program = "import sys; from central.commands import app; app(sys.argv[1:])"
    arguments = ["run", "--config", str(folder / "central.yaml")]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT)
    try:
        until(lambda: _answers(http), within=60, what="the centre answering")
        yield Centre(process.pid, database)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        database.close()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _used(pids: Iterable[int]) -> float:
    total = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system
    return total
