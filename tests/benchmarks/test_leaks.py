"""Leak rates: what a person counted is added up, and what cannot have been counted is refused."""

from pathlib import Path

import pytest

from benchmarks.leaks import Rate, causes, rates, table
from benchmarks.privacy import chosen_frames

ROW = {
    "frame": "street-0001",
    "video": "street.mp4",
    "heads": "3",
    "heads_bare": "2",
    "heads_readable": "1",
    "heads_causes": "not-detected=1 cut-off-below=1",
    "plates": "1",
    "plates_bare": "0",
    "plates_readable": "",
    "plates_causes": "",
}


def test_the_interval_is_wilsons() -> None:
    assert Rate(2, 338).interval == pytest.approx((0.00162, 0.02133), abs=2e-5)
    assert Rate(0, 100).interval == pytest.approx((0.0, 0.03699), abs=2e-5)
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_frames_add_up() -> None:
    assert rates([ROW, ROW], "heads") == (Rate(4, 6), Rate(2, 6))
    assert causes([ROW, ROW], "heads") == {"not-detected": 2, "cut-off-below": 2}
    assert "bare 2 of 3 = 66.7%" in table([ROW])


@pytest.mark.parametrize("wrong", [{"heads_bare": "4"}, {"heads_readable": "3"}, {"heads": "-1"}])
def test_more_leaked_than_seen_is_a_mistake(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="street-0001"):
        rates([{**ROW, **wrong}], "heads")


def test_causes_that_do_not_add_up_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        causes([{**ROW, "heads_causes": "not-detected=1"}], "heads")


def test_a_draw_is_the_same_for_the_same_seed_and_names_no_frame_twice() -> None:
    lengths = {"long.mp4": 900, "short.mp4": 100}
    drawn = chosen_frames(lengths, 200, 7)
    assert drawn == chosen_frames(lengths, 200, 7)
    assert sum(len(frames) for frames in drawn.values()) == 200
    assert all(frames == sorted(set(frames)) for frames in drawn.values())
    assert 10 <= len(drawn["short.mp4"]) <= 32  # a tenth of all frames is about a tenth of the draw


@pytest.mark.parametrize("count", ["before", "after", "fresh"])
def test_the_counts_in_the_repository_add_up(count: str) -> None:
    lines = (
        (Path(__file__).parents[2] / "benchmarks" / "counts" / f"privacy-{count}.csv").read_text("utf-8").splitlines()
    )
    names = lines[0].split(",")
    assert table([dict(zip(names, line.split(","), strict=True)) for line in lines[1:]])
