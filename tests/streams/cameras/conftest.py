"""Clips drawn once a session, and the RTSP server's presence."""

from pathlib import Path

import pytest

from tests.parts.clips import Shape, damaged, render, tone
from tests.parts.rtsp import rtsp_missing


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small clips by what is special about them."""
    folder = tmp_path_factory.mktemp("clips")
    plain = render(folder / "plain.mp4")
    return {
        "plain": plain,
        "hevc": render(folder / "hevc.mp4", Shape(codec="libx265")),
        "reordered": render(folder / "reordered.mp4", Shape(b_frames=2)),
        "bigger": render(folder / "bigger.mp4", Shape(width=480, height=270)),
        "damaged": damaged(plain, folder / "damaged.mp4"),
        "avi": render(folder / "old.avi", Shape(codec="mpeg4")),
        "mjpeg": render(folder / "mjpeg.avi", Shape(codec="mjpeg")),
        "tone": tone(folder / "tone.mp4"),
    }


@pytest.fixture(scope="session")
def rtsp_here() -> None:
    """Skips, and says why, where the system has no GStreamer RTSP server."""
    if missing := rtsp_missing():
        pytest.skip(f"no RTSP server: {missing}")
