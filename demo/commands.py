"""`wardsense demo`: the whole system on this machine."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.children import ChildFailedError
from demo.play import Play, Wishes
from demo.scenes import NoVideoError, choose
from demo.settling_in import StepFailedError
from demo.stage import NotOursError, build

app = typer.Typer(help="The whole system on this machine.")
SHARED = "WARDSENSE_SHARED"
WRONG = 2


@app.command()
def demo(  # noqa: PLR0913, PLR0917 - each is one option a person may give
    video: Annotated[list[str] | None, typer.Option(help="A video file or rtsp:// address; may stand often.")] = None,
    detector: Annotated[str, typer.Option(help="Of `wardsense models list`.")] = "deimv2-femto",
    fps: Annotated[float, typer.Option(help="Pictures looked at a second, of each camera.")] = 5.0,
    folder: Annotated[Path, typer.Option(help="Where everything is written; cleared first.")] = Path("var/demo"),
    port: Annotated[int | None, typer.Option(help="Of the API; 8000 if it is free.")] = None,
    database: Annotated[
        str | None, typer.Option(help="postgresql://… of an empty database, instead of SQLite.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No panel, a line now and then.")] = False,  # noqa: FBT002 - Typer
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after so long.")] = None,
    drive: Annotated[bool, typer.Option("--drive", help="Play operators and crews by REST.")] = False,  # noqa: FBT002 - Typer
    report: Annotated[
        Path | None, typer.Option(help="Write what happened as JSON; fail when it does not add up.")
    ] = None,
    kill: Annotated[int, typer.Option(help="So many times, kill -9 broker, node or centre at a random moment.")] = 0,
    seed: Annotated[int, typer.Option(help="Of those moments.")] = 1,
) -> None:
    """Start broker, centre and node as three supervised processes and show what flows.

    Three street cameras and two sensors in two wards; something in view raises an alert with a redacted picture,
    a rising river raises another. Sign in by the link it prints, or let --drive play everybody.

      wardsense demo --video street.mp4 --video rtsp://camera/stream
      wardsense demo --headless --seconds 60 --drive --report report.json
    """
    out = Console()
    shared = os.environ.get(SHARED)
    try:
        videos = choose(video or [], detector, Path(shared) if shared and (Path(shared) / "data").is_dir() else None)
        out.print(videos.told, style="bold", markup=False)
        stage = build(folder, videos, port, database, fps)
    except (NoVideoError, NotOursError) as refused:
        raise _stopped(str(refused)) from None
    status = _played(Play(stage, Wishes(headless, seconds, drive, kill, seed, report), out))
    raise typer.Exit(status)


def _played(play: Play) -> int:
    try:
        return asyncio.run(play.run())
    except ExceptionGroup as group:
        known, rest = group.split((StepFailedError, ChildFailedError))
        if rest is not None or known is None:
            raise
        raise _stopped(str(known.exceptions[0])) from None


def _stopped(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(WRONG)
