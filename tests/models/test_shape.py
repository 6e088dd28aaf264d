from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalogue import Colour, Fit, Input
from models.shape import Letterbox, place, tiles

SIZES = st.integers(1, 4000)
SIDES = st.integers(1, 300)
SHARES = st.floats(0, 1, width=32)


@given(SIZES, SIZES, st.sampled_from(Fit), st.tuples(SHARES, SHARES, SHARES, SHARES))
def test_a_box_comes_back_to_where_it_was_within_a_pixel(
    width: int, height: int, fit: Fit, share: tuple[float, ...]
) -> None:
    lies = place(width, height, Input(height=384, width=640, fit=fit))
    box = np.array([share], np.float32)
    there = lies.forth(box)
    assert (there >= -1e-3).all()
    assert (there <= np.array([640, 384] * 2) + 1e-3).all()
    apart = np.abs(lies.back(there) - box) * np.array([width, height] * 2)
    assert apart.max() < 1


@given(SIZES, SIZES, st.sampled_from([Fit.TOP_LEFT, Fit.CENTRE]))
def test_a_picture_that_is_padded_keeps_its_shape_within_a_pixel(width: int, height: int, fit: Fit) -> None:
    lies = place(width, height, Input(height=384, width=640, fit=fit))
    ratio = min(640 / width, 384 / height)
    assert abs(lies.width - width * ratio) < 1
    assert abs(lies.height - height * ratio) < 1
    assert lies.left + lies.width <= 640
    assert lies.top + lies.height <= 384


@pytest.mark.parametrize("fit", Fit)
def test_what_is_white_in_the_picture_is_white_where_the_placing_says(fit: Fit) -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[50:150, 90:210] = 255
    canvas, lies = Letterbox(Input(height=160, width=160, fit=fit, pad=0)).fill(pixels)
    rows, columns = np.nonzero(canvas[0, 0] > 127)
    seen = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    assert np.abs(lies.forth(np.array([[0.3, 0.25, 0.7, 0.75]], np.float32)) - seen).max() <= 1


def test_colours_are_ordered_scaled_and_normalised_as_the_catalogue_says() -> None:
    pixels = np.full((32, 32, 3), (10, 20, 30), np.uint8)
    rgb = Input(height=32, width=32, colour=Colour.RGB, scale=0.1, mean=(1, 1, 1), std=(2, 1, 0.5))
    canvas, _ = Letterbox(rgb).fill(pixels)
    assert canvas[0, :, 0, 0].tolist() == pytest.approx([1, 1, 0])
    bgr, _ = Letterbox(Input(height=32, width=32, colour=Colour.BGR)).fill(pixels)
    assert bgr[0, :, 5, 5].tolist() == [10, 20, 30]


def test_the_padding_is_painted_again_when_the_camera_changes() -> None:
    letterbox = Letterbox(Input(height=64, width=64, fit=Fit.CENTRE, pad=114))
    letterbox.fill(np.full((64, 64, 3), 255, np.uint8))
    canvas, lies = letterbox.fill(np.full((32, 64, 3), 255, np.uint8))
    assert (lies.top, lies.height) == (16, 32)
    assert (canvas[0, :, :16] == 114).all()
    assert (canvas[0, :, 16:48] == 255).all()
    assert (canvas[0, :, 48:] == 114).all()


@given(SIDES, SIDES, st.sampled_from(Fit), st.sampled_from(Colour), st.integers(0, 255))
def test_a_canvas_of_bytes_holds_what_one_of_floats_would(
    width: int, height: int, fit: Fit, colour: Colour, pad: int
) -> None:
    want = Input(height=64, width=96, fit=fit, colour=colour, pad=pad)
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)
    floats, lies = Letterbox(want).fill(pixels)
    in_bytes, there = Letterbox(want, in_bytes=True).fill(pixels)
    assert lies == there
    assert in_bytes.dtype == np.uint8
    np.testing.assert_array_equal(in_bytes.transpose(0, 3, 1, 2), floats)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="a picture is"):
        Letterbox(Input(height=32, width=32)).fill(pixels)


def test_a_wide_picture_gives_two_square_tiles() -> None:
    assert tiles(1280, 720).tolist() == [[0, 0, 720, 720], [560, 0, 1280, 720]]


@given(SIZES, SIZES, st.integers(16, 2000), st.floats(0, 0.9))
def test_tiles_cover_the_picture_and_overlap_as_asked(width: int, height: int, side: int, overlap: float) -> None:
    squares = tiles(width, height, max(side, width // 8, height // 8), overlap)
    side = int(squares[0, 2])
    for low, high, length in ((0, 2, width), (1, 3, height)):
        spans = sorted({(int(square[low]), int(square[high])) for square in squares})
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        shared = [before[1] - after[0] for before, after in pairwise(spans)]
        assert all(share >= min(overlap * side, side - 1) - 1 for share in shared)


@pytest.mark.parametrize(("side", "overlap"), [(0, 0.2), (100, 1.0), (100, -0.1)])
def test_tiles_that_cannot_be_cut_are_refused(side: int, overlap: float) -> None:
    with pytest.raises(ValueError, match="tiles need"):
        tiles(640, 480, side, overlap)
