"""From a configuration to what looks: the face model that was pulled is used, asked for or not."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.build import USUAL_FACES, eyes_of
from edge.config import NodeConfig
from edge.seeing import DetectorEyes
from models.session import ModelRefused
from tests.parts import steady_eye


def looks_for_faces(models: dict[str, Any]) -> bool:
    broker = {"host": "127.0.0.1"}
    config = NodeConfig.model_validate({"node": "box-1", "ward": "hai-chau", "broker": broker, "models": models})
    (eyes,) = eyes_of(config, [])
    assert isinstance(eyes, DetectorEyes)
    return eyes._faces is not None


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
