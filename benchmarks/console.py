"""The web client in a real browser: how soon it is there, how soon it shows what was stored, how quickly a key answers.

A control room of real parts (Mosquitto, the centre with a SQLite file, the built client) and Chromium stand on one
machine, so every figure holds their work, too. *Stored to visible* is the instant the centre put the alert into its
change feed, inside the transaction that stored the record, against the instant the row stood in the page: one clock.
*Key to reaction* is the browser's own Event Timing: from the key to the next frame painted, in steps of 8 ms; what it
does not report took less than 16 ms. The bytes are those on the wire, compressed, headers included.

    python benchmarks/console.py
    python benchmarks/console.py --alerts 100 --open 10000
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, expect  # noqa: E402 - run as a script, from anywhere
from sqlalchemy import Connection, func, insert, select  # noqa: E402 - the same
from uuid_utils.compat import uuid7  # noqa: E402 - the same

from central.store.schema import alert, alert_event, change  # noqa: E402 - the same
from tests.parts.browser import Browser, Seat, said  # noqa: E402 - the same
from tests.parts.control_room import HERE, OPERATOR, PASSWORD, ControlRoom  # noqa: E402 - the same
from tests.parts.until import until  # noqa: E402 - the same

VISIBLE_S: Final = 1.0
PAINT_S: Final = 1.0
KEY_MS: Final = 100.0
FIRST_LOAD_KB: Final = 400.0
MAP: Final = re.compile(r"/(MapPage|MapPane|maplibre|pmtiles)[^/]*$")
LEAST_MS: Final = 16.0
MOVES: Final = 60
LOOKS: Final = 20
# Notes when each alert's row first stood in the page, by the clock that the centre reads, too; and every slow key.
WATCH: Final = """
window.seen = {}; window.keys = []; window.first = null;
new MutationObserver((changes) => {
  const rows = document.querySelectorAll('[role=row][id^="alert-"]');
  const now = performance.timeOrigin + performance.now();
  if (rows.length && window.first === null) window.first = performance.now();
  for (const row of rows) window.seen[row.id.slice(6)] ??= now;
}).observe(document, {childList: true, subtree: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.name === 'keydown') window.keys.push([entry.startTime, entry.duration]);
}).observe({type: 'event', durationThreshold: 16, buffered: true});
"""
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass
class Table:
    """What was measured, line by line, and whether each kept what is asked of it."""

    kept: bool = True
    lines: list[str] = field(default_factory=list)

    def figure(self, name: str, told: str, value: float | None = None, most: float | None = None) -> None:
        """One line; with `most`, the value must not be above it."""
        verdict = ""
        if value is not None and most is not None:
            good = value <= most
            verdict = f"   {'kept' if good else 'NOT KEPT'}: at most {most:g}"
            self.kept &= good
        print(f"{name:<44}{told}{verdict}", flush=True)

    def spread(self, name: str, values: Sequence[float], unit: str, most: float | None = None) -> None:
        """Half and 95 of a hundred of them, and the worst."""
        half, most_of, worst = (at(values, share) for share in (0.5, 0.95, 1.0))
        told = f"p50 {half:.0f} {unit}, p95 {most_of:.0f} {unit}, max {worst:.0f} {unit}, n {len(values)}"
        self.figure(name, told, most_of, most)


def at(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@contextmanager
def seated(browser: Browser, room: ControlRoom, login: str | None = OPERATOR) -> Iterator[Seat]:
    """Somebody before an empty browser that is watched."""
    seat = browser.seat(room.url)
    seat.context.add_init_script(WATCH)
    if login is not None:
        seat.sign_in(login, PASSWORD)
    yield seat
    seat.leave()


def first_pages(table: Table, browser: Browser, room: ControlRoom) -> None:
    """A browser that was never here: the form, then the queue."""
    with seated(browser, room, None) as seat:
        page = seat.go("/")
        expect(page.get_by_label(said("app:signIn.login"))).to_be_visible()
        painted = page.wait_for_function(PAINTED).json_value()
        table.figure("sign-in, empty browser, first paint", f"{painted:.0f} ms")
    with seated(browser, room) as seat:
        loaded = _traffic(seat)
        page = seat.go("/queue")
        expect(page.get_by_role("grid", name=said("queue:list.label"))).to_be_visible()
        page.wait_for_load_state("load")
        client = {url: size for url, size in loaded.items() if "/v1/" not in url}
        parts = {name: sum(size for url, size in client.items() if url.endswith(name)) for name in (".js", ".css", "2")}
        kb = sum(client.values()) / 1000
        told = f"{kb:.0f} kB (scripts {parts['.js'] / 1000:.0f}, styles {parts['.css'] / 1000:.0f}, "
        told += f"fonts {parts['2'] / 1000:.0f}) in {len(client)} files"
        table.figure("first load of the queue, compressed", told, kb, FIRST_LOAD_KB)
        heavy = [url for url in client if MAP.search(url)]
        table.figure("the map's own chunk in it", "none" if not heavy else ", ".join(heavy), len(heavy), 0)


def stored_to_visible(table: Table, browser: Browser, room: ControlRoom, alerts: int) -> None:
    """Alerts one after the other, each waited for in the page of an operator who is already there."""
    with seated(browser, room) as seat:
        page = seat.go("/queue")
        expect(page.get_by_role("status").filter(has_text=said("app:line.live"))).to_be_visible()
        expect(page.get_by_role("grid", name=said("queue:list.label"))).to_be_visible()
        there = page.evaluate("() => Object.keys(seen)")
        for number in range(alerts):
            rows = page.evaluate("() => Object.keys(seen).length")
            room.box.loiter(f"timed-{number}")
            page.wait_for_function("rows => Object.keys(seen).length > rows", arg=rows)
        seen = page.evaluate("() => seen")
    stored = _stored(room)
    waits = [ms - stored[id_] for id_, ms in seen.items() if id_ not in there]
    table.spread("record stored to visible in the page", waits, "ms", 1000 * VISIBLE_S)


def a_full_queue(table: Table, browser: Browser, room: ControlRoom, many: int) -> None:
    """The queue with that many open alerts: opened by an empty browser, then worked by keyboard."""
    room.tidy()
    room.box.loiter("the-pattern")
    room.box.settled()
    with room.database.writing() as connection:
        copied = _copies(connection, many - 1)
    table.figure("open alerts put into the store", f"{copied + 1}")
    with seated(browser, room) as seat:
        page = seat.go("/queue")
        page.wait_for_function("() => first !== null", timeout=60_000)
        told = page.evaluate("() => first")
        table.figure("  first row painted, empty browser", f"{told:.0f} ms", told, 1000 * PAINT_S)
        page.reload()
        page.wait_for_function("() => first !== null", timeout=60_000)
        told = page.evaluate("() => first")
        table.figure("  first row painted, page loaded anew", f"{told:.0f} ms", told, 1000 * PAINT_S)
        table.spread("  key J to reaction", [_key(page, "j") for _ in range(MOVES)], "ms", KEY_MS)
        looks = []
        for _ in range(LOOKS):
            looks.append(_key(page, "a"))
            _key(page, "j")
        table.spread("  key A to reaction", looks, "ms", KEY_MS)


def _key(page: Page, key: str) -> float:
    """Press it; milliseconds until the next frame that shows what it did, as the browser counts them."""
    began = page.evaluate("() => { window.keys = []; return performance.now() }")
    page.keyboard.press(key)
    # Event Timing tells with the frame: two frames later it has told, or it took less than it tells of.
    told: list[float] = page.evaluate(
        """began => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
             setTimeout(() => done(keys.filter(([at]) => at >= began).map(([, took]) => took)), 50))))""",
        began,
    )
    return max([LEAST_MS, *told])


def _traffic(seat: Seat) -> dict[str, float]:
    """Fills with the bytes on the wire of every address as they are loaded."""
    line = seat.context.new_cdp_session(seat.page)
    line.send("Network.enable")
    asked: dict[str, str] = {}
    loaded: dict[str, float] = {}
    line.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]["url"]}))

    def finished(told: dict[str, Any]) -> None:
        if told["requestId"] in asked:
            loaded[asked[told["requestId"]]] = told["encodedDataLength"]

    line.on("Network.loadingFinished", finished)
    return loaded


def _stored(room: ControlRoom) -> dict[str, float]:
    """When each alert was first told in the change feed, in milliseconds since 1970."""
    first = select(change.c.row, func.min(change.c.at).label("at")).where(change.c.kind == "alert")
    with room.database.reading() as connection:
        rows = connection.execute(first.group_by(change.c.row)).all()
    return {str(row.row): row.at.timestamp() * 1000 for row in rows}


def _copies(connection: Connection, many: int) -> int:
    """The one open alert again and again, each a second older than the last and somewhere else; how many."""
    pattern = connection.execute(select(alert).where(alert.c.zone == "the-pattern")).one()._asdict()
    events = connection.execute(select(alert_event.c.event_id).where(alert_event.c.alert_id == pattern["id"])).scalars()
    event = next(iter(events), None)
    rows, links = [], []
    for number in range(1, many + 1):
        back = timedelta(seconds=number)
        here = {"id": uuid7(), "zone": f"place-{number}", "fingerprint": f"{pattern['fingerprint']}-{number}"}
        times = {name: pattern[name] - back for name in ("first_seen", "last_seen", "raised_at")}
        rows.append({**pattern, **here, **times, "due": None})
        links.append({"alert_id": here["id"], "event_id": event, "ward_id": HERE})
    connection.execute(insert(alert), rows)
    if event is not None:
        connection.execute(insert(alert_event), links)
    return len(rows)


def main() -> int:
    """Run it; 0 when every figure kept what is asked of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--alerts", type=int, default=40, help="that are raised one by one")
    parser.add_argument("--open", type=int, default=10_000, help="open alerts in the full queue")
    options = parser.parse_args()
    table = Table()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="console-") as folder, ControlRoom(Path(folder)) as room:
        table.figure("database, registry, accounts, centre up", f"{time.monotonic() - began:.1f} s")
        with Browser() as browser:
            until(lambda: room.get(OPERATOR, "/v1/me"), what="the API")
            room.box.loiter("first")
            room.box.settled()
            first_pages(table, browser, room)
            stored_to_visible(table, browser, room, options.alerts)
            a_full_queue(table, browser, room, options.open)
    print(f"{datetime.now(UTC):%Y-%m-%d}: {'every figure kept' if table.kept else 'NOT every figure kept'}")
    return 0 if table.kept else 1


if __name__ == "__main__":
    sys.exit(main())
