"""A model brought to eight bits, tried, and kept with its card or not at all.

Idea: quantising, judging and writing are one act, so that no file in eight bits lies about whose loss nobody knows.
The new file stands under a name of its own until the verdict; what is refused leaves nothing behind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models import cards, quantize, trial
from models.catalogue import Entry
from models.evaluate import Progress, Terms
from models.provenance import Measured, Origin
from models.trial import Runner, Verdict
from models.truth import Truth

LONGEST_NAME = 40
LEAST_MS = 0.1


@dataclass(frozen=True, slots=True)
class Task:
    """What to quantise and how: a model and its file, calibration pictures, the order, and the AP that may be lost."""

    entry: Entry
    file: Path
    calibrate: Path
    order: quantize.Order
    bound: float = trial.USUAL_BOUND


@dataclass(frozen=True, slots=True)
class Exam:
    """The set that measures the loss: its name for the card, what is in it, on what terms it judges."""

    name: str
    truth: Truth
    terms: Terms


def shrink(
    task: Task, exam: Exam, into: Path, progress: Callable[[str], Progress] | None = None
) -> tuple[list[Runner], Verdict]:
    """Write the model to `into` in eight bits with its card, unless it loses too much; who raced, and the verdict.

    Raises QuantizeFailed, ModelRefused, EvaluationFailed, NoPicture, OSError.
    """
    if into.resolve() == task.file.resolve():
        raise quantize.QuantizeFailed(f"{into} is the model itself, which stays as it is: write to another file")
    beside = into.with_name(f"{into.stem}.part.onnx")
    told = progress or (lambda _what: lambda _done, _whole: None)
    try:
        count = quantize.quantize(task.entry, task.file, task.calibrate, beside, task.order, told("calibrates"))
        small = cards.sealed(task.entry.model_copy(update={"name": _named(task.entry.name)}), beside)
        raced = trial.race((task.entry, task.file), (small, beside), exam.truth, exam.terms, told)
        ruling = trial.verdict(raced, task.bound)
        if ruling.kept:
            beside.replace(into)
            cards.write(_described(cards.sealed(small, into), task, exam, raced.runners[1], count, ruling.loss), into)
    finally:
        beside.unlink(missing_ok=True)
    return raced.runners, ruling


def _named(name: str) -> str:
    return f"{name[: LONGEST_NAME - len('-int8')]}-int8"


def _described(small: Entry, task: Task, exam: Exam, runner: Runner, count: int, loss: float) -> Entry:
    score = runner.score
    origin = Origin(
        source=task.entry.name,
        sha256=task.entry.sha256,
        method=task.order.told(),
        data=f"{task.calibrate.name}: {count} pictures",
        judged=f"{exam.name}: {score.pictures} pictures",
        loss=round(loss, 4),
    )
    measured = Measured(
        data=exam.name,
        ap=round(score.ap, 3),
        ap50=round(score.ap50, 3),
        ms=max(LEAST_MS, round(runner.cpu_ms, 1)),
        threads=1,
    )
    changed = {"title": f"{small.title}, INT8", "sources": (), "measured": measured, "origin": origin}
    return Entry.model_validate({**dict(small), **changed})
