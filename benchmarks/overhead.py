"""Everything but decoding and the network, per analysed picture, by stage: ten objects, INT8 at 640x384.

Usage: python -m benchmarks.overhead [--video FILE] [--rounds 6]
The node's own parts (`benchmarks.pipeline_ours`) over a film of 640x360 and one of 1080p, every picture analysed, with
`benchmarks.planted`'s network; the film's decoding alone is measured beside it, in turns. Processor time of one thread
pinned to one core, medians over pictures. Conversion to BGR is counted against the node. Ends with 1 when more than 8 %
of the run is spent from 360p, or more than 10 % from 1080p. The peers' environment is made at the first run: the
network comes from there.
"""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, Final

import av

from benchmarks import planted
from benchmarks.pipeline import asked_video, peers
from benchmarks.pipeline_ours import Laps
from edge.analytics.scene import Scene
from edge.fitness import Fitness
from edge.gate import Gate
from edge.tracking import Tracker
from models.session import Session
from models.shape import Letterbox
from streams.cameras.file import OPTIONS
from streams.cameras.pictures import video_of

OBJECTS: Final = 10
CANVAS: Final = (640, 384)
TO_REACH: Final = {(640, 360): 0.08, (1920, 1080): 0.10}
WARM_UP: Final = 40
PICTURES: Final = 40
CLOCKED: Final[dict[str, tuple[type, str]]] = {
    "session.run": (Session, "run"),
    "shape": (Letterbox, "fill"),
    "gate": (Gate, "opens"),
    "tracker": (Tracker, "update"),
    "rules": (Scene, "observe"),
    "fitness, once a second": (Fitness, "judge"),
}
EVERY: Final = (
    "decoding alone",
    "session.run",
    "taken in: stamps, BGR",
    "gate",
    "shape",
    "answer to boxes",
    "tracker",
    "rules",
)

Spent = defaultdict[str, list[float]]


def main() -> int:
    """Print the table; 1 when a figure is missed."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked = asked_video(told, rounds=6)
    asked.folder.mkdir(parents=True, exist_ok=True)
    films = {size: planted.film(asked.video, size, asked.folder) for size in TO_REACH}
    network = planted.pair(asked.folder, peers(), films[640, 360], CANVAS, OBJECTS).int8
    os.sched_setaffinity(0, {asked.core})
    columns = {size: measured(network, film, asked.rounds) for size, film in films.items()}
    print(f"{'ms of processor time a picture':<34}" + "".join(f"{f'{wide}x{high}':>12}" for wide, high in columns))
    for stage in (*EVERY, "the rest"):
        print(f"{stage:<34}" + "".join(f"{column[stage]:>12.2f}" for column in columns.values()))
    shares = {size: column["ours"] / column["session.run"] for size, column in columns.items()}
    print(f"{'all but decoding and the run':<34}" + "".join(f"{column['ours']:>12.2f}" for column in columns.values()))
    print(f"{'of the run':<34}" + "".join(f"{share:>12.1%}" for share in shares.values()))
    print(f"{'to reach':<34}" + "".join(f"{f'<= {enough:.0%}':>12}" for enough in TO_REACH.values()))
    return 1 if any(share > TO_REACH[size] for size, share in shares.items()) else 0


def measured(network: Path, film: Path, rounds: int) -> dict[str, float]:
    """Median milliseconds a picture by stage; `ours` is all but decoding and the run."""
    spent: Spent = defaultdict(list)
    with ExitStack() as stack:
        laps = Laps(network, film)
        stack.callback(laps.close)
        bare = stack.enter_context(_decoded(film))
        _go(laps, WARM_UP, defaultdict(list))
        for stage, (owner, name) in CLOCKED.items():
            stack.enter_context(_clocked(owner, name, spent[stage]))
        for _ in range(rounds):
            for _ in range(PICTURES):
                began = thread_time()
                next(bare)
                spent["decoding alone"].append((thread_time() - began) * 1000)
            _go(laps, PICTURES, spent)
    found = {stage: median(took) for stage, took in spent.items() if took}
    found["taken in: stamps, BGR"] = found["taken"] - found["decoding alone"]
    found["ours"] = found["all"] - found["session.run"] - found["decoding alone"]
    named = sum(found[stage] for stage in EVERY if stage not in {"session.run", "decoding alone"})
    return {**found, "the rest": found["ours"] - named}


def _go(laps: Laps, pictures: int, spent: Spent) -> None:
    for _ in range(pictures):
        began = thread_time()
        frame = laps.taken()
        taken = thread_time()
        laps.look(frame)
        done = thread_time()
        spent["taken"].append((taken - began) * 1000)
        spent["all"].append((done - began) * 1000)
        spent["answer to boxes"].append(laps.detector.timing.decode_ms)


@contextmanager
def _clocked(owner: type, name: str, took: list[float]) -> Iterator[None]:
    """While it lasts, every call of this method of a part adds its milliseconds to `took`."""
    original: Callable[..., Any] = getattr(owner, name)

    @wraps(original)
    def clocked(*words: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever the part takes and gives
        began = thread_time()
        given = original(*words, **more)
        took.append((thread_time() - began) * 1000)
        return given

    setattr(owner, name, clocked)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextmanager
def _decoded(film: Path) -> Iterator[Iterator[Any]]:
    """The film's pictures, decoded as the node decodes and no more done with them; for ever."""

    def pictures() -> Iterator[Any]:
        while True:
            with av.open(str(film), "r", options=OPTIONS) as container:
                stream = video_of(container, film.name)
                for packet in container.demux(stream):
                    yield from packet.decode()

    yield pictures()


if __name__ == "__main__":
    sys.exit(main())
