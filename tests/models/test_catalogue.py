from pathlib import Path

import pytest
from pydantic import ValidationError

from models.catalogue import BUNDLED, Head, Labels, Task, load, parse
from models.fetch import Held, verify
from models.provenance import Use
from streams.documents import DocumentRefused

ROOT = Path(__file__).parents[2]
GOOD = """\
models:
  tiny:
    title: a tiny one
    task: objects
    file: tiny.onnx
    sha256: "{sha}"
    bytes: 10
    input: {{height: 64, width: 96}}
    head: yolox
    labels: street
    licence: {{spdx: MIT, holder: me, fits: [run]}}
""".format(sha="a" * 64)
BROUGHT = f"{GOOD}    bundled: true\n"
LABELS = {"street.txt": "person\ncar\n", "street.yaml": "vehicle: [car]\n"}


def mistakes(text: str, labels: dict[str, str] = LABELS) -> list[str]:
    with pytest.raises(DocumentRefused) as wrong:
        parse(text, labels)
    return [str(mistake) for mistake in wrong.value.mistakes]


def test_a_catalogue_is_read_whole() -> None:
    entry = parse(GOOD, LABELS)["tiny"]
    assert (entry.task, entry.head, entry.input.width) == (Task.OBJECTS, Head.YOLOX, 96)
    assert entry.labels.indices("vehicle") == {1}


