"""The process that develops photos, and the one it works for."""

import os
import subprocess
import sys
from pathlib import Path

from tests.central.camera import phone_photo
from tests.conftest import ROOT
from tests.parts.until import until

CENTRE = """
import sys, threading
from central.cases.photos import Studio

if __name__ == "__main__":
    studio = Studio()
    studio.develop(open(sys.argv[1], "rb").read())
    print(*studio._pool._processes, flush=True)
    threading.Event().wait()
"""


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_a_worker_does_not_outlive_a_centre_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(phone_photo())
    (tmp_path / "centre.py").write_text(CENTRE)
    line = [sys.executable, str(tmp_path / "centre.py"), str(tmp_path / "photo.jpg")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as centre:
        assert centre.stdout is not None
        worker = int(centre.stdout.readline())
        assert alive(worker)
        centre.kill()
    until(lambda: not alive(worker), within=20, what="the worker's end")
