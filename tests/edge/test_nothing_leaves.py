"""Every head and every plate of a street carries a code; a real node watches it, and no byte that leaves holds one.

The node is the program itself, with a real broker, a real receiver of pictures, a real network and a film from disk.
What is searched: every request over HTTP with its headers, every message of every topic, everything it logs, and what
lies in its folder. So that the search can fail, the same street is watched by a node that covers nothing: there, every
code is found.
"""

import base64
import contextlib
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest
import yaml

from edge.privacy import Group, Groups, redact, regions
from edge.seeing import DrawnEyes
from models import catalogue
from models.detections import Detections
from models.detector import PRIVACY_THRESHOLD, Detector
from streams.cameras.drawn import Drawn, empty_street
from streams.cameras.street import Box
from streams.frames import Frame
from tests.conftest import ROOT
from tests.parts import painted_street
from tests.parts.child import Child
from tests.parts.clips import Shape, render
from tests.parts.facts import NOON
from tests.parts.leaks import FRINGE, Leak, coloured, leaks, pictures, seen
from tests.parts.mosquitto import Mosquitto
from tests.parts.painted_street import (
    HEIGHT,
    LABELS,
    MAGENTA,
    ROUND,
    SIZES,
    WIDTH,
    WINDOW,
    Pixels,
    picture,
)
from tests.parts.plan import NODE, WARDS, WARDSENSE, Setting
from tests.parts.receiver import Listener, Receiver
from tests.parts.until import until
from tests.parts.web_cameras import WebCameras, jpegs

TITLE: Final = "the-lens-of-quay-number-seven"
ENOUGH: Final = 4
ASPECT: Final = WIDTH / HEIGHT
TRUE: Final = (*WARDSENSE, "edge")
NOTHING_COVERED: Final = (sys.executable, str(ROOT / "tests" / "e2e" / "mutants" / "nothing_covered.py"))


@dataclass(frozen=True, slots=True)
class Left:
    """Everything that left a node, and what it kept on its disk."""

    pictures: list[bytes]
    http: list[bytes]
    messages: list[tuple[str, bytes]]
    log: bytes
    disk: dict[str, bytes]

    def streams(self) -> Iterator[tuple[str, bytes]]:
        """Each with a name, for whoever has to find the hole."""
        yield from (("http head", head) for head in self.http)
        yield from (("http body", body) for body in self.pictures)
        yield from self.messages
        yield "log", self.log
        yield from self.disk.items()


def watched_by(program: Sequence[str], folder: Path, source: Setting, **more: object) -> Left:
    """Have the painted street watched until enough has arrived, then end the node in good order."""
    (folder / "secret").write_text("sesame", "utf-8")
    node = Child("node", (*program, "run", "--config", str(folder / "node.yaml")), folder / "node.log")
    with Mosquitto() as broker, Listener(broker.port) as heard, Receiver() as centre:
        told = {**settings(folder, source, broker.port, centre.url), **more}
        (folder / "node.yaml").write_text(yaml.safe_dump(told), "utf-8")

        def enough() -> bool:
            films = "clips" not in more or any((folder / "node" / "clips").glob("*.mkv"))
            batches = any(topic.endswith("/batch") for topic, _ in heard.messages)
            return not node.running or (films and batches and len(centre.bodies) >= ENOUGH)

        try:
            node.start()
            until(enough, 120, "pictures, a batch and what else was asked for")
            kept = on_disk(folder / "node")
            status = node.stop()
        finally:
            node.kill()
            print(node.tail())  # noqa: T201 - shown by pytest when the test fails
        assert status == 0
        return Left(centre.bodies, centre.heads, heard.messages, node.log.read_bytes(), kept)


