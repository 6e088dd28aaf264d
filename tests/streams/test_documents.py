"""A document is read or refused, and every mistake is told with file and line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from streams.documents import DocumentRefused, fit, parse, read


class Camera(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str
    fps: float = Field(default=5, gt=0)


class Node(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    cameras: dict[str, Camera] = {}
    wards: list[str] = []


GOOD = "name: one\ncameras:\n  gate:\n    url: rtsp://gate\nwards: [a, b]\n"


def told(text: str) -> list[str]:
    with pytest.raises(DocumentRefused) as caught:
        read(text, "node.yaml", Node)
    assert str(caught.value) == "\n".join(str(mistake) for mistake in caught.value.mistakes)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_good_document_is_read() -> None:
    node = read(GOOD, "node.yaml", Node)
    assert node == Node(name="one", cameras={"gate": Camera(url="rtsp://gate")}, wards=["a", "b"])


def test_every_mistake_is_told_in_line_order() -> None:
    text = "name: yes\ncameras:\n  gate:\n    url: rtsp://gate\n    fps: -1\n  yard:\n    speed: 3\nwards: [a, 7]\n"
    lines = told(text)
    assert [line.split(": ")[0] for line in lines] == [
        "node.yaml:1",
        "node.yaml:5",
        "node.yaml:6",
        "node.yaml:7",
        "node.yaml:8",
    ]
    assert "cameras.gate.fps: " in lines[1]
    assert lines[2] == "node.yaml:6: cameras.yard.url: is required and missing"
    assert lines[3] == "node.yaml:7: cameras.yard.speed: unknown setting: is it spelt right?"


def test_a_key_that_stands_twice_is_a_mistake() -> None:
    assert told("name: one\nwards: []\nname: two\n") == ["node.yaml:3: name: stands twice, first on line 1"]


def test_an_empty_document_lacks_what_is_required() -> None:
    assert told("") == ["node.yaml:1: name: is required and missing"]
    assert told("# nothing yet\n") == ["node.yaml:1: name: is required and missing"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: [one\n", 2),
        ("name: one\n\tcameras: {}\n", 2),
        ("name: one\n---\nname: two\n", 2),
        ("name: !!python/object/apply:os.system [ls]\n", 1),
        ("? [a]\n: b\n", 1),
        ("name: 2026-13-45\n", 1),
        ("name: one\ncameras:\n  - id: 2026-02-30 10:00:00\n", 3),
        ("a: &a [one]\nb: [*a, *a]\nc: &c {d: *c}\n", 3),
        ("a: &a [one, *b, &b two]\n", 1),
        ("a: &a {b: *a}\nc: 2026-13-45\n", 2),
        ("name: !!int one\n", 1),
        ("name: \x00\n", 1),
        ("name: \ud800\n", 1),
        ("name: &one\n- *one\n", 1),
        ("[" * 100_000, 1),
        ("- " * 100_000, 1),
    ],
)
def test_what_is_no_usable_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    (mistake,) = told(text)
    assert mistake.startswith(f"node.yaml:{line}: ")


def test_aliases_that_multiply_are_refused() -> None:
    layers = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "too many parts" in told("a0: &a0 [1]\n" + layers)[0]


def test_an_alias_that_is_used_honestly_is_read() -> None:
    text = "name: one\ncameras:\n  gate: &gate\n    url: rtsp://gate\n  yard: *gate\n"
    assert read(text, "node.yaml", Node).cameras["yard"].url == "rtsp://gate"


def test_a_document_that_is_no_mapping_is_refused() -> None:
    assert told("- name\n")[0].startswith("node.yaml:1: ")


def test_a_check_across_the_document_finds_the_line_of_a_part() -> None:
    document = parse(GOOD, "node.yaml")
    assert str(document.mistake(("cameras", "gate"), "is nowhere")) == "node.yaml:3: cameras.gate: is nowhere"
    assert document.mistake(("cameras", "yard", "url"), "x").line == 2
    assert fit(document, Node).name == "one"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DocumentRefused):
        assert isinstance(read(text, "node.yaml", Node), Node)
