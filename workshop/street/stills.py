"""Labelled pictures for the detector: `python -m workshop.street.stills --into workshop/.training/street`.

Idea: a view is a scene with a seed, a light and a camera that hangs a little elsewhere; some hundred bodies are
rendered all over it, and every still is another crowd of them. A view is either learnt from or held back: no body's
place, house or camera is in both. Written as COCO; what is hidden or cut off almost whole is marked `iscrowd`, which
is neither object nor background. A run that was cut goes on where it stood.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from workshop.street import scene, setting
from workshop.street.backdrop import Set
from workshop.street.bodies import CLASSES, Look
from workshop.street.camera import box_of
from workshop.street.compose import Actor, Backdrop, Composed, composed, developed, gain_of
from workshop.street.forms import Form
from workshop.street.people import STEPS
from workshop.street.scene import Lane, Scene
from workshop.street.sprites import HALF, Placed, boxed, drawn
from workshop.street.weather import weathered

SIZE: Final = (640, 360)
SAMPLES: Final = 12
NAMES: Final = ("person", "bicycle", "motorcycle", "car", "bus", "truck")
KINDS: Final = {
    "walker": 0.22, "stander": 0.06, "bicycle": 0.13, "motorbike": 0.27, "car": 0.15, "bus": 0.08, "truck": 0.09,
}  # fmt: skip
# What 24 views had left half learnt: whoever rides or walks near the camera, coming and going as much as across.
RIDERS: Final = {"walker": 0.2, "stander": 0.04, "bicycle": 0.46, "motorbike": 0.18, "car": 0.06, "truck": 0.06}
RIDERS_FROM: Final = 24
ROOM_M: Final = {"car": 2.4, "bus": 4.8, "truck": 3.4}
CROWD: Final = (2, 13)
NEAREST_M: Final = 5.0
FARTHEST_M: Final = 55.0
RIDERS_FARTHEST_M: Final = 26.0
SMALLEST_PX: Final = 7.0
LEAST_SEEN: Final = 0.3
STILL: Final[np.ndarray] = np.array([[1.0, 0, 0], [0, 1.0, 0]])


def main() -> None:
    """Render views and put their stills together."""
    asked = _asked()
    for part, views in (("learn", asked.learn), ("held", asked.held)):
        for number in range(views):
            place = asked.into / part / f"view-{number:03d}"
            if (place / "instances.json").is_file():
                continue
            began = time.monotonic()
            seen = view(part, number, asked.threads)
            riders = part == "learn" and number >= RIDERS_FROM
            placed = population(seen, asked.bodies, f"{part}-{number}", riders=riders)
            for left in seen.wardrobe.sew(seen.layers(), placed) if seen.wardrobe.missing(placed) else ():
                _tell(f"\r{part} {number + 1}/{views}: {left} bodies to render   ")
            wanted = asked.pictures if part == "learn" else asked.pictures // 4
            write(seen, placed, wanted, place, f"{part}-{number}")
            _tell(f"\r{part} {number + 1}/{views}: {wanted} stills, {time.monotonic() - began:.0f} s\n")


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--into", type=Path, required=True, help="folder to write learn/ and held/ into")
    told.add_argument("--learn", type=int, default=18, help="views to learn from")
    told.add_argument("--held", type=int, default=4, help="views held back")
    told.add_argument("--bodies", type=int, default=90, help="bodies rendered for a view")
    told.add_argument("--pictures", type=int, default=350, help="stills of a view; a quarter of it when held back")
    told.add_argument("--threads", type=int, default=2)
    return told.parse_args()


def view(part: str, number: int, threads: int = 2) -> Set:
    """The view of that number: its scene, light and camera are drawn by its name."""
    dice = random.Random(f"{part}-{number}")  # noqa: S311 - a seeded drawing, not a secret
    names = sorted(path.stem for path in scene.SCENES.glob("*.yaml"))
    shown = scene.load(names[number % len(names)])
    light = scene.LIGHTS[(number // len(names) + number % len(names)) % len(scene.LIGHTS)]
    eye = shown.camera
    camera = replace(
        eye,
        at=(eye.at[0] + dice.uniform(-1.5, 1.5), eye.at[1] + dice.uniform(-1, 2), eye.at[2] + dice.uniform(-1.4, 1.0)),
        yaw=eye.yaw + dice.uniform(-12, 12),
        tilt=eye.tilt + dice.uniform(-3, 7),
        across=eye.across + dice.uniform(-14, 6),
    )
    return Set(shown, dice.randrange(10**6), light, camera, SIZE, samples=SAMPLES, threads=threads)


def population(seen: Set, many: int, name: str, *, riders: bool = False) -> list[Placed]:
    """So many bodies all over the view's lanes, as far as they are in the picture; with `riders` most of them near."""
    dice = random.Random(f"bodies-{name}")  # noqa: S311 - a seeded drawing, not a secret
    found: list[Placed] = []
    for _ in range(many * 60):
        one = _dropped(dice, seen.scene, riders=riders)
        if len(found) < many and _shows(seen, one, RIDERS_FARTHEST_M if riders else FARTHEST_M):
            found.append(one)
    return found


