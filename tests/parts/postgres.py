"""A real PostgreSQL, thrown away after: a cluster of its own on a free loopback port, with fsync on as in production.

PostgreSQL refuses to run as root; started as root it runs as the user Debian's package makes.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.parts.mosquitto import free_port
from tests.parts.until import until

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
OWNER = "postgres"


class Postgres:
    """`with Postgres() as cluster:` gives `cluster.url(name)`; databases are made by `create`."""

    def __init__(self) -> None:
        self.port = free_port()
        self._programs = PROGRAMS if PROGRAMS.is_dir() else Path(shutil.which("initdb") or "/absent").parent
        self._folder = tempfile.TemporaryDirectory(prefix="postgres-")
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def __enter__(self) -> Self:
        if not (self._programs / "initdb").exists():
            raise AssertionError("no PostgreSQL on this machine: install Debian's package `postgresql`")
        if os.getuid() == 0:
            os.chown(self._folder.name, pwd.getpwnam(OWNER).pw_uid, pwd.getpwnam(OWNER).pw_gid)
        self._run("initdb", "-D", self._data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The process of the server itself."""
        return int((Path(self._data) / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        """Start the server; returns when it answers."""
        options = ("-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c", "unix_socket_directories=")
        log = (Path(self._folder.name) / "log").open("ab")
        with log:
            program = self._as_owner("postgres", "-D", self._data, *options)
            self._process = subprocess.Popen(program, stdout=log, stderr=log, cwd="/")
        until(self._answers, within=20, what="PostgreSQL answering")

    def stop(self) -> None:
        """Stop the server at once; what is committed stays."""
        if self._process is not None:
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
            self._process.wait(timeout=20)
            self._process = None

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of `template`; returns its name."""
        self._made += 1
        name = f"made_{self._made}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def url(self, name: str) -> str:
        """The database's address as the centre's configuration has it."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    @property
    def _data(self) -> str:
        return f"{self._folder.name}/data"

    def _address(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user={OWNER} dbname={name}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _as_owner(self, program: str, *arguments: str) -> list[str]:
        command = [str(self._programs / program), *arguments]
        if os.getuid() != 0:
            return command
        return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", *command]

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(self._as_owner(program, *arguments), capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise AssertionError(f"{program}: {done.stdout}{done.stderr}")
