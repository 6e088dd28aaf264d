"""The commands that measure a model: how well it sees, and how fast it is."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    stop,
)
from models.providers import Provider

if TYPE_CHECKING:
    from models.bench import Figures
    from models.evaluate import Score

Data = Annotated[Path, typer.Argument(help="A COCO or YOLO set: a folder with images/ and instances.json or labels/.")]
Classes = Annotated[
    list[str] | None,
    typer.Option("--class", help="MODEL=SET, where the two name a class differently; may be given again."),
]


def judge(
    model: Model,
    data: Data,
    precision: Annotated[float, typer.Option(min=0, max=1, help="Tell the recall reached at this precision.")] = 0.5,
    over: Annotated[float, typer.Option(min=0, help="Judge objects from this size on: pixels, root of the area.")] = 0,
    classes: Classes = None,
    names: Annotated[str | None, typer.Option(help="Class names of a YOLO set that has none: a,b,c.")] = None,
    misses: Annotated[Path | None, typer.Option(help="Write a picture of the worst misses here (.jpg, .png).")] = None,
    into: Annotated[Path | None, typer.Option("--json", help="Write all figures here as JSON.")] = None,
    threads: Threads = 1,
    catalogue: CatalogueFile = CATALOGUE,
    store: Store = STORE,
) -> None:
    """Measure how well a model sees on a COCO or YOLO set, class by class, by the field's own judge.

    AP is average precision over IoU .50 to .95, AP50 at .50, both by the rules of COCO (`faster-coco-eval`, which the
    extra `workshop` brings). Recall is the share of the objects found when --precision of the
    boxes must be right. Only classes that the model and the set share are judged; name those that are called
    differently with --class motorcycle=motorbike. --misses draws what to mend first: truth green, the model red.

    `wardsense models evaluate eye.onnx set --misses misses.jpg --over 24 --class motorcycle=motorbike`
    """
    from models import evaluate, pictures
    from models import misses as missing
    from models import truth as sets
    from models.detector import Detector
    from models.session import ModelRefused

    ready(misses, pictures.STILLS)
    ready(into)
    entry, file = chosen(model, catalogue, store)
    terms = evaluate.Terms(precision, over, pairs(classes or []))
    try:
        detector = Detector(entry, file, threads)
        truth = sets.read(data, named(names))
        with progress(f"{entry.name} looks") as told:
            seen = evaluate.look(detector, truth, terms, told)
        score = evaluate.judge(truth, seen, entry.labels, terms)
        if misses:
            shared = evaluate.common(truth, entry.labels, terms).values()
            pictures.write(misses, missing.sheet(missing.worst(truth, seen.rows, shared, terms), truth, seen.rows))
        if into:
            into.write_text(
                json.dumps({"model": entry.name, "sha256": entry.sha256, **asdict(score)}, indent=1), "utf-8"
            )
    except (ModelRefused, evaluate.EvaluationFailed, pictures.NoPicture, sets.NoTruth, OSError) as wrong:
        raise stop(wrong) from wrong
    Console().print(_scores(score, terms.precision))
    typer.echo(
        f"{entry.name}: AP {score.ap:.3f}, AP50 {score.ap50:.3f}, {score.pictures} pictures, {score.ms:.1f} ms each"
    )


def clock(
    models: Annotated[list[str], typer.Argument(help="Models by name, or FILE.onnx with its card beside it.")],
    int8: Annotated[
        Path | None, typer.Option(help="The same model in INT8: its file. Prints the ratio that a node gains by it.")
    ] = None,
    cores: Annotated[
        int, typer.Option(min=1, help="Cores to fill: with threads of one session, or with sessions.")
    ] = 2,
    providers: Annotated[
        list[Provider] | None, typer.Option("--provider", help="Who runs the network; may be given again.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="How long each setting is measured, all rounds together.")
    ] = 6,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that the settings take.")] = 3,
    catalogue: CatalogueFile = CATALOGUE,
    store: Store = STORE,
) -> None:
    """Measure how fast models are on this machine: latency, throughput and memory, in one table.

    Each model is run by one thread, by one session of --cores threads, and by --cores sessions of one thread, on
    every --provider, each setting in a process of its own, taking turns so that a busy machine slows all alike.
    ms is the network alone; CPU ms is processor time a picture and hardly feels neighbours. With --int8 it says what
    a node gains: so many single-threaded INT8 sessions against one session of so many threads of the first model.

    `wardsense models bench eye.onnx --int8 eye-int8.onnx --provider cpu --provider openvino-bf16`
    """
    from models import bench
    from models.session import ModelRefused

    found = [chosen(model, catalogue, store) for model in [*models, *([str(int8)] if int8 else [])]]
    ways = dict.fromkeys([(1, 1), (cores, 1), (1, cores)])
    settings = [
        bench.Setting(entry, file, provider, threads, sessions)
        for entry, file in found
        for provider in providers or [Provider.CPU]
        for threads, sessions in ways
    ]
    try:
        with progress("bench") as told:
            figures = bench.bench(settings, seconds, rounds, told)
    except ModelRefused as wrong:
        raise stop(wrong) from wrong
    Console().print(_figures(figures))
    small = found[-1][0]
    if int8 and (gain := bench.ratio(figures, found[0][0], small, cores)):
        typer.echo(
            f"{cores} single-threaded INT8 sessions against one {cores}-threaded session of {models[0]}: {gain:.2f}"
        )


def _figures(figures: "list[Figures]") -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("model", "provider", "sessions x threads", "ms", "95 %", "a second", "CPU ms", "MiB"):
        table.add_column(
            column,
            justify="left" if column in ("model", "provider") else "right",
            no_wrap=column in ("model", "provider", "ms"),
        )
    for one in figures:
        way = one.setting
        table.add_row(
            way.entry.name, way.provider, f"{way.sessions} x {way.threads}", f"{one.median_ms:.1f}",
            f"{one.p95_ms:.1f}", f"{one.per_second:.1f}", f"{one.cpu_ms:.1f}", f"{one.memory_mib:.0f}",
        )  # fmt: skip
    return table


def _scores(score: "Score", precision: float) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for column in ("class", "boxes", "AP", "AP50", f"recall at {precision:.2f}"):
        table.add_column(column, justify="left" if column == "class" else "right")
    for each in sorted(score.classes, key=lambda one: -one.boxes):
        if each.boxes:
            table.add_row(each.name, str(each.boxes), f"{each.ap:.3f}", f"{each.ap50:.3f}", f"{each.recall:.2f}")
    return table
