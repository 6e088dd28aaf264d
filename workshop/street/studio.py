"""The only module that imports Blender: forms in, linear pictures out.

Uses `bpy` (GPL-3.0-or-later) from the package index, in an environment of its own (`requirements/street.txt`); nothing
that WardSense ships or runs imports this module. Cycles on the CPU: the street that stands still is rendered once;
what moves is rendered over it as premultiplied RGBA, the street then being a shadow catcher, which hides what is
behind it and takes its shadow, and whose pixels are otherwise empty.
"""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from workshop.street.camera import Camera
from workshop.street.forms import Finish, Form, Vec
from workshop.street.light import Sky
from workshop.street.weave import far_as_light, material

Picture = NDArray[np.float32]
Part = tuple[float, float, float, float]
WHOLE: Part = (0, 0, 1, 1)
LEAST_COVER = 1e-3
SMALLEST_LETTERS_M = 0.15


class Studio:
    """One street under one light before one camera.

    Args:
        threads: how many cores Cycles may use.
    """

    def __init__(self, threads: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._materials: dict[tuple[Finish, bool], object] = {}
        self._ground: list[object] = []
        self._standing: list[object] = []
        self._wet = self._by_lamps = False
        self._file = Path(tempfile.mkdtemp(prefix="street-")) / "picture.exr"
        _settle(self._scene, threads, self._file)

    def furnish(self, ground: Form, standing: Form, *, wet: bool) -> None:
        """Puts the ground and what stands on it there."""
        self._wet = wet
        self._ground = [self._put("ground", ground)]
        self._standing = [self._put("street", standing)]
        self._standing += [self._letter(one) for one in standing.words if one.height > SMALLEST_LETTERS_M]

    def flood(self, water: Form) -> None:
        """Puts the water where it is now."""
        for one in [o for o in self._ground if o.name.startswith("water")]:
            self._ground.remove(one)
            bpy.data.objects.remove(one)
        self._ground.append(self._put("water", water))

    def light(self, sky: Sky) -> None:
        """Hangs sky and sun."""
        _hang_sky(self._scene, sky)
        for one in [o for o in bpy.data.objects if o.type == "LIGHT"]:
            bpy.data.objects.remove(one)
        if sky.sun:
            lamp = bpy.data.lights.new("sun", "SUN")
            lamp.energy, lamp.angle = sky.sun.strength, math.radians(sky.sun.soft)
            lamp.color = (1.0, 0.93, 0.82)
            hung = bpy.data.objects.new("sun", lamp)
            hung.rotation_euler = (math.radians(90 - sky.sun.rise), 0, math.radians(sky.sun.turn))
            self._scene.collection.objects.link(hung)

    def lamps(self, places: Sequence[Vec], strength: float) -> None:
        """Lights street lamps at places, in watts."""
        self._by_lamps = bool(places)
        for place in places:
            lamp = bpy.data.lights.new("lamp", "SPOT")
            lamp.energy, lamp.color, lamp.spot_size, lamp.shadow_soft_size = strength, (1.0, 0.74, 0.42), 2.4, 0.25
            hung = bpy.data.objects.new("lamp", lamp)
            hung.location = place
            self._scene.collection.objects.link(hung)

    def look(self, camera: Camera, size: tuple[int, int]) -> None:
        """Hangs the camera; its pictures are so many pixels wide and high."""
        self._scene.render.resolution_x, self._scene.render.resolution_y = size
        if self._scene.camera is None:
            self._scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
            self._scene.collection.objects.link(self._scene.camera)
        eye = self._scene.camera
        eye.location = camera.at
        eye.rotation_euler = (math.radians(90 - camera.tilt), 0, math.radians(camera.yaw))
        eye.data.sensor_fit, eye.data.angle, eye.data.clip_end = "HORIZONTAL", math.radians(camera.across), 600

    def background(self, samples: int, part: Part = WHOLE) -> Picture:
        """The street that stands still, denoised linear RGB (height, width, 3); outside `part` nothing is rendered."""
        self._stand(aside=False)
        return self._shot(samples, part)[..., :3]

    def layer(self, bodies: Sequence[Form], floors: Sequence[Form], samples: int, part: Part = WHOLE) -> Picture:
        """Bodies and their shadows on patches of floor, premultiplied linear RGBA of the whole picture.

        The street shades them and is shaded by nothing; what of it stands before a body is cut out by `depths`.

        Args:
            bodies: what is rendered.
            floors: patches of ground that take the bodies' shadows; in the picture no two may overlap.
            samples: rays a pixel is made of.
            part: x0, y0, x1, y1 of the picture, 0..1, that is rendered; the rest is empty.
        """
        self._stand(aside=True)
        put = [self._put("body", form) for form in bodies]
        catching = [self._put("floor", form) for form in floors]
        for one in catching:
            one.is_shadow_catcher = True
        try:
            return self._shot(samples, part)
        finally:
            self._take_away([*put, *catching])

    def depths(self) -> Picture:
        """How far what stands on the ground is, in metres along the view, and how much of the pixel it covers.

        Returns (height, width, 2); the distance counts only where something covers the pixel.
        """
        self._stand(aside=False)
        for one in self._ground:
            one.hide_render = True
        view, sky = self._scene.view_layers[0], self._scene.world
        self._scene.world, self._scene.render.film_transparent = None, True
        view.material_override = far_as_light()
        try:
            seen = self._shot(16, WHOLE)
        finally:
            view.material_override, self._scene.world = None, sky
        cover = seen[..., 3]
        return np.stack([seen[..., 0] / np.maximum(cover, LEAST_COVER), cover], axis=2)

    def _take_away(self, objects: Sequence[object]) -> None:
        for one in objects:
            mesh = one.data
            bpy.data.objects.remove(one)
            bpy.data.meshes.remove(mesh)

    def _stand(self, *, aside: bool) -> None:
        self._scene.render.film_transparent = aside
        self._scene.cycles.use_denoising = not aside
        for one in self._ground:
            one.hide_render = aside
        for one in self._standing:
            one.is_shadow_catcher = aside
            one.hide_render = (
                aside and self._by_lamps
            )  # a hundred lit shops: noise on every body, and no shade to speak of
            one.visible_camera = one.visible_glossy = not aside  # lit shops in a dark bonnet are all noise

    def _shot(self, samples: int, part: Part) -> Picture:
        render = self._scene.render
        self._scene.cycles.samples = samples
        render.use_border, render.use_crop_to_border = part != WHOLE, False
        render.border_min_x, render.border_max_x = part[0], part[2]
        render.border_min_y, render.border_max_y = 1 - part[3], 1 - part[1]
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(str(self._file))
        wide, high = image.size
        pixels = np.empty(wide * high * 4, dtype=np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
        return pixels.reshape(high, wide, 4)[::-1]

    def _put(self, name: str, form: Form) -> object:
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(form.points.tolist(), [], [list(face) for face in form.faces])
        finishes = list(dict.fromkeys(form.finishes))
        for finish in finishes:
            mesh.materials.append(self._material(finish))
        index = {finish: i for i, finish in enumerate(finishes)}
        mesh.polygons.foreach_set("material_index", [index[finish] for finish in form.finishes])
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        mesh.set_sharp_from_angle(angle=math.radians(38))
        made = bpy.data.objects.new(name, mesh)
        self._scene.collection.objects.link(made)
        return made

    def _letter(self, words: object) -> object:
        curve = bpy.data.curves.new("words", "FONT")
        curve.body, curve.size, curve.align_x, curve.align_y = words.text, words.height, "CENTER", "BOTTOM"
        curve.materials.append(self._material(words.finish))
        made = bpy.data.objects.new("words", curve)
        made.location = words.at
        made.rotation_euler = (math.radians(90), 0, math.radians(words.facing))
        self._scene.collection.objects.link(made)
        return made

    def _material(self, finish: Finish) -> object:
        key = (finish, self._wet)
        if key not in self._materials:
            self._materials[key] = material(finish, wet=self._wet)
        return self._materials[key]


def _settle(scene: object, threads: int, file: Path) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 4, 2, 2
    scene.cycles.transparent_max_bounces = 4
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.sample_clamp_indirect = 3.0
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_persistent_data = True
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGBA", "16"
    scene.render.filepath = str(file)


def _hang_sky(scene: object, sky: Sky) -> None:
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    place, apart, ramp = (nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "ValToRGB"))
    ramp.color_ramp.elements[0].color = (*sky.horizon, 1)
    ramp.color_ramp.elements[1].color = (*sky.zenith, 1)
    ramp.color_ramp.elements[1].position = 0.5
    links.new(place.outputs["Generated"], apart.inputs[0])
    links.new(apart.outputs["Z"], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = sky.strength
