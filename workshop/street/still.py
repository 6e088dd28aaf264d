"""One picture of a scene under a light, to look at: `python -m workshop.street.still junction day junction.png`.

Made as the clips are, so they will look like this. Bodies stand where the traffic of the seed has them at a moment.
"""

import argparse

import cv2

from workshop.street import scene
from workshop.street.backdrop import Set
from workshop.street.clip import OVER, SIZE, rendered
from workshop.street.compose import developed, gain_of


def main() -> None:
    """Render it."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("scene", choices=sorted(path.stem for path in scene.SCENES.glob("*.yaml")))
    told.add_argument("light", choices=scene.LIGHTS)
    told.add_argument("picture", help="PNG or JPEG to write")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--at", type=float, default=10.0, help="seconds into the clip")
    told.add_argument("--threads", type=int, default=2)
    asked = told.parse_args()
    shown = scene.load(asked.scene)
    seen = Set(shown, asked.seed, asked.light, shown.camera, SIZE, OVER, threads=asked.threads)
    cv2.imwrite(asked.picture, developed(rendered(seen, asked.at), gain_of(seen.backdrop().light, seen.light)))


if __name__ == "__main__":
    main()
