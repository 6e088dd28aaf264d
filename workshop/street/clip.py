"""A clip of a scene with its exact truth: `python -m workshop.street.clip junction --into demo/clips`.

Idea: traffic is planned first (`traffic`), which says where every body is in every frame; each body's picture is taken
from the nearest station of its way (`sprites`) and carried the last bit (`compose`); the truth is computed from the
plan (`truth`). Rendering is therefore a matter of the ways, not of the clip's length: twice the seconds cost hardly
more. What is rendered is kept, so a cut run goes on, and another seed renders only what it dresses anew.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import yaml

from workshop.street import private, truth
from workshop.street import scene as scenes
from workshop.street.backdrop import Set
from workshop.street.bodies import POSED, Look, pose_after
from workshop.street.camera import Camera, box_of
from workshop.street.compose import Actor, Backdrop, Light, carried, composed, developed, gain_of
from workshop.street.sprites import Placed, boxed
from workshop.street.traffic import Trip, planned
from workshop.street.truth import Shown
from workshop.street.weather import weathered

SIZE: Final = (640, 360)
FPS: Final = 10
OVER: Final = 0.12
STATION_SHARE: Final = 0.05
POSED_SHARE: Final = 0.014
NEAREST_STATION_M: Final = 0.35
NEAREST_M: Final = 2.5
LEVEL_M: Final = 0.11
SMALLEST_PX: Final = 5.0
LONGEST_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A body in a frame: its trip, where it truly is, and the station its picture is taken from."""

    trip: Trip
    here: Placed
    station: Placed


def main() -> None:
    """Plan, render, put together, encode, and write the truth beside it."""
    asked = _asked()
    shown = scenes.load(asked.scene)
    seconds = asked.seconds or shown.seconds
    seen = Set(shown, asked.seed, asked.light or shown.light, shown.camera, SIZE, OVER, threads=asked.threads)
    trips = planned(shown, asked.seed, seconds)
    frames = [standing(seen, trips, number / FPS) for number in range(round(seconds * FPS))]
    _render(seen, frames)
    asked.into.mkdir(parents=True, exist_ok=True)
    boxes = _encode(seen, frames, asked.into / f"{asked.scene}.mp4", asked.crf)
    (asked.into / f"{asked.scene}.private.txt").write_text("\n".join(_private(seen, frames, boxes)) + "\n", "utf-8")
    told = {
        "scene": asked.scene, "seed": asked.seed, "light": seen.light, "fps": FPS, "frames": len(frames),
        "size": list(SIZE), "tracks": _tracks(boxes),
        **truth.told(shown, shown.camera, seen.view.aspect, trips, seconds),
    }  # fmt: skip
    (asked.into / f"{asked.scene}.mot.txt").write_text("\n".join(truth.mot(boxes, SIZE)) + "\n", "utf-8")
    (asked.into / f"{asked.scene}.truth.yaml").write_text(yaml.safe_dump(told, sort_keys=False, width=120), "utf-8")


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("scene", choices=sorted(path.stem for path in scenes.SCENES.glob("*.yaml")))
    told.add_argument("--into", type=Path, required=True, help="folder for the clip and its truth")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--light", choices=scenes.LIGHTS, help="instead of the scene's own")
    told.add_argument("--seconds", type=_length, help="instead of the scene's own length; at least one picture's")
    told.add_argument("--crf", type=int, default=25, help="x264's quality: smaller is better and larger")
    told.add_argument("--threads", type=int, default=2)
    return told.parse_args()


def _length(word: str) -> float:
    seconds = float(word)
    if not 1 / FPS <= seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{word}: want {1 / FPS:g} to {LONGEST_S:g} seconds")
    return seconds


def rendered(seen: Set, at: float) -> Light:
    """One moment of a scene, in linear light (H, W, 3)."""
    frame = standing(seen, planned(seen.scene, seen.seed, at + 1), at)
    for _ in seen.wardrobe.sew(seen.layers(), [one.station for one in frame]):
        pass
    return composed(seen.backdrop(at), [_actor(seen, one) for one in frame]).light


def standing(seen: Set, trips: Sequence[Trip], at: float) -> list[Standing]:
    """Who is in the picture, its rim included, at a moment."""
    found = []
    for trip in trips:
        gone = trip.metres(at)
        if gone is not None:
            one = Standing(trip, _placed(trip, gone), _placed(trip, _station(seen, trip, gone)))
            if _in_sight(seen, one.here) and _in_sight(seen, one.station):
                found.append(one)
    return found


def _placed(trip: Trip, gone: float) -> Placed:
    (place,), (turn,) = trip.way.at(np.array([gone]))
    at = (round(float(place[0]), 3), round(float(place[1]), 3), trip.way.height)
    return Placed(Look(trip.kind, trip.seed, pose_after(trip.kind, gone)), at, round(float(turn), 2))


def _station(seen: Set, trip: Trip, gone: float) -> float:
    """The station of its way nearest to a body: the closer the camera, the closer together they lie."""
    marks = stations(seen.camera, trip)
    return float(marks[np.abs(marks - gone).argmin()])


@cache
def stations(camera: Camera, trip: Trip) -> np.ndarray:
    """Where along its way a body is rendered, in metres."""
    share, marks, at = POSED_SHARE if trip.kind in POSED else STATION_SHARE, [], 0.0
    while at <= trip.way.length:
        marks.append(round(at, 2))
        (place,), _ = trip.way.at(np.array([at]))
        away = float(np.linalg.norm(np.array([*place, trip.way.height]) - np.array(camera.at)))
        at += max(POSED.get(trip.kind, NEAREST_STATION_M), share * away)
    return np.array(marks)


