"""A camera over real RTSP, watched by a real ONNX session, that dies and comes back: said at once, and alone in it."""

from pathlib import Path

import pytest

from tests.parts import steady_eye
from tests.parts.city import City
from tests.parts.clips import Shape, render
from tests.parts.plan import Plan, Setting, quick_sensor
from tests.parts.reckoning import complaints
from tests.parts.rtsp import RtspServer, rtsp_missing

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.skipif(rtsp_missing() is not None, reason=str(rtsp_missing())),
]
STATES = "SELECT phase, subject FROM event WHERE kind = 'camera_state' AND camera_id = '{}' ORDER BY began"


def watched(name: str, source: Setting) -> Setting:
    zone = {"id": "gate", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    return {"id": name, "source": source, "zones": [zone], "watch": [{"loitering": {"zone": "gate", "after_s": 2}}]}


def test_a_camera_that_dies_is_blind_until_it_is_back_and_the_others_go_on(tmp_path: Path) -> None:
    clip = render(tmp_path / "street.mp4", Shape(frames=100))
    with RtspServer({"gate": clip}) as server:
        plan = Plan(
            cameras=(watched("gate", {"rtsp": server.url("gate")}), watched("beside", {"file": str(clip)})),
            sensors=(quick_sensor("water-1", 0.5),),
            node={"models": steady_eye.write(tmp_path / "catalogue")},
        )
        with City(tmp_path, plan) as city:
            city.until(lambda: _loiters(city, "gate"), 40, "somebody loitering before the camera, stored at the centre")
            server.kill()
            city.until(lambda: _states(city, "gate")[-1:] == [("opened", "blind")], 30, "the centre told it is blind")
            looked, opened = _looks(city, "beside"), len(_states(city, "beside"))
            city.until(lambda: _looks(city, "beside") > looked + 10, 30, "the other camera being looked at meanwhile")
            server.start()
            city.until(lambda: _states(city, "gate")[-1:] == [("closed", "live")], 40, "the centre told it is back")
            assert len(_states(city, "beside")) == opened
            books = city.settle()
    assert complaints(books) == []
    assert books.evidence


def _states(city: City, camera: str) -> list[tuple[str, str]]:
    return [(row.phase, row.subject) for row in city.rows(STATES.format(camera))]


def _loiters(city: City, camera: str) -> bool:
    return bool(city.rows(f"SELECT 1 FROM event WHERE kind = 'loitering' AND camera_id = '{camera}'"))  # noqa: S608 - ours


def _looks(city: City, camera: str) -> int:
    return int(city.counters().get("cameras", {}).get(camera, {}).get("analysed", 0))
