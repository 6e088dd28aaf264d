"""Hold the tracker against ByteTrack of `trackers` and of ultralytics: HOTA and IDF1 by TrackEval, and time.

Usage: python -m benchmarks.tracking [FOLDER], FOLDER holding TUD-Campus, TUD-Stadtmitte and MOT17-02
(by default $WARDSENSE_SHARED/data/tracking). All get the same detections, at full rate and thinned to about 12, 5 and
2 looks a second. The peers live in an environment of their own under var/, made at the first run; nothing of it is
installed for development or tests. Ends with 1 when ours is behind the better peer at full rate or at 5 looks a second.
"""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PINNED: Final = (
    "lap==0.5.13",
    "numpy==2.4.6",
    "pyyaml==6.0.3",
    "scipy==1.17.1",
    "supervision==0.31.2",
    "torch==2.13.0",
    "trackers==2.6.1",
    "trackeval==1.3.0",
)
"""numpy and scipy are the node's own. From PyPI torch is the CUDA build (large); 2.13.0+cpu, where an index or
PIP_FIND_LINKS offers it, satisfies the same line."""
ALONE: Final = ("torchvision==0.28.0", "ultralytics==8.4.190")
"""Without what they ask for: ultralytics' tracker loads none of it."""
ROOT: Final = Path(__file__).parents[1]


def main() -> int:
    """Make the environment where it is missing, and run the duel in it."""
    shared = Path(os.environ.get("WARDSENSE_SHARED", ROOT.parent / "shared"))
    folder = Path(sys.argv[1]) if sys.argv[1:] else shared / "data" / "tracking"
    place = ROOT / "var" / "peers" / "tracking"
    python = installed(place)
    print(*PINNED, *ALONE, flush=True)
    words = [str(python), "-W", "ignore", "-c", "import sys; from benchmarks.duel import main; sys.exit(main())"]
    own = {"YOLO_CONFIG_DIR": str(place), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run([*words, str(folder)], cwd=ROOT, env=os.environ | own, check=False).returncode


def installed(place: Path, pinned: Sequence[str] = PINNED, alone: Sequence[str] = ALONE) -> Path:
    """The Python of an environment at `place` that holds exactly what is pinned; made anew when the pins changed."""
    python, mark = place / "bin" / "python", place / "pins"
    pins = "\n".join((*pinned, *alone))
    if mark.exists() and mark.read_text() == pins:
        return python
    print("installing the peers, once (about 1.5 GB)", flush=True)
    venv.create(place, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *pinned], check=True)
    subprocess.run([*pip, "--no-deps", *alone], check=True)
    mark.write_text(pins)
    return python


if __name__ == "__main__":
    sys.exit(main())
