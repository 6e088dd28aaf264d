"""Count lines on the real videos by the node's own parts, against truths counted by eye, and tell each miss's cause.

Usage: python -m benchmarks.line_counts [--model NAME ...] [--looks 5 0 ...] [--video PART] [--cache FOLDER]; videos,
detectors and three of the truths come from $WARDSENSE_SHARED/data, the other truths from `line_counts.yaml` beside
this file. Each video is played by `edge.replay`: decoder, gate, fitness, detector, tracker and line logic as a node has
them, from its first picture on; `--looks 0` is every picture. A row holds, of one line, the true crossings, those told,
how many are one within a second, those missed, invented, and told as another class. Under it stand the time, place and
cause of each error (`benchmarks.line_counts_cause`), and what nobody can tell by eye. `--cache` keeps what the detector
saw, so that only what comes after it is played again. Ends with 1 when a miss is left that neither the detector nor the
video's end explains.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.line_counts_cause import Cause, Drawn, Look, of_invention, of_miss
from benchmarks.line_counts_truth import Count, Crossing, Truth, counted, truths
from benchmarks.remembered import RememberedEyes
from edge.analytics.anchors import Anchor
from edge.analytics.happening import Kind
from edge.analytics.places import Line
from edge.eye import Glimpse
from edge.replay import Replay, models_of, of_document
from edge.seeing import Eyes
from edge.tracking import TrackerSettings
from streams import shipped
from streams.documents import Document

OURS: Final = Path(__file__).with_suffix(".yaml")
MODELS: Final = ("yolox-nano-640",)
EVERY: Final = 60.0
"""More looks a second than any of the videos has pictures."""


def main() -> int:
    """Print the table; 1 where a miss is not explained."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--model", nargs="+", default=MODELS, help="of the catalogue")
    told.add_argument("--looks", nargs="+", type=float, default=[5.0, 0.0], help="a second; 0 for every picture")
    told.add_argument("--video", default="", help="only those whose name holds this")
    told.add_argument("--cache", type=Path, help="where the detectors' answers are kept between runs")
    asked = told.parse_args()
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    judged = [truth for truth in truths(shared / "videos", OURS) if asked.video in truth.video]
    if not judged:
        told.error(f"no video whose name holds {asked.video!r} has a truth")
    print(f"{'model':<18}{'looks/s':>8}  {'video':<28}{'line':<8}{'true':>5}{'told':>5}", end="")
    print(f"{'right':>6}{'missed':>7}{'invented':>9}{'misnamed':>9}", flush=True)
    unexplained = 0
    for model in asked.model:
        for looks in asked.looks:
            for truth in judged:
                unexplained += _play(truth, shared, model, looks, asked.cache)
    return 1 if unexplained else 0


def watched(
    truth: Truth, shared: Path, model: str, looks: float, cache: Path | None
) -> tuple[list[Crossing], list[Look]]:
    """What a node tells of these lines, and all its looks."""
    video = shared / "videos" / truth.video
    rules = Document(truth.video, {"lines": list(truth.lines)}, {})
    listed = models_of(model, shipped.config("models.yaml"), shared / "models")
    told: list[Crossing] = []
    seen: list[Look] = []

    def looked(glimpse: Glimpse) -> None:
        if not seen or glimpse.elapsed > seen[-1].elapsed:  # what is told at the end is no look
            seen.append(Look(glimpse.elapsed, glimpse.wanted, glimpse.tracks))
        told.extend(
            Crossing(
                one.zone, one.direction or "", one.elapsed, one.elapsed, frozenset({one.subject}), track=one.track or 0
            )
            for one in glimpse.happenings
            if one.kind is Kind.LINE_CROSSED
        )

    def before(eyes: Eyes) -> Eyes:
        if cache is None:
            return eyes
        remembered.append(RememberedEyes(eyes, cache / f"{model}-{video.stem}.npz"))
        return remembered[-1]

    remembered: list[RememberedEyes] = []
    Replay(of_document(rules, video, listed, looks or EVERY), video, eyes=before).play(looked)
    for one in remembered:
        one.keep()
    return told, seen


def drawn(line: dict[str, Any]) -> Drawn:
    """A line of a rules file."""
    one = Line(id=line["id"], a=tuple(line["a"]), b=tuple(line["b"]), anchor=Anchor(line.get("anchor", Anchor.FEET)))
    return Drawn(one.a, one.b, one.anchor, one.margin, line["rightward"])


def _play(truth: Truth, shared: Path, model: str, looks: float, cache: Path | None) -> int:
    """Print a video's rows; how many misses nobody explains."""
    told, seen = watched(truth, shared, model, looks, cache)
    unexplained = 0
    for line in truth.lines:
        count = counted(truth, line["id"], told)
        _row(f"{model:<18}{looks or 'all':>8}  {Path(truth.video).stem[:26]:<28}{line['id']:<8}", count)
        unexplained += _causes(truth, count, drawn(line), seen)
    for one in truth.unsure:
        print(f"    unsure    {one.since:6.1f} s  {one.line} {one.direction}: {one.who}; not scored")
    return unexplained


def _row(head: str, count: Count) -> None:
    matched, missed, invented = len(count.matched), len(count.missed), len(count.invented)
    print(f"{head}{matched + missed:>5}{matched + invented:>5}{matched:>6}{missed:>7}{invented:>9}", end="")
    print(f"{count.misnamed:>9}", flush=True)


def _causes(truth: Truth, count: Count, line: Drawn, seen: Sequence[Look]) -> int:
    settings, unexplained = TrackerSettings(), 0
    for one in count.missed:
        cause = of_miss(one, line, seen, settings)
        unexplained += not cause.explained
        _cause("missed", one, cause)
    for one in count.invented:
        _cause("invented", one, of_invention(one, seen, settings, nobody=truth.nobody))
    return unexplained


def _cause(what: str, one: Crossing, cause: Cause) -> None:
    where = one.line if one.place is None else f"{one.line} at ({one.place[0]:.2f}, {one.place[1]:.2f})"
    who = one.who or ", ".join(sorted(one.subjects))
    print(f"    {what:<9}{one.since:7.1f} s  {where}, {one.direction}: {who}", end="")
    print(f"\n{'':<23}{cause.words}{'' if cause.explained else ' [not explained]'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
