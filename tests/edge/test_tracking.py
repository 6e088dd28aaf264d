"""The tracker: identities that hold, at any camera rate, in bounded memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.tracking import Tracker, TrackerSettings
from models.detections import Detections

Rows = list[tuple[float, float, float, float]]


def boxes(rows: Rows, score: float | list[float] = 0.9, label: int | list[int] = 0) -> Detections:
    """Detections from (centre x, centre y, width, height) rows."""
    centre = np.array(rows, np.float32).reshape(-1, 4)
    half = centre[:, 2:] / 2
    return Detections(
        np.concatenate([centre[:, :2] - half, centre[:, :2] + half], axis=1),
        np.full(len(rows), score, np.float32) if isinstance(score, float) else np.array(score, np.float32),
        np.full(len(rows), label, np.int32) if isinstance(label, int) else np.array(label, np.int32),
    )


def walkers(at: float) -> Rows:
    """Four people, 1.6 of their heights apart, walking both ways at about 0.8 heights a second."""
    return [
        (0.1 + 0.08 * at, 0.2, 0.05, 0.12),
        (0.9 - 0.08 * at, 0.4, 0.05, 0.12),
        (0.3 + 0.02 * at, 0.6, 0.05, 0.12),
        (0.6, 0.8, 0.05, 0.12),
    ]


@pytest.mark.parametrize("rate", [2, 3, 5, 8, 12.5, 25])
def test_four_walkers_keep_four_identities_at_any_camera_rate(rate: float) -> None:
    tracker, shaken = Tracker(), np.random.default_rng(7)
    told: list[tuple[int, ...]] = []
    for look in range(int(8 * rate)):
        seen = boxes(walkers(look / rate))
        seen.xyxy[:] += shaken.normal(0, 0.001, seen.xyxy.shape)
        told.append(tuple(tracker.update(seen, look / rate).track.tolist()))
    assert set(told[2:]) == {(1, 2, 3, 4)}


CAR_COMES_NEAR = (
    (215, 121, 256, 152), (217, 122, 261, 157), (222, 124, 268, 162), (227, 128, 283, 171), (230, 132, 294, 176),
    (237, 134, 313, 187), (246, 133, 335, 197), (259, 142, 362, 213), (274, 149, 397, 234), (291, 155, 437, 252),
    (317, 164, 501, 285), (356, 172, 576, 333), (409, 200, 640, 355),
)  # fmt: skip
"""What a detector saw of a car at five looks a second, in pixels of 640 x 360."""


def test_a_car_that_comes_near_and_grows_ever_faster_keeps_its_identity() -> None:
    tracker, told = Tracker(), list[int]()
    for look, (left, top, right, bottom) in enumerate(CAR_COMES_NEAR):
        row = ((left + right) / 1280, (top + bottom) / 720, (right - left) / 640, (bottom - top) / 360)
        told += tracker.update(boxes([row]), look / 5).track.tolist()
    assert told == [1] * (len(CAR_COMES_NEAR) - 1)


@pytest.mark.parametrize(("nears", "taken"), [(2.0, 0.9), (100.0, 0.15)])
def test_a_faint_box_for_a_part_of_what_came_near_does_not_take_its_identity(nears: float, taken: float) -> None:
    tracker = Tracker(TrackerSettings(nears=nears))
    for look in range(6):
        tracker.update(boxes([(0.5, 0.5, 0.2, 0.2)]), look / 5)
    answer = tracker.update(boxes([(0.5, 0.55, 0.32, 0.32), (0.5, 0.5, 0.2, 0.2)], [0.9, 0.15]), 6 / 5)
    assert answer.track.tolist() == [1]
    assert answer.score[0] == pytest.approx(taken)


def test_looks_close_together_leave_no_time_to_come_so_near() -> None:
    tracker = Tracker()
    for look in range(6):
        tracker.update(boxes([(0.5, 0.5, 0.2, 0.2)]), look / 25)
    answer = tracker.update(boxes([(0.5, 0.55, 0.32, 0.32), (0.5, 0.5, 0.2, 0.2)], [0.9, 0.15]), 6 / 25)
    assert answer.score[0] == pytest.approx(0.15)


@pytest.mark.parametrize("rate", [2, 5, 25])
def test_a_dropout_of_a_second_and_a_half_keeps_the_identity(rate: float) -> None:
    tracker = Tracker()
    for look in range(int(8 * rate)):
        at = look / rate
        rows = walkers(at) if not 4 <= at < 5.5 else []
        answer = tracker.update(boxes(rows), at)
    assert answer.track.tolist() == [1, 2, 3, 4]
    assert tracker.ended() == []


def test_uneven_steps_keep_the_identity() -> None:
    tracker, dice = Tracker(), np.random.default_rng(3)
    for at in np.cumsum(dice.uniform(0.04, 0.5, 40)).tolist():
        answer = tracker.update(boxes(walkers(min(at, 8.0))), at)
    assert answer.track.tolist() == [1, 2, 3, 4]


def test_a_fast_car_at_five_looks_a_second_is_one_track() -> None:
    tracker = Tracker()
    for look in range(8):
        answer = tracker.update(boxes([(0.05 + 0.12 * look, 0.5, 0.12, 0.1)]), look / 5)
    assert answer.track.tolist() == [1]


def test_a_track_is_shown_after_its_minimum_of_hits() -> None:
    tracker = Tracker(TrackerSettings(hits=3))
    told = [len(tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), look / 10)) for look in range(4)]
    assert told == [0, 0, 1, 1]


@pytest.mark.parametrize("rate", [2, 5, 25])
def test_who_appears_beside_where_somebody_was_lost_is_somebody_else(rate: float) -> None:
    tracker = Tracker()
    for look in range(int(4 * rate)):
        tracker.update(boxes([(0.5, 0.5, 0.05, 0.15)]), look / rate)
    for look in range(int(4 * rate), int(8 * rate)):
        answer = tracker.update(boxes([(0.65, 0.5, 0.05, 0.15)]), look / rate)
    assert answer.track.tolist() == [2]


def test_a_shown_box_shakes_less_than_the_detected_one() -> None:
    tracker, dice = Tracker(), np.random.default_rng(5)
    seen, told = [], []
    for look in range(60):
        box = boxes([(0.3 + 0.02 * look / 5, 0.5, 0.1, 0.3)])
        true = box.xyxy[0, 0]
        box.xyxy[:] += dice.normal(0, 0.008, box.xyxy.shape)
        answer = tracker.update(box, look / 5)
        if look > 5:
            seen.append(box.xyxy[0, 0] - true)
            told.append(answer.xyxy[0, 0] - true)
    assert np.std(told) < 0.8 * np.std(seen)
    assert abs(np.mean(told)) < 0.003


@pytest.mark.parametrize(("x", "cut"), [(0.02, True), (0.98, True), (0.07, False), (0.93, False)])
def test_only_a_box_that_the_edge_cuts_lies_on_it_and_it_is_shown_as_detected(x: float, *, cut: bool) -> None:
    tracker = Tracker()
    for look in range(4):
        tracker.update(boxes([(0.5 + (x - 0.5) * (0.7 + 0.05 * look), 0.5, 0.08, 0.2)]), look / 5)
    box = boxes([(x, 0.5, 0.08, 0.2)])
    box.xyxy[:] = np.clip(box.xyxy, 0, 1)
    shown = tracker.update(box, 0.8).xyxy
    assert ((shown < 0.008) | (shown > 0.992)).any() == cut
    assert not cut or shown.tolist() == box.xyxy.tolist()


def test_an_unsure_box_keeps_a_track_alive_and_begins_none() -> None:
    tracker = Tracker()
    for look in range(3):
        tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), look / 10)
    dim = boxes([(0.5, 0.5, 0.1, 0.2), (0.2, 0.2, 0.1, 0.2)], 0.3)
    assert [tracker.update(dim, 0.3 + look / 10).track.tolist() for look in range(3)] == [[1]] * 3
    assert len(tracker) == 1


def test_the_class_is_the_majority_of_the_votes() -> None:
    tracker = Tracker()
    told = [
        tracker.update(boxes([(0.5, 0.5, 0.2, 0.2)], label=label), look / 10).label.tolist()
        for look, label in enumerate([2, 2, 7, 2, 2, 7, 2])
    ]
    assert told[1:] == [[2]] * 6


def test_a_rider_is_not_the_motorbike() -> None:
    tracker = Tracker()
    for look in range(20):
        x = 0.2 + 0.02 * look
        pair = boxes([(x, 0.5, 0.08, 0.2), (x, 0.53, 0.1, 0.18)], [0.9, 0.8], [0, 3])
        order = [0, 1] if look % 2 else [1, 0]
        answer = tracker.update(pair[np.array(order)], look / 10)
    assert dict(zip(answer.track.tolist(), answer.label.tolist(), strict=True)) == {1: 0, 2: 3}


def test_a_second_answer_for_one_object_is_not_a_second_object() -> None:
    tracker = Tracker()
    for look in range(10):
        rows = [(0.5, 0.5, 0.2, 0.2)] + ([(0.502, 0.5, 0.2, 0.2)] if look > 2 else [])
        answer = tracker.update(boxes(rows, [0.9, 0.7][: len(rows)], [2, 7][: len(rows)]), look / 10)
    assert len(answer) == 1


def test_alive_covers_what_was_there_a_moment_ago_where_it_is_now() -> None:
    tracker = Tracker()
    for look in range(20):
        tracker.update(boxes([(0.2 + 0.01 * look, 0.5, 0.05, 0.2)]), look / 10)
    tracker.update(Detections.none(), 2.4)
    alive = tracker.alive(1.0)
    assert alive.track.tolist() == [1]
    assert (alive.xyxy[0, 0] + alive.xyxy[0, 2]) / 2 == pytest.approx(0.44, abs=0.02)
    assert len(tracker.alive(0.3)) == 0


def test_a_first_sighting_is_alive_before_it_is_shown() -> None:
    tracker = Tracker()
    assert len(tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), 0.0)) == 0
    assert len(tracker.alive(1.0)) == 1


def test_what_ended_is_told_once_and_its_identity_never_again() -> None:
    tracker = Tracker()
    for look in range(3):
        tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), look / 10)
    tracker.update(Detections.none(), 5.0)
    assert tracker.ended() == [1]
    assert tracker.ended() == []
    for look in range(3):
        answer = tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), 6 + look / 10)
    assert answer.track.tolist() == [2]


def test_two_trackers_share_no_numbers() -> None:
    for tracker in (Tracker(), Tracker()):
        tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), 0.0)
        assert tracker.update(boxes([(0.5, 0.5, 0.1, 0.2)]), 0.1).track.tolist() == [1]


def test_time_that_falls_is_refused() -> None:
    tracker = Tracker()
    tracker.update(Detections.none(), 2.0)
    with pytest.raises(ValueError, match="time fell"):
        tracker.update(Detections.none(), 1.0)


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="unsure <= sure"):
        TrackerSettings(sure=0.2, unsure=0.4)
    with pytest.raises(ValueError, match="at least 1"):
        TrackerSettings(hits=0)
    with pytest.raises(ValueError, match="shares"):
        TrackerSettings(belief=1.5)


def test_memory_is_bounded_over_a_hundred_thousand_identities() -> None:
    tracker, dice = Tracker(TrackerSettings(hits=1, lost_s=0.2)), np.random.default_rng(1)
    largest = told = 0
    for look in range(340):
        spread = dice.uniform(0.1, 0.9, (320, 2))
        tracker.update(boxes([(x, y, 0.004, 0.004) for x, y in spread.tolist()]), look * 0.3)
        largest = max(largest, len(tracker))
        told += len(tracker.ended())
    assert tracker._named > 100_000
    assert largest <= TrackerSettings().most
    assert told + len(tracker) == tracker._named


@given(
    st.lists(
        st.tuples(
            *[st.floats(0, 1, width=32)] * 4,
            st.floats(0, 1, width=32),
            st.integers(0, 79),
        ),
        max_size=12,
    ),
    st.lists(st.floats(0, 3), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_any_boxes_give_unique_positive_identities_and_finite_beliefs(
    rows: list[tuple[float, float, float, float, float, int]], steps: list[float]
) -> None:
    tracker = Tracker(TrackerSettings(hits=1, newborn=0.5))
    seen = boxes([row[:4] for row in rows], [row[4] for row in rows], [row[5] for row in rows])
    for at in np.cumsum(steps).tolist():
        tracks = tracker.update(seen, at).track
        assert (tracks > 0).all()
        assert len(set(tracks.tolist())) == len(tracks)
        assert np.isfinite(tracker.alive(100.0).xyxy).all()


def test_boxes_too_unsure_to_begin_a_track_are_told_and_no_others() -> None:
    boxes = np.array([[0.1, 0.1, 0.2, 0.3], [0.5, 0.5, 0.6, 0.7]], np.float32)
    tracker = Tracker()
    for look in range(3):
        found = Detections(boxes, np.array([0.9, 0.41], np.float32), np.zeros(2, np.int32))
        tracker.update(found, look / 5)
        assert tracker.unborn.score.tolist() == [pytest.approx(0.41)]
    tracker.update(Detections.none(), 1.0)
    assert len(tracker.unborn) == 0


@pytest.mark.parametrize(("beside", "label", "shown"), [(0.02, 0, [1]), (0.02, 3, [1, 2]), (0.09, 0, [1, 2])])
def test_a_second_answer_for_one_object_keeps_nobody_elses_track_alive(
    beside: float, label: int, shown: list[int]
) -> None:
    tracker = Tracker()
    for look in range(10):
        tracker.update(boxes([(0.5, 0.5, 0.1, 0.3), (0.5 + beside, 0.5, 0.1, 0.3)], 0.9, [0, label]), look / 10)
    pair = boxes([(0.5, 0.5, 0.1, 0.3), (0.5 + beside, 0.5, 0.1, 0.3)], [0.9, 0.3], [0, label])
    assert sorted(tracker.update(pair, 1.0).track.tolist()) == shown


def test_an_unsure_box_keeps_its_track_though_a_sure_one_that_nobody_took_lies_over_it() -> None:
    tracker = Tracker()
    for look in range(10):
        tracker.update(boxes([(0.5, 0.5, 0.1, 0.3)]), look / 10)
    pair = boxes([(0.5, 0.62, 0.1, 0.5), (0.5, 0.5, 0.1, 0.3)], [0.55, 0.45])
    answer = tracker.update(pair, 1.0)
    assert answer.track.tolist() == [1]
    assert answer.score[0] == pytest.approx(0.45)
