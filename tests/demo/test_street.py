"""The street that comes with WardSense: whole or not there, and every place in it has a name."""

from pathlib import Path

from demo import street
from demo.scenes import cameras, choose
from edge.config import CameraSetting
from tests.parts import small_street


def test_a_street_is_its_three_clips_in_the_order_of_the_cameras_or_none(tmp_path: Path) -> None:
    for name in street.SCENES:
        assert street.clips(tmp_path) == ()
        small_street.write(tmp_path, name)
    assert [clip.stem for clip in street.clips(tmp_path)] == list(street.SCENES)
    street.truth_of(tmp_path / "kerb.mp4").unlink()
    assert street.clips(tmp_path) == ()


def test_what_comes_along_is_small_and_every_place_in_it_is_accepted_and_has_a_name() -> None:
    assert len(street.clips()) == len(street.SCENES)
    for clip in street.clips():
        setting = CameraSetting.model_validate({"id": clip.stem, "source": {"file": str(clip)}, **_scene(clip)})
        places = [zone.id for zone in setting.zones] + [line.id for line in setting.lines]
        assert all(street.called(place) != place for place in places)
    assert sum(clip.stat().st_size for clip in street.clips()) <= 8_000_000


def test_the_bundled_street_is_watched_by_the_bundled_detector_unless_another_is_asked_for(tmp_path: Path) -> None:
    usual, other = choose([], None, tmp_path), choose([], "deimv2-atto", tmp_path)
    assert (usual.detector, usual.mirror) == (street.DETECTOR, None), "the same on every machine"
    assert (other.detector, other.mirror) == ("deimv2-atto", tmp_path / "data" / "models")
    assert [Path(camera["source"]["file"]) for camera in cameras(usual, 5)] == list(street.clips())


def _scene(clip: Path) -> dict[str, object]:
    return street.scene(street.truth_of(clip))
