"""Sprites and what is made of them: rendered once, packed apart, laid far first, hidden exactly as far as they are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from workshop.street.bodies import Look
from workshop.street.camera import Camera
from workshop.street.compose import Actor, Backdrop, carried, composed, developed, gain_of
from workshop.street.forms import Form
from workshop.street.sprites import Part, Placed, Sprite, View, Wardrobe, drawn

SIZE = (320, 180)
VIEW = View("street", "day", Camera((0.0, 0.0, 5.0), 0.0, 15.0, 60.0), SIZE)
HERE = np.array([[1.0, 0, 0], [0, 1.0, 0]])


class Painter:
    """Renders a layer as white wherever one of its bodies is, and counts."""

    def __init__(self) -> None:
        self.layers: list[int] = []

    def layer(self, bodies: Sequence[Form], floors: Sequence[Form], samples: int, part: Part) -> NDArray[np.float32]:
        assert len(floors) == len(bodies)
        assert samples > 0
        self.layers.append(len(bodies))
        drawn_ = np.max([drawn(form, VIEW) for form in bodies], axis=0)
        x0, y0, x1, y1 = (round(edge * side) for edge, side in zip(part, SIZE * 2, strict=True))
        outside = np.ones_like(drawn_, bool)
        outside[y0:y1, x0:x1] = False
        drawn_[outside] = 0  # what is not asked for is not rendered
        return np.repeat(drawn_[..., None] / np.float32(255), 4, axis=2).astype(np.float32)


def row(many: int) -> list[Placed]:
    """Walkers side by side, too close for one picture."""
    return [Placed(Look("walker", 1), (x, 20.0, 0.0), 90.0) for x in np.linspace(-4, 4, many)]


def square(left: int, top: int, side: int, light: float) -> Sprite:
    """A lit square."""
    rgba = np.full((side, side, 4), light, np.float16)
    rgba[..., 3] = 1
    return Sprite((left, top, left + side, top + side), rgba, np.full((side, side), 255, np.uint8))


def street(far: float = 100.0, cover: float = 0.0) -> Backdrop:
    """A grey street, something standing all over it at a distance."""
    depths = np.empty((SIZE[1], SIZE[0], 2), np.float32)
    depths[..., 0], depths[..., 1] = far, cover
    return Backdrop(np.full((SIZE[1], SIZE[0], 3), 0.1, np.float32), depths)


def test_every_body_is_rendered_once_and_none_shares_its_picture_with_a_neighbour(tmp_path: Path) -> None:
    painter, bodies = Painter(), row(20)
    assert list(Wardrobe(tmp_path, VIEW, None, 4).sew(painter, [*bodies, *bodies]))[-1] == 0
    assert sum(painter.layers) == len(bodies)
    assert len(painter.layers) > 1
    again = Wardrobe(tmp_path, VIEW, None, 4)
    assert again.missing(bodies) == []
    for one in bodies:
        sprite = again.sprite(one)
        assert sprite.light.shape[:2] == sprite.outline.shape
        assert (sprite.light[..., 3] > 0.5).sum() == (sprite.outline > 127).sum()


def test_another_light_camera_or_quality_is_another_sprite(tmp_path: Path) -> None:
    one = row(2)[:1]
    list(Wardrobe(tmp_path, VIEW, None, 4).sew(Painter(), one))
    assert Wardrobe(tmp_path, VIEW, None, 8).missing(one) == one
    nearer = View("street", "day", VIEW.camera.wider(0.9), SIZE)
    assert Wardrobe(tmp_path, nearer, None, 4).missing(one) == one


def test_a_body_behind_the_camera_is_nothing_and_is_not_asked_for_again(tmp_path: Path) -> None:
    behind = [Placed(Look("walker", 1), (0.0, -20.0, 0.0), 0.0)]
    painter, wardrobe = Painter(), Wardrobe(tmp_path, VIEW, None, 4)
    list(wardrobe.sew(painter, behind))
    assert painter.layers == []
    assert wardrobe.missing(behind) == []
    assert composed(street(), [Actor(wardrobe.sprite(behind[0]), -1.0, HERE)]).seen == (0.0,)


def test_the_nearer_hides_the_farther_whatever_their_order() -> None:
    near, far = Actor(square(50, 50, 20, 0.8), 5.0, HERE), Actor(square(60, 50, 20, 0.4), 9.0, HERE)
    for actors in ([near, far], [far, near]):
        made = composed(street(), actors)
        assert made.light[60, 65] == pytest.approx(0.8, abs=1e-3)
        assert made.seen[actors.index(near)] == pytest.approx(1.0)
        assert made.seen[actors.index(far)] == pytest.approx(0.5)


def test_what_stands_before_a_body_is_cut_out_of_it_and_what_stands_behind_is_not() -> None:
    body = [Actor(square(50, 50, 20, 0.8), 5.0, HERE)]
    assert composed(street(far=3.0, cover=1.0), body).seen == (0.0,)
    assert composed(street(far=3.0, cover=1.0), body).light == pytest.approx(street().light)
    assert composed(street(far=7.0, cover=1.0), body).seen == (1.0,)


def test_a_body_cut_by_the_picture_keeps_what_is_in_it() -> None:
    moved = HERE.copy()
    moved[0, 2] = -60.0
    made = composed(street(), [Actor(square(50, 50, 20, 0.8), 5.0, moved)])
    assert made.seen[0] == pytest.approx(0.5)
    assert made.light[60, :10] == pytest.approx(0.8, abs=1e-3)
    assert made.light[60, 10:] == pytest.approx(0.1)


def test_corners_are_carried_where_they_went() -> None:
    before = np.array([(0.0, 0), (10, 0), (10, 20), (0, 20)])
    after = before * 1.5 + (3, 4)
    found = carried(before, after)
    assert before @ found[:, :2].T + found[:, 2] == pytest.approx(after)


def test_a_street_is_exposed_to_the_same_grey_however_bright_it_is() -> None:
    dim, bright = (np.full((8, 8, 3), light, np.float32) for light in (0.02, 2.0))
    assert (developed(dim, gain_of(dim, "day")) == developed(bright, gain_of(bright, "day"))).all()
    assert developed(dim, gain_of(dim, "dusk")).mean() < developed(dim, gain_of(dim, "day")).mean()
