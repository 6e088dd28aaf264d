"""A canvas never lies about where its objects are."""

import numpy as np
import pytest

from workshop.training.dataset import GREY, Sample, flipped, mosaic, moved, weights
from workshop.training.films import HELD, LEARN, part
from workshop.training.spoil import spoiled

SIZE = (224, 384)


def street() -> Sample:
    """A white thing on black, 80 x 60 pixels."""
    pixels = np.zeros((360, 640, 3), np.uint8)
    pixels[150:210, 280:360] = 255
    return Sample(pixels, np.array([[280, 150, 360, 210]], np.float32), np.array([3], np.int64))


def white(pixels: np.ndarray) -> list[int]:
    rows, columns = np.nonzero(pixels[:, :, 0] > (255 + GREY) // 2)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize("seed", range(8))
def test_a_box_lies_on_its_object_wherever_the_picture_was_moved(seed: int) -> None:
    made = moved(street(), SIZE, np.random.default_rng(seed))
    assert made.pixels.shape == (*SIZE, 3)
    if (made.label >= 0).any():
        assert np.abs(made.boxes[0] - white(made.pixels)).max() <= 2


def test_a_flipped_box_lies_on_its_flipped_object_and_flips_back() -> None:
    made = flipped(street())
    assert made.boxes[0].tolist() == white(made.pixels)
    assert flipped(made).boxes.tolist() == street().boxes.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_in_a_mosaic_every_sure_box_is_white_inside(seed: int) -> None:
    made = mosaic([street()] * 4, SIZE, np.random.default_rng(seed))
    for x, y, right, bottom in made.boxes[made.label >= 0].round().astype(int):
        assert made.pixels[y:bottom, x:right].mean() > 200


def test_spoiling_keeps_shape_and_kind() -> None:
    dice = np.random.default_rng(0)
    for _ in range(20):
        seen = spoiled(street().pixels, dice)
        assert seen.shape == (360, 640, 3)
        assert seen.dtype == np.uint8


def test_a_picture_with_a_rare_class_is_drawn_more_often() -> None:
    rare = Sample(street().pixels, street().boxes, np.array([5], np.int64))
    chance = weights([street()] * 19 + [rare], 6)
    assert chance.sum() == pytest.approx(1)
    assert chance[-1] > 2 * chance[0]


def test_the_last_fifth_of_a_film_is_held_back_whole_behind_a_gap() -> None:
    parts = [part(number, 100) for number in range(100)]
    assert parts == [LEARN] * 78 + [None] * 2 + [HELD] * 20
