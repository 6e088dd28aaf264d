"""Why a true crossing was not told, as far as the looks around it show, and what an invented one was told by.

Method: around the moment (`AROUND_S` either side) the boxes of every look within `NEAR` of the place, or of the line
where no place is known, are taken, and the tracks among them. No sure one of these on one side of the line: the
detector's. A track that ended before the line and another that began beyond it: an identity broken, by the detector
where most looks between the two have no sure box there. Whoever was on the line within its margin when the video ended:
the end's. The rest is not explained. Pure.
Limits: what stands beside is taken for the same object, so a neighbour's boxes can hide that somebody was not seen;
then the miss counts as not explained; rarely the other way round, where a neighbour is taken for who was missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.line_counts_truth import Crossing, Place
from edge.analytics.anchors import Anchor, sizes, standing
from edge.tracking import TrackerSettings
from models.detections import Detections

Walks = dict[int, list[tuple[float, float]]]
"""Of every track: seconds, and how far right of the line, in its own box."""

AROUND_S: Final = 1.2
HISTORY_S: Final = 2.0
NEAR: Final = 1.5
"""Of a box's own width and height, from the place or the line."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the stream's seconds, the boxes the tracker was given, and the tracks it showed."""

    elapsed: float
    wanted: Detections
    tracks: Detections


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of a rules file, as far as a cause needs it."""

    a: Place
    b: Place
    anchor: Anchor
    margin: float
    rightward: str


@dataclass(frozen=True, slots=True)
class Cause:
    """In words; `explained`: the detector or the video's end has it, not what comes after the detector."""

    words: str
    explained: bool


def of_miss(missed: Crossing, line: Drawn, looks: Sequence[Look], settings: TrackerSettings) -> Cause:
    """Why this crossing is not among those told. `looks` are the whole video's, in order."""
    around = [one for one in looks if missed.since - AROUND_S <= one.elapsed <= missed.until + AROUND_S]
    if not around:
        return Cause("not looked at then", explained=True)
    walks = _walks(around, line, missed.place)
    told = _ended(walks, line, looks[-1].elapsed) or _unseen(around, line, missed, settings)
    told = told or _broken(walks, around, line, missed, settings)
    return told or _followed(walks)


def of_invention(told: Crossing, looks: Sequence[Look], settings: TrackerSettings, *, nobody: bool) -> Cause:
    """What somebody who was not there was told by."""
    before = [one for one in looks if told.since - HISTORY_S <= one.elapsed <= told.since]
    scores = [
        float(one.tracks.score[one.tracks.track == told.track][0]) for one in before if told.track in one.tracks.track
    ]
    faint = sum(score < settings.sure for score in scores)
    words = f"track {told.track}, {faint} of its last {len(scores)} boxes under {settings.sure:.2f}"
    words += f", the last {scores[-1]:.2f}" if scores else ""
    return Cause(f"{words}; nobody is in the picture" if nobody else words, explained=nobody)


def _unseen(around: Sequence[Look], line: Drawn, missed: Crossing, settings: TrackerSettings) -> Cause | None:
    """Who had no sure box on one side of the line, or none before it that begins a track and no track there."""
    sign = 1 if missed.direction == line.rightward else -1
    before, after, best, followed = 0, 0, 0.0, False
    for one in around:
        near = one.wanted[np.flatnonzero(_near(one.wanted, line, missed.place))]
        sides = np.array(_right(near, line)) * sign
        after += bool((near.score[sides > 0] >= settings.sure).any())
        if one.elapsed <= missed.until:
            before += bool((near.score[sides < 0] >= settings.sure).any())
            best = max(best, float(near.score[sides < 0].max(initial=0)))
            tracks = one.tracks[np.flatnonzero(_near(one.tracks, line, missed.place))]
            followed |= bool((np.array(_right(tracks, line)) * sign < 0).any())
    if before and after and (followed or best >= settings.newborn):
        return None
    words = f"not detected: of {len(around)} looks {before} with a sure box there before the line, {after} beyond it"
    return Cause(f"{words}, best before it {best:.2f} where {settings.newborn:.2f} begin a track", explained=True)


