import threading
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from edge.luma import luma
from streams.latent import FORMS, LARGEST_KEPT_PX, Latent, latent

WIDE, HIGH = 640, 360
BLUE, GREEN, RED = range(3)


def street(wide: int = WIDE, high: int = HIGH) -> NDArray[np.uint8]:
    """Sky, road and a red car in the middle, soft at the edges as a lens makes them."""
    picture = np.full((high, wide, 3), (150, 140, 130), np.uint8)
    picture[: high // 3] = (220, 200, 180)
    picture[high // 2 : high * 3 // 4, wide // 3 : wide // 2] = (40, 30, 200)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), wide / 160), np.uint8)


def decoded(picture: NDArray[np.uint8], form: str = "yuv420p", *, full: bool = False) -> av.VideoFrame:
    """The picture as a decoder gives it."""
    shown = av.VideoFrame.from_ndarray(picture, "bgr24")
    if full:
        return shown.reformat(format=form, dst_color_range=ColorRange.JPEG)
    return shown.reformat(format=form)


def kept(picture: av.VideoFrame, size: tuple[int, int] | None = None) -> Latent:
    found = latent(picture, size or (picture.width, picture.height))
    assert found is not None
    return found


def stacked(planes: tuple[Any, ...]) -> NDArray[np.int64]:
    return np.stack(planes, axis=2).astype(np.int64)


@pytest.mark.parametrize("form", FORMS)
def test_the_planes_of_a_picture_are_its_colours_in_every_form_that_is_kept(form: str) -> None:
    picture = street()
    off = np.abs(stacked(kept(decoded(picture, form, full="j" in form)).planes(WIDE, HIGH)) - picture)
    assert off.mean() < 3  # swscale is up to three levels too dark
    assert np.quantile(off, 0.99) < 12  # colours lie coarser than brightness at a car's edge


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_made_small_shows_the_same_in_every_form(form: str) -> None:
    large = decoded(street(1920, 1080), form, full="j" in form)
    for wide, high in ((640, 360), (512, 288), (320, 180), (416, 234)):
        off = np.abs(stacked(kept(large).planes(wide, high)) - street(wide, high))
        assert off.mean() < 4, (wide, high)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sent", [(720, 576), (362, 288)])
def test_every_column_is_written_however_many_there_are(form: str, sent: tuple[int, int]) -> None:
    for wide in range(352, 386, 2):
        level = 2 * wide - 600  # another at each, so that memory used before is no answer
        flat = kept(decoded(np.full((sent[1], sent[0], 3), level, np.uint8), form, full="j" in form))
        for plane in flat.planes(wide, 288):
            assert plane.shape == (288, wide)
            assert np.ptp(plane) <= 3, (wide, plane[0, -10:])  # swscale dithers, and is a little too dark
            assert abs(int(plane[0, -1]) - level) <= 6


def test_a_picture_smaller_than_the_canvas_is_made_larger() -> None:
    planes = kept(decoded(street(352, 288))).planes(470, 384)
    assert np.abs(stacked(planes) - cv2.resize(street(352, 288), (470, 384))).mean() < 4


def test_sizes_that_coarse_colours_do_not_divide_are_shown_to_the_last_row() -> None:
    blue, green, red = kept(decoded(street())).planes(513, 289)
    assert blue.shape == green.shape == red.shape == (289, 513)
    assert np.abs(stacked((blue, green, red)) - cv2.resize(street(), (513, 289))).mean() < 4
    assert red[-1].std() < 3


def test_a_pattern_finer_than_the_small_picture_turns_into_grey_and_not_into_stripes() -> None:
    lines = np.zeros((1080, 1920, 3), np.uint8)
    lines[:, ::2] = 255
    for plane in kept(decoded(lines)).planes(640, 360):
        assert plane.std() < 3
        assert abs(int(plane.mean()) - 127) < 5


def test_the_whole_picture_is_developed_once_and_in_the_size_it_is_shown() -> None:
    picture = kept(decoded(street(1920, 1080)), (1280, 720))
    assert picture.size == (1280, 720)
    assert picture.pixels.shape == (720, 1280, 3)
    assert picture.pixels is picture.pixels
    assert np.abs(picture.pixels.astype(int) - street(1280, 720)).mean() < 4


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080), (704, 576), (352, 288)])
def test_the_small_grey_picture_is_that_of_the_developed_one(size: tuple[int, int], *, full: bool) -> None:
    picture = kept(decoded(street(*size), "yuvj420p" if full else "yuv420p", full=full))
    assert np.abs(luma(picture).astype(int) - luma(street(*size))).mean() < 1
    assert np.abs(luma(picture).astype(int) - luma(picture.pixels)).mean() < 2.5


def test_what_was_asked_before_does_not_change_what_is_seen() -> None:
    source = decoded(street(1920, 1080))
    fresh, asked = kept(source), kept(source)
    asked.grey(320, 180)
    assert all(np.array_equal(a, b) for a, b in zip(fresh.planes(640, 360), asked.planes(640, 360), strict=True))
    assert np.array_equal(fresh.grey(320, 180), asked.grey(320, 180))


def test_a_mask_burnt_into_the_small_grey_picture_is_not_burnt_into_the_camera_s() -> None:
    for full in (False, True):
        picture = kept(decoded(street(320, 180), "yuvj420p" if full else "yuv420p", full=full))
        small = luma(picture)
        before = small.copy()
        small[:] = 0
        assert np.array_equal(luma(picture), before)


def test_colours_nobody_knows_are_shown_grey() -> None:
    picture = decoded(street())
    picture.colorspace = 3  # reserved by H.264
    shown = kept(picture)
    assert shown.pixels.shape == (HIGH, WIDE, 3)
    assert stacked(shown.planes(320, 180)).shape == (180, 320, 3)
    assert shown.pixels.std() > 10


def test_what_is_rare_or_too_large_is_not_kept_as_it_came() -> None:
    assert latent(decoded(street(), "yuv420p10le"), (WIDE, HIGH)) is None
    assert latent(decoded(street(), "rgb24"), (WIDE, HIGH)) is None
    assert LARGEST_KEPT_PX < 2560 * 1440
    assert latent(av.VideoFrame(2560, 1440, "yuv420p"), (1280, 720)) is None


def test_several_threads_may_ask_one_picture() -> None:
    picture = kept(decoded(street(1920, 1080)), (1280, 720))
    wanted = stacked(kept(decoded(street(1920, 1080)), (1280, 720)).planes(640, 360))
    seen: list[bool] = []

    def ask() -> None:
        for _ in range(20):
            right = np.array_equal(stacked(picture.planes(640, 360)), wanted)
            seen.append(right and picture.pixels.shape == (720, 1280, 3))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 80
