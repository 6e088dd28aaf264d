"""On the rendered street, whose truth knows every head and plate, none of eight pixels and more leaves in a picture."""

from pathlib import Path

import pytest

from benchmarks.street_heads import searched
from demo import street
from edge.seeing import DetectorEyes
from models import cards
from models.detector import Detector
from streams import shipped


@pytest.mark.parametrize("clip", ["junction", "kerb", "canal"])
def test_no_code_painted_on_a_head_or_a_plate_of_the_street_can_be_read_in_what_leaves(clip: str) -> None:
    entry, file = cards.found(street.DETECTOR, shipped.config("models.yaml"), Path("none"))
    eyes = DetectorEyes(Detector(entry, file, threads=1), None)
    read, painted = searched(street.CLIPS / f"{clip}.mp4", eyes, every=4.0, least=8.0)
    assert painted.total() >= 3
    assert read.total() == 0
