"""Fitness: every trouble is told as what it is and in time, no weather is, and nothing is said in haste."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.fitness import LOOKS_LEAST, SAY_AFTER_S, Fitness, FitnessSetting, Hold, Unfit
from edge.luma import HEIGHT, WIDTH
from tests.parts.spoil import DUSK_S, TROUBLES, WEATHER, Film, covered, dusk, film_of, frozen, painted, street

LEARN_S: Final = 90
NOTICED_S: Final = {trouble: after + (50 if trouble is Unfit.MOVED else 5) for trouble, after in SAY_AFTER_S.items()}
WELL_AGAIN_S: Final = 60
VIDEOS: Final = (
    "abhishek_highway.mp4",
    "ahmetozlu_input_video.mp4",
    "furg_house6.mp4",
    "intel_bottle-detection.mp4",
    "intel_car-detection.mp4",
    "intel_one-by-one-person-detection.mp4",
    "opencv_vtest.avi",
)
Spoil = Callable[[Film, int], Film]


def watch(fitness: Fitness, film: Film, seconds: Iterable[int]) -> list[Unfit | None]:
    return [fitness.judge(film(second), float(second)) for second in seconds]


def learnt(film: Film) -> Fitness:
    fitness = Fitness()
    assert set(watch(fitness, film, range(LEARN_S))) == {None}
    return fitness


def assert_told(fitness: Fitness, film: Film, spoil: Spoil, due: Unfit) -> None:
    """Nothing at first, then what is due and within the stated time; and it is taken back."""
    end = LEARN_S + int(NOTICED_S[due]) + 1
    words = watch(fitness, spoil(film, LEARN_S), range(LEARN_S, end))
    assert next((word for word in words if word), None) is due
    assert words[0] is None
    assert words[-1] is due
    assert watch(fitness, film, range(end, end + WELL_AGAIN_S))[-1] is None


@pytest.mark.parametrize(("spoil", "due"), TROUBLES.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_trouble_is_told_as_what_it_is_and_taken_back(spoil: Spoil, due: str) -> None:
    assert_told(learnt(street), street, spoil, Unfit(due))


@pytest.mark.parametrize("weather", WEATHER, ids=lambda one: one.__name__)
def test_weather_is_no_trouble(weather: Spoil) -> None:
    step = 3 if weather is dusk else 1
    seconds = range(LEARN_S, LEARN_S + (DUSK_S if weather is dusk else 0) + 200, step)
    assert set(watch(learnt(street), weather(street, LEARN_S), seconds)) == {None}


@pytest.mark.shared("no real camera is called unfit as it is, and every trouble on it is seen in the stated time")
@pytest.mark.parametrize("video", VIDEOS)
def test_real_videos_are_fit_and_spoiled_ones_are_not(shared: Path, video: str) -> None:
    film = film_of(shared / "videos" / video)
    fitness = learnt(film)
    assert set(watch(deepcopy(fitness), film, range(LEARN_S, LEARN_S + 150))) == {None}
    for spoil, due in TROUBLES.items():
        assert_told(deepcopy(fitness), film, spoil, Unfit(due))


@pytest.mark.parametrize(("grey", "due"), [(0, Unfit.DARK), (120, Unfit.COVERED), (255, Unfit.OVER_EXPOSED)])
def test_a_camera_that_never_showed_anything_is_told_without_anything_learnt(grey: int, due: Unfit) -> None:
    blank = np.full((HEIGHT, WIDTH), grey, np.uint8)
    words = watch(Fitness(), lambda _: blank, range(int(NOTICED_S[due]) + 1))
    assert next(word for word in words if word) is due


def test_a_stream_opened_again_takes_up_what_was_said_and_nothing_that_was_about_to_be() -> None:
    fitness = learnt(street)
    bad = covered(street, 0)
    watch(fitness, bad, range(LEARN_S, LEARN_S + 29))
    assert watch(fitness, bad, range(29))[-1] is None, "the first half was before the stream was opened again"
    assert watch(fitness, bad, range(29, 40))[-1] is Unfit.COVERED
    assert fitness.due(0.0)
    assert fitness.judge(bad(0), 0.0) is Unfit.COVERED


def test_what_is_not_judged_is_not_told() -> None:
    fitness = Fitness(FitnessSetting(judge=frozenset({Unfit.DARK})))
    watch(fitness, street, range(LEARN_S))
    assert set(watch(fitness, covered(street, 0), range(LEARN_S, LEARN_S + 60))) == {None}
    assert not Fitness(FitnessSetting(judge=frozenset())).due(0.0)


def test_patience_is_the_camera_s_own() -> None:
    fitness = Fitness(FitnessSetting(say_after_s={Unfit.FROZEN: 5}))
    watch(fitness, street, range(LEARN_S))
    words = watch(fitness, frozen(street, LEARN_S), range(LEARN_S, LEARN_S + 10))
    assert words.index(Unfit.FROZEN) == 6


@pytest.mark.parametrize(
    "told",
    [
        {"judge": ["dirty"]},
        {"say_after_s": {"dark": 0}},
        {"say_after_s": {"dark": "inf"}},
        {"judge": ["dark"], "say_after_s": {"moved": 9}},
        {"patience": 3},
    ],
)
def test_a_setting_that_means_nothing_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FitnessSetting.model_validate(told)


def test_judged_once_a_second_and_at_once_when_the_stream_begins_again() -> None:
    fitness = Fitness()
    assert fitness.due(0.0)
    fitness.judge(painted(street, 0)(0), 7.0)
    assert not fitness.due(7.4)
    assert fitness.due(8.0)
    assert fitness.due(1.0)


signs = st.lists(st.tuples(st.booleans(), st.floats(0.1, 5.0)), max_size=80)


@given(signs, st.floats(1, 30), st.floats(1, 30))
def test_nothing_is_said_before_it_stood_for_so_long_without_a_break(
    told: list[tuple[bool, float]], say_after: float, well_after: float
) -> None:
    hold, now, since, looks = Hold(say_after, well_after), 0.0, 0.0, 0
    before = False
    for nth, (sign, after) in enumerate(told):
        now += after
        if nth == 0 or sign != told[nth - 1][0]:
            since, looks = now, 0
        looks += 1
        said = hold.update(sign, now)
        if said != before:
            assert said == sign
            assert now - since >= (say_after if said else well_after)
            assert looks >= LOOKS_LEAST
        if looks >= LOOKS_LEAST and now - since >= max(say_after, well_after):
            assert said == sign
        before = said
