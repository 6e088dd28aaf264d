"""A street made ready before a camera: the studio furnished and lit, its backdrop rendered once and kept.

Idea: what a run renders is kept under a hash of all it depends on (`sprites.View.key`), the sprites and the backdrop
alike, so a run that was cut goes on; Blender is started only when something is missing.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from workshop.street import setting
from workshop.street.camera import Camera
from workshop.street.compose import Backdrop
from workshop.street.light import LAMP_W, SKIES, lamps
from workshop.street.scene import Scene
from workshop.street.sprites import View, Wardrobe

SAMPLES: Final = 28
STANDS: Final = ("ground", "houses", "things", "marks", "wires", "water")
KEPT: Final = Path(__file__).parents[1] / ".street"


@dataclass(frozen=True)
class Set:
    """A scene with a seed under a light, seen by a camera in pictures of a size; `folder` keeps what is rendered.

    The pictures of sprites are wider than the backdrop by `over` on each side, so that a body may enter the picture.
    """

    scene: Scene
    seed: int
    light: str
    camera: Camera
    size: tuple[int, int]
    over: float = 0.0
    samples: int = 16
    threads: int = 2
    folder: Path = KEPT

    @property
    def view(self) -> View:
        """What the backdrop is seen by."""
        told = {name: value for name, value in asdict(self.scene).items() if name in STANDS}
        built = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
        return View(f"{self.scene.name}-{self.seed}-{built}", self.light, self.camera, self.size)

    @property
    def wide_view(self) -> View:
        """What the sprites are seen by: the same picture with a rim."""
        wide, high = (round(side * (1 + 2 * self.over)) for side in self.size)
        return replace(self.view, camera=self.camera.wider(wide / self.size[0]), size=(wide, high))

    @cached_property
    def wardrobe(self) -> Wardrobe:
        """Its sprites."""
        sun = SKIES[self.light].sun
        return Wardrobe(self.folder / self.view.key("sprites"), self.wide_view, sun.way if sun else None, self.samples)

    @cached_property
    def studio(self):  # noqa: ANN201 - the type lives in a module that only a Blender environment can import
        """Blender, furnished and lit."""
        from workshop.street.studio import Studio  # noqa: PLC0415 - Blender starts only when something is missing

        made = Studio(self.threads)
        made.furnish(
            setting.ground(self.scene), setting.standing(self.scene, self.seed, self.light), wet=self.light == "rain"
        )
        made.light(SKIES[self.light])
        made.lamps(lamps(self.scene) if self.light == "dusk" else [], LAMP_W)
        return made

    def backdrop(self, at: float = 0.0) -> Backdrop:
        """The standing street `at` seconds into the clip: only its water moves. Rendered where it is not kept."""
        level = round(self.scene.water.level(at), 2) if self.scene.water else None
        light, depths = (self._file(told) for told in (["light", SAMPLES, level], ["depths"]))
        if not (light.is_file() and depths.is_file()):
            self.studio.look(self.camera, self.size)
            if self.scene.water is not None:
                self.studio.flood(setting.water(self.scene.water, at))
            for file, shot in ((light, lambda: self.studio.background(SAMPLES)), (depths, self.studio.depths)):
                if not file.is_file():
                    _save(file, shot())
        return Backdrop(np.load(light).astype(np.float32), np.load(depths).astype(np.float32))

    def layers(self):  # noqa: ANN201 - as above
        """The studio, looking at the sprites' wider picture."""
        self.studio.look(self.wide_view.camera, self.wide_view.size)
        return self.studio

    def _file(self, told: object) -> Path:
        return self.folder / f"{self.view.key(told)}.npy"


def _save(file: Path, picture: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part.npy")
    np.save(part, picture.astype(np.float16))
    part.rename(file)
