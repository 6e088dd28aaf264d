"""Frames of real films, labelled by a teacher: most to learn from, the last stretch of each to be judged by.

`python -m workshop.training.films --films FOLDER` labels those of `FILMS` into `workshop/.training/real`; what is
labelled already is left.

Idea: a fixed camera's neighbouring frames are almost the same picture, so frames drawn at random for the test would
be known by heart from training. The last fifth of each film is held back whole, with a gap before it. What a film
cannot show is not taken from the teacher: a plaza without a road has no bus, and a film of bottles has nothing.
Limits: the teacher's boxes are the truth here; what it does not see is background for the pupil and for the judge.
The films are of licences that allow it (CC BY 4.0 of Intel, BSD of OpenCV); a film of unknown origin is never taken.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import typer

from models import cards, label, pictures, truth
from models.cards import NoCard
from models.detector import Detector
from models.label import Order
from models.pictures import NoPicture, Picture
from models.session import ModelRefused
from streams import shipped

CLASSES: Final = ("person", "bicycle", "motorcycle", "car", "bus", "truck")
FLOOR: Final = 0.4
DOUBT: Final = 0.2
LEARNT_SHARE: Final = 0.78
HELD_FROM_SHARE: Final = 0.8
LEARN: Final = "learn"
HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Film:
    """A film: its file, every how many frames one is taken, and the teacher's classes that count in it, renamed."""

    file: str
    every: int
    classes: tuple[tuple[str, str], ...]
    licence: str


# Nothing but cars passes on that road, and from straight above the teacher takes one for what it looks like.
FROM_ABOVE: Final = tuple((name, "car") for name in ("car", "truck", "bus", "cell phone", "remote", "bottle", "mouse"))
FILMS: Final = (
    Film("opencv_vtest.avi", 3, (("person", "person"), ("bicycle", "bicycle")), "BSD, OpenCV"),
    Film("intel_car-detection.mp4", 2, FROM_ABOVE, "CC BY 4.0, Intel"),
    Film("intel_one-by-one-person-detection.mp4", 5, (("person", "person"),), "CC BY 4.0, Intel"),
    Film("intel_bottle-detection.mp4", 12, (), "CC BY 4.0, Intel"),
)


def main(words: Sequence[str] | None = None) -> int:
    """Label the films."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--films", type=Path, required=True, help=", ".join(film.file for film in FILMS))
    told.add_argument("--into", type=Path, default=Path("workshop/.training/real"))
    told.add_argument("--teacher", default="deimv2-femto", help="of the catalogue, or FILE.onnx with its card")
    told.add_argument("--store", type=Path, default=Path("var/models"), help="where the teacher's file lies")
    asked = told.parse_args(words)
    try:
        teacher = Detector(*cards.found(asked.teacher, shipped.config("models.yaml"), asked.store))
        done = labelled(teacher, asked.films, asked.into)
    except (NoCard, ModelRefused, NoPicture) as wrong:
        typer.echo(str(wrong), err=True)
        return 1
    for name, what in done.items():
        typer.echo(f"{name}: {what.pictures} pictures, {sum(what.boxes.values())} boxes, {what.doubtful} in doubt")
    return 0


def part(number: int, frames: int) -> str | None:
    """Where frame `number` of `frames` belongs: `LEARN`, `HELD`, or None for the gap between the two."""
    share = number / max(1, frames)
    if share < LEARNT_SHARE:
        return LEARN
    return HELD if share >= HELD_FROM_SHARE else None


def taken(film: Film, path: Path, wanted: str) -> Iterator[Picture]:
    """The frames of a film's part `wanted`. Raises NoPicture."""
    frames = pictures.count(path, film.every)
    for number, picture in enumerate(pictures.taken(path, film.every)):
        if part(number, frames) == wanted:
            yield picture


def labelled(teacher: Detector, folder: Path, into: Path) -> dict[str, label.Labelled]:
    """Label every film of `folder` into `into/<learn|held>/<film>`; what lies there is left. Raises NoPicture."""
    told = {}
    for film in FILMS:
        order = Order(dict(film.classes) or {"person": "person"}, FLOOR, DOUBT)
        order = order if film.classes else replace(order, floor=0.999, doubt=0.99)  # nothing of the street is in it
        for wanted in (LEARN, HELD):
            place = into / wanted / Path(film.file).stem
            if not (place / truth.INSTANCES).is_file():
                told[f"{wanted}/{film.file}"] = label.label(
                    teacher, taken(film, folder / film.file, wanted), place, order
                )
    return told


if __name__ == "__main__":
    raise SystemExit(main())
