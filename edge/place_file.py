"""Zones and lines of one camera written into a node's file, and nothing else of it changed: comments stay.

Idea: the file belongs to a person. It is not dumped anew; the text of each place that changed is cut out and another
put there, found by the marks of the YAML parser. A place keeps its comment as long as it keeps its id. What comes out
is read again and must hold the old content with these places in it and nothing else, or it is refused. Pure.
Limits: a camera that is an alias of another one cannot be written; a place is written on one line.
"""

import copy
from collections.abc import Sequence
from typing import Any, Final

import yaml

from streams.documents import parse

Place = dict[str, Any]
PARTS: Final = ("zones", "lines")


class NotWritten(ValueError):  # noqa: N818 - named for what happened, like the other refusals of this house
    """These places cannot be written into this file; the message says why."""


def with_places(text: str, name: str, camera: str, places: dict[str, Sequence[Place]]) -> str:
    """The text with these `zones` and `lines` at that camera. Raises NotWritten, DocumentRefused."""
    content = parse(text, name).content
    listed = content.get("cameras") if isinstance(content, dict) else None
    index = next((at for at, one in enumerate(listed or ()) if one.get("id") == camera), None)
    if index is None:
        raise NotWritten(f"{name}: no camera {camera}")
    wanted = copy.deepcopy(content)
    for part in PARTS:
        wanted["cameras"][index].pop(part, None)
        if places[part] or part in content["cameras"][index]:
            wanted["cameras"][index][part] = list(places[part])
    try:
        for part in PARTS:
            text = _with(text, index, part, places[part])
        written = yaml.safe_load(text)
    except yaml.YAMLError:  # of a name that other parts of the file use, the first was cut out
        written = None
    if written != wanted:
        raise NotWritten(f"{name}: this camera's places cannot be changed alone (an alias?); edit the file by hand")
    return text


def _with(text: str, index: int, part: str, places: Sequence[Place]) -> str:
    camera = _part(yaml.compose(text, yaml.SafeLoader), "cameras")[1].value[index]
    found = _part(camera, part)
    if found is None:
        return _added(text, camera, part, places) if places else text
    key, value = found
    if not places or not isinstance(value, yaml.SequenceNode) or value.flow_style or not value.value:
        return f"{text[: key.end_mark.index]}: {_flow(places)}{text[_end(value) :]}"
    start, end = value.value[0].start_mark.index, _end(value)
    before = yaml.safe_load(text)["cameras"][index][part]
    return text[:start] + _items(text, value, before, places) + text[end:]


def _items(text: str, listed: yaml.SequenceNode, before_this: Sequence[Place], places: Sequence[Place]) -> str:
    """The items of a block list from the first one's text on; each keeps what stands between it and the one before."""
    column = listed.value[0].start_mark.column
    before = f"\n{' ' * (listed.start_mark.column)}-{' ' * max(column - listed.start_mark.column - 1, 1)}"
    items, said, last = {}, {}, None
    for node, content in zip(listed.value, before_this, strict=True):
        name = next((value.value for key, value in node.value if key.value == "id"), None)
        gap = before if last is None else text[last : node.start_mark.index]
        items[name], said[name] = (gap, text[node.start_mark.index : _end(node)]), content
        last = _end(node)
    written = ""
    for place in places:
        gap, own = items.get(place.get("id"), (before, ""))
        new = own if own and said[place.get("id")] == place else _one(place)
        written += (gap if written else "") + new
    return written


def _added(text: str, camera: yaml.MappingNode, part: str, places: Sequence[Place]) -> str:
    end = _end(camera)
    if camera.flow_style:
        return f"{text[: end - 1].rstrip()}, {part}: {_flow(places)}{text[end - 1 :]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    indent = " " * camera.start_mark.column
    lines = "".join(f"\n{indent}  - {_one(place)}" for place in places)
    return f"{text[:line_end]}\n{indent}{part}:{lines}{text[line_end:]}"


def _part(mapping: Any, name: str) -> Any:  # noqa: ANN401 - PyYAML's nodes
    return next(((key, value) for key, value in mapping.value if key.value == name), None)


def _end(node: Any) -> int:  # noqa: ANN401 - PyYAML's nodes
    """Where the text of a node ends; a block's own mark stands behind the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _flow(places: Sequence[Place]) -> str:
    return "[" + ", ".join(map(_one, places)) + "]"


def _one(place: Place) -> str:
    text = yaml.safe_dump(place, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True)
    return str(text).strip()
