"""The built wheel in empty environments: [edge] alone and [central] alone install and start."""

import os
import subprocess
import sys
import venv
import zipfile
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


def installed(wheel: Path, folder: Path, *extras: str) -> Path:
    """An environment with the wheel and what the locks of these extras name, and nothing else."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    for extra in extras:
        subprocess.run([*uv, "--require-hashes", "-r", str(ROOT / "requirements" / f"{extra}.txt")], check=True)
    subprocess.run([*uv, "--no-deps", str(wheel)], check=True)
    return folder / "bin" / "wardsense"


def run(door: Path, *words: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "WARDSENSE"))}
    place = folder or door.parent
    return subprocess.run([str(door), *words], capture_output=True, text=True, cwd=place, env=clean, check=False)


def test_the_wheel_carries_the_configurations_once_and_of_the_web_client_only_what_was_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    configs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "configs").rglob("*") if path.is_file()}
    assert {name.removeprefix("streams/") for name in names if "configs/" in name} == configs
    client = [name for name in names if name.startswith("central/console/")]
    assert all(name.startswith("central/console/dist/") for name in client), client


def test_the_wheel_carries_the_street_and_the_detectors_that_come_along(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    clips = [path for path in (ROOT / "demo" / "clips").glob("*") if path.suffix in (".mp4", ".yaml")]
    brought = [*clips, *(ROOT / "models" / "bundled").glob("*.onnx")]
    assert {path.relative_to(ROOT).as_posix() for path in brought} <= names
    assert not [name for name in names if name.endswith(".mot.txt")]


@pytest.mark.timeout(300)
def test_an_edge_box_without_the_centre_checks_its_configuration(wheel: Path, tmp_path: Path) -> None:
    door = installed(wheel, tmp_path / "env", "edge")
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
    door = installed(wheel, tmp_path / "env", "central")
    assert run(door, "--help").returncode == 0
    helped = run(door, "central", "--help")
    assert helped.returncode == 0, helped.stderr
    missing = run(door, "edge", "--help")
    assert missing.returncode != 0
    assert "wardsense[edge]" in " ".join(missing.stderr.split())


@pytest.mark.timeout(600)
def test_in_an_empty_folder_with_nothing_but_the_wheel_everything_is_found(wheel: Path, tmp_path: Path) -> None:
    door = installed(wheel, tmp_path / "env", "edge", "central")
    empty = tmp_path / "empty"
    empty.mkdir()
    listed = run(door, "models", "list", folder=empty)
    assert listed.returncode == 0, listed.stderr
    assert "deimv2-femto" in listed.stdout
    for brought in (ROOT / "models" / "bundled").glob("*.onnx"):
        pulled = run(door, "models", "pull", brought.stem, folder=empty)
        assert pulled.returncode == 0, pulled.stderr
    helped = run(door, "edge", "check", "--help", folder=empty)
    assert helped.returncode == 0, helped.stderr
    assert list(empty.iterdir()) == [], "who only asks leaves nothing behind"
    played = run(door, "demo", "--headless", "--seconds", "10", folder=empty)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "up after" in played.stdout


@pytest.mark.timeout(300)
def test_a_catalogue_of_ones_own_is_taken_by_its_path(wheel: Path, tmp_path: Path) -> None:
    door = installed(wheel, tmp_path / "env", "edge")
    own = tmp_path / "own.yaml"
    own.write_text("nonsense: 1\n", encoding="utf-8")
    (tmp_path / "labels").mkdir()
    refused = run(door, "models", "list", "--catalogue", str(own))
    assert refused.returncode != 0
    assert "own.yaml:1" in refused.stderr