def _near(boxes: Detections, line: Drawn, place: Place | None) -> NDArray[np.bool_]:
    """Which boxes (N,) stand within `NEAR` of their own size of the place, or of the line."""
    xyxy = boxes.xyxy.astype(np.float64)
    if not len(xyxy):
        return np.zeros(0, bool)
    at, size = standing(xyxy, line.anchor), sizes(xyxy)
    if place is not None:
        close: NDArray[np.bool_] = np.linalg.norm((at - place) / size, axis=1) <= NEAR
        return close
    start, along = np.array(line.a), np.array(line.b) - np.array(line.a)
    share = np.clip(((at - start) @ along) / (along @ along), 0, 1)
    beside: NDArray[np.bool_] = np.linalg.norm((at - start - share[:, None] * along) / size, axis=1) <= NEAR
    return beside


def _walks(around: Sequence[Look], line: Drawn, place: Place | None) -> Walks:
    """Of every track that was near once: its seconds and how far right of the line, in its own box, at each look."""
    wanted = {int(track) for one in around for track in one.tracks.track[_near(one.tracks, line, place)]}
    found: Walks = {track: [] for track in sorted(wanted)}
    for one in around:
        for track, right in zip(one.tracks.track.tolist(), _right(one.tracks, line), strict=True):
            if track in found:
                found[track].append((one.elapsed, right))
    return found


def _right(boxes: Detections, line: Drawn) -> list[float]:
    """How far to the right of a -> b every box's anchor stands, in its own sizes."""
    xyxy = boxes.xyxy.astype(np.float64)
    if not len(xyxy):
        return []
    size, along = sizes(xyxy), np.array(line.b) - np.array(line.a)
    (dx, dy), (x, y) = ((along / size).T, ((standing(xyxy, line.anchor) - np.array(line.a)) / size).T)
    return [float(right) for right in (dx * y - dy * x) / np.hypot(dx, dy)]


def _broken(
    walks: Walks,
    around: Sequence[Look],
    line: Drawn,
    missed: Crossing,
    settings: TrackerSettings,
) -> Cause | None:
    """One track's end before the line and another's beginning beyond it."""
    for track, walk in walks.items():
        (lost, here) = walk[-1]
        if lost >= around[-1].elapsed:
            continue
        for heir, other in walks.items():
            found, there = other[0]
            if heir != track and found > lost and found > around[0].elapsed and here * there < 0:
                between = [one for one in around if lost < one.elapsed < found]
                unseen = _blind(between, line, missed.place, settings.sure)
                words = f"identity broken: track {track} last seen at {lost:.1f} s before the line,"
                words += f" {heir} from {found:.1f} s beyond it; no sure box there in {unseen} of the"
                words += f" {len(between)} looks between"
                return Cause(words, explained=bool(between) and 2 * unseen > len(between))
    return None


def _blind(looks: Sequence[Look], line: Drawn, place: Place | None, sure: float) -> int:
    return sum(not (one.wanted.score[_near(one.wanted, line, place)] >= sure).any() for one in looks)


def _ended(walks: Walks, line: Drawn, last: float) -> Cause | None:
    """Who was over the line by less than the margin when the video was over."""
    for track, walk in walks.items():
        at, over = walk[-1]
        if at >= last and abs(over) < line.margin and any(here * over <= 0 for _, here in walk[:-1]):
            words = (
                f"the video ends: track {track} is over by {abs(over):.2f} box sizes, and {line.margin:.2f} settle it"
            )
            return Cause(words, explained=True)
    return None


def _followed(walks: Walks) -> Cause:
    if not walks:
        return Cause("sure boxes on both sides of the line, and no track near it", explained=False)
    nearest = {track: min(abs(over) for _, over in walk) for track, walk in walks.items()}
    shown = ", ".join(f"{track} to {over:.2f} box sizes" for track, over in nearest.items())
    return Cause(f"followed near the line and not told: track {shown}", explained=False)
