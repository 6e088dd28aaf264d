"""The demonstration as a newcomer starts it: the street and the detector that come along, and actors at every desk."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
DOOR = (sys.executable, "-c", "import wardsense; wardsense.main()", "demo")


def test_the_street_that_comes_along_raises_an_alert_with_its_picture_whose_case_is_closed(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ("--headless", "--drive", "--seconds", "75", "--report", str(report), "--folder", str(tmp_path / "run"))
    bare = {**os.environ, "PYTHONPATH": str(ROOT), "WARDSENSE_SHARED": ""}
    done = subprocess.run([*DOOR, *words], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.startswith("The street and the detector that come with WardSense")
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    assert told["failures"] == []
    assert told["records"]["made"] == told["records"]["stored"] > 0
    assert told["evidence_looked_at"] >= 1
    assert told["whole_way"] >= 1
    assert all(camera["analysed"] > 0 and camera["tracks"] > 0 for camera in told["cameras"].values())
