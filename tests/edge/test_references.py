"""A node that starts again knows what its cameras showed: what changed meanwhile is told, what was meant believed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import uuid_utils.compat as uuid

from edge.config import CameraSetting
from edge.eye import Eye, Task
from edge.fitness import Fitness, Unfit
from edge.known_view import MOST_BYTES
from edge.luma import Luma
from edge.references import References
from edge.rewrite import rewrite
from edge.telling import Witness
from streams.frames import Frame
from tests.parts.scripted_eyes import ScriptedEyes
from tests.parts.spoil import (
    Film,
    blurred,
    covered,
    dusk,
    frozen,
    headlights,
    infra_red,
    nudged,
    painted,
    street,
    turned,
)

NOON: Final = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
CAMERA: Final = "gate"
WALL: Final = {"id": "wall", "polygon": ((0.2, 0.2), (0.5, 0.2), (0.5, 0.5), (0.2, 0.5))}
SETTING: Final = {
    "id": CAMERA,
    "source": {"drawn": 1},
    "zones": [WALL],
    "watch": [{"slow_change": {"zone": "wall", "every_s": 15}}],
}
LOOK_S: Final = 5
TOLD: Final = {covered: Unfit.COVERED, painted: Unfit.DARK, blurred: Unfit.BLURRED, nudged: Unfit.MOVED}
"""As what they are told after a restart. How light it was is not kept, so black paint may be a dark night."""


@dataclass
class Life:
    """One camera of a node, from its start to its end."""

    references: References
    fitness: Fitness
    eye: Eye
    began: datetime

    def watch(self, film: Film, seconds: range, scale: int = 1) -> tuple[list[Unfit | None], list[str]]:
        """What is said of the camera in each second, and what happens in its zones."""
        words, told = [], []
        for second in seconds:
            now = self.began + timedelta(seconds=second)
            picture = film(second)
            frame = Frame(CAMERA, second, now, float(second - seconds[0]), bgr(picture, scale))
            self.references.seen(frame, now)
            before = self.fitness.unfit
            words.append(self.fitness.judge(picture, frame.elapsed))
            if words[-1] is not before:
                self.references.keep(CAMERA, now)
            if words[-1] is None and second % LOOK_S == 0:
                told += [f"{event.phase} {event.kind}" for event in self.eye.look(frame, ScriptedEyes()).events]
        return words, told

    def end(self, second: int) -> None:
        self.references.keep_all(self.began + timedelta(seconds=second))


def start(folder: Path, told: Mapping[str, object] = SETTING, began: datetime = NOON) -> Life:
    setting = CameraSetting.model_validate(told)
    fitness = Fitness(setting.fitness)
    task = Task(setting.classes, evidence=False)
    eye = Eye(Witness(CAMERA), task, setting.scene(), uuid.uuid7)
    references = References(folder, {CAMERA: setting}, {CAMERA: fitness}, {CAMERA: eye})
    return Life(references, fitness, eye, began)


def bgr(picture: Luma, scale: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.repeat(np.kron(picture, np.ones((scale, scale), np.uint8))[..., None], 3, axis=2)


def postered(second: int) -> Luma:
    """The street with a poster on the wall."""
    picture = street(second)
    picture[40:80, 80:140] = 250
    return picture


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a camera that was watched for 70 s, as it is kept at the end."""
    folder = tmp_path_factory.mktemp("learnt")
    life = start(folder)
    words, told = life.watch(street, range(70))
    assert (set(words), told) == ({None}, [])
    life.end(70)
    return file(folder).read_bytes()


@pytest.fixture
def life(tmp_path: Path, learnt: bytes) -> Path:
    """The folder of a node that has learnt that."""
    rewrite(file(tmp_path), learnt)
    return tmp_path


def file(folder: Path) -> Path:
    return folder / f"{CAMERA}.json"


def knows(folder: Path, scale: int = 1, setting: Mapping[str, object] = SETTING, days: int = 0) -> bool:
    """Whether a node that starts so many days later knows what the camera showed."""
    begun = start(folder, setting, NOON + timedelta(days=days))
    begun.watch(street, range(200, 203), scale)
    return begun.fitness.usual is not None


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_put_up_while_the_node_was_away_is_a_change_where_the_clean_wall_was_kept(
    life: Path,
    kept: bool,  # noqa: FBT001 - with it or without
) -> None:
    if not kept:
        file(life).unlink()
    words, told = start(life).watch(postered, range(200, 340))
    assert set(words) == {None}
    assert [word for word in told if word.startswith("opened")] == (["opened slow_change"] if kept else [])


