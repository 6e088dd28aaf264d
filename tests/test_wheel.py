"""The built wheel in empty environments: [edge] alone and [central] alone install and start."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "uv",
        "build",
        "--wheel",
        "--no-build-isolation",
        "--out-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


def installed(wheel: Path, extra: str, folder: Path) -> Path:
    """An environment with the wheel and what one extra's lock names, and nothing else."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*uv, "--require-hashes", "-r", str(ROOT / "requirements" / f"{extra}.txt")], check=True)
    subprocess.run([*uv, "--no-deps", str(wheel)], check=True)
    return folder / "bin" / "wardsense"


def run(door: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run([str(door), *words], capture_output=True, text=True, cwd=door.parent, env=clean, check=False)


@pytest.mark.timeout(300)
def test_an_edge_box_without_the_centre_checks_its_configuration(wheel: Path, tmp_path: Path) -> None:
    door = installed(wheel, "edge", tmp_path / "edge")
    assert run(door, "--help").returncode == 0
    (tmp_path / "node.yaml").write_text(
        "node: n-1\nward: w-1\nbroker: {}\ncameras:\n  - {id: c-1, source: {drawn: 1}}\n", encoding="utf-8"
    )
    checked = run(door, "edge", "check", "--config", str(tmp_path / "node.yaml"))
    assert checked.returncode == 0, checked.stderr
    assert "good" in checked.stdout
    missing = run(door, "central", "--help")
    assert missing.returncode != 0
    assert "wardsense[central]" in " ".join(missing.stderr.split())


@pytest.mark.timeout(300)
def test_a_server_without_the_edge_opens_its_doors(wheel: Path, tmp_path: Path) -> None:
    door = installed(wheel, "central", tmp_path / "central")
    assert run(door, "--help").returncode == 0
    helped = run(door, "central", "--help")
    assert helped.returncode == 0, helped.stderr
    missing = run(door, "edge", "--help")
    assert missing.returncode != 0
    assert "wardsense[edge]" in " ".join(missing.stderr.split())
