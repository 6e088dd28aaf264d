"""The planted networks: what was made half way is made again."""

import subprocess
from pathlib import Path

import pytest

from benchmarks import planted
from models import cards
from tests.parts import bright_eye


def test_a_pair_is_taken_as_it_lies_only_with_the_cards_that_are_written_last(tmp_path: Path) -> None:
    nobody, film = Path("/bin/false"), tmp_path / "film.mp4"
    made = [bright_eye.write(tmp_path, f"ours-10-96x64{tail}") for tail in ("", "-int8")]
    assert planted.pair(tmp_path, nobody, film, (96, 64), 10) == planted.Pair(*made)
    cards.card(made[1]).unlink()
    with pytest.raises(subprocess.CalledProcessError):
        planted.pair(tmp_path, nobody, film, (96, 64), 10)
