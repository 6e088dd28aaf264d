"""A node's configuration: every mistake with file and line, nothing half right."""

from pathlib import Path

import pytest

from edge.analytics.happening import MOMENTS, Kind
from edge.config import load, understand
from edge.source_settings import DrawnSource, FileSource, RtspSource
from edge.watch_settings import WatchSetting
from streams.documents import DocumentRefused

GOOD = """
node: hai-chau-01
ward: hai-chau
broker: {host: 127.0.0.1}
models: {detector: deimv2-femto}
cameras:
  - id: cam-plaza
    source: {file: plaza.mp4}
    zones:
      - {id: plaza, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
    lines:
      - {id: kerb, a: [0, 0.5], b: [1, 0.5]}
    watch:
      - loitering: {zone: plaza, after_s: 20, classes: [person]}
  - id: cam-road
    source: {rtsp: "rtsp://10.0.0.7/stream", user: admin, password_file: secret}
  - id: cam-drawn
    source: {drawn: 3}
sensors:
  - {id: level-1, quantity: water_level, unit: m, flood: {low: 0.5, high: 1.6, rise_s: 60}}
"""


ALL_CLASSES = GOOD.replace("id: cam-plaza\n", "id: cam-plaza\n    classes: [person, car, bicycle, suitcase]\n")
WATCHES = {
    "loitering: {zone: plaza, after_s: 20}": "loitering",
    "stopped_vehicle: {zone: plaza, after_s: 20}": "stopped_vehicle",
    "crowding: {zone: plaza, at_least: 3, for_s: 5}": "crowding",
    "occupancy: {zone: plaza, over: 3, for_s: 5}": "occupancy",
    "wrong_way: {zone: plaza, a: [0.1, 0.5], b: [0.9, 0.5]}": "wrong_way",
    "queue: {zone: plaza, at_least: 5, for_s: 60}": "queue",
    "congestion: {zone: plaza, at_least: 8, for_s: 60}": "congestion",
    "speeding: {zone: plaza, over_kmh: 50, ground: {picture: [[0.3, 0.3], [0.7, 0.3], [1, 1], [0, 1]], "
    "metres: [[0, 40], [7, 40], [7, 5], [0, 5]]}}": "speeding",
    "object_left: {zone: plaza, after_s: 60}": "object_left",
    "object_removed: {zone: plaza, classes: [bicycle]}": "object_removed",
    "slow_change: {zone: plaza}": "slow_change",
}


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        understand(text, "node.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


def test_a_good_configuration_is_understood() -> None:
    config = understand(GOOD, "node.yaml")
    kinds = [type(camera.source) for camera in config.cameras]
    assert kinds == [FileSource, RtspSource, DrawnSource]
    assert config.broker.client_id == "hai-chau-01"


def test_every_kind_of_watch_is_understood() -> None:
    for rule, kind in WATCHES.items():
        config = understand(
            ALL_CLASSES.replace("- loitering: {zone: plaza, after_s: 20, classes: [person]}", f"- {rule}"), "n"
        )
        assert config.cameras[0].watch[0].watch.kind == kind
    assert set(WATCHES.values()) == set(WatchSetting.kinds()) == {kind.value for kind in Kind} - MOMENTS


def test_a_bag_rule_without_bags_among_the_camera_s_classes_is_refused() -> None:
    loitering = "loitering: {zone: plaza, after_s: 20, classes: [person]}"
    (found,) = mistakes(GOOD.replace(loitering, "object_left: {zone: plaza, after_s: 60}"))
    assert "the camera's classes hold none of backpack, handbag, suitcase" in found


def test_masks_are_understood_and_one_that_hides_a_zone_is_refused() -> None:
    half = "masks: [{polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}]"
    masked = GOOD.replace("    zones:\n", f"    {half}\n    zones:\n", 1)
    (mask,) = understand(masked, "node.yaml").cameras[0].masks
    assert mask.polygon[1] == (0.5, 0)
    (mistake,) = mistakes(masked.replace("0.5", "1"))
    assert "zone plaza lies under the masks" in mistake


def test_a_misspelt_setting_is_found_on_its_line() -> None:
    assert mistakes(GOOD.replace("after_s: 20", "after_seconds: 20")) == [
        "node.yaml:14: cameras.0.watch.0.loitering.after_s: is required and missing",
        "node.yaml:14: cameras.0.watch.0.loitering.after_seconds: unknown setting: is it spelt right?",
    ]


def test_every_mistake_is_listed_at_once() -> None:
    text = (
        GOOD.replace("[1, 1]", "[1.5, 1]").replace("ward: hai-chau", "ward: Hải Châu").replace("drawn: 3", "drawn: -1")
    )
    found = mistakes(text)
    assert len(found) == 3
    assert found[0].startswith("node.yaml:3: ward")
    assert "outside the picture" in found[1]
    assert found[2].startswith("node.yaml:18: cameras.2.source.drawn")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "zone: plaza, after_s",
            "zone: market, after_s",
            "watch.0.loitering.zone: the camera has no zone market: it has plaza",
        ),
        ("id: cam-road", "id: cam-plaza", "already the id of cameras.0"),
        ("models: {detector: deimv2-femto}", "", "needs models.detector"),
        ("flood: {low", "mqtt: {topic: a, value: b}, flood: {low", "give one source"),
        ("loitering: {zone", "crowding: {zone: plaza, at_least: 3, for_s: 5}\n        loitering: {zone", "give one of"),
        ("broker: {host: 127.0.0.1}", "broker: {host: 127.0.0.1, tls: maybe}", "broker.tls"),
        ("ward: hai-chau", "ward: hai-chau\nward: thanh-khe", "stands twice"),
        ("node: hai-chau-01", "node: [hai", "not YAML"),
        ("broker: {host: 127.0.0.1}", "broker: {host: a..b}", "neither a host name nor an address"),
        ("low: 0.5", "low: .nan", "finite"),
        ("high: 1.6", "high: .inf", "finite"),
        ("source: {drawn: 3}", "source: {drawn: 3}\n    tracker: {lost_s: .inf}", "finite"),
        ("source: {drawn: 3}", "source: {drawn: 3}\n    tracker: {fade_s: .nan}", "finite"),
        ("after_s: 20", "after_s: .inf", "finite"),
        ("unit: m,", "unit: m, limits: {least: 2, most: 2},", "every value would be bad"),
        ("flood: {low: 0.5, high: 1.6, rise_s: 60}", "mqtt: {topic: a/#/b, value: v}", "# stands for"),
        ("flood: {low: 0.5, high: 1.6, rise_s: 60}", "mqtt: {topic: a/b+, value: v}", "+ stands for"),
        ("sensors:", "outbox: {limit_mb: 0.06}\nsensors:", "outbox.limit_mb"),
        ("user: admin, ", "", "a password_file needs a user"),
        ("rtsp://10.0.0.7", "rtsp://admin:pa/ss@10.0.0.7", "put user and password_file beside it"),
    ],
)
def test_a_mistake_is_said_in_words_a_person_can_act_on(old: str, new: str, said: str) -> None:
    assert any(said in mistake for mistake in mistakes(GOOD.replace(old, new)))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_that_is_not_utf_8_is_said_to_be_so(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "node.yaml"
    file.write_text(GOOD.replace("hai-chau-01", "hai-ch\u00e2u-01"), encoding)
    with pytest.raises(DocumentRefused, match="not UTF-8"):
        load(file)


def test_a_mistake_never_repeats_the_password_in_an_address() -> None:
    assert not any("hush" in told for told in mistakes(GOOD.replace("rtsp://", "rtsp://admin:hush@")))
