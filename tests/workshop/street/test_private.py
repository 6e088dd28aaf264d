"""What must never leave is where the truth says: heads above shoulders, plates only where they face the camera."""

import pytest

from workshop.street import private
from workshop.street.bodies import Look
from workshop.street.camera import Camera
from workshop.street.sprites import Placed, View, boxed

EYE = View("none", "day", Camera((0.0, 0.0, 5.0), 0.0, 14.0, 60.0), (640, 360))
"""It looks along +y."""
AWAY, HERE = 90.0, -90.0


def seen(kind: str, turn: float, *, seed: int = 1, at: tuple[float, float, float] = (0.0, 18.0, 0.0)) -> list[str]:
    return [name for name, _ in private.parts(Placed(Look(kind, seed), at, turn).form("day"), EYE)]


@pytest.mark.parametrize("seed", range(6))
def test_a_walkers_head_is_the_top_of_their_box(seed: int) -> None:
    form = Placed(Look("walker", seed), (1.0, 15.0, 0.0), AWAY).form("day")
    ((name, head),) = private.parts(form, EYE)
    body = boxed(form, EYE)
    assert body is not None
    assert name == "head"
    assert body[0] <= head[0] < head[2] <= body[2]
    assert body[1] <= head[1] < body[1] + (body[3] - body[1]) * 0.3


def test_a_motorbikes_plate_is_seen_from_behind_only_and_every_rider_has_a_head() -> None:
    heads = [seen("motorbike", AWAY, seed=seed).count("head") for seed in range(12)]
    assert set(heads) == {1, 2}
    assert all(seen("motorbike", AWAY, seed=seed).count("plate") == 1 for seed in range(12))
    assert all(seen("motorbike", HERE, seed=seed).count("plate") == 0 for seed in range(12))


@pytest.mark.parametrize("turn", [AWAY, HERE])
def test_a_car_shows_one_of_its_two_plates(turn: float) -> None:
    assert seen("car", turn) == ["plate"]


def test_what_is_behind_the_camera_or_beside_the_picture_has_no_part_in_it() -> None:
    assert seen("walker", AWAY, at=(0.0, -9.0, 0.0)) == []
    assert seen("walker", AWAY, at=(40.0, 12.0, 0.0)) == []


def test_a_row_is_in_pixels_and_says_which() -> None:
    told = private.row(3, 7, "plate", (0.5, 0.25, 0.75, 0.5), (640, 360), 0.9)
    assert told == "3,7,2,320.0,90.0,160.0,90.0,0.90"
