"""What is refused before anything starts, each in one clear line and with status 2."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.commands import app

RUNNER = CliRunner(env={"WARDSENSE_SHARED": ""})


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--video", "absent.mp4"), "absent.mp4"),
        (("--video", "http://camera/stream"), "http://"),
        (("--video", "rtsp://127.0.0.1:9/stream"), "rtsp://127.0.0.1:9/stream"),
        (("--folder", "/proc"), "not empty and not a folder of the demonstration"),
        (("--report", "/proc/report.json"), "/proc/report.json: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_clear_line(
    tmp_path: Path, words: tuple[str, str], complaint: str
) -> None:
    told = RUNNER.invoke(app, ["--headless", "--folder", str(tmp_path / "run"), *words])
    assert told.exit_code == 2, told.output
    assert complaint in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_report_of_an_earlier_run_does_not_outlive_the_start_of_another(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"failures": []}')
    told = RUNNER.invoke(app, ["--headless", "--folder", "/proc", "--report", str(tmp_path / "report.json")])
    assert told.exit_code == 2
    assert not (tmp_path / "report.json").exists()


def test_a_file_that_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "lying.mp4").write_bytes(b"not a video at all" * 100)
    told = RUNNER.invoke(app, ["--folder", str(tmp_path / "run"), "--video", str(tmp_path / "lying.mp4")])
    assert told.exit_code == 2
    assert "lying.mp4" in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [("--fps", "0"), ("--seconds", "0"), ("--kill", "-1"), ("--port", "0"), ("--broker", "rabbit")]
)
def test_a_figure_out_of_bounds_is_refused_by_its_option(words: tuple[str, str]) -> None:
    told = RUNNER.invoke(app, list(words))
    assert told.exit_code == 2
    assert words[0] in told.stderr
