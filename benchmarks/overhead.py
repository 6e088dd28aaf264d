"""Everything but decoding and the network, per analysed picture, by stage: ten objects, INT8 at 640x384.

Usage: python -m benchmarks.overhead [--video FILE] [--rounds 6]
The node's own parts (`benchmarks.pipeline_ours`) over a film of 640x360 and one of 1080p, every picture analysed, with
`benchmarks.planted`'s network. Processor time of one thread pinned to one core, by picture; each figure is the median
over pictures, so stages need not add up to the last digit. Decoding and the run are clocked where the node does them,
with the caches as they find them; reading the file, developing and shrinking the picture are counted against the node.
Ends with 1 when more than 8 % of the run is spent from 360p, or more than 10 % from 1080p. The peers' environment is
made at the first run: the network comes from there.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, Final

from benchmarks import planted
from benchmarks.pipeline import asked_video, peers
from benchmarks.pipeline_ours import Laps
from edge.analytics.scene import Scene
from edge.fitness import Fitness
from edge.gate import Gate
from edge.tracking import Tracker
from models.session import Session
from models.shape import Letterbox
from streams.cameras.pictures import Pictures

OBJECTS: Final = 10
CANVAS: Final = (640, 384)
TO_REACH: Final = {(640, 360): 0.08, (1920, 1080): 0.10}
WARM_UP: Final = 40
PICTURES: Final = 40
CLOCKED: Final[dict[str, tuple[type, str]]] = {
    "decoding": (Pictures, "_decode"),
    "session.run": (Session, "run"),
    "gate": (Gate, "opens"),
    "shape": (Letterbox, "fill"),
    "tracker": (Tracker, "update"),
    "rules": (Scene, "observe"),
    "fitness, once a second": (Fitness, "judge"),
}
NOT_OURS: Final = ("decoding", "session.run")
OURS: Final = ("taken in", "gate", "shape", "answer to boxes", "tracker", "rules")

Picture = dict[str, float]
"""Milliseconds one picture took, by stage."""


def main() -> int:
    """Print the table; 1 when a figure is missed."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked = asked_video(told, rounds=6)
    asked.folder.mkdir(parents=True, exist_ok=True)
    films = {size: planted.film(asked.video, size, asked.folder) for size in TO_REACH}
    network = planted.pair(asked.folder, peers(), films[640, 360], CANVAS, OBJECTS).int8
    os.sched_setaffinity(0, {asked.core})
    columns = {size: measured(network, film, asked.rounds * PICTURES) for size, film in films.items()}
    print(f"{'ms of processor time a picture':<34}" + "".join(f"{f'{wide}x{high}':>12}" for wide, high in columns))
    for stage in (*NOT_OURS, *OURS, "the rest"):
        print(f"{stage:<34}" + "".join(f"{column[stage]:>12.2f}" for column in columns.values()))
    shares = {size: column["ours"] / column["session.run"] for size, column in columns.items()}
    print(f"{'all but decoding and the run':<34}" + "".join(f"{column['ours']:>12.2f}" for column in columns.values()))
    print(f"{'of the run':<34}" + "".join(f"{share:>12.1%}" for share in shares.values()))
    print(f"{'to reach':<34}" + "".join(f"{f'<= {enough:.0%}':>12}" for enough in TO_REACH.values()))
    return 1 if any(share > TO_REACH[size] for size, share in shares.items()) else 0


def measured(network: Path, film: Path, pictures: int) -> Picture:
    """Median milliseconds a picture by stage; `ours` is all but decoding and the run."""
    with ExitStack() as stack:
        laps = Laps(network, film, gate=True)
        stack.callback(laps.close)
        now: Picture = {}
        for stage, (owner, name) in CLOCKED.items():
            stack.enter_context(_clocked(owner, name, stage, now))
        for _ in range(WARM_UP):
            _picture(laps, now)
        each = [_picture(laps, now) for _ in range(pictures)]
    return {stage: median(one[stage] for one in each) for stage in each[0]}


def _picture(laps: Laps, now: Picture) -> Picture:
    now.clear()
    now.update(dict.fromkeys(CLOCKED, 0.0))
    began = thread_time()
    frame = laps.taken()
    taken = (thread_time() - began) * 1000
    laps.look(frame)
    took = (thread_time() - began) * 1000
    found = {**now, "taken in": taken - now["decoding"], "answer to boxes": laps.detector.timing.decode_ms}
    ours = took - sum(now[stage] for stage in NOT_OURS)
    return {**found, "ours": ours, "the rest": ours - sum(found[stage] for stage in OURS)}


@contextmanager
def _clocked(owner: type, name: str, stage: str, now: Picture) -> Iterator[None]:
    """While it lasts, every call of this method adds its milliseconds to its stage in `now`."""
    original: Callable[..., Any] = getattr(owner, name)

    @wraps(original)
    def clocked(*words: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever the part takes and gives
        began = thread_time()
        given = original(*words, **more)
        now[stage] = now.get(stage, 0.0) + (thread_time() - began) * 1000
        return given

    setattr(owner, name, clocked)
    try:
        yield
    finally:
        setattr(owner, name, original)


if __name__ == "__main__":
    sys.exit(main())
