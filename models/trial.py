"""A quantised model against the one it was made from: what it loses, what it gains, and whether it is worth having.

Idea: nobody should find out at a node that eight bits cost a model half of what it saw. So both are judged on the same
set, and raced picture by picture in turn, each on one thread; OpenVINO's bfloat16, which needs no calibration, is the
third in the race where it is installed. Who is faster is told by processor time, which a busy neighbour hardly moves.
What loses more than a bound is refused, and the fastest of those that lose less is named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Final

from models import pictures
from models.catalogue import Entry
from models.detector import Detector
from models.evaluate import Progress, Score, Terms, evaluate
from models.providers import Provider
from models.session import ModelRefused
from models.truth import Truth

FP32, INT8, BF16 = "fp32", "INT8", "bf16 (OpenVINO)"
ROUNDS: Final = 60
USUAL_BOUND: Final = 0.010


@dataclass(frozen=True, slots=True)
class Runner:
    """One in the race: its name, its score on the set, the provider it needs.

    `ms` is what the network alone takes a picture, `cpu_ms` the processor time of that; medians.
    """

    name: str
    score: Score
    ms: float
    cpu_ms: float
    provider: Provider


@dataclass(frozen=True, slots=True)
class Race:
    """Who ran, fp32 and INT8 first; `unraced` says why bfloat16 did not."""

    runners: list[Runner]
    unraced: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the quantised model is kept, the AP it lost, and the words for a person."""

    kept: bool
    loss: float
    words: str


def race(
    original: tuple[Entry, Path],
    quantised: tuple[Entry, Path],
    truth: Truth,
    terms: Terms,
    progress: Callable[[str], Progress] | None = None,
) -> Race:
    """Judge and race the original, the quantised, and bfloat16 where this machine has it, one thread each.

    Raises ModelRefused, EvaluationFailed, NoPicture.
    """
    lanes = [(FP32, *original, Provider.CPU), (INT8, *quantised, Provider.CPU)]
    detectors = {name: (Detector(entry, file, 1, provider), provider) for name, entry, file, provider in lanes}
    unraced = ""
    try:
        detectors[BF16] = (Detector(*original, 1, Provider.OPENVINO_BF16), Provider.OPENVINO_BF16)
    except ModelRefused as refused:
        unraced = refused.what
    scores = {
        name: evaluate(detector, truth, terms, progress(name) if progress else None)
        for name, (detector, _) in detectors.items()
    }
    took = _raced({name: detector for name, (detector, _) in detectors.items()}, truth)
    return Race([Runner(name, scores[name], *took[name], each) for name, (_, each) in detectors.items()], unraced)


def verdict(raced: Race, bound: float) -> Verdict:
    """What follows from it: the fastest that loses no more than `bound` wins; INT8 beyond it is refused."""
    by_name = {runner.name: runner for runner in raced.runners}
    before, after = by_name[FP32], by_name[INT8]
    loss = round(before.score.ap - after.score.ap, 4) + 0.0  # never a minus before nothing
    good = [runner for runner in raced.runners if before.score.ap - runner.score.ap <= bound]
    best = min(good, key=lambda runner: runner.cpu_ms)
    advice = "stay with fp32 on the provider cpu" if best is before else _told(best, before)
    if raced.unraced:
        advice += f"; bf16 was not tried: {raced.unraced}"
    if loss > bound:
        return Verdict(
            kept=False, loss=loss, words=f"INT8 refused: it loses {loss:.3f} AP, more than {bound:.3f}; {advice}"
        )
    gain = before.cpu_ms / after.cpu_ms
    lost = f"loses {loss:.3f} AP, no more than {bound:.3f}" if loss >= 0 else "loses no AP"
    words = f"INT8 kept: it {lost}, at {gain:.2f} times the speed"
    return Verdict(kept=True, loss=loss, words=words if best is after else f"{words}; yet {advice}")


def _told(runner: Runner, before: Runner) -> str:
    gain, loss = before.cpu_ms / runner.cpu_ms, round(before.score.ap - runner.score.ap, 3) + 0.0
    lost = f"at a loss of {loss:.3f} AP" if loss > 0 else "without loss of AP"
    return f"use the provider {runner.provider}: {gain:.2f} times the speed of fp32 {lost}"


def _raced(detectors: dict[str, Detector], truth: Truth) -> dict[str, tuple[float, float]]:
    """Median milliseconds of each network, by the clock and of the processor, all on the same pictures in turn."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in detectors}
    known = truth.coco["images"]
    for picture in islice(cycle(known), ROUNDS):
        pixels = pictures.read(truth.path(picture))
        for name, detector in detectors.items():
            detector.detect(pixels)
            took[name].append((detector.timing.run_ms, detector.timing.run_cpu_ms))
    return {name: (median(ms for ms, _ in each), median(cpu for _, cpu in each)) for name, each in took.items()}
