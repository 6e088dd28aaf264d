"""`wardsense edge`: run a node, or check its configuration before it is trusted with a street."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from edge.build import cameras, eyes_of
from edge.config import NodeConfig, load
from models.session import ModelRefused
from streams import logs
from streams.documents import DocumentRefused
from streams.weather import SourceRefused

app = typer.Typer(no_args_is_help=True, help="A node: sees, measures, tells.")
_out = Console()
_err = Console(stderr=True, soft_wrap=True, highlight=False)

WRONG = 2

Config = Annotated[Path, typer.Option("--config", "-c", help="The node's file.")]
NODE_FILE = Path("configs/node.yaml")


@app.command()
def check(config_file: Config = NODE_FILE) -> None:
    """Read a configuration, open its models, and say everything that is wrong with it.

    Cameras are not called: a camera that is away is weather, and the node waits for it.
    """
    config, _ = _loaded(config_file)
    try:
        eyes_of(config, cameras(config))
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
def run(config_file: Config = NODE_FILE) -> None:
    """Run a node until it is told to stop (Ctrl-C, or SIGTERM from the service manager)."""
    from edge.node import Node  # noqa: PLC0415 - `check` should not need the broker's client

    config, revision = _loaded(config_file)
    logs.configure()
    try:
        node = Node(config, revision)
    except (ModelRefused, SourceRefused, DocumentRefused) as refused:
        raise _stopped(str(refused)) from None
    asyncio.run(_until_told(node.run))


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
