"""A person's own video is looked at once before anything starts."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.commands import app
from demo.proving import prove
from demo.scenes import NoVideoError
from tests.parts.clips import Shape, render


def test_videos_that_show_a_picture_are_let_through(tmp_path: Path) -> None:
    prove([str(render(tmp_path / name, Shape(frames=5))) for name in ("one.mp4", "two.mkv")])


@pytest.mark.parametrize("content", [b"", b"no video at all\n" * 100])
def test_a_file_that_is_no_video_is_one_line_and_nothing_starts(tmp_path: Path, content: bytes) -> None:
    wrong, folder = tmp_path / "street.mp4", tmp_path / "run"
    wrong.write_bytes(content)
    done = CliRunner().invoke(app, ["--video", str(wrong), "--folder", str(folder)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith(str(wrong))
    assert "--video" in done.output
    assert not folder.exists()


def test_a_video_cut_off_in_the_middle_of_its_head_is_refused(tmp_path: Path) -> None:
    whole = render(tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(NoVideoError):
        prove([str(cut)])


def test_a_camera_that_is_not_there_is_refused_without_its_password() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    with pytest.raises(NoVideoError) as refused:
        prove([f"rtsp://guard:secret@127.0.0.1:{port}/stream"], patience_s=5)
    assert "secret" not in str(refused.value)
