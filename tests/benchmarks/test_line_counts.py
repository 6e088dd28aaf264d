"""Line counts on real videos: what is paired, what is excused, and what a miss is put down to."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.line_counts import OURS, drawn
from benchmarks.line_counts_cause import Look, of_invention, of_miss
from benchmarks.line_counts_truth import Crossing, Truth, counted, read, read_given
from benchmarks.remembered import RememberedEyes
from edge.seeing import DrawnEyes, Seen
from edge.tracking import TrackerSettings
from models.detections import Detections
from streams.cameras.drawn import Drawn
from streams.clocks import SystemClock
from streams.frames import Frame

LINE = {"id": "line", "a": [0.5, 1.0], "b": [0.5, 0.0], "rightward": "right", "leftward": "left"}


def at(seconds: float, direction: str = "right", subject: str = "car", track: int = 0) -> Crossing:
    return Crossing("line", direction, seconds, seconds, frozenset({subject}), track=track)


def look(elapsed: float, x: float | None, score: float = 0.9, track: int = 0) -> Look:
    """One box at `x`, or none; with a track it is followed too."""
    if x is None:
        return Look(elapsed, Detections.none(), Detections.none())
    box = np.array([[x - 0.05, 0.4, x + 0.05, 0.6]], np.float32)
    seen = Detections(box, np.array([score], np.float32), np.zeros(1, np.int32))
    named = Detections(box, seen.score, seen.label, np.array([track], np.int64))
    return Look(elapsed, seen, named if track else Detections.none())


def why(looks: list[Look], missed: Crossing | None = None) -> tuple[str, bool]:
    cause = of_miss(missed or at(1.0), drawn(LINE), looks, TrackerSettings())
    return cause.words, cause.explained


def test_each_crossing_is_told_once_and_only_one_way() -> None:
    truth = Truth("a.mp4", (LINE,), (at(1.0), at(5.0), at(9.0, "left")))
    count = counted(truth, "line", [at(1.4), at(1.6), at(5.0, "left"), at(9.0, "left", "truck")])
    assert [(true.since, told.since) for true, told in count.matched] == [(1.0, 1.4), (9.0, 9.0)]
    assert [one.since for one in count.missed] == [5.0]
    assert [one.since for one in count.invented] == [1.6, 5.0]
    assert count.misnamed == 1


def test_the_most_pairs_are_made_not_the_nearest_first() -> None:
    truth = Truth("a.mp4", (LINE,), (at(1.0), at(2.0)))
    assert len(counted(truth, "line", [at(1.9), at(2.8)]).matched) == 2


def test_who_stands_on_the_line_may_be_told_at_any_of_its_seconds() -> None:
    stands = Crossing("line", "right", 4.0, 9.0, frozenset({"person"}))
    assert len(counted(Truth("a.mp4", (LINE,), (stands,)), "line", [at(7.0)]).matched) == 1


def test_what_nobody_can_tell_is_neither_missed_nor_invented() -> None:
    truth = Truth("a.mp4", (LINE,), (), (at(3.0),))
    assert not counted(truth, "line", []).missed
    assert not counted(truth, "line", [at(3.1)]).invented
    assert len(counted(truth, "line", [at(3.1), at(3.2)]).invented) == 1


@pytest.mark.parametrize(("vector", "rightward"), [([-1, 0], "out"), ([1, 0], "in")])
def test_a_given_truth_names_the_sides_of_its_line(tmp_path: Path, vector: list[float], rightward: str) -> None:
    said = {
        "video": "a.mp4", "fps": 10.0, "line": [0.5, 1, 0.5, 0], "point": "bottom_center", "in_vector": vector,
        "crossings": [{"frame": 20, "dir": "in", "class": "car", "class_alt": "truck", "x": 0.5, "y": 0.6, "desc": ""}],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(said), "utf-8")
    truth = read_given(tmp_path / "a.json")
    assert truth.lines[0]["rightward"] == rightward
    (one,) = truth.crossings
    assert one.subjects == {"car", "truck"}
    assert (one.since, one.place) == (2.0, (0.5, 0.6))


def test_our_own_truths_are_whole() -> None:
    truths = {truth.video: truth for truth in read(OURS)}
    counts = {video: len(truth.crossings) for video, truth in truths.items()}
    assert counts["opencv_vtest.avi"] == 60
    assert counts["ahmetozlu_input_video.mp4"] == 8
    assert all(truth.nobody for video, truth in truths.items() if not counts[video])
    for truth in truths.values():
        for line in truth.lines:
            drawn(line)


def test_a_truth_of_a_direction_no_line_has_is_refused(tmp_path: Path) -> None:
    text = OURS.read_text("utf-8").replace('to: near, class: car, who: "red saloon"', "to: up, class: car, who: x")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="road has no direction up"):
        read(tmp_path / "a.yaml")


def test_who_was_never_seen_surely_before_the_line_is_the_detectors() -> None:
    words, explained = why([look(0.8, None), look(1.0, 0.45, 0.3), look(1.2, 0.6, 0.55)])
    assert words.startswith(
        "not detected: of 3 looks 0 with a sure box there before the line, 1 beyond it, best before"
    )
    assert explained


def test_who_was_never_seen_surely_enough_to_be_followed_is_the_detectors() -> None:
    words, explained = why([look(0.8, 0.42, 0.55), look(1.0, 0.48, 0.59), look(1.2, 0.55, 0.9)])
    assert words.endswith("best before it 0.59 where 0.60 begin a track")
    assert explained
    assert not why([look(0.8, 0.42, 0.55, track=1), look(1.0, 0.48, 0.59, track=1), look(1.2, 0.55, 0.9, track=1)])[1]


def test_an_identity_broken_between_sure_boxes_is_ours() -> None:
    looks = [look(0.8, 0.42, track=1), look(1.0, 0.48), look(1.2, 0.55, track=2), look(9.0, None)]
    words, explained = why(looks)
    assert "identity broken: track 1 last seen at 0.8 s before the line, 2 from 1.2 s beyond it" in words
    assert not explained


def test_an_identity_broken_where_nobody_was_seen_is_the_detectors() -> None:
    words, explained = why([look(0.8, 0.42, track=1), look(1.0, None), look(1.2, 0.55, track=2), look(9.0, None)])
    assert "no sure box there in 1 of the 1 looks between" in words
    assert explained


def test_who_is_over_by_less_than_the_margin_at_the_end_is_the_videos() -> None:
    words, explained = why([look(0.8, 0.42, track=1), look(1.0, 0.503, track=1)])
    assert words == "the video ends: track 1 is over by 0.03 box sizes, and 0.05 settle it"
    assert explained


def test_who_was_seen_surely_and_never_followed_is_not_said_to_have_been_followed() -> None:
    words, explained = why([look(0.8, 0.45), look(1.2, 0.55)])
    assert (words, explained) == ("sure boxes on both sides of the line, and no track near it", False)


def test_who_was_followed_over_the_line_and_not_told_is_not_explained() -> None:
    words, explained = why([look(0.8, 0.42, track=1), look(1.2, 0.58, track=1), look(9.0, None)])
    assert words == "followed near the line and not told: track 1 to 0.80 box sizes"
    assert not explained


def test_no_look_is_an_explanation() -> None:
    assert why([look(9.0, None)]) == ("not looked at then", True)


def test_an_invention_says_how_faint_what_it_was_told_by_is() -> None:
    looks = [look(0.8, 0.42, track=1), look(1.0, 0.48, 0.2, track=1), look(1.2, 0.55, 0.1, track=1)]
    cause = of_invention(at(1.2, track=1), looks, TrackerSettings(), nobody=False)
    assert cause.words == "track 1, 2 of its last 3 boxes under 0.50, the last 0.10"
    assert not cause.explained
    assert of_invention(at(1.2, track=1), looks, TrackerSettings(), nobody=True).explained


class CountingEyes(DrawnEyes):
    """The drawn street's eyes, which count how often they were asked."""

    asked = 0

    def see(self, frame: Frame) -> Seen:
        self.asked += 1
        return super().see(frame)


def test_what_was_seen_once_is_not_looked_at_again(tmp_path: Path) -> None:
    street = Drawn("street", seed=1)
    with street.open(SystemClock()) as frames:
        first, second = next(frames), next(frames)
    eyes = CountingEyes([street])
    remembered = RememberedEyes(eyes, tmp_path / "kept" / "street.npz")
    seen = [remembered.see(frame).detections.xyxy.tolist() for frame in (first, second, first)]
    assert eyes.asked == 2
    remembered.keep()
    again = RememberedEyes(eyes, tmp_path / "kept" / "street.npz")
    assert [again.see(frame).detections.xyxy.tolist() for frame in (first, second, first)] == seen
    assert eyes.asked == 2
    assert again.labels == eyes.labels
