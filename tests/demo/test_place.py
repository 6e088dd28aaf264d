"""The folder of a run: never one with other people's things in it, never one where another run is at work."""

import stat
from pathlib import Path

import pytest

from demo.place import MARK, FolderRefusedError, take


def test_a_folder_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    place = take(tmp_path / "a" / "b")
    with place.mark:
        assert place.folder == tmp_path / "a" / "b"
        assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700


def test_what_an_earlier_run_left_is_removed(tmp_path: Path) -> None:
    with take(tmp_path / "run").mark:
        (tmp_path / "run" / "log").mkdir()
        (tmp_path / "run" / "log" / "node.log").write_text("old")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "kept").touch()
        (tmp_path / "run" / "link").symlink_to(tmp_path / "elsewhere")
    with take(tmp_path / "run").mark:
        assert [left.name for left in (tmp_path / "run").iterdir()] == [MARK]
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_a_foreign_folder_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderRefusedError, match="not empty and not a folder of the demonstration"):
        take(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderRefusedError, match="cannot be used"):
        take(tmp_path / "file")


def test_a_folder_where_a_demonstration_runs_is_left_to_it(tmp_path: Path) -> None:
    with take(tmp_path / "run").mark:
        (tmp_path / "run" / "wardsense.db").touch()
        with pytest.raises(FolderRefusedError, match="a demonstration is running here"):
            take(tmp_path / "run")
        assert (tmp_path / "run" / "wardsense.db").exists()
