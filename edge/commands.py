"""`wardsense edge`: run a node, or check its configuration before it is trusted with a street."""

import asyncio
import errno
import signal
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import structlog
import typer
from rich.console import Console
from rich.table import Table

from edge.build import cameras, client_of, eyes_of
from edge.cascade import opened
from edge.classes import refuse_strangers, refuse_unfit, refuse_unredacted
from edge.config import NodeConfig, load
from edge.config_file import ConfigFile
from edge.discovering import discover
from edge.durable import DiskRefusedError, InUseError
from edge.look_commands import look
from edge.memory import few_heaps
from edge.orders import MOST_MESSAGE, MOST_REASONS, reasons
from edge.relearn_commands import relearn
from edge.replay_commands import replay
from edge.tune import Overcommitted, refuse_overcommitted
from edge.tune_commands import tune
from models.session import ModelRefused
from streams import logs
from streams.clocks import Clock, SystemClock
from streams.documents import DocumentRefused
from streams.weather import SourceRefused
from streams.wire.records import Outcome, Reply
from streams.wire.words import Reason

if TYPE_CHECKING:
    from edge.node import Node

app = typer.Typer(no_args_is_help=True, help="A node: sees, measures, tells.")
app.command()(discover)
app.command()(replay)
app.command()(look)
app.command()(tune)
app.command()(relearn)
_out = Console()
_err = Console(stderr=True, soft_wrap=True, highlight=False)

WRONG = 2
FOR_ROOM_S: Final = 10.0
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
MEND: Final = "free room on this disk or make it writable; the node goes on by itself"

T = TypeVar("T")
log = structlog.get_logger(__name__)

Config = Annotated[Path, typer.Option("--config", "-c", help="The node's file.")]
Overcommit = Annotated[bool, typer.Option("--overcommit", help="Run more than this box was measured to carry.")]
NODE_FILE = Path("configs/node.yaml")


@app.command()
def check(config_file: Config = NODE_FILE) -> None:
    """Read a configuration, open its models, and say everything that is wrong with it.

    Cameras are not called: a camera that is away is weather, and the node waits for it.
    """
    config, _ = _loaded(config_file)
    try:
        client_of(config)
        eyes = eyes_of(config, cameras(config))
        refuse_unfit(config_file, config)
        opened(config)
        refuse_strangers(config_file, config, eyes[0].labels)
        refuse_unredacted(config_file, config, eyes[0].groups)
    except (ModelRefused, SourceRefused, DocumentRefused, OSError) as refused:
        raise _stopped(str(refused)) from None
    table = Table("camera", "source", "fps", "zones", "lines", "rules")
    for camera in config.cameras:
        kind = type(camera.source).__name__.removesuffix("Source").lower()
        figures = (f"{camera.fps:g}", len(camera.zones), len(camera.lines), len(camera.watch))
        table.add_row(camera.id, kind, *map(str, figures))
    _out.print(table)
    _out.print(f"{config_file}: good ({len(config.cameras)} cameras, {len(config.sensors)} sensors)")


@app.command()
def run(config_file: Config = NODE_FILE, overcommit: Overcommit = False) -> None:  # noqa: FBT002 - a flag
    """Run a node until it is told to stop (Ctrl-C, or SIGTERM from the service manager).

    Ends with 0 then, and also once it has taken on a configuration from the centre: the service manager starts it
    again (Restart=always) and it runs on the new one. Ends with 2 for a file a person has to mend. A disk without room
    for the outbox is waited for.
    """
    logs.configure()
    few_heaps()
    file = ConfigFile(config_file)
    try:
        node = _started(file, overcommit=overcommit)
    except (ModelRefused, SourceRefused, DocumentRefused, Overcommitted) as refused:
        raise _stopped(str(refused)) from None
    except InUseError as taken:
        raise _stopped(f"{taken}: another node runs on this folder; give each its own `data`") from None
    except OSError as error:
        raise _stopped(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    asyncio.run(_until_told(node.run))
    file.proven()


def once_there_is_room(begin: Callable[[], T], clock: Clock) -> T:
    """What `begin` begins, as soon as the disk has room for its outbox: a full disk is weather."""
    while True:
        try:
            return begin()
        except OSError as refused:
            if not isinstance(refused, DiskRefusedError) and refused.errno not in NO_ROOM:
                raise
            log.error("disk refuses the outbox", why=str(refused), do=MEND, again_in_s=FOR_ROOM_S)  # noqa: TRY400 - weather
        clock.rest(FOR_ROOM_S, threading.Event())


def _started(file: ConfigFile, *, overcommit: bool) -> "Node":
    """A node on its file; or, where the file is on trial and cannot be started on, on the last good one."""
    trial = file.begin()
    if trial is not None and not trial.reasons:
        try:
            return _node(file, overcommit=overcommit)
        except DocumentRefused as refused:
            why = reasons(refused.mistakes)
        except (ModelRefused, SourceRefused, Overcommitted, OSError) as refused:
            why = [Reason(code="did_not_start", params={"message": str(refused)[:MOST_MESSAGE]})]
        trial = file.take_back(trial, why[:MOST_REASONS])
    node = _node(file, overcommit=overcommit)
    if trial is not None:
        told = Reply(outcome=Outcome.FAILED, config_rev=trial.revision, reasons=trial.reasons)
        node.outbox.add(node.clock.now(), told)
        file.proven()
    return node


def _node(file: ConfigFile, *, overcommit: bool) -> "Node":
    from edge.node import Node  # noqa: PLC0415 - `check` should not need the broker's client

    config, revision = file.load()
    refuse_unfit(file.path, config)
    if (doubt := refuse_overcommitted(config, overcommit=overcommit)) is not None:
        log.warning("box", why=doubt)
    return once_there_is_room(lambda: Node(config, revision, file), SystemClock())


async def _until_told(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await run(stop)


def _loaded(file: Path) -> tuple[NodeConfig, str]:
    try:
        return load(file)
    except DocumentRefused as refused:
        raise _stopped(str(refused)) from None
    except OSError as error:
        raise _stopped(f"{file}: cannot be read: {error.strerror}") from None


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
