"""What every command of `wardsense models` takes, says and shows in the same way.

Idea: a mistake of the person at the keyboard is one line on standard error and exit status 1, never a traceback; a
long work shows how far it is, on standard error too, so that the figures alone can be piped on.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models import cards
from models.cards import NoCard
from models.catalogue import Entry
from streams import shipped
from streams.documents import DocumentRefused

CatalogueFile = Annotated[Path, typer.Option("--catalogue", help="The catalogue; its labels lie beside it in labels/.")]
Store = Annotated[Path, typer.Option("--store", help="The folder that holds the fetched models.")]
Model = Annotated[str, typer.Argument(help="A model of the catalogue by name, or FILE.onnx with its card beside it.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads that work on one picture.")]

CATALOGUE = shipped.config("models.yaml")
STORE = Path("var/models")


def stop(why: object) -> typer.Exit:
    """Say why, in one line; raise what this gives."""
    typer.echo(str(why), err=True)
    return typer.Exit(1)


def chosen(model: str, catalogue: Path, store: Path) -> tuple[Entry, Path]:
    """Entry and file of a model, or an end with one clear line."""
    try:
        return cards.found(model, catalogue, store)
    except (DocumentRefused, NoCard) as wrong:
        raise stop(wrong) from wrong
    except OSError as wrong:
        raise stop(no_catalogue(catalogue, wrong)) from wrong


def ready(file: Path | None, endings: Collection[str] = ()) -> None:
    """Make the folder a file is to be written to, or end with one clear line: before the work, not after it."""
    if file is None:
        return
    if endings and file.suffix.lower() not in endings:
        raise stop(f"{file} must end in one of {', '.join(sorted(endings))}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
            raise stop(f"{file} cannot be written: it is a folder, or this user may not write there")
    except OSError as wrong:
        raise stop(f"{file} cannot be written: {wrong.strerror}") from wrong


def named(words: str | None) -> list[str] | None:
    """`a, b,c` as names; None for none."""
    return [word.strip() for word in words.split(",") if word.strip()] if words else None


def no_catalogue(catalogue: Path, wrong: OSError) -> str:
    """What to say where the catalogue cannot be read."""
    return f"{wrong.filename or catalogue} cannot be read ({wrong.strerror}); name one with --catalogue FILE"


def pairs(words: list[str]) -> dict[str, str]:
    """`MODEL=SET` words as a mapping, or an end with one clear line."""
    wrong = [word for word in words if not all(word.partition("="))]
    if wrong:
        raise stop(f"--class takes MODEL=SET, not {wrong[0]!r}")
    return {word.partition("=")[0]: word.partition("=")[2] for word in words}


@contextmanager
def steps() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Bars, one for each step that is named, each told how many are done of how many; none where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def step(what: str) -> Callable[[int, int], None]:
            bar = bars.add_task(what, total=None)
            return lambda done, whole: bars.update(bar, completed=done, total=whole)

        yield step


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """One bar."""
    with steps() as step:
        yield step(what)
