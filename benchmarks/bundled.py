"""The bundled detector's figures: what it finds in unseen streets, what eight bits cost it, and how fast it is.

Usage: python -m benchmarks.bundled [--int8 MODEL] [--float MODEL] [--root workshop/.training] [--rounds 300]
Judged on what was held back below --root: rendered views of other seeds, houses and cameras (AP50 of six classes), and
the last fifth of each real film against its teacher's boxes over 24 px (recall where half of the alarms are right).
Speed is each network's at its own input on one thread, all in one process and in turn, as a ratio round by round and
of processor time, so that a busy neighbour slows all of them alike; the median is told. The held-back pictures are
made by `workshop.street.stills` and `workshop.training.films`; whoever has none of them is told the speeds alone, on
the bundled street, and whoever has no file of the rival the ratio of INT8 to fp32.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from models import cards, pictures
from models.cards import NoCard
from models.detector import Detector
from models.evaluate import ClassScore, Score, Terms, evaluate
from models.options import STORE
from models.pictures import Pixels
from models.session import ModelRefused
from models.truth import Truth
from streams import shipped
from workshop.training import sets
from workshop.training.films import HELD

RIVAL = "yolox-nano-640"
STREET_TERMS = Terms(precision=0.5)
REAL_TERMS = Terms(precision=0.5, over=24)
WARM_UP = 5
BUNDLED_CLIP = Path(__file__).parents[1] / "demo" / "clips" / "junction.mp4"
SMALL, WHOLE = "INT8", "fp32"


def main() -> int:
    """Print the tables."""
    asked = _asked()
    try:
        files = {SMALL: cards.found(asked.int8, asked.catalogue, asked.store)}
        files |= {WHOLE: cards.found(asked.float, asked.catalogue, asked.store)}
        rival = cards.found(RIVAL, asked.catalogue, asked.store)
    except NoCard as absent:
        print(absent, file=sys.stderr)
        return 1
    ours = {name: Detector(entry, file) for name, (entry, file) in files.items()}
    for name, (_, file) in files.items():
        print(f"{name}: {file}, {file.stat().st_size / 1e6:.2f} MB")
    for source, terms in ((sets.STREET, STREET_TERMS), (sets.REAL, REAL_TERMS)):
        told = sets.sampled(sets.joined(sets.folders(asked.root, source, HELD)), asked.most)
        _judged(source, ours, told, terms)
    try:
        lanes = {**ours, RIVAL: Detector(*rival)}
    except ModelRefused as absent:
        print(f"\nwithout the rival: {absent}")
        lanes = ours
    race(lanes, next(_shown(asked.root)), asked.rounds)
    return 0


def _judged(source: str, ours: Mapping[str, Detector], told: Truth, terms: Terms) -> None:
    if not told.coco["annotations"]:
        print(f"\n{source}: nothing was held back here")
        return
    scores = {name: evaluate(detector, told, terms) for name, detector in ours.items()}
    over = f", boxes over {terms.over:.0f} px" if terms.over else ""
    print(f"\n{source}: {scores[SMALL].pictures} pictures held back{over}")
    recall = f"recall at {terms.precision}"
    print(f"{'':<12}{'boxes':>7}" + "".join(f"{f'{name} {what}':>20}" for name in ours for what in ("AP50", recall)))
    for at, one in enumerate(scores[SMALL].classes):
        if one.boxes:
            _row(one.name, one.boxes, [score.classes[at] for score in scores.values()])
    _means(scores)


def _row(name: str, boxes: int, classes: list[ClassScore]) -> None:
    print(f"{name:<12}{boxes:>7}" + "".join(f"{one.ap50:>20.3f}{one.recall:>20.2f}" for one in classes))


def _means(scores: Mapping[str, Score]) -> None:
    print(f"{'mean':<19}" + "".join(f"{score.ap50:>20.3f}{'':>20}" for score in scores.values()))
    small, whole = scores[SMALL], scores[WHOLE]
    print(f"AP {whole.ap:.3f} in {WHOLE}, {small.ap:.3f} in {SMALL}: loss {whole.ap - small.ap:+.3f}", end="; ")
    print(f"AP50 loss {whole.ap50 - small.ap50:+.3f}")


def race(detectors: Mapping[str, Detector], pixels: Pixels, rounds: int) -> None:
    """Print what one picture, uint8 BGR (H, W, 3), costs each, and the ratios to the small one."""
    took: dict[str, list[float]] = {name: [] for name in detectors}
    for number in range(WARM_UP + rounds):
        for name, detector in detectors.items():
            detector.detect(pixels)
            if number >= WARM_UP:
                took[name].append(detector.timing.run_cpu_ms)
    print(f"\nspeed, one thread, processor time of the network alone, {rounds} rounds in turn")
    for name, each in took.items():
        ratio = median(other / mine for other, mine in zip(each, took[SMALL], strict=True))
        size = detectors[name].entry.input
        print(f"{name:<16}{size.width}x{size.height:<6}{median(each):>8.2f} ms   {SMALL} is {ratio:.2f} times as fast")


def _shown(root: Path) -> Iterator[Pixels]:
    """A picture that was held back, else one of the bundled street."""
    for source in (sets.STREET, sets.REAL):
        for folder in sets.folders(root, source, HELD):
            yield from (pictures.read(path) for path in pictures.stills(folder / "images"))
    yield from (picture.pixels for picture in pictures.taken(BUNDLED_CLIP))


def _asked() -> argparse.Namespace:
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared"))
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--int8", default="street-nano-int8", help="of the catalogue, or FILE.onnx with its card")
    told.add_argument("--float", default="street-nano", help="the same")
    told.add_argument("--root", type=Path, default=Path("workshop/.training"))
    told.add_argument("--most", type=int, default=1000, help="held-back pictures of each source at most")
    told.add_argument("--rounds", type=int, default=300)
    mirror = shared / "data" / "models"
    store = mirror if mirror.is_dir() else STORE  # where `wardsense models pull` puts it
    told.add_argument("--store", type=Path, default=store, help="where the rival's file lies")
    told.add_argument("--catalogue", type=Path, default=shipped.config("models.yaml"))
    return told.parse_args()


if __name__ == "__main__":
    sys.exit(main())
