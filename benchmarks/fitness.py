"""Spoil real videos as cameras are spoiled, and print how soon it is told; then rain on them, and count false alarms.

Usage: python -m benchmarks.fitness [--videos FOLDER]
Each video of the folder (default $WARDSENSE_SHARED/data/videos, or ../shared) plays a picture a second, over and over,
for `LEARN_S` seconds; then it is spoiled for `SPOILED_S`, then shown as before. Told right is the first word about it
being the one that is due. `stated` is what the node's defaults promise, and looks are a second apart. False alarms are
counted on the videos as they are, and in every weather of `tests.parts.spoil`, in hours of camera time.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from edge.fitness import SAY_AFTER_S, Fitness, Unfit  # noqa: E402 - run as a file, too
from tests.parts.spoil import DUSK_S, TROUBLES, WEATHER, Film, dusk, film_of  # noqa: E402 - the same

LEARN_S: Final = 120
SPOILED_S: Final = 150
WELL_S: Final = 90
WEATHER_S: Final = 400
STATED_S: Final = {trouble: after + (50 if trouble is Unfit.MOVED else 5) for trouble, after in SAY_AFTER_S.items()}
"""What is promised: the patience and a few looks; `moved` is judged by what was seen lately, which takes its time."""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One video under one trouble: when it was first told and as what, and when it was taken back."""

    video: str
    trouble: str
    due: Unfit
    told: Unfit | None
    after_s: int | None
    back_s: int | None

    @property
    def right(self) -> bool:
        """Told as what it is, in time, and taken back."""
        in_time = self.after_s is not None and self.after_s <= STATED_S[self.due]
        return self.told is self.due and in_time and self.back_s is not None


def said(film: Film, seconds: int) -> list[Unfit | None]:
    """What stands after each second of a film."""
    fitness = Fitness()
    return [fitness.judge(film(second), float(second)) for second in range(seconds)]


def spoiled(video: str, film: Film) -> list[Spoiled]:
    """One video under every trouble."""
    found = []
    for spoil, due in TROUBLES.items():
        bad, end = spoil(film, LEARN_S), LEARN_S + SPOILED_S
        words = said(lambda second, bad=bad, end=end: (bad if second < end else film)(second), end + WELL_S)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        first = next((second for second in range(LEARN_S, end) if words[second]), None)
        back = next((second for second in range(end, end + WELL_S) if words[second] is None), None)
        told = words[first] if first is not None else None
        after = None if first is None else first - LEARN_S
        found.append(Spoiled(video, spoil.__name__, Unfit(due), told, after, None if back is None else back - end))
    return found


def false_alarms(film: Film) -> dict[str, tuple[int, int]]:
    """Seconds called unfit, and seconds watched: as it is, and in every weather."""
    found = {"as it is": (sum(word is not None for word in said(film, WEATHER_S)), WEATHER_S)}
    for weather in WEATHER:
        seconds = LEARN_S + (DUSK_S if weather is dusk else 0) + WEATHER_S
        words = said(weather(film, LEARN_S), seconds)
        found[weather.__name__] = (sum(word is not None for word in words), seconds)
    return found


def main() -> int:
    """Print both tables; 1 when anything was told wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("WARDSENSE_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--videos", type=Path, default=shared / "data" / "videos")
    folder: Path = parser.parse_args().videos
    films = {path.stem: film_of(path) for path in sorted(folder.iterdir()) if path.suffix in {".mp4", ".avi"}}
    if not films:
        print(f"no videos in {folder}")
        return 2
    began = time.process_time()
    results = [result for video, film in films.items() for result in spoiled(video, film)]
    _print_troubles(results)
    alarms = {video: false_alarms(film) for video, film in films.items()}
    _print_alarms(alarms)
    looks = sum(seconds for found in alarms.values() for _, seconds in found.values())
    looks += len(results) * (LEARN_S + SPOILED_S + WELL_S)
    print(f"\n{(time.process_time() - began) / looks * 1000:.1f} ms of CPU a look, spoiling included; one a second")
    fine = all(result.right for result in results) and not any(bad for f in alarms.values() for bad, _ in f.values())
    return 0 if fine else 1


def _print_troubles(results: list[Spoiled]) -> None:
    print(f"{'spoiled':<16}{'due':<14}{'stated':>7}{'told after, s':>15}{'back, s':>9}   right")
    for spoil, due in TROUBLES.items():
        of_it = [result for result in results if result.trouble == spoil.__name__]
        after = [result.after_s for result in of_it if result.after_s is not None]
        back = [result.back_s for result in of_it if result.back_s is not None]
        right = sum(result.right for result in of_it)
        print(
            f"{spoil.__name__:<16}{due:<14}{STATED_S[Unfit(due)]:>6.0f}s{_span(after):>15}{_span(back):>9}"
            f"   {right} of {len(of_it)}"
        )
    for result in results:
        if not result.right:
            print(f"  WRONG {result}")


def _print_alarms(alarms: dict[str, dict[str, tuple[int, int]]]) -> None:
    print(f"\n{'weather':<16}{'watched':>9}  false alarms")
    for weather in next(iter(alarms.values())):
        hours = sum(found[weather][1] for found in alarms.values()) / 3600
        bad = [f"{video} ({found[weather][0]} s)" for video, found in alarms.items() if found[weather][0]]
        print(f"{weather:<16}{hours:>7.2f} h  {', '.join(bad) or 'none'}")


def _span(seconds: list[int]) -> str:
    return f"{min(seconds)} to {max(seconds)}" if seconds else "-"


if __name__ == "__main__":
    sys.exit(main())