def on_disk(folder: Path) -> dict[str, bytes]:
    """What lies in a node's folder; a picture may have been delivered and deleted between two looks."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def settings(folder: Path, source: Setting, port: int, url: str) -> Setting:
    """A node on which a great deal happens: whoever passes a line is told, with a picture."""
    camera: Setting = {
        "id": "quay",
        "source": source,
        "fps": 10,
        "zones": [{"id": "street", "polygon": [[0, 0.35], [1, 0.35], [1, 1], [0, 1]]}],
        "lines": [{"id": f"line-{n}", "a": [n / 10, 0.35], "b": [n / 10, 1]} for n in (5, 6, 7, 8)],
        "watch": [{"crowding": {"zone": "street", "at_least": 2, "for_s": 0.5}}],
        "tell": ["line_crossed", "zone_entered", "crowding"],
    }
    if "file" in source:  # of a camera with masks no films are kept
        camera["masks"] = [{"polygon": [list(point) for point in WINDOW]}]
    return {
        "node": NODE,
        "ward": WARDS[0],
        "data": str(folder / "node"),
        "broker": {"host": "127.0.0.1", "port": port},
        "centre": {"url": url, "secret_file": str(folder / "secret")},
        "models": painted_street.write_eye(folder / "eye"),
        "cameras": [camera],
    }


@pytest.fixture
def film(tmp_path: Path) -> Setting:
    """The street on a film with a title, as a source of a camera."""
    path = render(tmp_path / "film.mp4", Shape(ROUND, 10, WIDTH, HEIGHT, title=TITLE), picture)
    return {"file": str(path)}


@pytest.mark.timeout(240)
def test_of_no_head_and_no_plate_anything_leaves_by_any_way(tmp_path: Path, film: Setting) -> None:
    left = watched_by(TRUE, tmp_path, film)
    found = {name: leak for name, stream in left.streams() if (leak := leaks(stream, TITLE.encode()))}
    assert found == {}
    assert all(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR) is not None for body in left.pictures)
    assert any(b"line_crossed" in payload for _, payload in left.messages)
    assert b"node up" in left.log


@pytest.mark.timeout(240)
def test_of_a_node_that_covers_nothing_every_head_and_every_plate_is_found(tmp_path: Path, film: Setting) -> None:
    left = watched_by(NOTHING_COVERED, tmp_path, film)
    for body in left.pictures:
        leak = leaks(body, TITLE.encode())
        assert leak.codes == set(SIZES)
        assert leak.pixels > 1000


@pytest.mark.timeout(240)
def test_films_that_a_box_keeps_show_everybody_and_nothing_of_them_leaves(tmp_path: Path) -> None:
    clips = {"before_s": 1, "after_s": 1}
    with WebCameras({"quay": jpegs([picture(number) for number in range(ROUND)])}) as cameras:
        left = watched_by(TRUE, tmp_path, {"mjpeg": cameras.url("quay")}, clips=clips)
    films = [content for name, content in left.disk.items() if name.startswith("clips") and name.endswith(".mkv")]
    assert films
    assert seen(next(pictures(films[0]))).codes == set(SIZES)
    found = {name: leak for name, stream in left.streams() if not name.startswith("clips") and (leak := leaks(stream))}
    assert found == {}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Detections:
    """What the network finds in a picture of the street, down to the score that counts for redaction."""
    folder = tmp_path_factory.mktemp("eye") / "eye"
    told = painted_street.write_eye(folder)
    entry = catalogue.load(Path(told["catalogue"]))[told["detector"]]
    return Detector(entry, Path(told["store"]) / entry.file).detect(picture(7), PRIVACY_THRESHOLD)


GROUPS: Final[dict[str, Groups]] = {
    "person": frozenset({Group.PEOPLE}),
    "motorcycle": frozenset({Group.TWO_WHEELERS, Group.VEHICLES}),
    "car": frozenset({Group.VEHICLES}),
}


@pytest.mark.parametrize(
    ("without", "bare"),
    [
        (None, set()),
        (Group.PEOPLE, {"standing", "waiting", "walking", "at-home"}),
        (Group.TWO_WHEELERS, {"riding"}),
        (Group.VEHICLES, {"car", "motorcycle"}),
    ],
)
def test_without_one_rule_exactly_what_it_is_for_is_bare(
    found: Detections, without: Group | None, bare: set[str]
) -> None:
    groups = [GROUPS[label] - {without} for label in LABELS]
    redacted = redact(picture(7), regions(found, groups, ASPECT), np.random.default_rng(1))
    leak = leaks(redacted.jpeg)
    assert leak.codes == bare
    assert bool(leak) is bool(bare)


@pytest.mark.parametrize("covered", [True, False], ids=["covered", "bare"])
def test_on_the_street_that_the_program_draws_every_head_and_plate_of_its_truth_is_covered(*, covered: bool) -> None:
    street = Drawn("quay", seed=3)
    eyes, bare = DrawnEyes([street]), empty_street()
    for number in range(0, 900, 60):
        truth = street.truth(number)
        pixels = bare.copy()
        for label, box in truth:
            _paint(pixels, label, box)
        frame = Frame("quay", number, NOON, number / 10, pixels)
        hidden = eyes.see_closely(frame) if covered else []
        left = redact(pixels, hidden, np.random.default_rng(1)).jpeg
        shown = max(coloured(one) for one in pictures(left))
        assert (shown > FRINGE) is bool(truth and not covered), (number, shown)


def _paint(pixels: Pixels, label: str, box: Box) -> None:
    """A chequer on the head of a person, or on the plate of a vehicle."""
    left, top, right, bottom = (round(part * side) for part, side in zip(box, (640, 360) * 2, strict=True))
    tall, middle = bottom - top, (left + right) // 2
    if label == "person":
        row, high = top, max(4, tall // 4)
    else:
        row, high = bottom - tall // 3, max(4, tall // 6)
    wide = min(right - middle, max(4, high // 2))
    pixels[row : row + high, middle - wide : middle + wide] = MAGENTA


def encoded(ending: str, scale: float = 1.0) -> bytes:
    sized = cv2.resize(picture(3), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(ending, sized)[1].tobytes())


WRAPPED: Final[dict[str, Callable[[], bytes]]] = {
    "a JPEG behind a head": lambda: b"PUT /v1 HTTP/1.1\r\n\r\n" + encoded(".jpg"),
    "a PNG": lambda: encoded(".png"),
    "base64 in JSON": lambda: json.dumps({"picture": base64.b64encode(encoded(".jpg")).decode()}).encode(),
    "base64 for addresses": lambda: base64.urlsafe_b64encode(encoded(".jpg")),
    "hexadecimal": lambda: encoded(".jpg").hex().encode(),
    "gzip": lambda: gzip.compress(encoded(".bmp")),
    "gzip in base64": lambda: base64.b64encode(gzip.compress(encoded(".png"))),
}


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
def test_a_picture_is_found_in_every_wrapping(wrapped: Callable[[], bytes]) -> None:
    assert leaks(wrapped()).codes == set(SIZES)


@pytest.mark.parametrize("offset", [0, 1, 2])
@pytest.mark.parametrize("reverse", [False, True], ids=["BGR", "RGB"])
def test_pixels_that_were_dumped_are_found(offset: int, *, reverse: bool) -> None:
    pixels = picture(3)[..., ::-1] if reverse else picture(3)
    assert leaks(b"." * offset + pixels.tobytes())


def test_a_film_is_found_and_its_title_too(tmp_path: Path) -> None:
    film = render(tmp_path / "film.mp4", Shape(2, 10, WIDTH, HEIGHT, title=TITLE), picture)
    leak = leaks(film.read_bytes(), TITLE.encode())
    assert leak.codes == set(SIZES)
    assert leak.words == {TITLE.encode()}


def test_a_fragment_of_a_code_is_found() -> None:
    pixels = np.full((64, 64, 3), 96, np.uint8)
    pixels[20:24, 20:28] = painted_street.code("car")[:4, :8]
    assert seen(pixels)


def test_where_nothing_is_nothing_is_found() -> None:
    plain = np.full((64, 64, 3), 96, np.uint8)
    assert not leaks(bytes(cv2.imencode(".jpg", plain)[1].tobytes()), TITLE.encode())
    assert not leaks(np.random.default_rng(1).bytes(200_000), TITLE.encode())
    assert not leaks(json.dumps({"score": 0.83, "boxes": [0.1] * 400}).encode())
    assert leaks(b"") == Leak()
