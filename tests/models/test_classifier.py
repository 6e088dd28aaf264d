"""A classifier: one score for every class of a picture, from a real network that judges by brightness."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from models.catalogue import Entry, Head
from models.classifier import Classifier
from models.detector import Detector
from models.session import ModelRefused, Reason
from tests.parts import second_eyes


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    made = second_eyes.opened(tmp_path)["helmet-cls"]
    assert isinstance(made, Classifier)
    return made


def test_the_score_of_every_class_is_told_in_the_order_of_its_labels(classifier: Classifier) -> None:
    assert classifier.entry.labels.names == ("helmet", "no_helmet")
    assert classifier.one_of_them
    dark, bright = (classifier.scores(np.full((40, 20, 3), grey, np.uint8)) for grey in (0, 255))
    assert dark == pytest.approx([1, 0], abs=0.01)
    assert bright == pytest.approx([0, 1], abs=0.01)


def test_what_is_no_picture_is_refused(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        classifier.scores(np.zeros((0, 20, 3), np.uint8))


def test_a_classifier_is_no_detector_and_a_detector_no_classifier(tmp_path: Path) -> None:
    made = second_eyes.opened(tmp_path)
    for name, kind in (("helmet-cls", Detector), ("smoke", Classifier)):
        entry = made[name].entry
        with pytest.raises(ModelRefused) as refused:
            kind(entry, entry.lies(tmp_path))
        assert refused.value.reason is Reason.SHAPE


def test_an_answer_with_other_classes_than_the_labels_is_refused(tmp_path: Path) -> None:
    entry = second_eyes.opened(tmp_path)["helmet-cls"].entry
    wider = entry.model_copy(update={"labels": entry.labels.model_copy(update={"names": ("a", "b", "c")})})
    with pytest.raises(ModelRefused, match="head softmax reads"):
        Classifier(wider, entry.lies(tmp_path))


def test_a_catalogue_that_gives_a_classifier_a_detectors_head_is_refused(entry_for: Callable[..., Entry]) -> None:
    with pytest.raises(ValidationError, match="head yolox does not answer what task classes asks"):
        entry_for(b"-", Head.YOLOX, task="classes")
    with pytest.raises(ValidationError, match="head softmax does not answer what task objects asks"):
        entry_for(b"-", Head.SOFTMAX)
