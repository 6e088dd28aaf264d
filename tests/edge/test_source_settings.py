"""Where pictures come from: each kind is understood and built, and every mistake is said with what to do about it."""

from pathlib import Path

import pytest

from edge.build import cameras, mains
from edge.config import NodeConfig, understand
from streams.cameras.device import V4l2Camera
from streams.cameras.drawn import Drawn
from streams.cameras.file import FileCamera
from streams.cameras.rtsp import RtspCamera
from streams.cameras.source import Camera
from streams.cameras.web import HlsCamera, MjpegCamera
from streams.documents import DocumentRefused
from streams.weather import SourceRefused

NODE = """
node: hai-chau-01
ward: hai-chau
broker: {host: 127.0.0.1}
models: {detector: deimv2-femto}
cameras:
  - {id: gate, source: {SOURCE}}
"""


def built(source: str) -> Camera:
    (camera,) = cameras(understand(NODE.replace("SOURCE", source), "node.yaml"))
    return camera


def refused(source: str) -> str:
    with pytest.raises(DocumentRefused) as told:
        understand(NODE.replace("SOURCE", source), "node.yaml")
    return "; ".join(str(mistake) for mistake in told.value.mistakes)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("file: street.mp4", FileCamera),
        ("drawn: 1", Drawn),
        ('rtsp: "rtsp://10.0.0.7/live", transport: udp', RtspCamera),
        ('rtsp: "rtsps://10.0.0.7/live", ca_file: camera.pem', RtspCamera),
        ('mjpeg: "http://10.0.0.7/video"', MjpegCamera),
        ('hls: "https://10.0.0.7/live.m3u8", ca_file: camera.pem', HlsCamera),
        ("v4l2: /dev/video0, size: [1280, 720], pixels: mjpeg", V4l2Camera),
    ],
)
def test_every_kind_of_source_is_built(source: str, kind: type[Camera]) -> None:
    assert isinstance(built(source), kind)


@pytest.mark.parametrize("key", ["rtsp", "mjpeg", "hls"])
def test_a_password_is_read_from_its_file_and_shown_nowhere(key: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n", "utf-8")
    scheme = "rtsp" if key == "rtsp" else "http"
    camera = built(f'{key}: "{scheme}://10.0.0.7/live", user: admin, password_file: {secret}')
    assert isinstance(camera, RtspCamera | MjpegCamera | HlsCamera)
    assert camera.address.full == f"{scheme}://admin:hunter2@10.0.0.7/live"
    assert str(camera.address) == f"{scheme}://admin:***@10.0.0.7/live"


def test_a_camera_s_main_stream_is_reached_with_the_same_login_and_only_where_it_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n", "utf-8")
    both = f'rtsp: "rtsp://10.0.0.7/sub", main: "rtsp://10.0.0.7/main", user: admin, password_file: {secret}'
    looked_at = built(both)
    assert isinstance(looked_at, RtspCamera)
    assert looked_at.address.full == "rtsp://admin:hunter2@10.0.0.7/sub"
    (main,) = mains(understand(NODE.replace("SOURCE", both), "node.yaml")).values()
    assert (main.camera, main.address) == ("gate", "rtsp://admin:***@10.0.0.7/main")
    assert mains(understand(NODE.replace("SOURCE", 'rtsp: "rtsp://10.0.0.7/sub"'), "node.yaml")) == {}


def decoding(words: str) -> NodeConfig:
    return understand(NODE.replace("SOURCE", "file: street.mp4") + f"decode: {{{words}}}\n", "node.yaml")


def test_a_decoder_that_is_missing_is_refused_when_the_cameras_are_made_or_done_without() -> None:
    with pytest.raises(SourceRefused, match="decode: vaapi"):
        cameras(decoding("by: vaapi, device: /dev/dri/renderD999"))
    assert len(cameras(decoding("by: vaapi, device: /dev/dri/renderD999, or_software: true"))) == 1
    assert len(cameras(decoding("by: auto"))) == 1
    with pytest.raises(DocumentRefused, match=r"decode\.by"):
        decoding("by: abacus")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('mjpeg: "http://admin:pw@10.0.0.7/video"', "put user and password_file beside it"),
        ('hls: "http://admin:pw@10.0.0.7/video"', "put user and password_file beside it"),
        ('mjpeg: "rtsp://10.0.0.7/video"', "begins with http:// or https://"),
        ('hls: "file:///etc/passwd"', "begins with http:// or https://"),
        ('rtsp: "http://10.0.0.7/video"', "begins with rtsp:// or rtsps://"),
        ('mjpeg: "http://10.0.0.7/video", password_file: secret', "a password_file needs a user"),
        ('mjpeg: "http://10.0.0.7/video", ca_file: camera.pem', "a ca_file needs an https:// address"),
        ('rtsp: "rtsp://10.0.0.7/video", ca_file: camera.pem', "a ca_file needs an rtsps:// address"),
        ('rtsp: "rtsps://10.0.0.7/video", transport: udp', "transport is tcp"),
        ('rtsp: "rtsp://10.0.0.7/sub", main: "rtsp://10.0.0.7/sub"', "main is the stream that is looked at"),
        ('rtsp: "rtsps://10.0.0.7/sub", main: "rtsp://10.0.0.7/main"', "both streams of a camera come over TLS"),
        ('rtsp: "rtsp://10.0.0.7/sub", main: "rtsp://u:pw@10.0.0.7/main"', "put user and password_file beside it"),
        ('mjpeg: "http://10.0.0.7/sub", main: "http://10.0.0.7/main"', "unknown setting"),
        ('rtsp: "rtsp://10.0.0.7/video", transport: carrier-pigeon', "transport"),
        ("v4l2: /etc/passwd", "is no device"),
        ("v4l2: /dev/../etc/passwd", "is no device"),
        ("v4l2: /dev/video0, size: [0, 720]", "width and height"),
        ("v4l2: /dev/video0, pixels: bayer", "pixels"),
        ('mjpeg: "http://10.0.0.7/video", loop: false', "unknown setting"),
    ],
)
def test_a_source_that_cannot_be_right_is_refused_in_words_a_person_can_act_on(source: str, said: str) -> None:
    assert said in refused(source)