def test_what_is_told_to_be_clean_is_learnt_anew_by_the_node_that_runs_and_by_the_next(life: Path) -> None:
    begun = start(life)
    _, told = begun.watch(postered, range(200, 340))
    assert told == ["opened slow_change"]
    assert begun.references.relearn({"camera": CAMERA}) == ()
    assert b'"clean":{}' in file(life).read_bytes(), "a power cut brings the old picture not back"
    _, told = begun.watch(lambda second: postered(second + 340), range(140))
    assert told == ["closed slow_change"]
    begun.end(300)
    assert start(life).watch(postered, range(500, 640))[1] == []
    _, told = start(life).watch(street, range(700, 840))
    assert told == ["opened slow_change"], "the poster is clean now, and its absence a change"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "unknown_camera"),
        ({"camera": "porch"}, "unknown_camera"),
        ({"camera": 7}, "unknown_camera"),
        ({"camera": CAMERA, "rule": "slow_change/door/any"}, "unknown_rule"),
        ({"camera": CAMERA, "rule": ["slow_change/wall/any"]}, "unknown_rule"),
    ],
)
def test_nothing_is_let_go_for_a_camera_or_a_rule_that_is_not_there(
    life: Path, asked: dict[str, object], code: str
) -> None:
    before = file(life).read_bytes()
    (reason,) = start(life).references.relearn(asked)
    assert reason.code == code
    assert file(life).read_bytes() == before


def test_a_clean_wall_stays_clean_over_many_lives(life: Path) -> None:
    for second in (200, 400, 600):
        begun = start(life)
        assert begun.watch(street, range(second, second + 5))[1] == []
        begun.end(second + 5)
    _, told = start(life).watch(postered, range(800, 940))
    assert "opened slow_change" in told


def test_a_move_is_said_and_no_slow_change_and_the_next_start_believes_it(life: Path) -> None:
    begun = start(life)
    words, told = begun.watch(turned(street, 0), range(200, 260))
    assert words[-1] is Unfit.MOVED
    assert told == []
    assert not file(life).exists(), "gone as soon as it was said: the node may be killed any time"
    begun.end(260)
    assert not file(life).exists()
    assert set(start(life).watch(turned(street, 0), range(400, 500))[0]) == {None}


def test_what_is_not_a_move_leaves_the_usual_as_it_was(life: Path) -> None:
    begun = start(life)
    assert begun.watch(frozen(street, 0), range(200, 270))[0][-1] is Unfit.FROZEN
    begun.end(270)
    assert knows(life)


@pytest.mark.parametrize(("spoil", "due"), TOLD.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_camera_spoiled_while_the_node_was_away_is_told_and_not_learnt(
    life: Path, spoil: Callable[[Film, int], Film], due: Unfit
) -> None:
    words, _ = start(life).watch(spoil(street, 150), range(200, 270))
    assert set(words) == {None, due}
    assert words[-1] is due


@pytest.mark.parametrize(("weather", "since"), [(dusk, -800), (infra_red, 199), (headlights, 199)])
def test_a_restart_at_another_time_of_the_day_says_nothing(
    life: Path, weather: Callable[[Film, int], Film], since: int
) -> None:
    assert set(start(life).watch(weather(street, since), range(200, 300))[0]) == {None}


def test_a_view_of_another_size_source_or_time_is_not_taken_up(life: Path) -> None:
    assert knows(life)
    assert not knows(life, scale=2)
    assert not knows(life, setting={**SETTING, "source": {"drawn": 2}})
    assert not knows(life, setting={**SETTING, "masks": [{"polygon": ((0, 0), (0.1, 0), (0.1, 0.1))}]})
    assert not knows(life, days=8)


@pytest.mark.parametrize("content", [b"", b"\0" * 80_000, b"{}" + b" " * MOST_BYTES], ids=["empty", "zeros", "long"])
def test_a_damaged_file_is_refused_and_replaced(life: Path, content: bytes) -> None:
    file(life).write_bytes(content)
    begun = start(life)
    begun.watch(street, range(200, 265))
    begun.end(265)
    assert knows(life)


def test_half_a_file_that_a_power_cut_left_beside_is_swept_away(life: Path) -> None:
    beside = file(life).with_name(file(life).name + ".new")
    beside.write_bytes(file(life).read_bytes()[:500])
    assert knows(life)
    assert list(life.iterdir()) == [file(life)]


def test_the_files_of_cameras_that_are_no_more_go(life: Path) -> None:
    References(life, {}, {}, {})
    assert list(life.iterdir()) == []


def test_a_disk_that_refuses_costs_the_view_and_nothing_else(tmp_path: Path) -> None:
    file(tmp_path).mkdir()
    begun = start(tmp_path)
    assert set(begun.watch(street, range(200, 265))[0]) == {None}
    begun.end(265)
    assert file(tmp_path).is_dir()


def test_too_little_seen_is_not_kept(tmp_path: Path) -> None:
    begun = start(tmp_path)
    begun.watch(street, range(30))
    begun.end(30)
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_may_read_what_is_kept(life: Path) -> None:
    begun = start(life)
    begun.watch(street, range(200, 203))
    begun.end(203)
    assert file(life).stat().st_mode & 0o077 == 0


def test_where_moves_are_not_judged_no_clean_wall_is_taken_up(life: Path) -> None:
    begun = start(life, {**SETTING, "fitness": {"judge": ["covered"]}})
    assert begun.watch(postered, range(200, 340))[1] == []
    assert begun.fitness.usual is not None
