"""`wardsense edge relearn`: what a camera shows now is clean."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from edge.config import load
from edge.durable import InUseError
from edge.relearning import NoSuchRule, chosen, forget_stored
from streams.documents import DocumentRefused

WRONG: Final = 2
RUNS: Final = "the node runs: stop it first, or send it the order `relearn` from the centre"

_err = Console(stderr=True, soft_wrap=True, highlight=False)


def relearn(
    camera: Annotated[str, typer.Option(help="Whose slow_change rules.")],
    config_file: Annotated[Path, typer.Option("--config", "-c", help="The node's file.")] = Path("configs/node.yaml"),
    rule: Annotated[str | None, typer.Option(help="This rule only, as slow_change/ZONE/any.")] = None,
) -> None:
    """Let slow_change rules take what is there now for clean; for a node that is stopped, as its own user.

    The rules learn from the first looks after the next start. A node that runs is asked by the order `relearn`.
    """
    try:
        config, _ = load(config_file)
        wanted = chosen(config.cameras, {"camera": camera, "rule": rule})
        known = forget_stored(config, wanted)
    except (DocumentRefused, NoSuchRule) as refused:
        raise _stopped(str(refused)) from None
    except InUseError:
        raise _stopped(RUNS) from None
    except OSError as error:
        raise _stopped(f"{error.filename}: {error.strerror}") from None
    told = "learnt anew from the first looks after the next start"
    for name in sorted(wanted.rules):
        typer.echo(f"{camera}: {name}: {told}" if known else f"{camera}: {name}: nothing was learnt yet")


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
