"""The configurations a release brings along, from a working copy; `tests/test_wheel.py` finds them in a wheel."""

import os
import subprocess
import sys
from pathlib import Path

from streams import shipped
from tests.conftest import ROOT

ASK = "from streams import shipped; print(shipped.config('models.yaml').resolve())"


def asked(folder: Path) -> Path:
    clean = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env=clean, capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def test_a_working_copy_ships_the_folder_beside_its_packages() -> None:
    assert shipped.configs().resolve() == ROOT / "configs"


def test_everywhere_else_the_shipped_file_is_found(tmp_path: Path) -> None:
    assert asked(tmp_path) == ROOT / "configs" / "models.yaml"


def test_a_file_of_ones_own_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "configs" / "models.yaml"
    own.parent.mkdir()
    own.write_text("{}\n", encoding="utf-8")
    assert asked(tmp_path) == own
