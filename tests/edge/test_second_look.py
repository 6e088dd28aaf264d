"""Second looks, with real networks that judge by brightness: what they tell, what they cost, what they forget."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import cv2
import numpy as np
import pytest
import uuid_utils.compat as uuid
from numpy.typing import NDArray

from edge.analytics.happening import Box
from edge.analytics.places import Line, Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import Occupancy, Watch
from edge.eye import Eye, Task, Told
from edge.gate import GateSetting
from edge.privacy import Groups, NotRedacted, Region, grouped
from edge.second_look import Occasion, SecondLooks
from edge.second_look_settings import SecondLook
from edge.second_models import SecondModels
from edge.seeing import Seen
from edge.telling import Witness
from models.detections import Detections
from streams.frames import Frame
from streams.wire.records import ModelRef
from tests.parts import second_eyes

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
LABELS = ("motorcycle", "person")
PLAZA = Zone(id="plaza", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
CORNER = Zone(id="corner", polygon=((0.5, 0.5), (1, 0.5), (1, 1), (0.5, 1)))
KERB = Line(id="kerb", a=(0.5, 0), b=(0.5, 1), rightward="out", leftward="in")
HELMET = SecondLook(id="helmet", model="helmet-cls", of=frozenset({"motorcycle"}), tells={"no_helmet": 0.6}, every_s=0)
SMOKE = SecondLook(id="smoke", model="smoke", zones=frozenset({"corner"}), tells={"smoke": 0.5}, every_s=1)
LOAD = SecondLook(id="load", model="smoke", of=frozenset({"motorcycle"}), tells={"smoke": 0.5}, every_s=60, grow=0)
SIDE = 200
HERE: Box = (0.1, 0.2, 0.4, 0.8)
THERE: Box = (0.6, 0.2, 0.9, 0.8)
LOOKS_ALWAYS = GateSetting(recheck_s=0)
ALONE: Task = Task(frozenset(LABELS), gate=LOOKS_ALWAYS, evidence=False)


class Script:
    """Sees these boxes at each look, all of one class, and looks closely at nothing."""

    labels: Sequence[str] = LABELS
    groups: Sequence[Groups] = grouped(LABELS)
    model: ModelRef | None = None

    def __init__(self, *looks: Sequence[Box], label: int = 0) -> None:
        self._looks, self._label = looks, label
        self.seen = 0

    def see(self, frame: Frame) -> Seen:
        boxes = self._looks[min(frame.number, len(self._looks) - 1)]
        self.seen += 1
        return Seen(detections(boxes, self._label), {})

    def see_closely(self, frame: Frame) -> list[Region]:  # noqa: ARG002  nothing is covered but by second looks
        return []


def detections(boxes: Sequence[Box], label: int = 0) -> Detections:
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), label, np.int32))


def named(boxes: Sequence[Box]) -> Detections:
    return detections(boxes).named(np.arange(1, len(boxes) + 1))


def picture(*bright: Box) -> NDArray[np.uint8]:
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    for box in bright:
        left, top, right, bottom = (round(side * SIDE) for side in box)
        pixels[top:bottom, left:right] = 255
    return pixels


def frame(number: int, pixels: NDArray[np.uint8]) -> Frame:
    return Frame("gate", number, NOON + timedelta(seconds=number / 5), number / 5, pixels)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> SecondModels:
    return SecondModels([second_eyes.opened(tmp_path_factory.mktemp("second"))])


@pytest.fixture
def eye_with(models: SecondModels) -> Callable[..., Eye]:
    def make(
        looks: Sequence[SecondLook], rules: Sequence[Watch], task: Task = ALONE, lines: Sequence[Line] = ()
    ) -> Eye:
        scene = Scene([PLAZA, CORNER], lines, rules)
        second = SecondLooks(looks, [PLAZA, CORNER], models, budget_ms=1e6)
        return Eye(Witness("gate"), task, scene, uuid.uuid7, second=second)

    return make


def over(name: str) -> Occupancy:
    return Occupancy(zone="plaza", over=1, for_s=0.4, classes=frozenset({name}))


def watched(eye: Eye, eyes: Script, pixels: NDArray[np.uint8], looks: int = 12) -> list[Told]:
    return [eye.look(frame(number, pixels), eyes) for number in range(looks)]


def subjects(told: Sequence[Told]) -> set[str | None]:
    return {event.subject for look in told for event in look.events}


def test_a_rule_for_what_was_found_of_an_object_holds_and_so_does_one_for_the_object(
    eye_with: Callable[..., Eye],
) -> None:
    eye = eye_with([HELMET], [over("no_helmet"), over("motorcycle")])
    assert subjects(watched(eye, Script([HERE]), picture(HERE))) == {"no_helmet", "motorcycle"}


def test_a_dark_crop_is_a_helmet_and_that_was_not_asked_for(eye_with: Callable[..., Eye]) -> None:
    eye = eye_with([HELMET], [over("no_helmet"), over("motorcycle")])
    assert subjects(watched(eye, Script([HERE]), picture(THERE))) == {"motorcycle"}
    assert eye.second.asked > 0


def test_of_another_class_nothing_is_asked(eye_with: Callable[..., Eye]) -> None:
    eye = eye_with([HELMET], [over("no_helmet")])
    watched(eye, Script([HERE], label=1), picture(HERE))
    assert eye.second.asked == 0


def test_who_crosses_a_line_is_counted_once_as_what_it_is_and_once_as_what_was_found_of_it(
    eye_with: Callable[..., Eye],
) -> None:
    eye = eye_with([HELMET], [], lines=[KERB])
    way = [[(x, 0.2, x + 0.3, 0.8)] for x in np.linspace(0, 0.7, 30).tolist()]
    counts = [
        look.counts for look in (eye.look(frame(at, picture((0, 0, 1, 1))), Script(*way)) for at in range(len(way)))
    ]
    crossed = {(what, n) for one in counts for (place, what, _), n in one.items() if place == "kerb"}
    assert crossed == {("motorcycle", 1), ("no_helmet", 1)}


def test_what_a_detector_sees_in_a_zone_is_tracked_under_its_own_name_and_covered_in_no_picture(
    eye_with: Callable[..., Eye],
) -> None:
    task = Task(frozenset(LABELS), gate=LOOKS_ALWAYS)
    eye = eye_with([SMOKE], [over("smoke")], task)
    told = watched(eye, Script([]), picture((0.5, 0.5, 1, 1)))
    assert subjects(told) == {"smoke"}
    box = next(event.boxes[0] for look in told for event in look.events)
    assert box.xyxy[0] == pytest.approx(0.625, abs=0.06)
    assert [len(look.pictures) for look in told if look.pictures] == [1]


def test_between_two_answers_a_detectors_last_one_stands_and_moves_with_its_object(models: SecondModels) -> None:
    second = SecondLooks([LOAD], [PLAZA], models, budget_ms=1e6)
    labels = second.widened(Script()).labels
    second.found(Occasion(frame(0, picture(HERE)), labels, 0.0, fresh=True), named([HERE]), [])
    first = second.joined(Occasion(frame(1, picture(HERE)), labels, 0.2, fresh=True), detections([HERE]))
    moved: Box = (0.2, 0.2, 0.5, 0.8)
    then = second.joined(Occasion(frame(2, picture()), labels, 0.4, fresh=True), detections([moved]))
    assert (second.asked, [labels[label] for label in then.label]) == (1, ["motorcycle", "smoke"])
    assert then.xyxy[1] - first.xyxy[1] == pytest.approx([0.1, 0, 0.1, 0], abs=1e-6)
    gone = second.joined(Occasion(frame(9, picture()), labels, 0.6, fresh=True), detections([]))
    assert len(gone) == 0


def test_two_tracks_that_lie_on_each_other_share_no_box(models: SecondModels) -> None:
    second = SecondLooks([LOAD], [PLAZA], models, budget_ms=1e6)
    labels = second.widened(Script()).labels
    beside: Box = (0.12, 0.2, 0.42, 0.8)
    second.found(Occasion(frame(0, picture(HERE)), labels, 0.0, fresh=True), named([beside, HERE]), [])
    found = second.joined(Occasion(frame(1, picture(HERE)), labels, 0.2, fresh=True), detections([HERE]))
    assert (second.asked, [labels[label] for label in found.label]) == (1, ["motorcycle", "smoke"])
    second.joined(Occasion(frame(2, picture(HERE)), labels, 0.4, fresh=True), detections([HERE, beside]))
    assert second.asked == 2


def test_an_answer_that_is_too_old_no_longer_stands(models: SecondModels) -> None:
    second = SecondLooks([SMOKE.model_copy(update={"least_px": 32})], [CORNER], models, budget_ms=1e6)
    labels = second.widened(Script()).labels
    bright = picture((0, 0, 1, 1))
    assert len(second.joined(Occasion(frame(0, bright), labels, 0.0, fresh=True), detections([]))) == 1
    assert len(second.joined(Occasion(frame(1, bright), labels, 9.0, fresh=False), detections([]))) == 1
    assert len(second.joined(Occasion(frame(2, picture()), labels, 9.2, fresh=True), detections([]))) == 0


def test_a_look_that_the_gate_spares_asks_nothing(models: SecondModels) -> None:
    second = SecondLooks([HELMET], [], models)
    second.found(Occasion(frame(0, picture()), LABELS, 0.0, fresh=False), named([HERE]), [])
    assert second.asked == 0


def test_too_small_an_object_is_not_asked_about(models: SecondModels) -> None:
    second = SecondLooks([HELMET], [], models)
    second.found(Occasion(frame(0, picture()), LABELS, 0.0, fresh=True), named([(0.1, 0.1, 0.2, 0.9)]), [])
    assert (second.asked, second.passed) == (0, 0)


def clock(seconds: float) -> Callable[[], float]:
    """A timer that goes on by so many seconds whenever it is read."""
    ticks: Iterator[float] = (at * seconds for at in count())
    return lambda: next(ticks)


def test_when_the_time_of_a_look_is_spent_the_others_wait_and_are_counted_and_have_their_turn(
    models: SecondModels,
) -> None:
    hungry = HELMET.model_copy(update={"most": 64})
    second = SecondLooks([hungry], [], models, budget_ms=30, timer=clock(0.02))
    tracks = named([(x / 10, 0.1, x / 10 + 0.3, 0.9) for x in range(7)])
    told: set[int] = set()
    for look in range(14):
        now = Occasion(frame(look, picture((0, 0, 1, 1))), LABELS, look / 5, fresh=True)
        second.joined(now, tracks)
        also = second.found(now, tracks, [])
        told |= {track for track, names in also.items() if names}
    assert told == set(range(1, 8))
    # 20 ms have gone after the first crop and 40 after the second: two a look, five wait.
    assert (second.asked, second.passed) == (28, 70)
    assert second.took_ms == pytest.approx(60)


def test_a_budget_too_small_for_anything_asks_about_one_a_look(models: SecondModels) -> None:
    second = SecondLooks([HELMET], [], models, budget_ms=0.001, timer=clock(1.0))
    for look in range(3):
        second.found(Occasion(frame(look, picture()), LABELS, look / 5, fresh=True), named([HERE, THERE]), [])
    assert (second.asked, second.passed) == (3, 3)


def test_who_ended_is_forgotten(models: SecondModels) -> None:
    second = SecondLooks([HELMET, LOAD], [PLAZA], models, budget_ms=1e6)
    labels = second.widened(Script()).labels
    for track in range(1, 30):
        now = Occasion(frame(track, picture((0, 0, 1, 1))), labels, track / 5, fresh=True)
        second.joined(now, detections([HERE]))
        seen = detections([HERE]).named(np.array([track]))
        second.found(now, seen, [track - 1])
        assert len(second) < 8
    second.found(Occasion(frame(30, picture()), labels, 6.0, fresh=True), Detections.none(), [29])
    assert len(second) == 0


def test_without_second_looks_the_eyes_are_the_eyes_themselves() -> None:
    second, eyes, seen = SecondLooks(), Script([HERE]), detections([HERE])
    now = Occasion(frame(0, picture()), LABELS, 0.0, fresh=True)
    assert second.widened(eyes) is eyes
    assert second.joined(now, seen) is seen
    assert not second.found(now, seen, [1])
    assert not second


def blurring(model: str = "smoke", **changed: object) -> SecondLook:
    return SecondLook.model_validate({"id": "plate", "model": model, "blurs": True, "of": {"motorcycle"}} | changed)


def chequered(box: Box) -> NDArray[np.uint8]:
    """A pattern anybody can read, three quarters of it white, in that box and nowhere else."""
    rows, columns = np.indices((SIDE, SIDE)) // 4
    pattern = np.where((rows % 2 == 0) & (columns % 2 == 0), 0, 255).astype(np.uint8)
    return np.where(picture(box) > 0, pattern[..., None], 0).astype(np.uint8)


def readable(jpeg: bytes, box: Box) -> bool:
    seen = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    x, y = round((box[0] + box[2]) / 2 * SIDE), round((box[1] + box[3]) / 2 * SIDE)
    return bool(seen[y - 8 : y + 8, x - 8 : x + 8].astype(float).std() > 60)


PERSON_ONLY = Script([HERE], label=1)


@pytest.mark.parametrize(
    "look", [blurring(of={"person"}), blurring(of=(), zones={"plaza"}), blurring(of=()), blurring(of={"motorcycle"})]
)
def test_what_a_second_look_blurs_cannot_be_read_in_what_leaves(eye_with: Callable[..., Eye], look: SecondLook) -> None:
    shows = chequered((0, 0, 1, 1))
    plain = eye_with([], []).picture(frame(0, shows), PERSON_ONLY)
    assert readable(plain.jpeg, HERE)
    hidden = eye_with([look], []).picture(frame(0, shows), PERSON_ONLY)
    assert readable(hidden.jpeg, HERE) == (look.of == {"motorcycle"})


def test_boxes_surer_than_asked_are_blurred_and_others_are_not(eye_with: Callable[..., Eye]) -> None:
    shows = chequered(HERE)  # its crop is about as sure as three quarters
    for bound, seen in ((0.3, False), (0.95, True)):
        eye = eye_with([blurring(of={"person"}, tells={"smoke": bound})], [])
        assert readable(eye.picture(frame(0, shows), PERSON_ONLY).jpeg, HERE) == seen


def test_where_what_blurs_cannot_run_no_picture_leaves(eye_with: Callable[..., Eye]) -> None:
    eye = eye_with([blurring("brittle", of={"person"})], [])
    assert eye.picture(frame(0, picture()), PERSON_ONLY).jpeg
    with pytest.raises(NotRedacted) as refused:
        eye.picture(frame(0, picture((0, 0, 1, 1))), PERSON_ONLY)
    assert refused.value.code == "redaction_failed"


def test_what_only_blurs_tells_nothing_and_costs_no_look(eye_with: Callable[..., Eye]) -> None:
    eye = eye_with([blurring(of={"motorcycle"})], [over("smoke")])
    told = watched(eye, Script([HERE]), picture(HERE))
    assert subjects(told) == set()
    assert eye.second.asked == 0
