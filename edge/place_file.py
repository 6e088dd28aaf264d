"""Zones, lines, masks and rules of one camera written into a node's file, and nothing else of it changed.

Idea: the file belongs to a person. It is not dumped anew; the text of each part that changed is cut out and another
put there, found by the marks of the YAML parser. A place keeps its comment as long as it keeps its id; a rule has that
of one of its kind, over the same zone if there was one; a mask, which has no name, keeps it as long as it is the same
one or as many came as went. What comes out is read again and must hold the old content with these parts in it and
nothing else, or it is refused. Pure.
Limits: a camera that is an alias of another one cannot be written; what changed is written on one line.
"""

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

import yaml

from streams.documents import parse

Place = dict[str, Any]
PARTS: Final = ("zones", "lines", "masks", "watch")
MANY_LINES: Final = ("|", ">")
"""Styles of a text whose mark of the end stands behind the empty lines that follow it."""


class NotWritten(ValueError):  # noqa: N818 - named for what happened, like the other refusals of this house
    """These places cannot be written into this file; the message says why."""


def with_places(text: str, name: str, camera: str, places: Mapping[str, Sequence[Place]]) -> str:
    """The text with these at that camera, by their part of `PARTS`; a part that is not given stays as it is.

    Raises NotWritten, DocumentRefused.
    """
    content = parse(text, name).content
    found = camera_in(content, camera)
    if found is None:
        raise NotWritten(f"{name}: no camera {camera}")
    index, own = found
    for part in places:
        if not all(isinstance(place, dict) for place in own.get(part) or ()):
            raise NotWritten(f"{name}: {camera}: something among {part} is none; edit the file by hand")
    wanted = copy.deepcopy(content)
    for part, listed in places.items():
        wanted["cameras"][index].pop(part, None)
        if listed or part in own:
            wanted["cameras"][index][part] = list(listed)
    try:
        for part, listed in places.items():
            text = _with(text, index, part, listed)
        written = yaml.safe_load(text)
    except yaml.YAMLError:  # of a name that other parts of the file use, the first was cut out
        written = None
    if written != wanted:
        why = "an alias, or a text of several lines up to the last letter of the file?"
        raise NotWritten(f"{name}: this camera's places cannot be changed alone ({why}); edit the file by hand")
    return text


def camera_in(content: Any, camera: str) -> tuple[int, dict[str, Any]] | None:  # noqa: ANN401 - whatever a file holds
    """Where that camera stands in what was read of a node's file, and what it holds; None where there is none."""
    cameras = content.get("cameras") if isinstance(content, dict) else None
    listed = enumerate(cameras if isinstance(cameras, list) else ())
    return next(((at, one) for at, one in listed if isinstance(one, dict) and one.get("id") == camera), None)


def _with(text: str, index: int, part: str, places: Sequence[Place]) -> str:
    camera = _part(yaml.compose(text, yaml.SafeLoader), "cameras")[1].value[index]
    found = _part(camera, part)
    if found is None:
        return _added(text, camera, part, places) if places else text
    key, value = found
    if not places or not isinstance(value, yaml.SequenceNode) or value.flow_style or not value.value:
        return f"{text[: key.end_mark.index]}: {_flow(places)}{text[_end(text, value) :]}"
    start, end = value.value[0].start_mark.index, _end(text, value)
    before = yaml.safe_load(text)["cameras"][index][part]
    return text[:start] + _items(text, value, before, places) + text[end:]


def _items(text: str, listed: yaml.SequenceNode, before_this: Sequence[Place], places: Sequence[Place]) -> str:
    """The items of a block list from the first one's text on; each keeps what stands between it and the one before."""
    column = listed.value[0].start_mark.column
    before = f"\n{' ' * (listed.start_mark.column)}-{' ' * max(column - listed.start_mark.column - 1, 1)}"
    items, last = [], None
    for node in listed.value:
        gap = before if last is None else text[last : node.start_mark.index]
        items.append((gap, text[node.start_mark.index : _end(text, node)]))
        last = _end(text, node)
    written = ""
    for place, was in zip(places, _origins(before_this, places), strict=True):
        gap, own = (before, "") if was is None else items[was]
        new = own if was is not None and before_this[was] == place else _one(place)
        written += (gap if written else "") + new
    return written


def _origins(before: Sequence[Place], after: Sequence[Place]) -> list[int | None]:
    """Which of those before each of those after was; None for a new one."""
    found: list[int | None] = [None] * len(after)
    left = list(range(len(before)))

    def match(same: Callable[[Place, Place], bool]) -> None:
        for at, place in enumerate(after):
            was = next((old for old in left if found[at] is None and same(before[old], place)), None)
            if was is not None:
                found[at] = was
                left.remove(was)

    match(lambda old, new: old == new)
    match(lambda old, new: _name(old) == _name(new) is not None)
    match(lambda old, new: _kind(old) == _kind(new) is not None)
    nameless = all(_name(place) is None for place in (*before, *after))
    if nameless and len(left) == found.count(None):
        match(lambda *_: True)
    return found


def _name(place: Place) -> Hashable:
    """What a place or a rule is called in its list; None for a mask."""
    if "id" in place:
        return str(place["id"])
    kind = _kind(place)
    return None if kind is None else (kind, str(place[kind].get("zone")))


def _kind(place: Place) -> str | None:
    """Of which kind a rule is; None for what is none."""
    return next((kind for kind, rule in place.items() if isinstance(rule, dict)), None)


def _added(text: str, camera: yaml.MappingNode, part: str, places: Sequence[Place]) -> str:
    end = _end(text, camera)
    if camera.flow_style:
        return f"{text[: end - 1].rstrip()}, {part}: {_flow(places)}{text[end - 1 :]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    indent = " " * camera.start_mark.column
    lines = "".join(f"\n{indent}  - {_one(place)}" for place in places)
    return f"{text[:line_end]}\n{indent}{part}:{lines}{text[line_end:]}"


def _part(mapping: Any, name: str) -> Any:  # noqa: ANN401 - PyYAML's nodes
    return next(((key, value) for key, value in mapping.value if key.value == name), None)


def _end(text: str, node: Any) -> int:  # noqa: ANN401 - PyYAML's nodes
    """Where the text of a node ends; a block's own mark stands behind the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) and node.style in MANY_LINES:
        return node.start_mark.index + len(_of_its_own(text[node.start_mark.index : node.end_mark.index]))
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(text, last[1] if isinstance(last, tuple) else last)


def _of_its_own(block: str) -> str:
    """A text of several lines without the empty ones that follow it, unless its first line says to keep them."""
    keeps = "+" in block[: len("|2+")]
    return block.removesuffix("\n") if keeps else block.rstrip("\n")


def _flow(places: Sequence[Place]) -> str:
    return "[" + ", ".join(map(_one, places)) + "]"


def _one(place: Place) -> str:
    text = yaml.safe_dump(place, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True)
    return str(text).strip()