def _in_sight(seen: Set, one: Placed) -> bool:
    view = seen.wide_view
    places, depth = view.camera.project(one.form(seen.light).points, view.aspect)
    box = box_of(places) if depth.min() > NEAREST_M else None
    return box is not None and (box[3] - box[1]) * view.size[1] > SMALLEST_PX / 2


def _render(seen: Set, frames: Sequence[Sequence[Standing]]) -> None:
    wanted = list(dict.fromkeys(one.station for frame in frames for one in frame))
    waiting = seen.wardrobe.missing(wanted)
    _tell(f"{seen.scene.name}: {len(frames)} frames, {len(wanted)} bodies to see, {len(waiting)} to render\n")
    began = time.monotonic()
    for left in seen.wardrobe.sew(seen.layers(), waiting) if waiting else ():
        done = len(waiting) - left
        _tell(f"\r{left} left, {(time.monotonic() - began) / done * left:.0f} s   ")
    for at in _levels(seen, len(frames) / FPS):
        seen.backdrop(at)


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _levels(seen: Set, seconds: float) -> list[float]:
    """The moments whose water is rendered: every `LEVEL_M` it rises."""
    water = seen.scene.water
    if water is None:
        return [0.0]
    many = max(1, round((water.level(seconds) - water.level(0)) / LEVEL_M))
    start, end = water.rises
    return [0.0, *(start + (min(end, seconds) - start) * (step + 1) / many for step in range(many))]


def _lit(seen: Set, seconds: float) -> Iterator[Backdrop]:
    """The backdrop of every frame: between two levels of the water both are seen through each other."""
    moments = _levels(seen, seconds)
    kept: dict[float, Backdrop] = {}
    for number in range(round(seconds * FPS)):
        at = number / FPS
        low = max((one for one in moments if one <= at), default=moments[0])
        high = min((one for one in moments if one > at), default=low)
        kept = {one: kept[one] if one in kept else seen.backdrop(one) for one in (low, high)}
        share = (at - low) / (high - low) if high > low else 0.0
        if share and seen.scene.water and at >= seen.scene.water.rises[0]:
            yield replace(kept[low], light=kept[low].light * (1 - share) + kept[high].light * np.float32(share))
        else:
            yield kept[low]


def _encode(seen: Set, frames: Sequence[Sequence[Standing]], into: Path, crf: int) -> list[Shown]:
    boxes: list[Shown] = []
    seconds, began = len(frames) / FPS, time.monotonic()
    grain = np.random.default_rng(seen.seed)
    gain = gain_of(seen.backdrop().light, seen.light)
    with av.open(str(into), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=FPS, options={"crf": str(crf), "preset": "veryslow", "g": str(FPS * 5)})
        stream.width, stream.height, stream.pix_fmt, stream.time_base = *SIZE, "yuv420p", Fraction(1, FPS)
        for number, (backdrop, frame) in enumerate(zip(_lit(seen, seconds), frames, strict=True)):
            made = composed(backdrop, [_actor(seen, one) for one in frame])
            boxes += _boxes(seen, frame, made.seen, number + 1)
            picture = developed(weathered(made.light, seen.light, grain), gain)
            told = av.VideoFrame.from_ndarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), format="rgb24")
            told.pts = number
            out.mux(stream.encode(told))
            if number % 20 == 0:
                left = (time.monotonic() - began) / (number + 1) * (len(frames) - number)
                _tell(f"\rframe {number} of {len(frames)}, {left:.0f} s left   ")
        out.mux(stream.encode())
    return boxes


def _actor(seen: Set, one: Standing) -> Actor:
    view = seen.wide_view
    rim = np.array([(view.size[i] - SIZE[i]) / 2 for i in (0, 1)])
    before, after = (_corners(seen, place) * view.size for place in (one.station, one.here))
    _, depth = view.camera.project(np.array([one.here.at]), view.aspect)
    return Actor(seen.wardrobe.sprite(one.station), float(depth[0]), carried(before, after - rim))


def _corners(seen: Set, one: Placed) -> np.ndarray:
    """Where the corners of a body's upright box are in the wide picture (8, 2), in its own frame, turned with it."""
    form = Placed(one.look, (0.0, 0.0, 0.0), 0.0).form(seen.light)
    low, high = form.points.min(axis=0), form.points.max(axis=0)
    box = np.array([[(low, high)[i >> k & 1][k] for k in range(3)] for i in range(8)])
    spin = np.radians(one.turn)
    c, s = np.cos(spin), np.sin(spin)
    turned = box @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + np.array(one.at)
    return seen.wide_view.camera.project(turned, seen.wide_view.aspect)[0]


def _boxes(seen: Set, frame: Sequence[Standing], shares: Sequence[float], number: int) -> list[Shown]:
    found = []
    for one, share in zip(frame, shares, strict=True):
        box = boxed(one.here.form(seen.light), seen.view)
        if box is not None and (box[3] - box[1]) * SIZE[1] >= SMALLEST_PX:
            found.append(Shown(number, one.trip, box, share))
    return found


def _private(seen: Set, frames: Sequence[Sequence[Standing]], boxes: Sequence[Shown]) -> Iterator[str]:
    """The heads and plates of every body that has a box."""
    share = {(one.frame, one.trip.number): one.seen for one in boxes}
    for number, frame in enumerate(frames, 1):
        for one in frame:
            if (number, one.trip.number) in share:
                for part, box in private.parts(one.here.form(seen.light), seen.view):
                    yield private.row(number, one.trip.number, part, box, SIZE, share[number, one.trip.number])


def _tracks(boxes: Sequence[Shown]) -> dict[int, dict[str, str]]:
    trips = {one.trip.number: one.trip for one in boxes}
    return {
        number: {"class": trip.called, **({"name": trip.name} if trip.name else {})}
        for number, trip in sorted(trips.items())
    }


if __name__ == "__main__":
    main()
