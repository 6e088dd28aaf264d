"""The judge of the bundled street on a street of two squares: what it finds, misses, calls invented, and why."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import street, street_stored
from benchmarks.told_true import RIM_S, ToldEvent, TrueEvent, judged, read
from demo import street as bundled
from demo.counting import Tables
from tests.parts import bright_eye, small_street
from tests.parts.clips import Shape, render

CROSSED = TrueEvent("crossing", "main", "rightward", "car", 7, 10.0, 10.0)
STOOD = TrueEvent("stop", "kerb", "", "car", 8, 10.0, 50.0)


def told(true: TrueEvent, at: float, **changed: Any) -> ToldEvent:  # noqa: ANN401  any part of an event
    parts = {"kind": true.kind, "place": true.place, "way": true.way, "subject": true.subject}
    return ToldEvent(**(parts | changed), at=at, box=(0, 0, 1, 1), score=0.5)


def said(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    eye = bright_eye.write(folder.parent)
    return street.main([str(folder), "--model", str(eye), *words]), capsys.readouterr().out


def test_what_is_told_as_it_is_true_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_street.write(tmp_path / "clips")
    status, table = said(tmp_path / "clips", capsys, "--fps", "10")
    assert (status, "nothing missed, nothing invented" in table) == (0, True), table
    assert [line.split()[2:8] for line in table.splitlines() if line.startswith("small")] == [
        ["crossing", "1", "1", "0", "0", "0"],
        ["stop", "1", "1", "0", "0", "0"],
    ]


def test_what_is_true_and_not_told_is_missed_and_says_what_the_detector_saw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = [
        {"kind": "crossing", "line": "main", "track": 2, "class": "bus", "direction": "rightward", "at_s": 2.2},
        {"kind": "crossing", "line": "main", "track": 1, "class": "car", "direction": "leftward", "at_s": 4.0},
    ]
    small_street.write(tmp_path / "clips", events=other)
    status, table = said(tmp_path / "clips", capsys, "--fps", "10", "--clip", "small")
    assert status == 1
    assert "MISNAMED main rightward bus (track 2) at 2.2 s: told as car" in table
    assert "MISSED main leftward car (track 1) at 4.0 s; 64x64 px, hidden in 0 of " in table
    assert "INVENTED no-stopping car at" in table
    assert "overlaps track 1 by" in table


def test_with_the_truths_own_boxes_no_detector_is_to_blame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = small_street.write(tmp_path / "clips")
    render(clip, Shape(frames=small_street.FRAMES, fps=small_street.FPS), _dark)
    assert "MISSED main" in said(tmp_path / "clips", capsys, "--fps", "10")[1]
    assert said(tmp_path / "clips", capsys, "--fps", "10", "--true-boxes")[0] == 0


def test_a_second_lap_has_its_own_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = small_street.write(tmp_path / "clips")
    assert [one.begins for one in read(clip.with_suffix(".truth.yaml"), 2)] == [0.0, 2.25, 6.0, 8.25]
    _, table = said(tmp_path / "clips", capsys, "--fps", "10", "--laps", "2")
    assert ["small", "10", "crossing", "2", "2"] in [line.split()[:5] for line in table.splitlines()]


def test_a_folder_without_clips_and_a_model_nobody_knows_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(tmp_path / "none", capsys)[0] == 2
    assert street.main([str(tmp_path), "--model", "oracle"]) == 2


def test_each_event_stands_for_one_and_the_nearest_of_its_class_comes_first() -> None:
    late, other = told(CROSSED, 11.0), told(CROSSED, 10.0, subject="bus")
    verdict = judged([CROSSED], [other, late])
    assert verdict.found == ((CROSSED, late),)
    assert verdict.invented == (other,)
    assert judged([CROSSED], [other]).misnamed == ((CROSSED, other),)


@pytest.mark.parametrize(
    ("true", "at", "changed"),
    [(CROSSED, 11.6, {}), (CROSSED, 10, {"way": "leftward"}), (CROSSED, 10, {"place": "side"}), (STOOD, 52, {})],
)
def test_what_lies_elsewhere_stands_for_nothing(true: TrueEvent, at: float, changed: dict[str, str]) -> None:
    verdict = judged([true], [told(true, at, **changed)])
    assert (len(verdict.found), len(verdict.missed), len(verdict.invented)) == (0, 1, 1)


def test_a_stay_may_be_told_at_any_moment_of_it_but_once() -> None:
    once, again = told(STOOD, 40.0), told(STOOD, 45.0)
    verdict = judged([STOOD], [once, again])
    assert (verdict.found, verdict.invented, verdict.of("crossing").invented) == (((STOOD, once),), (again,), ())


def test_what_is_on_the_rim_of_a_clip_may_be_told_or_not() -> None:
    at_rim = TrueEvent("crossing", "main", "rightward", "car", 7, RIM_S / 2, RIM_S / 2, at_rim=True)
    for events in ([], [told(at_rim, 0.5)]):
        verdict = judged([at_rim], events)
        assert (verdict.found, verdict.missed, verdict.invented) == ((), (), ())


def test_so_many_watched_seconds_say_how_much_must_be_stored() -> None:
    later = TrueEvent("crossing", "main", "rightward", "car", 9, 21.0, 21.0)
    asked = street_stored.expected([CROSSED, later, STOOD], 20.0, {"kerb": 30.0})
    assert asked == {("crossing", "main", "rightward", "car"): (1, 2)}
    assert street_stored.expected([STOOD], 60.0, {"kerb": 30.0}) == {("stop", "kerb", "", "car"): (1, 1)}


def test_what_the_centre_stored_is_counted_by_line_way_and_class_and_each_stay_once(tmp_path: Path) -> None:
    passed = {"what": "passed", "place": "main", "subject": "car", "direction": "di_ve_dong", "minute": 0, "n": 2}
    peak = {"what": "peak", "place": "no-stopping", "subject": "car", "minute": 0, "n": 1}
    stop = {"camera": "c", "kind": "stopped_vehicle", "zone": "no-stopping", "subject": "car", "id": "1"}
    rows = [
        ("tally", {"camera": "c", "minutes": [{"watched": 30.0}], "counts": [passed, peak]}),
        ("tally", {"camera": "c", "minutes": [{"watched": 12.5}]}),
        ("tally", {"camera": "other", "minutes": [{"watched": 60.0}], "counts": [passed]}),
        *[("event", stop)] * 2,
    ]
    with closing(sqlite3.connect(tmp_path / "centre.db")) as made:
        made.execute("CREATE TABLE record (kind TEXT, body TEXT)")
        made.executemany("INSERT INTO record VALUES (?, ?)", [(kind, json.dumps(body)) for kind, body in rows])
        made.commit()
    truth = bundled.truth_of(small_street.write(tmp_path))
    with closing(Tables(f"sqlite:///{tmp_path / 'centre.db'}")) as tables:
        seconds, many = street_stored.stored(tables, "c", bundled.scene(truth))
    assert seconds == 42.5
    assert many == {("crossing", "main", "rightward", "car"): 2, ("stop", "no-stopping", "", "car"): 1}


def _dark(number: int, width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), number % 2, np.uint8)
