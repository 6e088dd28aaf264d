"""All processor time of an analysed picture, ours against ultralytics' own pipeline with ByteTrack.

Usage: python -m benchmarks.pipeline [--video FILE] [--rounds 7]
`YOLO(onnx).track(stream=True)` (`benchmarks.pipeline_theirs`) and the node's own parts (`benchmarks.pipeline_ours`) go
over the same film of 768x432 with the same weights, twenty objects planted in them, every picture analysed, one thread
each on the same core, fifty pictures each in turns. Theirs run the graph ultralytics exports, ours the one that
`models.export` makes of it; two rows more show both on theirs. Decoding is in it; a motion gate is in neither. Ends
with 1 when theirs / ours is less than is to be reached. The peers live in an environment of their own under var/, made
at the first run.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Final

from benchmarks import planted
from benchmarks.tracking import installed

ROOT: Final = Path(__file__).parents[1]
PINNED: Final = (
    "lap==0.5.13",
    "matplotlib==3.11.2",
    "numpy==2.4.6",
    "onnx==1.23.2",
    "onnxruntime==1.32.0",
    "onnxslim==0.1.98",
    "opencv-python-headless==5.0.0.93",
    "pillow==13.0.0",
    "polars==2.1.0",
    "psutil==7.2.2",
    "pydantic==2.14.3",
    "pyyaml==6.0.3",
    "requests==2.34.2",
    "scipy==1.17.1",
    "torch==2.13.0",
    "ultralytics-thop==2.2.3",
)
"""onnxruntime, numpy and OpenCV are the node's own. Of torch the same is true as in `benchmarks.tracking`."""
ALONE: Final = ("torchvision==0.28.0", "ultralytics==8.4.190")
"""Without what they ask for: they would bring another OpenCV."""
OBJECTS: Final = 20
FILM: Final = (768, 432)
VIDEO: Final = "intel_car-detection.mp4"
WARM_UP: Final = 40
PICTURES: Final = 50
PATIENCE_S: Final = 30

Costs = list[dict[str, float]]


def main() -> int:
    """Print the table; 1 when a figure is missed."""
    asked = asked_video(
        argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter), rounds=7
    )
    python, film = peers(), planted.film(asked.video, FILM, asked.folder)
    print(*PINNED, *ALONE, flush=True)

    def of(whose: str, size: tuple[int, int]) -> planted.Pair:
        return planted.pair(asked.folder, python, film, size, OBJECTS, whose)

    wide, small = (640, 384), (320, 192)
    rows = [
        ("INT8 640x384", of("ours", wide).int8, of("theirs", wide).int8, wide, 1.15),
        ("INT8 320x192", of("ours", small).int8, of("theirs", small).int8, small, 1.30),
        ("theirs fp32, ours INT8, 640x384", of("ours", wide).int8, of("theirs", wide).fp32, wide, 2.3),
        ("INT8 640x384, both their graph", of("theirs", wide).int8, of("theirs", wide).int8, wide, None),
        ("INT8 320x192, both their graph", of("theirs", small).int8, of("theirs", small).int8, small, None),
    ]
    print(
        f"{'ms of processor time a picture':<34}{'ours':>8}{'run':>8}{'theirs':>9}{'run':>8}{'ratio':>8}"
        f"{'to reach':>10}"
    )
    missed = 0
    for name, ours, theirs, size, enough in rows:
        spent = raced(python, {"ours": ours, "theirs": theirs}, film, size, asked)
        own, other = _middle(spent["ours"]), _middle(spent["theirs"])
        ratio = other["all_ms"] / own["all_ms"]
        figures = f"{own['all_ms']:>8.2f}{own['run_ms']:>8.2f}{other['all_ms']:>9.2f}{other['run_ms']:>8.2f}"
        print(f"{name:<34}{figures}{ratio:>8.2f}{f'>= {enough:.2f}' if enough else '':>10}", flush=True)
        print(f"{'':<34}objects followed: {own['objects']:.1f} and {other['objects']:.1f}")
        missed += enough is not None and ratio < enough
    return 1 if missed else 0


def asked_video(told: argparse.ArgumentParser, rounds: int) -> argparse.Namespace:
    """What every benchmark over planted networks is asked: `video`, `rounds`, `folder` and `core`."""
    shared = Path(os.environ.get("WARDSENSE_SHARED", ROOT.parent / "shared"))
    told.add_argument("--video", type=Path, default=shared / "data" / "videos" / VIDEO, help="what the film is made of")
    told.add_argument("--rounds", type=int, default=rounds)
    told.add_argument("--folder", type=Path, default=Path("var/pipeline"), help="for films and networks")
    told.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="which all is pinned to")
    asked = told.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    return asked


def peers() -> Path:
    """The Python of the peers' environment, made where it is missing."""
    return installed(ROOT / "var" / "peers" / "pipeline", PINNED, ALONE)


def raced(
    python: Path, networks: Mapping[str, Path], film: Path, size: tuple[int, int], asked: argparse.Namespace
) -> dict[str, Costs]:
    """What the pictures of each round cost both, in turns."""
    words = {
        "ours": [sys.executable, "-m", "benchmarks.pipeline_ours"],
        "theirs": [str(python), "-W", "ignore", "benchmarks/pipeline_theirs.py"],
    }
    spent: dict[str, Costs] = {name: [] for name in words}
    with ExitStack() as stack:
        lanes = {
            name: stack.enter_context(_lane([*said, *_lap(networks[name], film, size, asked.core)], asked.folder))
            for name, said in words.items()
        }
        for lane in lanes.values():
            _answer(lane, WARM_UP)
        for _ in range(asked.rounds):
            for name, lane in lanes.items():
                spent[name].append(_answer(lane, PICTURES))
    return spent


def _lap(network: Path, film: Path, size: tuple[int, int], core: int) -> list[str]:
    return [str(network.resolve()), str(film.resolve()), str(core), *map(str, size)]


@contextmanager
def _lane(words: Sequence[str], folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """A process that is told how many pictures and answers what they cost."""
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=planted.surroundings(folder), text=True
    )
    given, told = process.stdin, process.stdout
    if given is None or told is None:
        raise RuntimeError("a process without pipes")
    try:
        yield given, told
    finally:
        given.close()
        process.wait(PATIENCE_S)


def _answer(lane: tuple[IO[str], IO[str]], pictures: int) -> dict[str, float]:
    given, told = lane
    given.write(f"{pictures}\n")
    given.flush()
    for line in told:
        if line.startswith("{"):
            cost: dict[str, float] = json.loads(line)
            return cost
        print(line.strip())
    raise RuntimeError("the process ended before its answer")


def _middle(costs: Costs) -> dict[str, float]:
    return {what: median(cost[what] for cost in costs) for what in costs[0]}


if __name__ == "__main__":
    sys.exit(main())
