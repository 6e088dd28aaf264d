"""`wardsense edge discover`: what whoever hangs a camera reads, and what they can write into the node's file."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from edge.commands import WRONG, app
from edge.config import understand
from tests.parts.onvif_camera import OnvifCamera
from tests.parts.rtsp import free_port

NODE = "node: node-1\nward: ward-1\nbroker: {}\nmodels: {detector: deimv2-femto}\ncameras:\n"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("s3cret\n", "utf-8")
    return file


def told(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["discover", *words], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_what_a_camera_offers_is_told_and_its_lines_are_good_for_the_node_s_file(secret: Path) -> None:
    with OnvifCamera() as camera:
        code, said = told("--at", camera.service, "--user", "admin", "--password-file", str(secret))
    assert code == 0
    assert "2560x1440" in said
    assert "s3cret" not in said
    lines = said[said.index("  - id: cam-1") :]
    config = understand(NODE + lines, "node.yaml")
    source = yaml.safe_load(lines)[0]["source"]
    assert (source["rtsp"], source["main"]) == ("rtsp://127.0.0.1:554/live/sub", "rtsp://127.0.0.1:554/live/main")
    assert config.cameras[0].id == "cam-1"


def test_without_a_login_it_is_said_who_answers_and_what_is_missing() -> None:
    with OnvifCamera() as camera:
        code, said = told("--at", camera.service)
    assert (code, "--password-file to ask what it offers" in said) == (0, True)


def test_a_camera_whose_clock_is_off_is_told(secret: Path) -> None:
    with OnvifCamera(clock_ahead=timedelta(hours=-7)) as camera:
        _, said = told("--at", camera.service, "--user", "admin", "--password-file", str(secret))
    assert "its clock is 252" in said
    assert "s behind" in said


def test_one_camera_that_is_away_or_turns_us_away_costs_the_others_nothing(secret: Path) -> None:
    with OnvifCamera(("admin", "other")) as closed, OnvifCamera() as camera:
        away = f"127.0.0.1:{free_port()}"
        words = [word for at in (away, closed.service, camera.service) for word in ("--at", at)]
        code, said = told(*words, "--user", "admin", "--password-file", str(secret))
    assert code == 0
    assert "wrong user name or password" in said
    assert "id: cam-3" in said


def test_a_camera_without_streams_is_told(secret: Path) -> None:
    with OnvifCamera(streams=()) as camera:
        code, said = told("--at", camera.service, "--user", "admin", "--password-file", str(secret))
    assert (code, "offers no stream over RTSP" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--password-file", "absent"), "a password needs a --user"),
        (("--user", "admin", "--password-file", "absent"), "absent: no password can be read there"),
    ],
)
def test_a_login_that_cannot_be_is_said_before_anybody_is_asked(words: tuple[str, ...], why: str) -> None:
    code, said = told(*words, "--seconds", "0.1")
    assert (code, why in said) == (WRONG, True)
