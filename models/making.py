"""The commands that make a model or what it is made from: labels for pictures, and a network in eight bits."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models.options import (
    CATALOGUE,
    STORE,
    CatalogueFile,
    Model,
    Store,
    Threads,
    chosen,
    named,
    pairs,
    progress,
    ready,
    steps,
    stop,
)
from models.provenance import Use

if TYPE_CHECKING:
    from models.trial import Runner

UNFIT_TEACHER = (
    "that does not fit `train`: its makers may say that what learns from these boxes is under it too; "
    "`wardsense models list` shows teachers of which nobody says so"
)
FEW = 100

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
    says who the teacher was, by sha256, and each box keeps its score. A picture of a folder that cannot be read is
    told and passed over; a run that was cut goes on when it is asked for again.

    `wardsense models label deimv2-femto street.mp4 frames --into set --class road-user --floor 0.4 --doubt 0.25`
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
        broken: list[pictures.NoPicture] = []
        taken = (picture for source in sources for picture in pictures.taken(source, every, broken.append))
        with progress(f"{entry.name} labels") as told:
            done = labels.label(Detector(entry, file, threads), taken, into, order, lambda number: told(number, whole))
    except (ModelRefused, labels.LabelFailed, pictures.NoPicture, ValueError, OSError) as wrong:
        raise stop(wrong) from wrong
    for one in broken:
        typer.echo(f"passed over: {one}", err=True)
    if Use.TRAIN not in entry.licence.fits:
        typer.echo(f"{entry.name} is {entry.licence.spdx}: {UNFIT_TEACHER}", err=True)
    boxes = ", ".join(f"{name} {count}" for name, count in done.boxes.items() if count) or "none"
    typer.echo(f"{into}: {done.pictures} pictures; boxes: {boxes}; regions in doubt: {done.doubtful}")


def shrink(
    model: Model,
    calibrate: Annotated[
        Path, typer.Option(help="Pictures of the street: a folder, a film, or a node's var/node/evidence.")
    ],
    evaluate: Annotated[Path, typer.Option(help="The COCO or YOLO set that measures the loss; not the one above.")],
    into: Annotated[Path, typer.Option(help="The file to write (.onnx); its card is written beside it.")],
    bound: Annotated[float, typer.Option(min=0, max=1, help="Refuse when more AP than this is lost.")] = 0.010,
    method: Annotated[
        Literal["minmax", "percentile", "entropy"],
        typer.Option(help="How the range of an activation is chosen; the last two take minutes."),
    ] = "minmax",
    pictures: Annotated[
        int, typer.Option(min=1, help="Pictures to calibrate on at most, spread over what there is.")
    ] = 100,
    only: Annotated[
        list[str] | None, typer.Option(help="Quantise this kind of node only (Conv); again for more.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option("--float", help="Leave nodes whose name holds this in float.")
    ] = None,
    head: Annotated[bool, typer.Option("--float-head/--int8-head", help="The last layers in float, or not.")] = True,
    reduced: Annotated[bool, typer.Option("--reduced", help="Seven-bit weights, for processors without VNNI.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Not rearranged for bytes: for other programs, which feed floats.")
    ] = False,
    classes: Annotated[list[str] | None, typer.Option("--class", help="MODEL=SET, as evaluate has it.")] = None,
    names: Annotated[str | None, typer.Option(help="Class names of a YOLO set that has none: a,b,c.")] = None,
    catalogue: CatalogueFile = CATALOGUE,
    store: Store = STORE,
) -> None:
    """Make a model in eight bits, measure what it lost, and refuse it when that is too much.

    Static INT8 in QDQ form, calibrated on pictures (a node's own frames are best), each channel of a weight with a
    scale of its own, the head left in float, and rearranged to take a picture's bytes as they lie. Then the original,
    the INT8 and, where OpenVINO is installed, its bf16 are judged on --evaluate and raced, one thread each; the table
    says who wins. A model that loses more than --bound is not written, and the exit status is 1. What is kept gets a
    card: sha256, where it came from, data, loss.

    `wardsense models quantize eye.onnx --calibrate frames --evaluate set --into eye-int8.onnx`
    """
    from models import quantize
    from models import shrink as shrinking
    from models import truth as sets
    from models.evaluate import EvaluationFailed, Terms
    from models.pictures import NoPicture
    from models.session import ModelRefused

    if into.suffix != ".onnx":
        raise stop(f"--into must end in .onnx, not {into.name}")
    ready(into)
    order = quantize.Order(
        quantize.Method(method), pictures, head, tuple(only or ()), tuple(keep or ()), reduced, plain
    )
    task = shrinking.Task(*chosen(model, catalogue, store), calibrate, order, bound)
    try:
        truth = sets.read(evaluate, named(names))
        exam = shrinking.Exam(evaluate.name, truth, Terms(classes=pairs(classes or [])))
        with steps() as told:
            runners, ruling = shrinking.shrink(task, exam, into, told)
    except (ModelRefused, quantize.QuantizeFailed, EvaluationFailed, NoPicture, sets.NoTruth, OSError) as wrong:
        raise stop(wrong) from wrong
    Console().print(_raced(runners))
    if (seen := runners[0].score.pictures) < FEW:
        typer.echo(f"{seen} pictures are few: AP on so few moves by hundredths; judge on {FEW} or more", err=True)
    if not ruling.kept:
        raise stop(ruling.words)
    typer.echo(f"{ruling.words}\n{into} and its card are written")


def bring(
    weights: Annotated[str, typer.Argument(help="An Ultralytics .pt file, or a name it fetches: yolo11n, yolo26n.")],
    into: Annotated[Path, typer.Option(help="The file to write (.onnx); its card is written beside it.")],
    height: Annotated[int, typer.Option(min=32, help="Canvas height, a multiple of 32.")] = 384,
    width: Annotated[int, typer.Option(min=32, help="Canvas width, a multiple of 32.")] = 640,
) -> None:
    """Bring an Ultralytics YOLO network to ONNX, with a card (needs the extra `train`: AGPL-3.0, two gigabytes).

    The canvas is fixed at export: a street camera is wide, so 384x640 costs 60 % of a square 640. What comes out runs
    without Ultralytics; go on with `evaluate`, `quantize` and `bench` on the file. Read the notice about the AGPL:
    for a service to others a model whose licence fits `ship` is the safer choice.

    `wardsense models export best.pt --into eye.onnx --height 384 --width 640`
    """
    try:
        from models.export import NOTICE, ExportFailed, export
    except ModuleNotFoundError as absent:
        raise stop(f"{absent.name} is not installed; run `pip install 'wardsense[train]'`") from absent

    if into.suffix != ".onnx" or height % 32 or width % 32:
        raise stop(f"--into must end in .onnx and the canvas be multiples of 32, not {into.name}, {height} and {width}")
    ready(into)
    typer.echo(NOTICE, err=True)
    try:
        entry = export(weights, into, height, width)
    except (ExportFailed, OSError) as wrong:
        raise stop(wrong) from wrong
    typer.echo(
        f"{into}: {entry.head} head, {len(entry.labels.names)} classes, {entry.bytes / 1e6:.1f} MB; card beside it"
    )


def _raced(runners: "list[Runner]") -> Table:
    table = Table(box=SIMPLE_HEAD)
    for column in ("", "AP", "loss", "AP50", "ms", "CPU ms", "times fp32"):
        table.add_column(column, justify="right" if column else "left")
    before = runners[0]
    for runner in runners:
        loss = round(before.score.ap - runner.score.ap, 3) + 0.0  # never a minus before nothing
        table.add_row(
            runner.name, f"{runner.score.ap:.3f}", f"{loss:.3f}", f"{runner.score.ap50:.3f}", f"{runner.ms:.1f}",
            f"{runner.cpu_ms:.1f}", f"{before.cpu_ms / runner.cpu_ms:.2f}",
        )  # fmt: skip
    return table
