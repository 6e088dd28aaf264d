"""The commands that make a model or what it is made from: labels for pictures."""

from pathlib import Path
from typing import Annotated

import typer

from models.options import CATALOGUE, STORE, CatalogueFile, Model, Store, Threads, chosen, progress, stop

Sources = Annotated[list[Path], typer.Argument(help="Pictures, folders of pictures, films (.mp4, .avi, .mkv).")]


def label(
    model: Model,
    sources: Sources,
    into: Annotated[Path, typer.Option(help="The folder of the set: images/ and instances.json are written there.")],
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class", help="A class or group that counts, or TEACHER=SET to call it otherwise; again for more."
        ),
    ] = None,
    floor: Annotated[float, typer.Option(help="From this score on a box is an object.")] = 0.4,
    doubt: Annotated[
        float | None, typer.Option(help="From this score on a box is a region in doubt; by default as --floor.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="One picture in so many.")] = 1,
    side: Annotated[
        int | None, typer.Option(min=0, help="Edge of a tile in pixels; 0 for no tiles; by default the shorter edge.")
    ] = None,
    threads: Threads = 1,
    catalogue: CatalogueFile = CATALOGUE,
    store: Store = STORE,
) -> None:
    """Let a teacher label pictures and films: a COCO set that a trainer reads and `evaluate` judges by.

    The teacher looks at the whole picture and at overlapping square tiles of it, so that small objects count; the
    boxes are fused into one for each object. --class road-user keeps a group, --class motorcycle=motorbike renames.
    Boxes between --doubt and --floor become regions that are neither rewarded nor blamed (COCO's iscrowd). The set
    says who the teacher was, by sha256, and each box keeps its score.
    """
    from models import label as labels
    from models import pictures
    from models.detector import Detector
    from models.session import ModelRefused

    entry, file = chosen(model, catalogue, store)
    try:
        wanted = labels.wanted(classes or [], entry.labels)
        order = labels.Order(wanted, floor, floor if doubt is None else doubt, side)
        whole = sum(pictures.count(source, every) for source in sources)
        taken = (picture for source in sources for picture in pictures.taken(source, every))
        with progress(f"{entry.name} labels") as told:
            done = labels.label(Detector(entry, file, threads), taken, into, order, lambda number: told(number, whole))
    except (ModelRefused, labels.LabelFailed, pictures.NoPicture, ValueError, OSError) as wrong:
        raise stop(wrong) from wrong
    boxes = ", ".join(f"{name} {count}" for name, count in done.boxes.items() if count) or "none"
    typer.echo(f"{into}: {done.pictures} pictures; boxes: {boxes}; regions in doubt: {done.doubtful}")
