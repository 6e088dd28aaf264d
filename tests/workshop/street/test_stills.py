"""The stills' views and crowds: the same again when asked again, never the same to learn from and to be judged by."""

import math
import random

import numpy as np

from workshop.street import scene, stills
from workshop.street.compose import Backdrop, composed
from workshop.street.sprites import drawn


def test_a_view_is_the_same_whenever_it_is_asked_for_and_no_other() -> None:
    views = {(part, number): stills.view(part, number).view for part in ("learn", "held") for number in range(8)}
    assert views == {name: stills.view(*name).view for name in views}
    assert len(set(views.values())) == len(views)


def test_every_scene_is_learnt_in_every_light() -> None:
    names = [path.stem for path in scene.SCENES.glob("*.yaml")]
    seen = {(one.scene.name, one.light) for one in (stills.view("learn", number) for number in range(12))}
    assert seen == {(name, light) for name in names for light in scene.LIGHTS}


def test_a_smaller_population_is_the_beginning_of_a_larger_one() -> None:
    shown = stills.view("learn", 1)
    assert stills.population(shown, 5, "x") == stills.population(shown, 9, "x")[:5]


def test_every_body_of_a_population_is_in_the_picture_and_its_box_is_around_its_outline() -> None:
    shown = stills.view("learn", 1)
    for one in stills.population(shown, 12, "x"):
        form = one.form(shown.light)
        inside = np.argwhere(drawn(form, shown.view) > 127)
        box = stills._box(shown, form, one.look.kind, 1.0)
        assert box is not None
        x, y, wide, high = box["bbox"]
        assert np.abs(inside.min(axis=0) - (y, x)).max() <= 2
        assert np.abs(inside.max(axis=0) + 1 - (y + high, x + wide)).max() <= 2


def test_nobody_of_a_crowd_stands_in_anybody() -> None:
    shown = stills.view("learn", 4)
    placed = stills.population(shown, 40, "x")
    crowd = stills._crowd(random.Random(1), placed)  # noqa: S311  a seeded drawing
    assert len(crowd) >= stills.CROWD[0]
    apart = [math.dist(placed[a].at[:2], placed[b].at[:2]) for a in crowd for b in crowd if a < b]
    assert min(apart) > 1


def test_a_parked_motorbike_has_its_box_and_is_doubtful_when_hidden() -> None:
    shown = stills.view("learn", 1)
    backdrop = Backdrop(np.zeros((360, 640, 3), np.float32), np.full((360, 640, 2), 500.0, np.float32))
    told = [box for box in stills._parked(shown, backdrop, composed(backdrop, [])) if box]
    assert told
    assert {box["category_id"] for box in told} == {stills.NAMES.index("motorcycle") + 1}
    assert any(not box["iscrowd"] for box in told)
    walled = Backdrop(backdrop.light, np.ones((360, 640, 2), np.float32))
    assert not any(stills._parked(shown, walled, composed(walled, [])))
