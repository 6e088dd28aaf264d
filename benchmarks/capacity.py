"""How many cameras a box carries: the real node and broker, real videos over RTSP, five looks a second at each.

Usage: python -m benchmarks.capacity [--cameras 20] [--against 8] [--seconds 60] [--size 640x360] [--model NAME]
The videos of $WARDSENSE_SHARED/data/videos are made H.264 of `--size` once (var/capacity), served in a loop by
GStreamer's RTSP server on this machine, and watched by `wardsense edge run` with lines, a zone and a dwell on every
camera: first `--cameras` of them by the INT8 network with the motion gate, then `--against` by the same network in fp32
without the gate. Coverage is looks taken (the gate's answers among them) of looks asked for, from the node's own
counters; time is the processor's, of the node, of the broker and, apart, of the RTSP server. What each arrangement
carries is all cores by what a camera cost node, broker and server together, in proportion; the ratio is of the node's
costs alone. The split is `wardsense edge tune`'s own measurement. `--events` plays the videos instead and tells how
many of the crossings found by looking at every picture the node's five gated looks find.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import psutil
import uuid_utils.compat as uuid
import yaml

from benchmarks.pipeline_ours import SCENE
from benchmarks.street import NOON
from edge import tune
from edge.config import NodeConfig
from edge.eye import Eye, Task
from edge.gate import GateSetting
from edge.seeing import DetectorEyes
from edge.telling import Witness
from models import cards
from models.detector import Detector
from streams import shipped
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock
from tests.parts.mosquitto import Mosquitto
from tests.parts.rtsp import RtspServer
from tests.parts.until import until

FPS: Final = 5.0
WARM_UP_S: Final = 12.0
UP_S: Final = 120.0
STREET: Final = ["person", "bicycle", "motorcycle", "car", "bus", "truck"]
COVERED: Final = 0.99
LEAST_MB: Final = 150
CAMERA_MB: Final = 35


@dataclass(frozen=True, slots=True)
class Arrangement:
    """So many cameras, looked at by this network, with the gate or at every picture that is due."""

    name: str
    cameras: int
    model: str
    gate: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What one run showed; processor time in ms a second, memory in MB."""

    arrangement: Arrangement
    coverage: float
    worst: float
    spared: float
    dropped: int
    node_ms: float
    server_ms: float
    broker_ms: float
    memory_mb: float

    @property
    def camera_ms(self) -> float:
        """What a camera costs the node."""
        return self.node_ms / self.arrangement.cameras

    @property
    def fits(self) -> float:
        """How many such cameras the cores carry beside the server that stands in for them."""
        a_camera = (self.node_ms + self.server_ms + self.broker_ms) / self.arrangement.cameras
        return (os.cpu_count() or 1) * 1000 / a_camera


def main() -> int:
    """Print the tables."""
    asked = _asked()
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared")).resolve()
    videos = sorted(one for one in (shared / "data" / "videos").iterdir() if one.suffix in {".mp4", ".avi"})
    if not videos:
        print(f"no video in {shared / 'data' / 'videos'}", file=sys.stderr)
        return 2
    asked.folder.mkdir(parents=True, exist_ok=True)
    films = [_film(video, asked.size, asked.folder) for video in videos]
    if asked.events:
        return _events(films, asked.eyes)
    ways = [
        Arrangement("INT8, gate", asked.cameras, f"{asked.model}-int8", gate=True),
        Arrangement("fp32, every picture due", asked.against, asked.model, gate=False),
    ]
    print(f"{'':<24}{'cameras':>8}{'coverage':>10}{'worst':>7}{'spared':>8}{'dropped':>9}{'node ms/s':>11}", end="")
    print(f"{'a camera':>10}{'server':>8}{'broker':>8}{'MB':>6}{'limit':>7}{'carries':>9}")
    seen = [_shown(_carried(way, films, asked)) for way in ways if way.cameras]
    if len(seen) == len(ways):
        print(f"a camera of the first costs {seen[0].camera_ms / seen[1].camera_ms:.2f} of one of the second", end=": ")
        print(f"{seen[1].camera_ms / seen[0].camera_ms:.2f} times as many")
    for way in ways:
        _split(way, films, asked)
    return 0 if seen[0].coverage >= COVERED else 1


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--cameras", type=int, default=20)
    told.add_argument("--against", type=int, default=8, help="cameras of the fp32 run; 0 for none")
    told.add_argument("--seconds", type=float, default=60)
    told.add_argument("--size", default="640x360", help="of the streams")
    told.add_argument("--model", default="street-nano", help="with NAME-int8 beside it in the catalogue")
    told.add_argument("--folder", type=Path, default=Path("var/capacity"))
    told.add_argument("--events", action="store_true", help="instead: what five gated looks find of every picture")
    told.add_argument("--eyes", default="street-nano-int8", help="the network of --events")
    return told.parse_args()


