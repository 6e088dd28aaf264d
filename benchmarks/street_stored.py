"""The bundled street through the whole loop: what the centre stored of it, beside its truth.

Method: the demonstration is played headless with its actors, and its database read afterwards. A node tells how many
seconds of each camera it watched; the clips loop, so the truth of so many seconds, `EDGE_S` more or less, says how many
crossings of every line, way and class must be stored, and how many stops and stays. `benchmarks/street.py --loop` is
the command; why something is missed is told by the same without `--loop`.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from math import ceil
from pathlib import Path
from typing import Any, Final

from benchmarks.told_true import CROSSING, TrueEvent, read
from demo import street
from demo.counting import Tables
from demo.scenes import camera_id

EDGE_S: Final = 3.0
WITH_PICTURE: Final = "first_alert_with_picture_s"
FOLDER: Final = Path("var/street-loop")
DOOR: Final = (sys.executable, "-c", "import wardsense; wardsense.main()", "demo", "--street", "bundled", "--headless")
KINDS: Final = {"stopped_vehicle": "stop", "loitering": "dwell"}

Key = tuple[str, str, str, str]
"""Kind, place, way and class."""


def main(seconds: float) -> int:
    """Play for so long, print the table; 1 when the account fails or a figure lies outside of its truth."""
    report = FOLDER.with_suffix(".json")
    words = ("--drive", "--seconds", str(seconds), "--report", str(report), "--folder", str(FOLDER))
    done = subprocess.run([*DOOR, *words], check=False)
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    print(f"\nfirst page after {told.get('up_after_s')} s, first alert with its picture {told.get(WITH_PICTURE)} s")
    print(f"{'camera':<20}{'what':<52}{'true':>10}{'stored':>8}")
    with closing(Tables(f"sqlite:///{(FOLDER / 'wardsense.db').resolve()}")) as tables:
        wrong = sum(not good for good in _rows(tables))
    print("all as it is true" if not wrong else f"{wrong} figures are not as it is true")
    return 1 if wrong or done.returncode else 0


def expected(events: list[TrueEvent], watched: float, patience: dict[str, float]) -> dict[Key, tuple[int, int]]:
    """The fewest and the most of each that so many watched seconds may have brought; `patience` by zone."""
    told = [(_key(one), one.begins + patience.get(one.place, 0.0)) for one in events]
    fewest = Counter(key for key, at in told if at <= watched - EDGE_S)
    most = Counter(key for key, at in told if at <= watched + EDGE_S)
    return {key: (fewest[key], many) for key, many in most.items()}


def stored(tables: Tables, camera: str, scene: dict[str, Any]) -> tuple[float, Counter[Key]]:
    """How long the camera was watched, and what is stored of it."""
    ways = {line["id"]: {line["rightward"]: "rightward", line["leftward"]: "leftward"} for line in scene["lines"]}
    seconds, many, seen = 0.0, Counter[Key](), set[str]()
    for kind, raw in tables.rows("SELECT kind, body FROM record WHERE kind IN ('tally', 'event')"):
        body = json.loads(raw) if isinstance(raw, str) else raw
        if body["camera"] != camera:
            continue
        if kind == "tally":
            seconds += sum(minute["watched"] for minute in body["minutes"])
            for one in body.get("counts", ()):
                if one["place"] in ways:
                    way = ways[one["place"]][one["direction"]]
                    many[CROSSING, one["place"], way, one["subject"]] += one["n"]
        elif body["kind"] in KINDS and body["id"] not in seen:
            seen.add(body["id"])
            many[KINDS[body["kind"]], body["zone"], "", body["subject"]] += 1
    return seconds, many


def _key(event: TrueEvent) -> Key:
    return (event.kind, event.place, event.way, event.subject)


def _rows(tables: Tables) -> Iterator[bool]:
    """Print a row for everything true or stored; whether each agrees."""
    for index, clip in enumerate(street.clips()):
        camera, truth = camera_id(index), street.told(street.truth_of(clip))
        seconds, there = stored(tables, camera, street.scene(street.truth_of(clip)))
        laps = ceil((seconds + EDGE_S) * truth["fps"] / truth["frames"])
        patience = {zone["id"]: float(zone["seconds"]) for zone in truth.get("zones", ())}
        asked = expected(read(street.truth_of(clip), laps), seconds, patience)
        for key in sorted({*asked, *there}):
            fewest, most = asked.get(key, (0, 0))
            good = fewest <= there[key] <= most
            span = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            print(f"{camera:<20}{' '.join(filter(None, key)):<52}{span:>10}{there[key]:>8}{'' if good else '  !'}")
            yield good
