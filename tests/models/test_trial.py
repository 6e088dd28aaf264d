from importlib.util import find_spec
from pathlib import Path

import pytest

from models import cards, truth
from models.evaluate import Score, Terms
from models.providers import Provider
from models.quantize import Order
from models.shrink import Exam, Task, shrink
from models.trial import BF16, FP32, INT8, Race, Runner, Verdict, verdict
from tests.parts import bright_eye


def runner(name: str, ap: float, ms: float) -> Runner:
    provider = Provider.OPENVINO_BF16 if name == BF16 else Provider.CPU
    return Runner(name, Score(ap, ap, 10, ms), 3 * ms, ms, provider)


def test_eight_bits_that_lose_little_and_gain_are_kept() -> None:
    ruling = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.295, 20), runner(BF16, 0.299, 25)]), 0.01)
    assert (ruling.kept, round(ruling.loss, 3)) == (True, 0.005)
    assert ruling.words == "INT8 kept: it loses 0.005 AP, no more than 0.010, at 2.00 times the speed"


def test_eight_bits_that_score_better_are_not_said_to_lose_less_than_nothing() -> None:
    ruling = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.310, 20)]), 0.01)
    assert ruling.words.startswith("INT8 kept: it loses no AP, at 2.00 times the speed")


def test_eight_bits_that_lose_too_much_are_refused_and_the_better_provider_is_named() -> None:
    ruling = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.150, 20), runner(BF16, 0.299, 25)]), 0.01)
    assert not ruling.kept
    assert "refused: it loses 0.150 AP, more than 0.010" in ruling.words
    assert "use the provider openvino-bf16: 1.60 times the speed of fp32 at a loss of 0.001 AP" in ruling.words


def test_where_nothing_else_is_better_fp32_stays_and_what_was_not_tried_is_said() -> None:
    ruling = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.150, 20)], "does not run: why"), 0.01)
    assert ruling.words.endswith("stay with fp32 on the provider cpu; bf16 was not tried: does not run: why")
    slow = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.150, 20), runner(BF16, 0.299, 50)]), 0.01)
    assert slow.words.endswith("stay with fp32 on the provider cpu")


def test_eight_bits_that_lose_nothing_but_gain_less_are_kept_and_the_faster_is_named() -> None:
    ruling = verdict(Race([runner(FP32, 0.300, 40), runner(INT8, 0.300, 30), runner(BF16, 0.300, 20)]), 0.01)
    assert ruling.kept
    assert "yet use the provider openvino-bf16: 2.00 times the speed of fp32 without loss of AP" in ruling.words


def tried(tmp_path: Path, *, brittle: bool) -> tuple[Verdict, Path]:
    file = bright_eye.write(tmp_path, brittle=brittle)
    street = bright_eye.street(tmp_path / "street")
    into = tmp_path / "small.onnx"
    task = Task(cards.read(file), file, street, Order())
    runners, ruling = shrink(task, Exam("street", truth.read(street), Terms()), into)
    assert [one.name for one in runners[:2]] == [FP32, INT8]
    assert runners[0].score.ap == pytest.approx(1)
    return ruling, into


def test_a_model_that_bears_it_is_written_with_a_card_that_says_all(tmp_path: Path) -> None:
    ruling, into = tried(tmp_path, brittle=False)
    assert ruling.kept
    entry = cards.read(into)
    assert entry.name == "eye-int8"
    assert entry.measured
    assert entry.measured.ap == pytest.approx(1)
    assert entry.origin
    assert (entry.origin.source, entry.origin.sha256) == ("eye", cards.read(tmp_path / "eye.onnx").sha256)
    assert (entry.origin.data, entry.origin.judged) == ("street: 6 pictures", "street: 6 pictures")
    assert abs(entry.origin.loss) <= 0.01


def test_a_model_that_breaks_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ruling, into = tried(tmp_path, brittle=True)
    assert not ruling.kept
    if find_spec("openvino") is None:
        assert "bf16 was not tried: the provider openvino-bf16 is not installed here" in ruling.words
        assert ruling.words.endswith("pip install 'wardsense[openvino]' on a processor that has bfloat16")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eye.onnx", "eye.yaml", "street"]
    assert not into.exists()
