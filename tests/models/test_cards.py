import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from numpy.typing import NDArray

from models import cards
from models.cards import NoCard
from models.catalogue import Entry, Head, load, parse
from tests.conftest import ROOT

Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]


def test_a_card_says_the_whole_entry_and_is_a_catalogue(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    entry, path = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)))
    card = cards.write(entry, path)
    assert card == tmp_path / "tiny.yaml"
    assert cards.read(path) == entry == load(card)["tiny"]
    assert cards.found(str(path), tmp_path / "no-catalogue", tmp_path / "no-store") == (entry, path)


def test_the_card_shown_in_the_guide_is_a_good_one() -> None:
    (shown,) = re.findall(r"```yaml\n(models:.*?)```", (ROOT / "docs" / "models.md").read_text("utf-8"), re.DOTALL)
    assert parse(shown, {})["eye"].labels.indices("vehicle") == {2}


def test_a_sealed_entry_names_the_file_as_it_is(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    entry, path = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)))
    changed = tmp_path / "other.onnx"
    changed.write_bytes(path.read_bytes() + b"more")
    sealed = cards.sealed(entry, changed)
    assert (sealed.file, sealed.bytes) == ("other.onnx", entry.bytes + 4)
    assert sealed.sha256 != entry.sha256


def test_a_bundled_model_is_found_in_its_folder_and_what_is_made_of_it_is_a_file_of_its_own(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    entry, path = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)), bundled=tmp_path)
    listed = cards.write(entry, tmp_path / "models.onnx")
    assert cards.found("tiny", listed, tmp_path / "no-store") == (entry, path)
    assert cards.sealed(entry, path).bundled is None


def test_a_model_that_cannot_be_found_says_what_to_do(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    entry, path = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)))
    with pytest.raises(NoCard, match="has no card"):
        cards.read(path)
    listed = yaml.safe_load(cards.write(entry, path).read_text())["models"]
    cards.card(path).write_text(yaml.safe_dump({"models": listed | {"other": listed["tiny"]}}))
    with pytest.raises(NoCard, match="one model, this one, not 2"):
        cards.read(path)
    with pytest.raises(NoCard, match=r"there are other, tiny; or name a file"):
        cards.found("huge", cards.card(path), tmp_path)
