import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_who_has_neither_held_back_pictures_nor_the_rival_is_told_the_speeds_alone(tmp_path: Path) -> None:
    asked = ["--root", str(tmp_path), "--store", str(tmp_path), "--rounds", "1"]
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.bundled", *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "street: nothing was held back here" in told.stdout
    assert "without the rival: yolox-nano-640" in told.stdout
    assert "\nfp32 " in told.stdout.split("speed, one thread")[1]
