"""What the demonstration watches: whose videos, which scenes, and what is refused before anything starts."""

from pathlib import Path

import pytest
import yaml

from demo import scenes
from demo.scenes import NoVideoError, Street, camera_id, cameras, choose, city, login
from edge.config import CameraSetting
from tests.conftest import ROOT
from tests.parts import small_street


def development_data(folder: Path, clips: tuple[str, ...] = scenes.CLIPS) -> Path:
    videos = folder / "data" / "videos"
    videos.mkdir(parents=True)
    for clip in clips:
        (videos / clip).touch()
    return folder


def test_a_drawn_street_is_watched_by_nobody_and_says_so() -> None:
    videos = choose([], "deimv2-femto", None, Street.DRAWN)
    assert videos.detector is None
    assert "drawn street" in videos.told
    assert [camera["source"] for camera in cameras(videos, 5)] == [{"drawn": 1}, {"drawn": 2}, {"drawn": 3}]


def test_the_development_clips_are_said_to_be_others(tmp_path: Path) -> None:
    videos = choose([], None, development_data(tmp_path), Street.DEVELOPMENT)
    assert videos.detector == "deimv2-femto"
    assert "not part of WardSense" in videos.told
    assert [Path(camera["source"]["file"]).name for camera in cameras(videos, 5)] == list(scenes.CLIPS)


def test_half_of_the_development_clips_is_none_of_them(tmp_path: Path) -> None:
    for shared in (None, development_data(tmp_path, scenes.CLIPS[:1])):
        with pytest.raises(NoVideoError, match="WARDSENSE_SHARED"):
            choose([], None, shared, Street.DEVELOPMENT)


def test_a_persons_own_videos_come_before_all_others(tmp_path: Path) -> None:
    own = tmp_path / "street.mp4"
    own.touch()
    shared = development_data(tmp_path / "shared")
    videos = choose([str(own), "rtsp://camera/stream"], "yolox-nano-416", shared, Street.DRAWN)
    assert "yolox-nano-416" in videos.told
    assert [camera["source"] for camera in cameras(videos, 5)] == [{"file": str(own)}, {"rtsp": "rtsp://camera/stream"}]
    assert choose([str(own)], None, None).detector == "deimv2-femto", "the best of the catalogue for a real street"


def test_a_clip_with_a_truth_beside_it_is_watched_for_what_the_truth_asks(tmp_path: Path) -> None:
    (camera,) = cameras(choose([str(small_street.write(tmp_path))], None, None), 5)
    truth = small_street.TRUTH
    assert [(zone["id"], zone["polygon"]) for zone in camera["zones"]] == [
        (zone["id"], zone["polygon"]) for zone in truth["zones"]
    ]
    assert [(line["id"], line["a"], line["b"]) for line in camera["lines"]] == [("main", [0.5, 0.9], [0.5, 0.0])]
    assert camera["watch"] == [
        {"stopped_vehicle": {"zone": "no-stopping", "after_s": 3, "classes": ["car"]}},
        {"loitering": {"zone": "railing", "after_s": 3, "classes": ["person"]}},
    ]
    assert CameraSetting.model_validate(camera).lines[0].rightward == "di_ve_dong"


def test_the_places_of_a_truth_are_called_by_name_and_one_nobody_named_by_its_id(tmp_path: Path) -> None:
    other = [{"id": "alley", "a": [0, 0], "b": [1, 1]}]
    sources = [str(small_street.write(tmp_path)), str(small_street.write(tmp_path, "other", lines=other))]
    base = "nodes: {box: {ward: w, cameras: {cam-bach-dang: {}, cam-tran-phu: {}, cam-dien-bien-phu: {}}}}"
    known, strange = yaml.safe_load(city(base, sources))["nodes"]["box"]["cameras"].values()
    assert known["lines"] == {"main": "Đường chính"}
    assert known["zones"]["no-stopping"] == "Đoạn cấm dừng trước nhà thuốc"
    assert strange["lines"] == {"alley": "alley"}


