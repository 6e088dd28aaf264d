"""`wardsense edge look`: a page for whoever hangs cameras up, at this box or, when asked, on the local network."""

import socket
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from edge.look import Look
from edge.look_server import LookServer
from models.session import ModelRefused
from streams.documents import DocumentRefused
from streams.weather import SourceRefused

WRONG: Final = 2
HERE: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - only where it is asked for

_err = Console(stderr=True, soft_wrap=True, highlight=False)


def look(
    config: Annotated[Path, typer.Argument(help="The node's file; places are saved in it.")],
    camera: Annotated[str | None, typer.Option(help="Watch this one only.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8088,
    lan: Annotated[bool, typer.Option("--lan", help="Let the local network in; the link may write.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """See what each camera sees, and draw its zones and lines; Ctrl-C ends it."""
    try:
        watched = Look(config, camera)
        server = LookServer(watched, EVERYWHERE if lan else HERE, port)
    except (ModelRefused, SourceRefused, DocumentRefused, ValueError) as refused:
        raise _stopped(str(refused)) from None
    except OSError as error:
        told = f"{error.filename}: {error.strerror}" if error.filename else f"port {port}: {error.strerror}"
        raise _stopped(told) from None
    watched.start()
    host = socket.gethostname() if lan else HERE
    typer.echo(f"http://{host}:{server.server_port}{server.path}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        watched.stop()
    finally:
        server.server_close()


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