def _film(video: Path, size: str, folder: Path) -> Path:
    """A video as a camera of that size sends it: H.264, no B frames, a key frame every two seconds, 25 fps at most."""
    made = folder / f"{video.stem}-{size}.mp4"
    if not made.exists():
        wide, high = size.split("x")
        part = made.with_suffix(".part.mp4")
        fit = f"scale={wide}:{high}:force_original_aspect_ratio=decrease,pad={wide}:{high}:-1:-1"
        words = [
            "ffmpeg",
            "-loglevel",
            "error",
            "-y",
            "-i",
            str(video),
            "-an",
            "-vf",
            f"{fit},fps='min(25,source_fps)'",
        ]
        words += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "0", str(part)]
        subprocess.run(words, check=True)
        part.rename(made)
    return made


def _config(way: Arrangement, sources: list[Mapping[str, str]], broker: int, data: Path) -> dict[str, Any]:
    cameras = [
        {
            "id": f"cam-{number:02d}", "source": dict(sources[number % len(sources)]), "fps": FPS, "classes": STREET,
            **SCENE, **({} if way.gate else {"gate": {"recheck_s": 0}}),
        }
        for number in range(way.cameras)
    ]  # fmt: skip
    return {
        "node": "capacity", "ward": "ben-lanh", "data": str(data), "broker": {"host": "127.0.0.1", "port": broker},
        "models": {"detector": way.model, "sessions": os.cpu_count() or 1}, "cameras": cameras,
    }  # fmt: skip


def _carried(way: Arrangement, films: list[Path], asked: argparse.Namespace) -> Carried:
    data = asked.folder / f"node-{time.time_ns()}"
    clips = {film.stem: film for film in films}
    with Mosquitto() as broker, RtspServer(clips) as server:
        told = _config(way, [{"rtsp": url} for url in server.urls.values()], broker.port, data.resolve())
        file = asked.folder / "node.yaml"
        file.write_text(yaml.safe_dump(told), "utf-8")
        with _running(file, asked.folder / "node.log") as node:
            until(lambda: _all_live(data, way.cameras), within=UP_S, what="every camera's first look")
            time.sleep(WARM_UP_S)
            before, began = _now(data, node), time.monotonic()
            time.sleep(asked.seconds)
            after, took = _now(data, node), time.monotonic() - began
    spent = {name: (after["cpu"][name] - before["cpu"][name]) * 1000 / took for name in after["cpu"]}
    span = after["at"] - before["at"]
    cameras = after["cameras"]
    looked = [(cameras[one]["analysed"] - before["cameras"][one]["analysed"]) / (FPS * span) for one in cameras]
    count = {what: _risen(before, after, what) for what in ("analysed", "spared", "dropped")}
    return Carried(
        way, sum(looked) / len(looked), min(looked), count["spared"] / max(1, count["analysed"]), count["dropped"],
        spent["node"], spent["server"], spent["broker"], after["memory_mb"],
    )  # fmt: skip


@contextlib.contextmanager
def _running(file: Path, log: Path) -> Iterator[psutil.Process]:
    told = ("edge", "run", "--config", str(file), "--overcommit")
    words = [sys.executable, "-c", "import wardsense; wardsense.main()", *told]
    with log.open("w", encoding="utf-8") as out:
        node = subprocess.Popen(words, stdout=out, stderr=out)
        try:
            yield psutil.Process(node.pid)
        finally:
            node.terminate()
            node.wait(60)


def _all_live(data: Path, cameras: int) -> bool:
    told = _counters(data)
    return cameras == sum(1 for one in told.get("cameras", {}).values() if one["analysed"])


