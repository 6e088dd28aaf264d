"""Crossings and dwell against exact geometry (`benchmarks.crossings`), over hand-labelled walks and walks made here."""

from pathlib import Path

import pytest

from benchmarks.crossings import agreed, counted_crossings, fast, told_dwell, true_crossings, true_dwell
from benchmarks.walks import PICTURES, STROLL_FPS, labelled, spanned, strolls, thinned


@pytest.mark.parametrize("fps", [None, 5.0])
def test_made_walks_cross_exactly_where_geometry_says(fps: float | None) -> None:
    walks = thinned(strolls(40), STROLL_FPS, fps)
    truth = true_crossings(walks)
    assert sum(abs(count) for count in truth.values()) > 100
    assert agreed(truth, counted_crossings(walks, STROLL_FPS)) == (sum(map(abs, truth.values())), 0)


@pytest.mark.parametrize("fps", [None, 5.0])
def test_made_walks_dwell_as_long_as_geometry_says(fps: float | None) -> None:
    walks = strolls(40)
    seen = thinned(walks, STROLL_FPS, fps)
    assert told_dwell(seen, STROLL_FPS) == pytest.approx(true_dwell(spanned(walks, seen), STROLL_FPS), rel=0.01)


def test_every_object_at_forty_pixels_a_frame_is_counted_once_and_the_right_way() -> None:
    right, every = fast()
    assert right == every > 0


@pytest.mark.shared("every crossing of hand-labelled people is counted at full rate, none invented")
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_labelled_people_cross_exactly_where_geometry_says(shared: Path, name: str) -> None:
    walks = labelled(shared / "tracking", name)
    truth = true_crossings(walks)
    assert agreed(truth, counted_crossings(walks, PICTURES[name][2])) == (sum(map(abs, truth.values())), 0)


@pytest.mark.shared("at 5 looks a second 99 % of all crossings are counted and none is invented")
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_labelled_people_cross_the_same_at_five_looks_a_second(shared: Path, name: str) -> None:
    rate, walks = PICTURES[name][2], labelled(shared / "tracking", name)
    seen = thinned(walks, rate, 5.0)
    truth = true_crossings(spanned(walks, seen))
    right, invented = agreed(truth, counted_crossings(seen, rate))
    assert right >= 0.99 * sum(map(abs, truth.values()))
    assert invented == 0


@pytest.mark.shared("the dwell of hand-labelled people is right within 1 %, at full rate and at 5 looks a second")
@pytest.mark.parametrize("fps", [None, 5.0])
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_labelled_people_dwell_as_long_as_geometry_says(shared: Path, name: str, fps: float | None) -> None:
    rate, walks = PICTURES[name][2], labelled(shared / "tracking", name)
    seen = thinned(walks, rate, fps)
    assert told_dwell(seen, rate) == pytest.approx(true_dwell(spanned(walks, seen), rate), rel=0.01)
