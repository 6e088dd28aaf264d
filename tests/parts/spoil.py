"""What happens to a camera's picture: troubles a node must tell, and weather it must not. On small grey pictures.

A `Film` is what a camera shows at a second of its life; a trouble or a weather makes another film of it, from a second
on. Everything is reckoned from the second alone, so a film can be asked twice and says the same.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.luma import HEIGHT, WIDTH, Luma, luma
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock

Film = Callable[[int], Luma]
Grey = NDArray[np.float32]
Change = Callable[[Grey, int], Grey]


def street(second: int) -> Luma:
    """A small street with houses, windows, a kerb, grain, and two cars that pass."""
    scene = np.full((HEIGHT, WIDTH), 150, np.float32)
    scene[110:] = 85
    scene[105:110] = 200
    for house in range(6):
        left = 8 + house * 52
        scene[20 + 7 * house : 105, left : left + 40] = 100 + 20 * (house % 3)
        for window in range(2):
            top = 40 + 7 * house + 25 * window
            scene[top : top + 12, left + 6 : left + 16] = 40
            scene[top : top + 12, left + 24 : left + 34] = 55
    scene[140:143, (np.arange(WIDTH) // 16) % 2 == 0] = 220
    for speed, top, level in ((23, 118, 30), (-31, 150, 235)):
        left = (speed * second) % (WIDTH + 60) - 60
        scene[top : top + 18, max(left, 0) : max(left + 60, 0)] = level
    return _grey(_grain(second, 2.0) + scene)


def film_of(video: Path) -> Film:
    """A real video, a picture a second, over and over."""
    camera = FileCamera("film", video, pace="fast", loop=False, looked_at_fps=1)
    with camera.open(SystemClock()) as frames:
        pictures = [luma(frame.pixels) for frame in frames]
    return lambda second: pictures[second % len(pictures)]


def covered(film: Film, since: int) -> Film:
    """A bag over the lens."""
    return _changed(film, since, lambda _, second: 70 + _grain(second, 2.0))


def painted(film: Film, since: int) -> Film:
    """Black paint."""
    return _changed(film, since, lambda _, second: 4 + _grain(second, 1.0))


def mostly_covered(film: Film, since: int) -> Film:
    """A poster over the left five sixths."""

    def hang(picture: Grey, second: int) -> Grey:
        picture[:, : WIDTH * 5 // 6] = 120 + _grain(second, 1.0)[:, : WIDTH * 5 // 6]
        return picture

    return _changed(film, since, hang)


def darkened(film: Film, since: int) -> Film:
    """Every lamp out but a far one: a seventh of the light."""
    return _changed(film, since, lambda picture, _: picture * 0.15)


def over_exposed(film: Film, since: int) -> Film:
    """An iris that stays open."""
    return _changed(film, since, lambda picture, _: picture * 2.5 + 110)


def frozen(film: Film, since: int) -> Film:
    """The same picture again and again."""
    return lambda second: film(min(second, since))


def shifted(film: Film, since: int) -> Film:
    """A knock: a tenth of the width aside."""
    return _changed(film, since, lambda picture, _: _slid(picture, WIDTH // 10, 0))


def nudged(film: Film, since: int) -> Film:
    """A smaller knock: a twentieth of the width, and a little down."""
    return _changed(film, since, lambda picture, _: _slid(picture, WIDTH // 20, 5))


def turned(film: Film, since: int) -> Film:
    """Another view altogether, as sharp as the one before: a corner of the picture, nearer and upside down."""
    move = np.array([[-1.5, 0, WIDTH * 1.5], [0, -1.5, HEIGHT * 1.5]], np.float32)

    def turn(picture: Grey, _: int) -> Grey:
        return np.asarray(cv2.warpAffine(picture, move, (WIDTH, HEIGHT)), np.float32)

    return _changed(film, since, turn)


def blurred(film: Film, since: int) -> Film:
    """A lens out of focus: 4 pixels of a picture 640 wide."""
    return _changed(film, since, lambda picture, _: np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.float32))


TROUBLES: Final[dict[Callable[[Film, int], Film], str]] = {
    covered: "covered",
    painted: "covered",
    mostly_covered: "covered",
    darkened: "dark",
    over_exposed: "over_exposed",
    frozen: "frozen",
    shifted: "moved",
    nudged: "moved",
    turned: "moved",
    blurred: "blurred",
}
"""What each must be told as."""

DUSK_S: Final = 900
LORRY_S: Final = 20


def dusk(film: Film, since: int) -> Film:
    """A quarter of an hour from day to lamplight: a quarter of the light, and grain."""

    def fade(picture: Grey, second: int) -> Grey:
        share = min((second - since) / DUSK_S, 1.0)
        return picture * (1 - 0.75 * share) + _grain(second, 4.0 * share)

    return _changed(film, since, fade)


def infra_red(film: Film, since: int) -> Film:
    """The camera goes over to infra-red: two white seconds, then contrasts turned, a bright middle, and grain."""
    across, down = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    lamp = (1.1 - 0.45 * (across**2 + down**2)).astype(np.float32)

    def go_over(picture: Grey, second: int) -> Grey:
        if second < since + 2:
            return picture * 3 + 150
        return (180 - 0.5 * picture) * lamp + _grain(second, 3.0)

    return _changed(film, since, go_over)


def headlights(film: Film, since: int) -> Film:
    """Every 10 s a car looks into the lens for 4 s."""

    def dazzle(picture: Grey, second: int) -> Grey:
        if second % 10 >= 4:
            return picture
        return np.asarray(cv2.circle(picture * 0.7, (150, 110), 95, 255.0, -1), np.float32)

    return _changed(film, since, dazzle)


def rain(film: Film, since: int) -> Film:
    """Streaks everywhere, others each second, and a haze."""

    def pour(picture: Grey, second: int) -> Grey:
        drops = np.random.default_rng(second).integers(0, [WIDTH, HEIGHT - 12], (250, 2))
        wet = picture * 0.75 + 35
        for left, top in drops:
            wet[top : top + 12, left] += 40
        return wet

    return _changed(film, since, pour)


def lorries(film: Film, since: int) -> Film:
    """A lorry stands before the lens for 20 s, and a minute later the next, with other letters on it."""

    def stand(picture: Grey, second: int) -> Grey:
        nth, at = divmod(second - since, 80)
        if at < LORRY_S:
            letters = np.random.default_rng(nth).integers(60, 200, (6, 9)).astype(np.float32)
            picture[10:, 12:] = cv2.resize(letters, (WIDTH - 12, HEIGHT - 10), interpolation=cv2.INTER_NEAREST)
        return picture

    return _changed(film, since, stand)


def white_lorries(film: Film, since: int) -> Film:
    """The same without letters: nothing but a wall of grey."""

    def stand(picture: Grey, second: int) -> Grey:
        if (second - since) % 60 < LORRY_S:
            picture[:, 12:] = 190 + _grain(second, 1.0)[:, 12:]
        return picture

    return _changed(film, since, stand)


def wind(film: Film, since: int) -> Film:
    """The pole sways by a hundredth of the width."""
    return _changed(film, since, lambda picture, second: _slid(picture, round(3 * np.sin(second)), 0))


def jam(film: Film, since: int) -> Film:
    """Traffic fills the lower half and creeps on every 5 s."""

    def fill(picture: Grey, second: int) -> Grey:
        roofs = np.random.default_rng(second // 5).integers(30, 220, (8, 20)).astype(np.float32)
        picture[HEIGHT // 2 :] = cv2.resize(roofs, (WIDTH, HEIGHT // 2), interpolation=cv2.INTER_NEAREST)
        return picture

    return _changed(film, since, fill)


WEATHER: Final[Sequence[Callable[[Film, int], Film]]] = (
    dusk,
    infra_red,
    headlights,
    rain,
    lorries,
    white_lorries,
    wind,
    jam,
)


def _changed(film: Film, since: int, change: Change) -> Film:
    def now(second: int) -> Luma:
        return _grey(change(film(second).astype(np.float32), second)) if second >= since else film(second)

    return now


def _grain(second: int, level: float) -> Grey:
    grain = np.random.default_rng(10_000 + second).standard_normal((HEIGHT, WIDTH), np.float32)
    return np.asarray(grain * np.float32(level), np.float32)


def _slid(picture: Grey, across: int, down: int) -> Grey:
    move = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(picture, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT), np.float32)


def _grey(picture: Grey) -> Luma:
    return np.clip(picture, 0, 255).astype(np.uint8)
