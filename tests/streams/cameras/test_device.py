from pathlib import Path

import pytest

from streams.cameras.device import V4l2Camera
from streams.weather import SourceLost
from tests.parts.watching import first


@pytest.mark.parametrize(("device", "why"), [("/dev/video-none", "No such file"), ("/dev/null", "Inappropriate ioctl")])
def test_a_device_that_is_missing_or_is_no_camera_is_weather_and_named(device: str, why: str) -> None:
    with pytest.raises(SourceLost, match=why) as lost:
        first(V4l2Camera("gate", Path(device), size=(640, 480), pixels="mjpeg"), 1)
    assert device in str(lost.value)
