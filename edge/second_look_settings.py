"""What a camera's second looks are told: which model is asked about which part of a picture, how often, and for what.

A second look is off until somebody writes one down. What can be judged from the file alone is refused here, with its
line; whether the model is there and knows the classes is judged once it is opened (`edge.cascade`), because that stands
in the catalogue.
"""

from collections.abc import Hashable, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from edge.setting import Setting, Slug
from streams.documents import Document, Mistake
from streams.wire.words import Code

Share = Annotated[float, Field(gt=0, le=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class SecondLook(Setting):
    """One model, asked about a crop: of every tracked object `of` these classes, or of these `zones`.

    A classifier tells what else a tracked object is; a detector adds its boxes to those of the first, or, with
    `blurs`, to what is made unreadable.
    """

    id: Slug
    model: Slug = Field(description="of the catalogue")
    of: frozenset[Name] = Field(default=frozenset(), description="classes of the camera whose boxes are cut out")
    zones: frozenset[Slug] = Field(default=frozenset(), description="instead of `of`: the zone's rectangle; detectors")
    tells: dict[Code, Share] = Field(
        default_factory=dict, description="classes of the model that count, each from which score; `blurs`: absent: all"
    )
    blurs: bool = Field(default=False, description="its boxes are made unreadable in what leaves, and tell nothing")
    every_s: float = Field(
        default=1.0, ge=0, le=3600, description="seconds before the same object is asked about again"
    )
    most: int = Field(default=2, ge=1, le=64, description="crops a look")
    after: int = Field(default=2, ge=1, le=100, description="answers of a classifier before it is believed")
    grow: float = Field(default=0.15, ge=0, le=2, description="room around the box, in its own sizes")
    least_px: int = Field(default=32, ge=1, le=4096, description="of a box with a shorter side nothing is asked")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.of and self.zones:
            raise ValueError("give `of` or `zones`, not both")
        if not self.blurs and not (self.of or self.zones):
            raise ValueError("give `of`, classes of the camera, or `zones`: what is it asked about?")
        if not self.blurs and not self.tells:
            raise ValueError("give `tells`: which of the model's classes count, and from which score")
        return self


def told_by(looks: Sequence[SecondLook]) -> frozenset[str]:
    """The classes that second looks add to those of the detector."""
    return frozenset(name for look in looks if not look.blurs for name in look.tells)


def mistakes(
    document: Document, at: tuple[Hashable, ...], looks: Sequence[SecondLook], classes: frozenset[str], zones: set[str]
) -> list[Mistake]:
    """What does not fit a camera with these classes and zones; `at` is where the camera stands."""
    found: list[Mistake] = []
    ids: set[str] = set()
    for number, look in enumerate(looks):
        here = (*at, "second_looks", number)
        if look.id in ids:
            found.append(document.mistake((*here, "id"), f"{look.id} is already the id of another second look"))
        ids.add(look.id)
        tracked = ", ".join(sorted(classes)) or "nothing"
        found += [
            document.mistake((*here, "of"), f"the camera's classes hold no {name}: they are {tracked}")
            for name in sorted(look.of - classes)
        ]
        found += [document.mistake((*here, "zones"), f"the camera has no zone {zone}") for zone in look.zones - zones]
        found += [
            document.mistake((*here, "tells"), f"{name} is a class of the camera already: it would be told twice")
            for name in sorted(set(look.tells) & classes)
            if not look.blurs
        ]
    return found
