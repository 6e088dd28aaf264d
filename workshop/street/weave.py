"""Finishes made into Blender materials, patterns woven from noise: asphalt, tiles, plaster, paint, leaf, water.

Idea: one Principled shader per finish; the pattern darkens, stains or roughens it by procedural noise in metres of
the world, so nothing needs a picture file. Wet ground is darker and shines in puddles. Uses `bpy`; see `studio`.
"""

import bpy

from workshop.street.forms import Finish

LIGHTS_UP = 3.0
"""A glow below this is seen and lights nothing: a lamp cover or a sign costs more noise than it gives light."""
WETTABLE = ("asphalt", "tiles", "paint", "plaster")


def material(finish: Finish, *, wet: bool) -> object:
    """The material of a finish, on dry or on wet ground."""
    made = bpy.data.materials.new(finish.pattern or "plain")
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*finish.colour, 1)
    shader.inputs["Roughness"].default_value = finish.rough
    shader.inputs["Metallic"].default_value = finish.metal
    shader.inputs["Coat Weight"].default_value = finish.coat
    if finish.glow:
        shader.inputs["Emission Color"].default_value = (*finish.colour, 1)
        shader.inputs["Emission Strength"].default_value = finish.glow
        made.cycles.emission_sampling = "NONE" if finish.glow < LIGHTS_UP else "AUTO"
    if finish.pattern:
        _weave(_Loom(made, shader), finish, wet=wet and finish.pattern in WETTABLE)
    return made


def far_as_light() -> object:
    """A material that glows with its distance from the camera, in metres along the view."""
    made = bpy.data.materials.new("far")
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    glow, eye = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeCameraData")
    links.new(eye.outputs["View Z Depth"], glow.inputs["Strength"])
    links.new(glow.outputs[0], nodes["Material Output"].inputs["Surface"])
    return made


class _Loom:
    def __init__(self, made: object, shader: object) -> None:
        self.tree, self.shader = made.node_tree, shader
        self.place = self.node("TexCoord").outputs["Object"]

    def node(self, kind: str, **settings: object) -> object:
        made = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in settings.items():
            setattr(made, name, value)
        return made

    def noise(self, scale: float, detail: float = 4, stretch: tuple[float, float, float] = (1, 1, 1)) -> object:
        mapping, noise = self.node("Mapping"), self.node("TexNoise")
        mapping.inputs["Scale"].default_value = stretch
        noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, detail
        self.tree.links.new(self.place, mapping.inputs["Vector"])
        self.tree.links.new(mapping.outputs[0], noise.inputs["Vector"])
        return noise.outputs["Fac"]

    def ramp(self, value: object, low: float, high: float, dark: float, light: float) -> object:
        made = self.node("MapRange")
        self.tree.links.new(value, made.inputs["Value"])
        for name, number in (("From Min", low), ("From Max", high), ("To Min", dark), ("To Max", light)):
            made.inputs[name].default_value = number
        return made.outputs[0]

    def times(self, one: object, other: object) -> object:
        made = self.node("Math", operation="MULTIPLY")
        self.tree.links.new(one, made.inputs[0])
        self.tree.links.new(other, made.inputs[1])
        return made.outputs[0]

    def tinted(self, colour: object, by: object) -> object:
        made = self.node("Mix", data_type="RGBA", blend_type="MULTIPLY")
        made.inputs["Factor"].default_value = 1.0
        if isinstance(colour, tuple):
            made.inputs["A"].default_value = (*colour, 1)
        else:
            self.tree.links.new(colour, made.inputs["A"])
        self.tree.links.new(by, made.inputs["B"])
        return made.outputs["Result"]

    def give(self, value: object, name: str) -> None:
        self.tree.links.new(value, self.shader.inputs[name])


def _weave(loom: _Loom, finish: Finish, *, wet: bool) -> None:
    if finish.pattern == "water":
        _ripple(loom)
        return
    shade = {"asphalt": _asphalt, "tiles": _worn, "plaster": _stained, "paint": _worn, "leaf": _mottled}[
        finish.pattern
    ](loom)
    colour = _bricks(loom, finish) if finish.pattern == "tiles" else finish.colour
    if wet:
        puddle = loom.noise(0.35, 3)
        shade = loom.times(shade, loom.ramp(puddle, 0.4, 0.62, 0.75, 0.42))
        loom.give(loom.ramp(puddle, 0.42, 0.6, 0.42, 0.06), "Roughness")
    loom.give(loom.tinted(colour, shade), "Base Color")


def _asphalt(loom: _Loom) -> object:
    patches = loom.ramp(loom.noise(0.22, 3), 0.35, 0.65, 0.72, 1.35)
    grain = loom.ramp(loom.noise(38, 2), 0.3, 0.7, 0.7, 1.3)
    tracks = loom.ramp(loom.noise(1.1, 5, (0.08, 1, 1)), 0.35, 0.65, 0.85, 1.15)
    return loom.times(loom.times(patches, grain), tracks)


def _stained(loom: _Loom) -> object:
    streaks = loom.ramp(loom.noise(1.4, 5, (1, 1, 0.12)), 0.38, 0.62, 0.62, 1.05)
    return loom.times(streaks, loom.ramp(loom.noise(0.35, 3), 0.3, 0.7, 0.82, 1.1))


def _worn(loom: _Loom) -> object:
    return loom.times(
        loom.ramp(loom.noise(3.5, 6), 0.38, 0.55, 0.45, 1.0), loom.ramp(loom.noise(0.5, 3), 0.3, 0.7, 0.8, 1.1)
    )


def _mottled(loom: _Loom) -> object:
    return loom.ramp(loom.noise(1.7, 3), 0.3, 0.7, 0.55, 1.5)


def _bricks(loom: _Loom, finish: Finish) -> object:
    made = loom.node("TexBrick", offset=0.0)
    red, green, blue = finish.colour
    for name, light in (("Color1", 1.0), ("Color2", 0.82), ("Mortar", 0.45)):
        made.inputs[name].default_value = (red * light, green * light, blue * light, 1)
    for name, number in (("Scale", 1.0), ("Brick Width", 0.4), ("Row Height", 0.4), ("Mortar Size", 0.012)):
        made.inputs[name].default_value = number
    loom.tree.links.new(loom.place, made.inputs["Vector"])
    return made.outputs["Color"]


def _ripple(loom: _Loom) -> None:
    bump = loom.node("Bump")
    bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = 0.35, 0.12
    loom.tree.links.new(loom.noise(1.6, 4, (1, 0.6, 1)), bump.inputs["Height"])
    loom.tree.links.new(bump.outputs[0], loom.shader.inputs["Normal"])
