"""A node that is wrong on purpose: its pictures leave as the camera gave them, by the way of the redacted ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge import commands, eye
from edge.masks import NO_MASKS, Masks
from edge.privacy import WIDEST_PX, Redacted, Region, redact


def bare(
    pixels: NDArray[np.uint8],
    covered: Sequence[Region],
    noise: np.random.Generator,
    masks: Masks = NO_MASKS,
    widest_px: int = WIDEST_PX,
) -> Redacted:
    """Says that it is done, and covers nothing."""
    del covered, masks
    return redact(pixels, [], noise, NO_MASKS, widest_px)


if __name__ == "__main__":
    eye.redact = bare  # type: ignore[attr-defined]  # the mutation: what makes the picture of an event
    commands.app()
