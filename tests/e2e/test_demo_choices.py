"""What a person may ask of the demonstration: another broker, a video of their own, an end before it has begun."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.parts.clips import render
from tests.parts.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
DOOR = (sys.executable, "-c", "import wardsense; wardsense.main()", "demo", "--street", "drawn")


def environment(shared: str = "") -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "WARDSENSE_SHARED": shared}


def played(folder: Path, *words: str, shared: str = "") -> dict[str, Any]:
    """The report of a demonstration that must end well."""
    report = folder / "report.json"
    fixed = ("--headless", "--drive", "--report", str(report), "--folder", str(folder / "run"))
    done = subprocess.run(
        [*DOOR, *fixed, *words], cwd=ROOT, env=environment(shared), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return told


@contextmanager
def begun(folder: Path, word: str, *words: str) -> "Iterator[tuple[subprocess.Popen[bytes], Path]]":
    """A demonstration that has said this word, and where it says what it says; gone afterwards."""
    log, line = folder / "said", [*DOOR, "--headless", "--folder", str(folder / "run"), *words]
    with log.open("wb") as said:
        demo = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=said, stderr=said)
    try:
        until(lambda: word in log.read_text(), within=150, what=word)
        yield demo, log
    finally:
        demo.kill()
        demo.wait()


def processes_of(folder: Path) -> list[int]:
    """Every process whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                named = str(folder).encode() in (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it ended meanwhile
            if named:
                found.append(int(entry.name))
    return found


def test_amqtt_in_a_process_of_its_own_carries_the_whole_way_too(tmp_path: Path) -> None:
    told = played(tmp_path, "--broker", "amqtt", "--seconds", "35")
    assert told["failures"] == []
    assert told["records"]["made"] == told["records"]["stored"] > 0
    assert told["whole_way"] >= 1
    assert not (tmp_path / "run" / "broker").exists(), "no Mosquitto was set up"


def test_a_model_nobody_knows_is_refused_by_name_and_nothing_is_left_running(tmp_path: Path) -> None:
    video = render(tmp_path / "street.mp4")
    words = ("--headless", "--folder", str(tmp_path / "run"), "--video", str(video), "--detector", "deimv3-atom")
    done = subprocess.run([*DOOR, *words], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, f"{done.stdout}\n{done.stderr}"
    assert "deimv3-atom" in done.stderr
    assert "Traceback" not in done.stderr
    assert processes_of(tmp_path / "run") == []


def test_ctrl_c_while_it_sets_up_ends_what_has_begun(tmp_path: Path) -> None:
    with begun(tmp_path, "starting centre") as (demo, log):
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=30) == 0, log.read_text()
        assert "Traceback" not in log.read_text()
        assert processes_of(tmp_path / "run") == []


def test_ctrl_c_still_takes_the_account_and_says_that_it_was_stopped(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"failures": [], "seconds": 1}')
    with begun(tmp_path, "made=", "--report", str(report)) as (demo, log):
        assert not report.exists()
        demo.send_signal(signal.SIGINT)
        status = demo.wait(timeout=60)
    told = json.loads(report.read_text("utf-8"))
    assert told["stopped"] is True
    assert told["records"]["made"] == told["records"]["stored"] > 0
    assert status == bool(told["failures"]), log.read_text()
    assert processes_of(tmp_path / "run") == []


def test_ctrl_c_twice_ends_everything_at_once_and_leaves_nobody_behind(tmp_path: Path) -> None:
    with begun(tmp_path, "up after") as (demo, log):
        demo.send_signal(signal.SIGINT)
        until(lambda: "stopping" in log.read_text(), within=10)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=30) == 0, log.read_text()
        assert "Traceback" not in log.read_text()
        assert processes_of(tmp_path / "run") == []


def test_a_demonstration_killed_with_9_takes_its_programs_with_it(tmp_path: Path) -> None:
    with begun(tmp_path, "up after") as (demo, _):
        assert len(processes_of(tmp_path / "run")) >= 3
        demo.kill()
        demo.wait()
        until(lambda: not processes_of(tmp_path / "run"), within=20, what="the programs' end")


@pytest.mark.shared("that a real street's picture, redacted and boxed, is looked at and its case goes the whole way")
def test_a_real_video_is_seen_by_a_real_detector(tmp_path: Path, shared: Path) -> None:
    words = ("--video", str(shared / "videos" / "opencv_vtest.avi"), "--detector", "deimv2-atto", "--seconds", "45")
    told = played(tmp_path, *words, shared=str(shared.parent))
    assert told["failures"] == []
    assert told["evidence_looked_at"] >= 1
    assert told["whole_way"] >= 1
