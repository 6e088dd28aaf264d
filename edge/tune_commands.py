"""`wardsense edge tune`: a table of what this box carries of this configuration, and what fills it first."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from edge.config import NodeConfig, load
from edge.fitting import FULL, Part
from edge.tune import FILE, Tuned, keep
from edge.tune import tune as measured
from models.session import ModelRefused
from streams.documents import DocumentRefused
from streams.weather import SourceLost, SourceRefused

OTHERWISE: Final = 1
WRONG: Final = 2

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def tune(
    config: Annotated[Path, typer.Argument(help="The node's file.")],
    video: Annotated[Path | None, typer.Option(help="Stands in for every camera.")] = None,
    seconds: Annotated[float, typer.Option(min=0.2, max=600, help="How long each camera is measured.")] = 5.0,
) -> None:
    """Measure what this box carries of this configuration; stop the node first. Ends with 1 where it is too much."""
    try:
        node, _ = load(config)
        if not node.cameras:
            raise _stopped(f"{config}: no camera to measure")
        tuned, missing = measured(node, video, seconds)
        keep(tuned, node.data)
    except (ModelRefused, SourceRefused, SourceLost, DocumentRefused) as refused:
        raise _stopped(str(refused)) from None
    except OSError as error:
        raise _stopped(f"{error.filename}: {error.strerror}") from None
    _show(node, tuned, missing)
    if not tuned.fit(node).fits:
        raise typer.Exit(OTHERWISE)


def _show(node: NodeConfig, tuned: Tuned, missing: dict[str, str]) -> None:
    table = Table("camera", "looks a second", "decode ms/s", "run ms/look", "rest ms/look", "of one core")
    for camera in node.cameras:
        price = tuned.prices.get(camera.id)
        if price is None:
            table.add_row(camera.id, f"{camera.fps:g}", "not reached: as the dearest")
            continue
        core = (price.decode_ms + price.look_ms * camera.fps) / 1000
        figures = (price.decode_ms, price.run_ms, price.rest_ms)
        table.add_row(camera.id, f"{camera.fps:g}", *(f"{figure:.1f}" for figure in figures), f"{core:.1%}")
    _out.print(table)
    for camera_id, why in missing.items():
        _out.print(f"{camera_id}: {why}", markup=False)
    found, box = tuned.fit(node), tuned.box
    _out.print(f"{box.cpu}, {box.cores:g} cores, {box.sessions} sessions ({box.provider})", markup=False)
    parts = ", ".join(f"{part} {found.parts[part]:.0%}" for part in Part)
    _out.print(
        f"{len(node.cameras)} cameras need {found.cores:.0%} of the cores ({parts}), {found.sessions:.0%} of sessions"
    )
    _out.print(f"bottleneck: {found.bottleneck}; all cameras alike are carried at {found.most_fps:.1f} looks a second")
    if found.fits and found.share:
        more = int(len(node.cameras) * (FULL / found.share - 1))
        _out.print(f"It fits: room for {more} more like them. Remembered in {node.data / FILE}.", markup=False)
    elif not found.fits:
        _out.print(f"It does not fit ({FULL:.0%} is full): `edge run` will refuse it.", style="red")


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
