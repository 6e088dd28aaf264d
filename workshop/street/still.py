"""One picture of a scene under a light, to look at: `python -m workshop.street.still junction day junction.png`.

The standing street and the moving bodies are rendered apart and put together, as the clips will be: so they will look
like this. Bodies stand where the seed drops them on their lanes; there is no traffic in a still.
Exposure is set by the street's median, as a camera's gain would, and the film's curve is Narkowicz' fit of ACES.
"""

import argparse
import random
from math import atan2, degrees

import cv2
import numpy as np
from numpy.typing import NDArray

from workshop.street import scene, setting
from workshop.street.bodies import Look, body
from workshop.street.forms import Form, moved
from workshop.street.studio import Picture, Sky, Studio, Sun

SIZE = (640, 360)
SKIES = {
    "day": Sky((0.16, 0.32, 0.75), (0.7, 0.78, 0.85), 1.0, Sun(52, 35, 3.2, 1.0)),
    "overcast": Sky((0.6, 0.63, 0.68), (0.75, 0.76, 0.78), 1.0, Sun(60, 20, 0.6, 25)),
    "dusk": Sky((0.03, 0.045, 0.11), (0.35, 0.17, 0.10), 0.35, None),
    "rain": Sky((0.4, 0.43, 0.47), (0.55, 0.57, 0.6), 0.8, None),
}
LUMA = (0.2, 0.7, 0.1)
MIDDLE_GREY = 0.20
ON_A_LANE = 4


def main() -> None:
    """Render it."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("scene", choices=sorted(path.stem for path in scene.SCENES.glob("*.yaml")))
    told.add_argument("light", choices=scene.LIGHTS)
    told.add_argument("picture", help="PNG or JPEG to write")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--threads", type=int, default=2)
    asked = told.parse_args()
    shown = scene.load(asked.scene)
    studio = Studio(SIZE, asked.threads)
    studio.furnish(setting.standing(shown, asked.seed, asked.light), wet=asked.light == "rain")
    if shown.water is not None:
        studio.flood(setting.water(shown.water, 0))
    studio.light(SKIES[asked.light])
    studio.look(shown.camera)
    street = studio.background(24)
    layer = studio.layer(_bodies(shown, asked.light, asked.seed), 12, (0, 0, 1, 1))
    cv2.imwrite(asked.picture, developed(street * (1 - layer[..., 3:]) + layer[..., :3]))


def developed(light: Picture) -> NDArray[np.uint8]:
    """Linear RGB to 8-bit BGR, exposed so that the median is middle grey."""
    exposed = light * (MIDDLE_GREY / np.median(light @ np.array(LUMA, np.float32)))
    film = np.clip((exposed * (2.51 * exposed + 0.03)) / (exposed * (2.43 * exposed + 0.59) + 0.14), 0, 1)
    srgb = np.where(film < 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - sRGB's own
    return (srgb * 255).astype(np.uint8)[..., ::-1]


def _bodies(shown: scene.Scene, light: str, seed: int) -> list[Form]:
    dice = random.Random(seed)  # noqa: S311 - a seeded drawing, not a secret
    forms = []
    for lane in shown.lanes:
        for _ in range(ON_A_LANE):
            kind = dice.choices(list(lane.kinds), list(lane.kinds.values()))[0]
            (x0, y0), (x1, y1) = lane.path[:2]
            far = dice.random()
            place = (x0 + (x1 - x0) * far, y0 + (y1 - y0) * far, lane.height)
            forms.append(moved(body(Look(kind, dice.randrange(1000)), light), place, degrees(atan2(y1 - y0, x1 - x0))))
    return forms


if __name__ == "__main__":
    main()
