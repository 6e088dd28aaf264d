"""`wardsense demo`: the whole system on this machine."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.broker import NoBrokerError, Wanted
from demo.children import ChildFailedError
from demo.desktop import has_screen
from demo.place import FolderRefusedError
from demo.play import Play, Wishes
from demo.ports import PortTakenError
from demo.proving import prove
from demo.scenes import NoVideoError, Street, choose
from demo.settling_in import StepFailedError
from demo.stage import Setting, build

app = typer.Typer(help="The whole system on this machine.")
SHARED = "WARDSENSE_SHARED"
WRONG = 2


@app.command()
def demo(  # noqa: PLR0913, PLR0917 - each is one option a person may give
    video: Annotated[list[str] | None, typer.Option(help="A video file or rtsp:// address; may stand often.")] = None,
    street: Annotated[Street, typer.Option(help="What is watched without --video.")] = Street.BUNDLED,
    detector: Annotated[
        str | None, typer.Option(help="Of `wardsense models list`; absent: what came along, deimv2-femto for your own.")
    ] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Pictures looked at a second, of each camera.")] = 5.0,
    folder: Annotated[Path, typer.Option(help="Where everything is written; cleared first.")] = Path("var/demo"),
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Of the API; 8000 if it is free.")] = None,
    broker: Annotated[Wanted, typer.Option(help="auto takes Mosquitto where it is installed.")] = Wanted.AUTO,
    database: Annotated[
        str | None, typer.Option(help="postgresql://… of an empty database, instead of SQLite.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No panel, a line now and then.")] = False,  # noqa: FBT002 - Typer
    seconds: Annotated[float | None, typer.Option(min=1, help="Stop by itself after so long.")] = None,
    drive: Annotated[bool, typer.Option("--drive", help="Play operators and crews by REST.")] = False,  # noqa: FBT002 - Typer
    report: Annotated[
        Path | None, typer.Option(help="Write what happened as JSON; fail when it does not add up.")
    ] = None,
    kill: Annotated[
        int, typer.Option(min=0, help="So many times, kill -9 broker, node or centre at a random moment.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of those moments.")] = 1,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not show the console in a browser.")] = False,  # noqa: FBT002 - Typer
) -> None:
    """Start broker, centre and node as three supervised processes and show what flows.

    Three street cameras and two sensors in two wards; something in view raises an alert with a redacted picture,
    a rising river raises another. Sign in by the link it prints, or let --drive play everybody.

      wardsense demo --video street.mp4 --video rtsp://camera/stream
      wardsense demo --headless --seconds 60 --drive --report report.json
    """
    out = Console()
    shared = os.environ.get(SHARED)
    data = Path(shared) if shared and (Path(shared) / "data").is_dir() else None
    try:
        videos = choose(video or [], detector, data, street)
        prove(video or [])
        out.print(videos.told, style="bold", markup=False, soft_wrap=True)
        _writable(report)
        stage = build(Setting(folder, port, database, fps, broker), videos)
    except (NoVideoError, FolderRefusedError, PortTakenError, NoBrokerError) as refused:
        raise _stopped(str(refused)) from None
    shown = not no_open and not headless and has_screen(os.environ, sys.platform)
    with stage:
        status = _played(Play(stage, Wishes(headless, seconds, drive, kill, seed, report, open_page=shown), out))
    raise typer.Exit(status)


def _played(play: Play) -> int:
    try:
        return asyncio.run(play.run())
    except ExceptionGroup as group:
        known, rest = group.split((StepFailedError, ChildFailedError))
        if rest is not None or known is None:
            raise
        raise _stopped(str(next(_leaves(known)))) from None


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _writable(report: Path | None) -> None:
    """Rather now than after the run; and what an earlier run wrote must not pass for this one's."""
    if report is None:
        return
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.open("a", encoding="utf-8").close()
        if report.is_file():  # and no pipe or terminal
            report.unlink()
    except OSError as refused:
        raise _stopped(f"{report}: cannot be written ({refused.strerror}); give another with --report") from None


def _stopped(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(WRONG)