def write(seen: Set, placed: Sequence[Placed], many: int, into: Path, name: str) -> None:
    """Put `many` stills of a view together and write them with their boxes, COCO."""
    dice = random.Random(f"stills-{name}")  # noqa: S311 - a seeded drawing, not a secret
    gain = gain_of(seen.backdrop().light, seen.light)
    grain = np.random.default_rng(dice.randrange(2**32))
    backdrop, forms = seen.backdrop(), [one.form(seen.light) for one in placed]
    actors = [_actor(seen, one) for one in placed]
    told: dict[str, list[dict[str, Any]]] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": i + 1, "name": one} for i, one in enumerate(NAMES)],
    }
    (into / "images").mkdir(parents=True, exist_ok=True)
    for number in range(many):
        crowd = _crowd(dice, placed)
        made = composed(backdrop, [actors[one] for one in crowd])
        file = f"{name}-{number:04d}.jpg"
        picture = developed(weathered(made.light, seen.light, grain), gain * 2 ** dice.gauss(0, 0.25))
        cv2.imwrite(str(into / "images" / file), picture, [cv2.IMWRITE_JPEG_QUALITY, dice.randrange(80, 96)])
        told["images"].append({"id": number + 1, "file_name": file, "width": SIZE[0], "height": SIZE[1]})
        boxes = [
            _box(seen, forms[one], placed[one].look.kind, share) for one, share in zip(crowd, made.seen, strict=True)
        ]
        for box in [*boxes, *_parked(seen, backdrop, made)]:
            if box is not None:
                told["annotations"].append({"id": len(told["annotations"]) + 1, "image_id": number + 1, **box})
    (into / "instances.json").write_text(json.dumps(told), "utf-8")


def _dropped(dice: random.Random, shown: Scene, *, riders: bool) -> Placed:
    kinds = RIDERS if riders else KINDS
    kind = dice.choices(list(kinds), list(kinds.values()))[0]
    afoot = kind in ("walker", "stander")
    lane = dice.choice([one for one in shown.lanes if afoot or "motorbike" in one.kinds])
    (x, y), turn = _somewhere(dice, lane)
    aside = dice.gauss(0, 0.5 + lane.stray) if not afoot or dice.random() < 0.7 else dice.gauss(0, 3)  # noqa: PLR2004
    turn += dice.gauss(0, 9) if dice.random() < 0.85 else dice.uniform(-180, 180)  # noqa: PLR2004  most keep to it
    if afoot or (riders and dice.random() < 0.5):  # noqa: PLR2004
        turn = dice.uniform(0, 360)
    way = math.radians(turn)
    at = (x - math.sin(way) * aside, y + math.cos(way) * aside, lane.height)
    return Placed(Look(kind, dice.randrange(100_000), dice.randrange(STEPS)), at, turn)


def _somewhere(dice: random.Random, lane: Lane) -> tuple[tuple[float, float], float]:
    pairs = list(zip(lane.path, lane.path[1:], strict=False))
    (x0, y0), (x1, y1) = dice.choices(pairs, [math.dist(*pair) for pair in pairs])[0]
    far = dice.random()
    return (x0 + (x1 - x0) * far, y0 + (y1 - y0) * far), math.degrees(math.atan2(y1 - y0, x1 - x0))


def _shows(seen: Set, one: Placed, farthest_m: float) -> bool:
    form = one.form(seen.light)
    places, depth = seen.camera.project(form.points, seen.view.aspect)
    if depth.min() < NEAREST_M or depth.min() > farthest_m:
        return False
    box = box_of(places)
    whole = np.prod(places.max(axis=0) - places.min(axis=0))
    return box is not None and (box[2] - box[0]) * (box[3] - box[1]) > 0.4 * whole and (box[3] - box[1]) * SIZE[1] > 10  # noqa: PLR2004


def _actor(seen: Set, one: Placed) -> Actor:
    _, depth = seen.camera.project(np.array([one.at]), seen.view.aspect)
    return Actor(seen.wardrobe.sprite(one), float(depth[0]), STILL)


def _crowd(dice: random.Random, placed: Sequence[Placed]) -> list[int]:
    many = dice.randint(*CROWD)
    chosen: list[int] = []
    for one in dice.sample(range(len(placed)), min(len(placed), many * 3)):
        if len(chosen) < many and all(_free(placed[one], placed[other]) for other in chosen):
            chosen.append(one)
    return chosen


def _free(one: Placed, other: Placed) -> bool:
    room = (ROOM_M.get(one.look.kind, 0.9) + ROOM_M.get(other.look.kind, 0.9)) * 0.8
    return math.dist(one.at[:2], other.at[:2]) > room


def _box(seen: Set, form: Form, kind: str, share: float) -> dict[str, Any] | None:
    box = boxed(form, seen.view)
    if box is None or share <= 0:
        return None
    places, _ = seen.camera.project(form.points, seen.view.aspect)
    x0, y0, x1, y1 = (edge * side for edge, side in zip(box, SIZE * 2, strict=True))
    inside = (box[2] - box[0]) * (box[3] - box[1]) / float(np.prod(places.max(axis=0) - places.min(axis=0)))
    doubtful = share < LEAST_SEEN or inside < LEAST_SEEN or max(x1 - x0, y1 - y0) < SMALLEST_PX
    return {
        "category_id": NAMES.index(CLASSES[kind]) + 1,
        "bbox": [round(x0, 2), round(y0, 2), round(x1 - x0, 2), round(y1 - y0, 2)],
        "area": round((x1 - x0) * (y1 - y0), 2),
        "iscrowd": int(doubtful),
        "seen": round(share, 3),
    }


def _parked(seen: Set, backdrop: Backdrop, made: Composed) -> list[dict[str, Any] | None]:
    boxes = []
    for thing, form in setting.things(seen.scene, seen.seed, seen.light):
        _, depth = seen.camera.project(form.points, seen.view.aspect)
        if thing.kind != "parked" or depth.min() < 1:
            continue
        inside = drawn(form, seen.view) > HALF
        free = (made.owners < 0) & (backdrop.depths[..., 0] > depth.min() - 0.5)
        share = float((inside & free).sum()) / max(1, int(inside.sum()))
        boxes.append(_box(seen, form, "motorbike", share))
    return boxes


if __name__ == "__main__":
    main()