@pytest.mark.parametrize("wrong", ["absent.mp4", "http://camera/stream", "rtsp:/camera", ""])
def test_what_is_no_video_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(NoVideoError) as refused:
        choose([wrong], "deimv2-femto", None)
    assert str(refused.value).startswith(f"{wrong}: no such file")


def test_a_login_is_taken_out_of_an_address() -> None:
    assert login("rtsp://guard:a%2Fb@camera:554/live") == ("rtsp://camera:554/live", "guard", "a/b")
    assert login("rtsp://camera/live") is None


def test_a_password_that_cuts_its_address_in_two_is_refused_and_not_shown() -> None:
    with pytest.raises(NoVideoError) as refused:
        choose(["rtsp://guard:hush/hush@camera/live"], "deimv2-femto", None)
    assert str(refused.value).startswith("rtsp://***@camera/live: write a /")


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(NoVideoError):
        choose([str(tmp_path)], "deimv2-femto", None)


def test_a_clip_known_by_name_has_a_scene_of_its_own_and_any_other_the_whole_picture(tmp_path: Path) -> None:
    names = ("opencv_vtest.avi", "street.mp4")
    for name in names:
        (tmp_path / name).touch()
    known, other = cameras(choose([str(tmp_path / name) for name in names], "deimv2-femto", None), 5)
    assert known["zones"][0]["id"] == "quang-truong"
    assert other["zones"][0]["polygon"] == scenes.WHOLE


def test_every_camera_beyond_the_third_is_registered_in_the_first_ward() -> None:
    base = (ROOT / "configs" / "city.yaml").read_text("utf-8")
    (node,) = yaml.safe_load(city(base, ("",) * 5))["nodes"].values()
    before = next(iter(yaml.safe_load(base)["nodes"].values()))["cameras"]
    assert set(node["cameras"]) == {*before, camera_id(3), camera_id(4)}
    assert node["cameras"][camera_id(4)]["ward"] == node["ward"]


def test_a_camera_nobody_watches_is_not_registered() -> None:
    base = (ROOT / "configs" / "city.yaml").read_text("utf-8")
    (node,) = yaml.safe_load(city(base, ("",)))["nodes"].values()
    assert list(node["cameras"]) == [camera_id(0)]


def test_three_cameras_leave_the_registry_as_it_is() -> None:
    base = (ROOT / "configs" / "city.yaml").read_text("utf-8")
    assert yaml.safe_load(city(base, ("",) * 3)) == yaml.safe_load(base)


def test_the_zones_of_a_scene_are_called_what_the_city_calls_them_else_what_such_a_scene_is_called() -> None:
    base = (ROOT / "configs" / "city.yaml").read_text("utf-8")
    (node,) = yaml.safe_load(city(base, ("opencv_vtest.avi", "", "street.mp4", "")))["nodes"].values()
    plaza, market, _, beyond = node["cameras"].values()
    assert plaza["zones"]["quang-truong"] == "Quảng trường"
    assert market["zones"]["via-he"] == "Vỉa hè trước chợ"
    assert beyond["zones"] == {"via-he": "Vỉa hè", "long-duong": "Lòng đường"}


@pytest.mark.parametrize("source", ["", "street.mp4", *scenes.CLIPS])
def test_every_zone_and_line_that_is_watched_has_a_name(source: str) -> None:
    (camera,) = cameras(scenes.Videos((source,), None, None, ""), 5)
    base = "nodes: {box: {ward: w, cameras: {cam-bach-dang: {}, cam-tran-phu: {}, cam-dien-bien-phu: {}}}}"
    (named,) = yaml.safe_load(city(base, (source,)))["nodes"]["box"]["cameras"].values()
    assert [set(named[kind]) for kind in ("zones", "lines")] == [
        {part["id"] for part in camera[kind]} for kind in ("zones", "lines")
    ]


def test_two_rivers_one_of_which_floods_soon() -> None:
    soon, calm = scenes.sensors()
    assert soon["flood"]["high"] > 1 > calm["flood"]["high"]
    assert soon["flood"]["quiet_s"] + soon["flood"]["rise_s"] < 30
