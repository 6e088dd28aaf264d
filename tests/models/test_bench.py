from pathlib import Path

import pytest

from models import bench, cards
from models.bench import Figures, Setting
from models.catalogue import Entry
from models.providers import Provider
from models.session import ModelRefused
from tests.parts import bright_eye


def test_a_setting_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = bright_eye.write(tmp_path)
    told: list[tuple[int, int]] = []
    (figures,) = bench.bench([Setting(cards.read(file), file)], 0.1, 1, lambda *done: told.append(done))
    assert told == [(1, 1)]
    assert 0 < figures.median_ms <= figures.p95_ms
    assert figures.per_second > 0
    assert figures.cpu_ms > 0
    assert figures.memory_mib > 0


def test_sessions_run_side_by_side_and_each_run_counts(tmp_path: Path) -> None:
    file = bright_eye.write(tmp_path)
    part = bench.measured(Setting(cards.read(file), file, sessions=2), 0.0)
    assert len(part.ms) == 2 * bench.LEAST_RUNS


def test_a_model_that_is_refused_says_so_across_the_processes(tmp_path: Path) -> None:
    file = bright_eye.write(tmp_path)
    entry = cards.read(file)
    file.write_bytes(b"spoilt")
    with pytest.raises(ModelRefused, match="sha256"):
        bench.bench([Setting(entry, file)], 0.1, 1)


def test_the_ratio_sets_so_many_narrow_sessions_against_one_wide(tmp_path: Path) -> None:
    whole = cards.read(bright_eye.write(tmp_path))
    small = whole.model_copy(update={"sha256": "0" * 64})

    def figures(entry: Entry, sessions: int, threads: int, rate: float, provider: Provider = Provider.CPU) -> Figures:
        return Figures(Setting(entry, tmp_path, provider, threads, sessions), 1, 1, rate, 1, 1)

    measured = [
        figures(whole, 1, 2, 20), figures(small, 2, 1, 60), figures(small, 1, 1, 35),
        figures(small, 2, 1, 99, Provider.OPENVINO),
    ]  # fmt: skip
    assert bench.ratio(measured, whole, small, 2) == pytest.approx(3)
    assert bench.ratio(measured, whole, small, 4) is None
