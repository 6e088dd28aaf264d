"""From a configuration to what looks: the face model that was pulled is used, and pictures are as wide as is of use."""

import shutil
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml

from edge.build import USUAL_FACES, cameras, eyes_of
from edge.config import NodeConfig
from edge.seeing import DetectorEyes
from models.session import ModelRefused
from streams.clocks import SystemClock
from tests.parts import steady_eye
from tests.parts.clips import Shape, render


def looks_for_faces(models: dict[str, Any]) -> bool:
    broker = {"host": "127.0.0.1"}
    config = NodeConfig.model_validate({"node": "box-1", "ward": "hai-chau", "broker": broker, "models": models})
    (eyes,) = eyes_of(config, [])
    assert isinstance(eyes, DetectorEyes)
    return eyes._faces is not None


def test_opencv_begins_no_threads_beside_those_of_sessions_and_cameras(models: dict[str, Any]) -> None:
    cv2.setNumThreads(2)
    looks_for_faces(models)
    assert cv2.getNumThreads() == 1


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Any]:
    """A detector that was pulled, and a face model of the usual name that is listed and was not."""
    setting = steady_eye.write(tmp_path)
    listed = yaml.safe_load((tmp_path / "models.yaml").read_text("utf-8"))
    faces = {**listed["models"][steady_eye.NAME], "task": "faces", "file": "faces.onnx"}
    listed["models"][USUAL_FACES] = faces
    (tmp_path / "models.yaml").write_text(yaml.safe_dump(listed), "utf-8")
    return setting


def pull(models: dict[str, Any]) -> None:
    shutil.copy(Path(models["store"]) / f"{steady_eye.NAME}.onnx", Path(models["store"]) / "faces.onnx")


def test_a_face_model_that_was_pulled_is_used_without_being_asked_for(models: dict[str, Any]) -> None:
    assert not looks_for_faces(models)
    pull(models)
    assert looks_for_faces(models)


def test_a_face_model_that_was_asked_for_and_not_pulled_is_missed(models: dict[str, Any]) -> None:
    with pytest.raises(ModelRefused):
        looks_for_faces({**models, "faces": USUAL_FACES})
    pull(models)
    assert looks_for_faces({**models, "faces": USUAL_FACES})


@pytest.mark.parametrize(("tiles", "size"), [({}, (1280, 720)), ({"tiles": {"most": 1}}, (1920, 1080))])
def test_pictures_are_no_wider_than_what_may_leave_unless_parts_are_looked_at_closely(
    tmp_path: Path, models: dict[str, Any], tiles: dict[str, Any], size: tuple[int, int]
) -> None:
    film = render(tmp_path / "wide.mp4", Shape(width=1920, height=1080, frames=3))
    camera = {"id": "gate", "source": {"file": str(film), "loop": False}, **tiles}
    told = {"node": "box-1", "ward": "hai-chau", "broker": {"host": "127.0.0.1"}, "models": models, "cameras": [camera]}
    (source,) = cameras(NodeConfig.model_validate(told))
    with source.open(SystemClock()) as frames:
        assert next(iter(frames)).size == size
