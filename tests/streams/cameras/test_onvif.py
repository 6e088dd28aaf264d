"""Cameras are found and asked what they offer, against a scripted camera that checks every digest."""

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cameras.discovery import answers, discover, probe
from streams.cameras.onvif import Offer, Onvif, chosen
from streams.cameras.soap import Login, digest, parse
from streams.clocks import SystemClock
from streams.weather import SourceLost, SourceRefused
from tests.parts.onvif_camera import ENVELOPE, OnvifCamera
from tests.parts.rtsp import free_port

ADMIN = Login("admin", "s3cret")


@pytest.fixture
def camera() -> Iterator[OnvifCamera]:
    with OnvifCamera() as running:
        yield running


def offers(camera: OnvifCamera, login: Login | None = ADMIN) -> list[Offer]:
    with Onvif(camera.service, SystemClock(), login) as asked:
        asked.clock_ahead()
        return asked.offers()


def test_a_camera_that_answers_a_probe_is_found_once(camera: OnvifCamera) -> None:
    (found,) = discover(0.5, camera.place)
    assert (found.host, found.name, found.hardware) == ("127.0.0.1", "Cổng trường", "X-1")
    assert found.services == (camera.service,)
    assert len(camera.probed) == len(set(camera.probed)) == 3


def test_nobody_there_is_nobody_found() -> None:
    assert discover(0.2, ("127.0.0.1", free_port())) == []


@pytest.mark.parametrize("new_media", [True, False])
def test_a_camera_says_what_it_offers_at_the_host_that_answers_and_without_a_login(*, new_media: bool) -> None:
    with OnvifCamera(new_media=new_media) as camera:
        main, sub = offers(camera)
    assert main == Offer("main", "Main & best", "hevc", 2560, 1440, 25, "rtsp://127.0.0.1:554/live/main")
    assert sub == Offer("sub", "Sub", "h264", 704, 576, 15, "rtsp://127.0.0.1:554/live/sub")


def test_an_old_camera_that_knows_only_capabilities_is_asked_the_old_way() -> None:
    with OnvifCamera(new_media=False, old_device=True) as camera:
        assert [offer.token for offer in offers(camera)] == ["main", "sub"]


def test_a_camera_whose_clock_is_years_off_takes_the_login_and_its_offset_is_told() -> None:
    with OnvifCamera(clock_ahead=timedelta(days=-3000)) as camera:
        with Onvif(camera.service, SystemClock(), ADMIN) as asked:
            assert asked.clock_ahead() == pytest.approx(-3000 * 86400, abs=5)
            assert len(asked.offers()) == 2
        with Onvif(camera.service, SystemClock(), ADMIN) as hasty, pytest.raises(SourceRefused):
            hasty.offers()


@pytest.mark.parametrize("login", [None, Login("admin", "hunter2"), Login("viewer", "s3cret")])
def test_a_wrong_login_is_refused_and_never_said(camera: OnvifCamera, login: Login | None) -> None:
    with pytest.raises(SourceRefused, match="password") as refused:
        offers(camera, login)
    assert "hunter2" not in f"{refused.value!r} {refused.value.__context__!r} {login!r}"


@pytest.mark.parametrize(
    "answer", [b"", b"<html><body>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe", b"<a/>" * 300_000]
)
def test_an_answer_that_is_none_is_weather(camera: OnvifCamera, answer: bytes) -> None:
    camera.answers["GetServices"] = camera.answers["GetCapabilities"] = answer
    with pytest.raises(SourceLost):
        offers(camera)


def test_a_camera_without_a_media_service_is_refused(camera: OnvifCamera) -> None:
    camera.answers["GetServices"] = ENVELOPE.format("<GetServicesResponse/>").encode()
    with pytest.raises(SourceRefused, match="no media service"):
        offers(camera)


def test_a_camera_that_is_away_is_weather() -> None:
    with Onvif(f"http://127.0.0.1:{free_port()}/", SystemClock(), ADMIN) as asked, pytest.raises(SourceLost):
        asked.clock_ahead()


def test_the_digest_is_the_standard_s() -> None:
    # The worked example of ONVIF's Application Programmer's Guide.
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    assert digest(nonce, "2010-09-16T07:50:45Z", "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


@given(st.binary(max_size=400))
def test_whatever_comes_back_from_a_probe_is_cameras_or_nothing(datagram: bytes) -> None:
    assert answers(datagram) == []


def test_a_probe_is_a_document_of_its_own() -> None:
    assert parse(probe()).tag.endswith("Envelope")
    assert probe() != probe()


def offer(width: int, height: int, fps: float = 25) -> Offer:
    return Offer(f"{width}", "", "h264", width, height, fps, f"rtsp://camera/{width}")


@pytest.mark.parametrize(
    ("widths", "looking", "evidence"),
    [([2560, 704, 320], 704, 2560), ([1920], 1920, 1920), ([320, 352], 352, 352), ([0, 640], 640, 640), ([0], 0, 0)],
)
def test_the_smallest_large_enough_is_for_looking_and_the_largest_for_evidence(
    widths: list[int], looking: int, evidence: int
) -> None:
    choice = chosen([offer(width, width // 2) for width in widths])
    assert (choice.looking.width, choice.evidence.width) == (looking, evidence)
