"""`wardsense models`: what an engineer does with models, from the command line.

Here stand the catalogue's commands; what measures a model is in `models.measuring`, what makes one in `models.making`.
Only the catalogue and the fetcher are imported at the top, there as here, so that listing and pulling work on a
machine that can run no model; a command that needs ONNX Runtime or OpenCV brings them in when it is called.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from models import making, measuring
from models.catalogue import Catalogue, Entry, Recipe, load
from models.fetch import REINSTALL, FetchFailed, Held, pull, verify
from models.options import CATALOGUE, STORE, CatalogueFile, Model, Store, chosen, no_catalogue, stop
from models.provenance import Licence
from streams.documents import DocumentRefused

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The models a node may run: see, fetch, prove, measure, make.",
)

Names = Annotated[list[str] | None, typer.Argument(help="Models by name; none means all of the catalogue.")]

COLOURS = {Held.GOOD: "green", Held.ABSENT: "dim", Held.WRONG: "bold red"}


@app.command("list")
def show(catalogue: CatalogueFile = CATALOGUE, store: Store = STORE) -> None:
    """List the models there are, what each may be used for, how well it sees, and whether the store has it.

    AP is average precision on the set named in the catalogue (higher is better); ms is the time a picture takes. What
    a licence fits: to run it on boxes of one's own; to ship it in a product or a service for others; to train a model
    of one's own on what it says. What is marked `bundled` came with WardSense; what is marked `export` has no file to
    fetch: `wardsense models export` makes it. `wardsense models show NAME` tells the rest.
    """
    table = Table(title=f"models in {catalogue}", caption=f"store: {store}", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("name", "canvas", "licence, fit to", "AP / AP50", "ms", "MB", "store"):
        table.add_column(column, no_wrap=True)
    listed = _listed(catalogue)
    for entry in listed.entries.values():
        held = _asked(entry, store)
        shown = "bundled" if entry.bundled and held is Held.GOOD else held
        table.add_row(*_row(entry), f"[{COLOURS[held]}]{shown}[/]")
    for recipe in listed.recipes.values():
        table.add_row(recipe.name, "-", _fits(recipe.licence), "-", "-", "-", "[dim]export[/]")
    Console().print(table)


@app.command("show")
def card(model: Model, catalogue: CatalogueFile = CATALOGUE, store: Store = STORE) -> None:
    """Tell all that is known of one model: what it sees, its licence, its file, its figures and its blind spots.

    A model of the catalogue by name, or FILE.onnx with its card beside it: what is told is what stands there. Read it
    before a model is put before a street: what it learnt from and what it does not see say more than its AP.
    """
    recipe = None if model.endswith(".onnx") else _listed(catalogue).recipes.get(model)
    lines = _made(recipe) if recipe else _told(*chosen(model, catalogue, store))
    for what, words in lines.items():
        if words:
            typer.echo(f"{what:<12}{words}")


@app.command("pull")
def fetch(
    names: Names = None,
    mirror: Annotated[Path | None, typer.Option(help="A folder that holds the files, by sha256 or by name.")] = None,
    catalogue: CatalogueFile = CATALOGUE,
    store: Store = STORE,
) -> None:
    """Fetch models into the store: from upstream, or with --mirror from a folder on a closed network.

    Every file is proved by the sha256 in the catalogue before it takes its name, so it does not matter who
    served it. A download that broke off goes on where it stopped: run the same command again. What came with WardSense
    is proved and needs no network.

    `wardsense models pull deimv2-femto yunet-faces --mirror stick`
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    failed = []
    with Progress(*columns, console=Console(stderr=True)) as bars:
        for entry in _entries(catalogue, names):
            bar = bars.add_task(entry.name, total=entry.bytes)
            try:
                pull(entry, store, mirror, lambda here, whole, bar=bar: bars.update(bar, completed=here, total=whole))  # type: ignore[misc]  # mypy cannot type a lambda's default
            except FetchFailed as wrong:
                failed.append(str(wrong))
    _end(failed)


