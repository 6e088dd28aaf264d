"""HOTA and IDF1 by TrackEval, for our tracker and its rivals over thinned sequences. Run where the peers are installed.

TrackEval reads what MOTChallenge lays out, so the thinned truths and the answers are written that way into a folder
that goes away. The TUD sets are judged as MOT15 (no classes), MOT17-02 as MOT17 (distractors are not counted).
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import trackeval  # type: ignore[import-not-found] # of the peers' environment

from benchmarks.rivals import RIVALS
from benchmarks.sequences import SEQUENCES, Thinning, corners, read

LOOKS: Final = (None, 12.0, 5.0, 2.0)
Scores = dict[tuple[str, str], tuple[float, float]]
"""HOTA and IDF1, per cent, by rival and thinning."""


def cells() -> Iterator[tuple[Thinning, ...]]:
    """For every sequence and rate, the thinnings of all beginnings."""
    for sequence in SEQUENCES:
        for fps in LOOKS:
            stride = 1 if fps is None else int(sequence.fps // fps)
            yield tuple(Thinning(sequence, stride, first) for first in range(1, stride + 1))


def scores(folder: Path) -> Scores:
    """Every rival over every thinning."""
    found: Scores = {}
    with tempfile.TemporaryDirectory() as place:
        for classes, bench in ((False, "MOT15"), (True, "MOT17")):
            root = Path(place) / bench
            thinnings = [one for cell in cells() for one in cell if one.sequence.classes == classes]
            lengths = {thinning.name: _written(folder, root, thinning) for thinning in thinnings}
            found |= _judged(root, bench, lengths)
    return found


def _written(folder: Path, root: Path, thinning: Thinning) -> int:
    """Truth and every rival's answer as files; how many looks there are."""
    sequence = thinning.sequence
    truth, seen = (read(folder / sequence.name / name) for name in ("gt.txt", "det.txt"))
    last = int(truth[:, 0].max())
    looks = [here for _, here in thinning.looks(truth, last)]
    for number, here in enumerate(looks, start=1):
        here[:, 0] = number
    into = root / "gt" / thinning.name / "gt"
    into.mkdir(parents=True)
    np.savetxt(into / "gt.txt", np.concatenate(looks), delimiter=",", fmt="%g")
    for name, make in RIVALS.items():
        rival, rows = make(thinning.fps, sequence.size), []
        for number, (frame, here) in enumerate(thinning.looks(seen, last), start=1):
            answer = rival.update(rival.given(corners(here), here[:, 6]), (frame - 1) / sequence.fps)
            tracks, boxes = rival.told(answer)
            size = boxes[:, 2:] - boxes[:, :2]
            rest = np.tile([1.0, -1, -1, -1], (len(tracks), 1))
            rows.append(np.column_stack([np.full(len(tracks), number), tracks, boxes[:, :2], size, rest]))
        into = root / "trackers" / name / "data"
        into.mkdir(parents=True, exist_ok=True)
        np.savetxt(into / f"{thinning.name}.txt", np.concatenate(rows), delimiter=",", fmt="%g")
    return len(looks)


def _judged(root: Path, bench: str, lengths: Mapping[str, int]) -> Scores:
    quiet = {"PRINT_CONFIG": False}
    data = trackeval.datasets.MotChallenge2DBox(
        {
            **quiet,
            "GT_FOLDER": str(root / "gt"),
            "TRACKERS_FOLDER": str(root / "trackers"),
            "TRACKERS_TO_EVAL": list(RIVALS),
            "BENCHMARK": bench,
            "SKIP_SPLIT_FOL": True,
            "SEQ_INFO": dict(lengths),
        }
    )
    silent = ("PRINT_RESULTS", "TIME_PROGRESS", "OUTPUT_SUMMARY", "OUTPUT_DETAILED", "PLOT_CURVES")
    judge = trackeval.Evaluator({**quiet, **dict.fromkeys(silent, False), "BREAK_ON_ERROR": True, "LOG_ON_ERROR": None})
    metrics = [trackeval.metrics.HOTA(quiet), trackeval.metrics.Identity(quiet)]
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        told, _ = judge.evaluate([data], metrics)
    answers = told["MotChallenge2DBox"]
    return {(rival, name): _figures(answers[rival][name]["pedestrian"]) for rival in RIVALS for name in lengths}


def _figures(told: Mapping[str, Mapping[str, float]]) -> tuple[float, float]:
    return 100 * float(np.mean(told["HOTA"]["HOTA"])), 100 * told["Identity"]["IDF1"]


def mean(found: Scores, rival: str, thinnings: Sequence[Thinning]) -> tuple[float, float]:
    """HOTA and IDF1 of a rival, the mean of these thinnings."""
    hota, idf1 = np.mean([found[rival, thinning.name] for thinning in thinnings], axis=0).tolist()
    return hota, idf1
