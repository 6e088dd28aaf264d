"""Places are written into a person's file: what is not a place of that camera stays as it was, letter by letter."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edge.config import understand
from edge.place_file import NotWritten, Place, with_places

FILE = """# our node
node: node-1   # its name
ward: ward-1
broker: {}
cameras:
  - id: cam-1
    source: {drawn: 1}   # a street
    zones:   # drawn on Monday
      # the pavement
      - {id: walk, polygon: [[0, 0.4], [1, 0.4], [1, 0.7]], margin: 0.1}   # keep clear
      # the road
      - id: road
        polygon: [[0, 0.6], [1, 0.6], [1, 1]]
    # what is watched
    watch:
      # nobody sleeps here
      - loitering: {zone: walk, after_s: 20}
      # the police asked for it
      - stopped_vehicle:
          zone: road
          after_s: 60   # not less
    masks:
      # the window of number 7
      - polygon: [[0, 0], [0.1, 0], [0.1, 0.1]]
      # the yard
      - polygon: [[0.9, 0], [1, 0], [1, 0.1]]
  - {id: cam-2, source: {drawn: 2}}   # the other one
# the end
"""
WALK: Place = {"id": "walk", "polygon": [[0, 0.4], [1, 0.4], [1, 0.7]], "margin": 0.1}
ROAD: Place = {"id": "road", "polygon": [[0, 0.6], [1, 0.6], [1, 1]]}
LINE: Place = {"id": "stop", "a": [0.1, 0.5], "b": [0.9, 0.5]}
LOITERING: Place = {"loitering": {"zone": "walk", "after_s": 20}}
STOPPED: Place = {"stopped_vehicle": {"zone": "road", "after_s": 60}}
WINDOW: Place = {"polygon": [[0, 0], [0.1, 0], [0.1, 0.1]]}
YARD: Place = {"polygon": [[0.9, 0], [1, 0], [1, 0.1]]}
COMMENTS = [line[line.index("#") :] for line in FILE.splitlines() if "#" in line]


def camera(text: str, index: int = 0) -> dict[str, object]:
    return dict(yaml.safe_load(text)["cameras"][index])


def test_the_same_places_are_the_same_file() -> None:
    assert with_places(FILE, "f", "cam-1", {"zones": [WALK, ROAD], "lines": []}) == FILE


def test_a_place_that_moved_is_the_only_thing_that_changed() -> None:
    moved = WALK | {"polygon": [[0, 0.45], [1, 0.4], [1, 0.7]]}
    text = with_places(FILE, "f", "cam-1", {"zones": [moved, ROAD], "lines": []})
    assert text == FILE.replace("[[0, 0.4], [1", "[[0, 0.45], [1")


def test_a_new_place_stands_behind_the_others_and_every_comment_stays() -> None:
    text = with_places(FILE, "f", "cam-1", {"zones": [WALK, ROAD, {**ROAD, "id": "kerb"}], "lines": [LINE]})
    assert [part for part in COMMENTS if part not in text] == []
    understand(text, "f")


def test_a_camera_without_places_gets_some_also_on_one_line() -> None:
    text = with_places(FILE, "f", "cam-2", {"zones": [], "lines": [LINE]})
    assert camera(text, 1)["lines"] == [LINE]
    assert [part for part in COMMENTS if part not in text] == []


def test_the_last_place_can_be_removed() -> None:
    text = with_places(FILE, "f", "cam-1", {"zones": [], "lines": []})
    assert camera(text)["zones"] == []
    assert camera(text)["watch"] == camera(FILE)["watch"]


def test_the_same_rules_and_masks_are_the_same_file() -> None:
    assert with_places(FILE, "f", "cam-1", {"watch": [LOITERING, STOPPED], "masks": [WINDOW, YARD]}) == FILE


def test_a_rule_keeps_its_comment_while_its_figures_change() -> None:
    longer = {"loitering": {"zone": "walk", "after_s": 90}}
    text = with_places(FILE, "f", "cam-1", {"watch": [longer, STOPPED]})
    assert text == FILE.replace("loitering: {zone: walk, after_s: 20}", "{loitering: {zone: walk, after_s: 90}}")
    understand(text, "f")


def test_what_a_rule_says_beside_its_figures_is_kept() -> None:
    rules = [{**LOITERING, "look_every_s": 30}, STOPPED]
    text = with_places(FILE, "f", "cam-1", {"watch": rules})
    assert camera(text)["watch"] == rules
    assert [part for part in COMMENTS if part not in text] == []
    understand(text, "f")


def test_a_rule_keeps_its_comment_when_its_zone_is_given_another_name() -> None:
    renamed = {"loitering": {"zone": "pavement", "after_s": 20}}
    zones = [WALK | {"id": "pavement"}, ROAD]
    text = with_places(FILE, "f", "cam-1", {"zones": zones, "watch": [renamed, {"crowding": {}}, STOPPED]})
    assert text.index("{loitering:") < text.index("# the police asked for it") < text.index("stopped_vehicle:")


def test_a_rule_that_goes_takes_its_comment_along_and_no_other() -> None:
    text = with_places(FILE, "f", "cam-1", {"watch": [LOITERING]})
    assert camera(text)["watch"] == [LOITERING]
    assert [part for part in COMMENTS if part not in text] == ["# the police asked for it"]


def test_a_mask_that_moved_keeps_its_comment() -> None:
    moved = {"polygon": [[0.9, 0], [1, 0], [1, 0.2]]}
    text = with_places(FILE, "f", "cam-1", {"masks": [WINDOW, moved]})
    assert text == FILE.replace("- polygon: [[0.9, 0], [1, 0], [1, 0.1]]", "- {polygon: [[0.9, 0], [1, 0], [1, 0.2]]}")


def test_a_mask_that_moved_while_another_went_takes_over_no_comment_of_the_other() -> None:
    moved = {"polygon": [[0.9, 0], [1, 0], [1, 0.2]]}
    text = with_places(FILE, "f", "cam-1", {"masks": [moved, {"polygon": [[0.5, 0], [0.6, 0], [0.6, 0.1]]}, WINDOW]})
    assert "# the yard" not in text
    understand(text, "f")


def test_what_is_not_given_stays_as_it_is() -> None:
    text = with_places(FILE, "f", "cam-1", {"lines": [LINE]})
    assert {**camera(FILE), "lines": [LINE]} == camera(text)
    assert [part for part in COMMENTS if part not in text] == []


@pytest.mark.parametrize(
    ("cameras", "why"),
    [
        ("[cam-1, 3, ~]", "no camera cam-1"),
        ("{id: cam-1}", "no camera cam-1"),
        ("[cam-1, {id: cam-1, zones: [walk]}]", "something among zones is none"),
        ("[{id: cam-1, zones: [~]}]", "something among zones is none"),
    ],
)
def test_what_is_no_camera_and_no_place_is_refused_and_not_written_over(cameras: str, why: str) -> None:
    with pytest.raises(NotWritten, match=why):
        with_places(f"cameras: {cameras}\n", "node.yaml", "cam-1", {"zones": [WALK]})


def test_a_camera_nobody_knows_and_an_alias_are_refused() -> None:
    with pytest.raises(NotWritten, match="no camera cam-9"):
        with_places(FILE, "f", "cam-9", {"zones": [], "lines": []})
    shared = "cameras:\n  - &one {id: cam-1, zones: &z [{id: a}]}\n  - {id: cam-2, zones: *z}\n"
    with pytest.raises(NotWritten, match="by hand"):
        with_places(shared, "f", "cam-1", {"zones": [ROAD], "lines": []})


@pytest.mark.parametrize("style", ["|", ">", "|-", ">-", "|2"])
@pytest.mark.parametrize("after", ["", "\n# the next\n", "  - id: cam-2\n", "node: n\n", "\n\n"])
@pytest.mark.parametrize("last", ["# 3", "   ", "\u00a0"])
def test_places_are_put_behind_a_text_of_several_lines_and_before_what_follows_it(
    style: str, after: str, last: str
) -> None:
    before = f"cameras:\n  - id: cam-1\n    title: {style}\n      by the bridge,\n\n      {last}\n"
    text = with_places(before + after, "f", "cam-1", {"zones": [WALK]})
    assert camera(text) == {**camera(before), "zones": [WALK]}
    assert text.startswith(before)
    assert text.endswith(after)


@pytest.mark.parametrize("lines", ["|+\n      by\n\n\n", "|2+\n      by\n\n", "|2\n        by\n      again\n"])
@pytest.mark.parametrize("after", ["", "    # its places\n", "  - id: cam-2\n"])
def test_places_are_put_behind_a_text_that_says_what_is_its_own(lines: str, after: str) -> None:
    before = f"cameras:\n  - id: cam-1\n    title: {lines}"
    text = with_places(before + after, "f", "cam-1", {"zones": [WALK]})
    assert camera(text) == {**camera(before), "zones": [WALK]}
    assert text.startswith(before)
    assert text.endswith(after)


def test_a_text_up_to_the_last_letter_of_the_file_is_refused_with_what_may_be_wrong() -> None:
    with pytest.raises(NotWritten, match="last letter of the file"):
        with_places("cameras:\n  - id: cam-1\n    title: |\n      by the bridge", "f", "cam-1", {"zones": [WALK]})


shares = st.floats(0, 1).map(lambda part: round(part, 4))
places = st.lists(
    st.fixed_dictionaries({
        "id": st.sampled_from(["walk", "road", "a", "b"]),
        "polygon": st.lists(st.tuples(shares, shares).map(list), min_size=3, max_size=5),
    }),
    max_size=4,
    unique_by=lambda place: place["id"],
)  # fmt: skip


masks = st.lists(st.fixed_dictionaries({"polygon": st.lists(st.tuples(shares, shares).map(list), max_size=5)}))
rules = st.lists(
    st.tuples(
        st.sampled_from(["loitering", "stopped_vehicle"]),
        st.fixed_dictionaries({"zone": st.sampled_from(["walk", "road"]), "after_s": st.sampled_from([20, 60, 1.5])}),
    ).map(lambda rule: dict([rule])),
    max_size=4,
)


@given(zones=places, lines=places, masks=masks, watch=rules, which=st.sampled_from(["cam-1", "cam-2"]))
def test_whatever_is_drawn_is_what_is_read(
    zones: list[Place], lines: list[Place], masks: list[Place], watch: list[Place], which: str
) -> None:
    drawn = {"zones": zones, "lines": lines, "masks": masks, "watch": watch}
    text = with_places(FILE, "f", which, drawn)
    index = int(which[-1]) - 1
    assert {part: camera(text, index).get(part, []) for part in drawn} == drawn
    assert camera(text, 1 - index) == camera(FILE, 1 - index)