def test_every_mistake_is_listed_with_its_line() -> None:
    text = GOOD.replace("head: yolox", "head: yolo9000").replace("bytes: 10", "bytes: -1\n    colour: rgb")
    found = mistakes(text)
    assert [line.split(": ")[0] for line in found] == ["models.yaml:7", "models.yaml:8", "models.yaml:10"]
    assert "models.tiny.head" in found[2]


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("height: 64", "height: 65", 2, "multiples of 32"),
        ("file: tiny.onnx", "file: ../../etc/x.onnx", 5, "tiny.file"),
        ("a" * 64, "A" * 64, 6, "sha256"),
        ("labels: street", "labels: moon", 10, "no class names labels/moon.txt"),
        ("    title: a tiny one\n", "", 2, "tiny.title: is required and missing"),
        ("    bytes: 10\n", "    bytes: 10\n    bytes: 11\n", 8, "tiny.bytes: stands twice, first on line 7"),
        ("  tiny:", "  Tiny Net:", 2, "name"),
        ("fits: [run]", "fits: [run, sell]", 11, "licence.fits.1"),
        ("    head: yolox", "    head: yolox\n    sources: [ftp://x/y]", 10, "sources.0"),
        ("models:", "extra: 1\nmodels:", 1, "extra: unknown setting"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(before: str, after: str, line: int, says: str) -> None:
    (found,) = mistakes(GOOD.replace(before, after))
    assert found.startswith(f"models.yaml:{line}: ")
    assert says in found


@pytest.mark.parametrize("text", ["", "models: []", "- a", "models:\n  tiny: [\n", "models: {}"])
def test_what_is_no_catalogue_is_refused_and_says_what_one_is(text: str) -> None:
    (found,) = mistakes(text)
    assert found.startswith("models.yaml:")


@pytest.mark.parametrize("raw", ["null", "7", "[1, 2]"])
def test_an_entry_that_is_no_mapping_is_a_mistake(raw: str) -> None:
    assert mistakes(f"models:\n  tiny: {raw}\n")


def test_a_group_of_unknown_classes_is_a_mistake_in_the_labels_file() -> None:
    (found,) = mistakes(GOOD, LABELS | {"street.yaml": "vehicle: [car, tank]\n"})
    assert found.startswith("labels/street.yaml:1: ")
    assert "tank" in found


def test_a_group_written_twice_is_a_mistake() -> None:
    (found,) = mistakes(GOOD, LABELS | {"street.yaml": "vehicle: [car]\nvehicle: [person]\n"})
    assert found == "labels/street.yaml:2: vehicle: stands twice, first on line 1"


def test_a_catalogue_beside_the_labels_of_a_set_reads_only_the_class_names_it_names(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    for name, text in LABELS.items():
        (tmp_path / "labels" / name).write_text(text)
    (tmp_path / "labels" / "IMG_0001.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (tmp_path / "labels" / "nothing-in-it.txt").write_text("")
    (tmp_path / "labels" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    listed = tmp_path / "models.yaml"
    listed.write_text(GOOD)
    assert load(listed)["tiny"].labels.names == ("person", "car")
    for labels, told in (
        ("../models", "no class names"),
        ("nothing-in-it", "nothing-in-it.txt: Tuple should have at least 1 item"),
    ):
        listed.write_text(GOOD.replace("labels: street", f"labels: {labels}"))
        with pytest.raises(DocumentRefused, match=told):
            load(listed)
    (tmp_path / "labels" / "street.txt").write_bytes(b"\xff\xfe")
    listed.write_text(GOOD)
    with pytest.raises(DocumentRefused, match="no text"):
        load(listed)


def test_an_entry_never_changes_and_can_be_had_on_another_canvas() -> None:
    entry = parse(GOOD, LABELS)["tiny"]
    with pytest.raises(ValidationError):
        entry.file = "other.onnx"  # type: ignore[misc]  # the test is that this is refused
    assert entry.sized(128, 128).input.height == 128
    with pytest.raises(ValueError, match="multiples of 32"):
        entry.sized(100, 100)


def test_a_bundled_model_lies_in_the_package_and_any_other_in_the_store(tmp_path: Path) -> None:
    entry, other = parse(BROUGHT, LABELS)["tiny"], parse(GOOD, LABELS)["tiny"]
    assert (entry.bundled, entry.lies(tmp_path)) == (BUNDLED, BUNDLED / "tiny.onnx")
    assert (other.bundled, other.lies(tmp_path)) == (None, tmp_path / "tiny.onnx")
    assert entry.sized(128, 128).lies(tmp_path) == entry.lies(tmp_path)
    aside = parse(BROUGHT.replace("bundled: true", f"bundled: {tmp_path}"), LABELS)["tiny"]
    assert aside.lies(Path("store")) == tmp_path / "tiny.onnx"
    assert parse(BROUGHT.replace("bundled: true", "bundled: false"), LABELS)["tiny"].bundled is None


def test_a_model_that_is_bundled_and_fetched_is_a_mistake() -> None:
    (found,) = mistakes(f"{BROUGHT}    sources: [https://example.org/tiny.onnx]\n")
    assert found.startswith("models.yaml:2: ")
    assert "sources or bundled, not both" in found


def test_a_model_or_class_nobody_knows_says_what_there_is() -> None:
    with pytest.raises(KeyError, match="there are tiny"):
        parse(GOOD, LABELS)["huge"]
    with pytest.raises(KeyError, match="tank"):
        Labels(name="street", names=("car",)).indices("tank")


def test_a_model_we_do_not_hand_on_says_how_it_is_made() -> None:
    recipe = (
        "exports:\n  agpl:\n    title: t\n    weights: agpl.pt\n    licence: {spdx: MIT, holder: me, fits: [run]}\n"
    )
    catalogue = parse(GOOD + recipe, LABELS)
    assert catalogue.recipes["agpl"].weights == "agpl.pt"
    with pytest.raises(KeyError, match=r"wardsense models export agpl\.pt --into agpl\.onnx"):
        catalogue["agpl"]
    assert mistakes(GOOD + recipe.replace("weights: agpl.pt", "sha256: x"))[0].startswith("models.yaml:")


def test_the_catalogue_of_this_house_loads_and_speaks_the_trades_words() -> None:
    catalogue = load(ROOT / "configs" / "models.yaml")
    assert {entry.head for entry in catalogue.entries.values()} >= {Head.DETR, Head.YOLOX, Head.YUNET}
    labels = catalogue["deimv2-femto"].labels
    assert len(labels.names) == 80
    assert [labels.names[index] for index in sorted(labels.indices("vehicle", "two-wheeler"))] == [
        "bicycle", "car", "motorcycle", "bus", "truck",
    ]  # fmt: skip
    assert all(entry.sources or entry.bundled for entry in catalogue.entries.values())
    assert set(catalogue.recipes) == {"yolo11n", "yolo26n"}
    assert all(Use.SHIP not in recipe.licence.fits for recipe in catalogue.recipes.values())


def test_what_this_house_brings_along_is_what_its_catalogue_names_and_small(tmp_path: Path) -> None:
    brought = [entry for entry in load(ROOT / "configs" / "models.yaml").entries.values() if entry.bundled]
    assert {entry.file for entry in brought} == {path.name for path in BUNDLED.glob("*.onnx")}
    assert {verify(entry, tmp_path) for entry in brought} <= {Held.GOOD}
    assert all(set(Use) <= set(entry.licence.fits) for entry in brought)
    assert sum(entry.bytes for entry in brought) <= 6_000_000