def _counters(data: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        told: dict[str, Any] = json.loads((data / "counters.json").read_text("utf-8"))
        return told
    return {}


def _now(data: Path, node: psutil.Process) -> dict[str, Any]:
    """The counters, when they were written, and everybody's processor seconds."""
    told = _counters(data)
    others = {one.name(): one for one in psutil.Process().children(recursive=True) if one.pid != node.pid}
    server = next(one for name, one in others.items() if name.startswith("python"))
    broker = next(one for name, one in others.items() if name.startswith("mosquitto"))
    cpu = {"node": node, "server": server, "broker": broker}
    return {
        "at": (data / "counters.json").stat().st_mtime, "cameras": told["cameras"],
        "cpu": {name: sum(one.cpu_times()[:2]) for name, one in cpu.items()},
        "memory_mb": node.memory_info().rss / 1e6,
    }  # fmt: skip


def _risen(before: Mapping[str, Any], after: Mapping[str, Any], what: str) -> int:
    return sum(after["cameras"][one][what] - before["cameras"][one][what] for one in after["cameras"])


def _shown(one: Carried) -> Carried:
    way = one.arrangement
    limit = LEAST_MB + CAMERA_MB * way.cameras
    print(
        f"{way.name:<24}{way.cameras:>8}{one.coverage:>10.1%}{one.worst:>7.0%}{one.spared:>8.0%}{one.dropped:>9}",
        end="",
    )
    print(f"{one.node_ms:>11.0f}{one.camera_ms:>10.1f}{one.server_ms:>8.0f}{one.broker_ms:>8.0f}", end="")
    print(f"{one.memory_mb:>6.0f}{limit:>7}{one.fits:>9.1f}", flush=True)
    return one


def _split(way: Arrangement, films: list[Path], asked: argparse.Namespace) -> None:
    """What a camera costs by stage, every due picture looked at: medians over the videos."""
    one = Arrangement(way.name, len(films), way.model, way.gate)
    told = _config(one, [{"file": str(film)} for film in films], 1, (asked.folder / "tuned").resolve())
    tuned, _ = tune.tune(NodeConfig.model_validate(told), None, 3.0)
    prices = list(tuned.prices.values())
    decode, run, rest = (median(getattr(each, part) for each in prices) for part in ("decode_ms", "run_ms", "rest_ms"))
    print(
        f"{way.name}: a second of a camera decodes in {decode:.1f} ms; a look runs {run:.1f} ms, the rest {rest:.2f} ms"
    )


def _events(films: list[Path], model: str) -> int:
    entry, file = cards.found(model, shipped.config("models.yaml"), Path("var/models"))
    eyes = DetectorEyes(Detector(entry, file, threads=1), None)
    print(f"{'video':<48}{'every picture':>15}{'of these at five gated looks':>30}{'more':>6}")
    sums: Counter[str] = Counter()
    for film in films:
        every, gated = _crossings(film, eyes, None, 0.0), _crossings(film, eyes, FPS, GateSetting().recheck_s)
        kept = (every & gated).total()
        sums.update(every=every.total(), kept=kept, more=gated.total() - kept)
        print(f"{film.stem:<48}{every.total():>15}{kept:>30}{gated.total() - kept:>6}", flush=True)
    print(f"{'all':<48}{sums['every']:>15}{sums['kept']:>30}{sums['more']:>6}   {sums['kept'] / sums['every']:.1%}")
    return 0


def _crossings(film: Path, eyes: DetectorEyes, fps: float | None, recheck_s: float) -> Counter[tuple[str, str]]:
    """Crossings by line and direction."""
    told = _config(Arrangement("", 1, "", gate=True), [{"file": str(film)}], 1, Path("none"))
    setting = NodeConfig.model_validate({**told, "models": {"detector": "street-nano"}}).cameras[0]
    task = Task(
        classes=setting.classes, gate=GateSetting(recheck_s=recheck_s), tell=frozenset({"line_crossed"}), evidence=False
    )
    eye = Eye(Witness("gate"), task, setting.scene(), uuid.uuid7)
    camera = FileCamera("gate", film, pace="fast", loop=False, looked_at_fps=fps, began=NOON)
    with camera.open(SystemClock()) as frames:
        events = [event for frame in frames for event in eye.look(frame, eyes).events]
    return Counter((event.zone or "", event.direction or "") for event in events)


if __name__ == "__main__":
    sys.exit(main())
