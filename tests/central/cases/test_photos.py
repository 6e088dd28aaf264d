"""Photos are read, turned upright, made anew; what is no photo is refused by name, in a process of its own."""

import io
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from PIL import Image

from central.cases.photos import LONGEST_SIDE, MOST_BYTES, Fault, PhotoRefused, Studio, StudioBusy, Told, away_m
from tests.central.camera import phone_photo, red_corner


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    opened = Studio()
    yield opened
    opened.close()


def test_place_time_and_camera_are_read_before_they_are_dropped(studio: Studio) -> None:
    told = studio.develop(phone_photo()).told
    assert told.lat == pytest.approx(16.0678, abs=1e-5)
    assert told.lon == pytest.approx(108.2208, abs=1e-5)
    assert told.accuracy_m == pytest.approx(4.5)
    assert told.camera_model == "Phone X"
    assert told.taken_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # the city's half past nine


def test_south_and_west_are_negative(studio: Studio) -> None:
    told = studio.develop(phone_photo(place=(-8.5, -70.25))).told
    assert told.lat == pytest.approx(-8.5)
    assert told.lon == pytest.approx(-70.25)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_leaves_with_the_picture(studio: Studio, kind: str) -> None:
    made = studio.develop(phone_photo(kind=kind)).jpeg
    assert made.startswith(b"\xff\xd8\xff")
    for trace in (b"Exif", b"Phone X", b"GPS", b"http", b"ICC_PROFILE", b"2026:03:02"):
        assert trace not in made
    with Image.open(io.BytesIO(made)) as image:
        assert not image.getexif()


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "upper left"), (3, "lower right"), (6, "upper right"), (8, "lower left")],
)
def test_a_photo_stands_upright_whichever_way_the_phone_was_held(studio: Studio, orientation: int, corner: str) -> None:
    made = studio.develop(phone_photo((400, 300), orientation=orientation))
    assert red_corner(made.jpeg) == corner
    assert (made.width, made.height) == ((400, 300) if orientation in (1, 3) else (300, 400))


def test_a_large_photo_is_made_no_larger_than_2048(studio: Studio) -> None:
    made = studio.develop(phone_photo((4000, 3000)))
    assert max(made.width, made.height) == LONGEST_SIDE
    assert made.width / made.height == pytest.approx(4 / 3, abs=0.01)


def test_a_see_through_picture_stands_on_white(studio: Studio) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(studio.develop(out.getvalue()).jpeg)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def test_more_than_ten_megabytes_is_refused_before_it_is_looked_at(studio: Studio) -> None:
    with pytest.raises(PhotoRefused) as refused:
        studio.develop(b"\xff\xd8" + bytes(MOST_BYTES))
    assert refused.value.fault is Fault.TOO_MANY_BYTES


@pytest.mark.parametrize("side", [7000, 30_000])
def test_a_bomb_is_refused_by_its_size_and_never_unpacked(studio: Studio, side: int) -> None:
    with pytest.raises(PhotoRefused) as refused:
        studio.develop(_png_that_claims(side, side))
    assert refused.value.fault is Fault.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.NOT_AN_IMAGE),
        (b"hello, I am a photo", Fault.NOT_AN_IMAGE),
        (b"GIF89a" + bytes(100), Fault.NOT_AN_IMAGE),
        (phone_photo()[:800], Fault.DAMAGED),
        (phone_photo(kind="PNG")[:-200], Fault.DAMAGED),
    ],
    ids=["empty", "text", "gif", "jpeg cut short", "png cut short"],
)
def test_what_is_no_whole_photo_is_refused_by_name(studio: Studio, content: bytes, fault: Fault) -> None:
    with pytest.raises(PhotoRefused) as refused:
        studio.develop(content)
    assert refused.value.fault is fault


def test_exif_that_makes_no_sense_refuses_nothing(studio: Studio) -> None:
    told = studio.develop(phone_photo(taken="yesterday", place=None)).told
    assert told == Told(camera_model="Phone X")


def test_a_time_before_there_was_any_refuses_nothing(studio: Studio) -> None:
    assert studio.develop(phone_photo(taken="0001:01:01 00:00:00")).told.taken_at is None


def test_photos_that_wait_when_the_workers_are_let_go_are_asked_for_again(studio: Studio) -> None:
    with ThreadPoolExecutor(6) as phones:
        waiting = [phones.submit(studio.develop, phone_photo()) for _ in range(6)]
        studio.close()
        outcomes = [photo.exception() for photo in waiting]
    assert all(error is None or isinstance(error, StudioBusy) for error in outcomes)


def test_a_photo_that_takes_too_long_ends_by_itself_and_nobody_elses_with_it() -> None:
    slow = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((6300, 6300)).save(slow, "PNG")
    hasty = Studio(working_s=0.2)
    try:
        hasty.develop(phone_photo())
        pool = hasty._pool
        with ThreadPoolExecutor(2) as both:
            waiting = [both.submit(hasty.develop, content) for content in (slow.getvalue(), phone_photo())]
            outcomes = [photo.exception() for photo in waiting]
        assert [type(error) for error in outcomes] == [StudioBusy, type(None)]
        assert hasty._pool is pool
    finally:
        hasty.close()


def test_who_has_waited_too_long_takes_only_their_own_back() -> None:
    studio = Studio(patience_s=0.0)
    try:
        with pytest.raises(StudioBusy):
            studio.develop(phone_photo())
        assert studio._pool is not None
    finally:
        studio.close()


def test_the_distance_to_the_case_is_told_in_metres() -> None:
    assert away_m(Told(lat=16.0, lon=108.0), 16.001, 108.0) == pytest.approx(111.2, abs=0.5)
    assert away_m(Told(), 16.0, 108.0) is None
    assert away_m(Told(lat=16.0, lon=108.0), None, None) is None


def _png_that_claims(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
