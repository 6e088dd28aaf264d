import threading
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
import pytest

from streams.cameras.drawn import Drawn
from streams.cameras.scripted import Scripted, Silence
from streams.cameras.source import Camera
from streams.clocks import ScriptedClock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused


def frame(number: int) -> Frame:
    captured = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return Frame("gate", number, captured, float(number), np.zeros((4, 4, 3), np.uint8))


def test_a_script_is_played_one_list_an_opening() -> None:
    camera, clock = Scripted("gate", [frame(1), SourceLost("cable")], [frame(2)]), ScriptedClock()
    with camera.open(clock) as frames:
        assert next(frames).number == 1
        with pytest.raises(SourceLost, match="cable"):
            next(frames)
    with camera.open(clock) as frames:
        assert [one.number for one in frames] == [2]
    assert (camera.counters.opened, camera.counters.given) == (2, 2)


def test_a_trouble_that_comes_first_is_raised_on_opening() -> None:
    with pytest.raises(SourceRefused), Scripted("gate", [SourceRefused("password")]).open(ScriptedClock()):
        pass


def test_a_silence_lets_time_pass() -> None:
    clock = ScriptedClock()
    with Scripted("gate", [Silence(30), frame(1)]).open(clock) as frames:
        next(frames)
    assert clock.monotonic() == 30


def test_a_script_that_is_over_is_silent_until_stopped() -> None:
    stop = threading.Event()
    stop.set()
    with Scripted("gate").open(ScriptedClock(), stop) as frames:
        assert list(frames) == []


def drawn(most: int, seed: int = 1, looked_at_fps: float | None = None) -> tuple[list[Frame], Drawn]:
    camera = Drawn("gate", seed=seed, looked_at_fps=looked_at_fps)
    with camera.open(ScriptedClock()) as frames:
        return list(islice(frames, most)), camera


def test_a_drawn_street_is_the_same_for_the_same_seed_and_no_other() -> None:
    one, two, other = drawn(60)[0], drawn(60)[0], drawn(60, seed=2)[0]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(one, two, strict=True))
    assert any(not np.array_equal(a.pixels, b.pixels) for a, b in zip(one, other, strict=True))


def test_a_drawn_street_is_paced_and_thinned() -> None:
    frames, camera = drawn(50, looked_at_fps=5)
    assert [one.number for one in frames] == list(range(0, 100, 2))
    assert [round(one.elapsed, 3) for one in frames] == [round(n / 5, 3) for n in range(50)]
    assert (camera.counters.decoded, camera.counters.given) == (99, 50)
    assert frames[0].size == (640, 360)


def test_what_the_truth_says_is_in_the_picture() -> None:
    frames, camera = drawn(400)
    empty = Drawn("gate")._empty
    for one in frames[::10]:
        for _label, (x1, y1, x2, y2) in camera.truth(one.number):
            assert 0 <= x1 < x2 <= 1
            assert 0 <= y1 < y2 <= 1
            part = (slice(round(y1 * 360), round(y2 * 360)), slice(round(x1 * 640), round(x2 * 640)))
            assert (one.pixels[part] != empty[part]).any(axis=2).mean() > 0.3


@pytest.mark.parametrize("seed", range(5))
def test_every_drawn_street_has_a_loiterer_and_a_vehicle_that_stops(seed: int) -> None:
    camera = Drawn("gate", seed=seed)
    rounds = [camera.truth(number) for number in range(200, 650)]
    loiterer = [box for picture in rounds for label, box in picture if label == "person" and 0.25 < box[1] <= 0.301]
    parked = [box for picture in rounds for label, box in picture if label == "car" and abs(box[3] - 0.74) < 1e-9]
    assert len(loiterer) >= 450
    assert len(parked) == 450
    assert max(box[0] for box in parked) - min(box[0] for box in parked) < 1e-9
    labels = {label for number in range(900) for label, _ in camera.truth(number)}
    assert labels <= {"person", "bicycle", "motorcycle", "car", "bus", "truck"}
    assert {"person", "car"} <= labels


def test_every_source_keeps_the_same_promise() -> None:
    cameras: list[Camera] = [Scripted("a"), Drawn("b")]
    assert [camera.camera for camera in cameras] == ["a", "b"]
