"""How well the network sees what was held back: written as it would ship, run as a node runs it, judged by the judge.

Idea: a figure from a second decoding and a second metric written for the trainer would be a figure about those. So the
mean of the weights goes out as ONNX into a passing folder and comes back through `models.detector`, `models.decode`
and `models.evaluate`; an examination of 400 pictures takes some ten seconds of one core.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from models.detector import Detector
from models.evaluate import Score, Terms, evaluate
from models.truth import Truth
from workshop.training import export, sets
from workshop.training.feed import SIZE
from workshop.training.films import HELD
from workshop.training.network import Network

MOST: Final = 200
REAL_TERMS: Final = Terms(precision=0.5, over=24)
STREET_TERMS: Final = Terms(precision=0.5)


def examined(network: Network, root: Path, size: tuple[int, int] = SIZE, most: int = MOST) -> Iterator[str]:
    """A line for each held-back source below `root` that has boxes. `network` is folded by this and no use after."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "examined.onnx"
        entry = export.written(network, file, size)
        detector = Detector(entry, file)
        for source, terms in ((sets.STREET, STREET_TERMS), (sets.REAL, REAL_TERMS)):
            told = held(root, source, most)
            if told.coco["annotations"]:
                yield f"{source} held back, {said(evaluate(detector, told, terms))}"


def held(root: Path, source: str, most: int = MOST) -> Truth:
    """What was held back of `source`, at most so many pictures. Raises NoTruth."""
    return sets.sampled(sets.joined(sets.folders(root, source, HELD)), most)


def said(score: Score) -> str:
    """A score in one line: AP50, and of each class AP50 and the recall at the precision asked for."""
    each = "  ".join(f"{one.name} {one.ap50:.2f}/{one.recall:.2f}" for one in score.classes if one.boxes)
    return f"{score.pictures} pictures: AP50 {score.ap50:.3f}; AP50/recall by class: {each}"
