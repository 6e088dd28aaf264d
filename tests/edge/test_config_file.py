"""The node's file on a real disk: exchanged, tried, taken back, and left alone once a person has touched it."""

import stat
from pathlib import Path

import pytest

from edge.config_file import UNSTEADY, ConfigFile
from edge.trial import MOST_STARTS, Step, Trial, at_start
from streams.documents import DocumentRefused
from streams.wire.words import Reason

GOOD = "node: node-1\nward: ward-1\ndata: {folder}\nbroker: {{host: 127.0.0.1}}\n"
WHY = (Reason(code="did_not_start"),)
HERE, ELSEWHERE = "a" * 64, "b" * 64


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    (tmp_path / "node.yaml").write_text(GOOD.format(folder=tmp_path))
    return ConfigFile(tmp_path / "node.yaml")


def again(file: ConfigFile) -> ConfigFile:
    """The same file, in the next life of the node."""
    return ConfigFile(file.path)


def revised(file: ConfigFile, revision: str) -> str:
    return f"revision: {revision}\n{file.path.read_text()}"


def trial(starts: int = 0, reasons: tuple[Reason, ...] = ()) -> Trial:
    return Trial(revision="r2", sha256=HERE, starts=starts, reasons=reasons)


@pytest.mark.parametrize(
    ("before", "sha256", "step"),
    [
        (trial(), HERE, Step.TRY),
        (trial(starts=MOST_STARTS - 1), HERE, Step.TRY),
        (trial(starts=MOST_STARTS), HERE, Step.TAKE_BACK),
        (trial(starts=MOST_STARTS), ELSEWHERE, Step.FORGET),
        (trial(reasons=WHY), HERE, Step.TAKE_BACK),
        (trial(reasons=WHY), ELSEWHERE, Step.TELL),
    ],
)
def test_a_start_knows_what_to_do_about_a_trial(before: Trial, sha256: str, step: Step) -> None:
    assert at_start(before, sha256) is step


def test_a_file_says_its_revision_or_when_it_was_written(file: ConfigFile) -> None:
    assert file.load()[1].endswith("Z")
    file.adopt("r2", revised(file, "r2"))
    assert file.load()[1] == "r2"
    assert file.own["broker"] == {"host": "127.0.0.1"}


def test_a_new_file_takes_the_place_of_the_old_one_which_is_kept(file: ConfigFile) -> None:
    old = file.path.read_text()
    file.path.chmod(0o640)
    file.adopt("r2", revised(file, "r2"))
    assert (file.path.read_text(), file.last.read_text()) == (f"revision: r2\n{old}", old)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file.path, file.last)} == {0o640}


def test_a_file_that_never_stands_is_taken_back_after_three_starts_and_told(file: ConfigFile) -> None:
    old = file.path.read_text()
    file.adopt("r2", revised(file, "r2"))
    for _ in range(MOST_STARTS):
        begun = again(file).begin()
        assert begun is not None
        assert not begun.reasons
    over = again(file).begin()
    assert over is not None
    assert (over.revision, over.reasons, file.path.read_text()) == ("r2", UNSTEADY, old)
    assert again(file).begin() == over, "it is told until it has been told"
    again(file).proven()
    assert again(file).begin() is None


def test_a_file_that_was_refused_at_the_start_is_taken_back_at_once(file: ConfigFile) -> None:
    old = file.path.read_text()
    file.adopt("r2", "no longer: a node\n")
    life = again(file)
    begun = life.begin()
    assert begun is not None
    with pytest.raises(DocumentRefused):
        life.load()
    life.take_back(begun, WHY)
    assert life.load()
    assert file.path.read_text() == old


def test_a_file_that_stands_is_on_trial_no_more(file: ConfigFile) -> None:
    file.adopt("r2", revised(file, "r2"))
    file.proven()  # the old life ends in good order, and proves nothing about the new file
    life = again(file)
    assert life.begin() is not None
    life.proven()
    assert again(file).begin() is None


def test_a_second_file_during_a_trial_falls_back_to_the_last_the_node_stood_on(file: ConfigFile) -> None:
    old = file.path.read_text()
    file.adopt("r2", revised(file, "r2"))
    life = again(file)
    life.begin()
    life.adopt("r3", revised(file, "r3"))
    assert file.last.read_text() == old


def test_what_a_person_wrote_is_not_taken_back(file: ConfigFile) -> None:
    file.adopt("r2", revised(file, "r2"))
    edited = "# mended by hand\n" + file.path.read_text()
    file.path.write_text(edited)
    assert again(file).begin() is None
    assert file.path.read_text() == edited


def test_a_trial_nobody_can_read_does_not_keep_a_node_from_starting(file: ConfigFile) -> None:
    file.path.with_name("node.yaml.trial").write_text("{")
    assert again(file).begin() is None