@app.command("verify")
def prove(names: Names = None, catalogue: CatalogueFile = CATALOGUE, store: Store = STORE) -> None:
    """Prove that the store holds the very files the catalogue names; exit status 1 when one does not."""
    failed = []
    for entry in _entries(catalogue, names):
        held = _asked(entry, store)
        typer.echo(f"{entry.name}: {held}")
        if held is Held.WRONG:
            mend = REINSTALL if entry.bundled else "delete it and pull it again"
            failed.append(f"{entry.lies(store)} is not the file the catalogue names; {mend}")
        if held is Held.ABSENT and (names or entry.bundled):
            mend = REINSTALL if entry.bundled else f"fetch it with `wardsense models pull {entry.name}`"
            failed.append(f"{entry.name} is not in {entry.lies(store).parent}; {mend}")
    _end(failed)


app.command("evaluate")(measuring.judge)
app.command("bench")(measuring.clock)
app.command("export")(making.bring)
app.command("label")(making.label)
app.command("quantize")(making.shrink)


def _listed(catalogue: Path) -> Catalogue:
    try:
        return load(catalogue)
    except DocumentRefused as wrong:
        raise stop(wrong) from wrong
    except OSError as wrong:
        raise stop(no_catalogue(catalogue, wrong)) from wrong


def _entries(catalogue: Path, names: list[str] | None) -> list[Entry]:
    known = _listed(catalogue)
    try:
        return [known[name] for name in names] if names else list(known.entries.values())
    except KeyError as wrong:
        raise stop(str(wrong.args[0])) from wrong


def _asked(entry: Entry, store: Path) -> Held:
    try:
        return verify(entry, store)
    except FetchFailed as wrong:
        raise stop(wrong) from wrong


def _told(entry: Entry, file: Path) -> dict[str, str]:
    picture, seen, origin = entry.input, entry.measured, entry.origin
    return {
        "model": f"{entry.name}: {entry.title}",
        "licence": _held_by(entry.licence),
        "sees": ", ".join(entry.labels.names),
        "groups": "; ".join(f"{name}: {', '.join(members)}" for name, members in entry.labels.groups.items()),
        "canvas": f"{picture.width}x{picture.height} {picture.colour}, {picture.fit}; head {entry.head}",
        "file": f"{file}, {entry.bytes / 1e6:.1f} MB, sha256 {entry.sha256}",
        "address": " ".join(entry.sources) or ("came with WardSense" if entry.bundled else ""),
        "measured": f"AP {seen.ap:.3f}, AP50 {seen.ap50:.3f} on {seen.data}; {seen.ms:g} ms a picture" if seen else "",
        "made from": f"{origin.source} (sha256 {origin.sha256}): {origin.method}" if origin else "",
        "cost": f"{origin.loss:.3f} AP on {origin.judged}; made with {origin.data}" if origin else "",
        "learnt from": entry.learnt,
        "blind to": "; ".join(entry.blind),
    }


def _made(recipe: Recipe) -> dict[str, str]:
    return {
        "model": f"{recipe.name}: {recipe.title}",
        "licence": _held_by(recipe.licence),
        "file": f"none to fetch: wardsense models export {recipe.weights} --into {recipe.name}.onnx",
    }


def _held_by(licence: Licence) -> str:
    return f"{licence.spdx}, {licence.holder}; fits {', '.join(licence.fits)}"


def _fits(licence: Licence) -> str:
    return f"{licence.spdx}\n{', '.join(licence.fits)}"


def _row(entry: Entry) -> tuple[str, ...]:
    seen = entry.measured
    figures = (f"{seen.ap:.3f} / {seen.ap50:.3f}".replace("0.", "."), f"{seen.ms:.2g}") if seen else ("-", "-")
    return (
        entry.name,
        f"{entry.input.width}x{entry.input.height}",
        _fits(entry.licence),
        *figures,
        f"{entry.bytes / 1e6:.1f}",
    )


def _end(failed: list[str]) -> None:
    for line in failed:
        typer.echo(line, err=True)
    if failed:
        raise typer.Exit(1)
