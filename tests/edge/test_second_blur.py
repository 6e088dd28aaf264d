"""What second looks blur: the detector is asked once for a picture that leaves, however many of them there are."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from edge.privacy import NotRedacted
from edge.second_blur import Blur, Covering
from edge.second_look_settings import SecondLook
from edge.second_models import SecondModels
from edge.seeing import Seen
from models.detections import Detections
from models.session import REFUSALS
from streams.frames import Frame
from tests.parts import second_eyes
from tests.parts.scripted_eyes import ScriptedEyes

WHITE = Frame("gate", 0, datetime(2026, 11, 23, tzinfo=UTC), 0.0, np.full((64, 64, 3), 255, np.uint8))
PERSON = Detections(np.array([[0, 0, 1, 1]], np.float32), np.array([0.9], np.float32), np.zeros(1, np.int32))


def covering(folder: Path, eyes: ScriptedEyes, looks: int = 2) -> Covering:
    settings = [SecondLook(id=f"s-{one}", model="smoke", of=frozenset({"person"}), blurs=True) for one in range(looks)]
    models = SecondModels([second_eyes.opened(folder)])
    return Covering(eyes, models, settings, [Blur(look, ()) for look in settings], Detections.none())


def test_of_a_picture_that_leaves_the_detector_is_asked_once_for_all_that_is_blurred(tmp_path: Path) -> None:
    eyes = ScriptedEyes([PERSON])  # a second question would find the script at its end
    assert len(covering(tmp_path, eyes).see_closely(WHITE)) == 2


def test_where_the_detector_fails_for_what_is_blurred_the_picture_stays(tmp_path: Path) -> None:
    class Failing(ScriptedEyes):
        def see(self, frame: Frame) -> Seen:  # noqa: ARG002  the same in every picture
            raise REFUSALS[0]("the accelerator is gone")

    with pytest.raises(NotRedacted):
        covering(tmp_path, Failing()).see_closely(WHITE)
