"""What flows, as a person sees it: read once a second from the public API and the node's counters, shown as a panel.

In a terminal it is a panel that stays in place, made to fit 80 columns and 24 lines: addresses come first, because a
terminal cuts from below, none is longer than a line, and fewer alerts are listed where there is less room. Elsewhere, a
line every few seconds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from demo.children import Child
from demo.people import Json

LEAST_ALERTS: Final = 2
MOST_ALERTS: Final = 8
ALWAYS_TOLD: Final = frozenset({"made", "stored", "lost", "outstanding"})
RULES_AND_HEADS: Final = 8  # and the line the cursor stands on
STATES: Final = {"live": "green", "up": "green", "active": "red", "confirmed": "green", "here": "green"}


@dataclass(slots=True)
class View:
    """The newest of everything; what could not be read stays as it was."""

    nodes: list[Json] = field(default_factory=list)
    devices: list[Json] = field(default_factory=list)
    alerts: list[Json] = field(default_factory=list)
    cases: list[Json] = field(default_factory=list)
    counters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0
    picture_after_s: float | None = None  # from the start of all to the first alert in the queue with its picture
    closed_after_s: float | None = None  # from the start of all to the first case closed

    @property
    def ledger(self) -> dict[str, int]:
        """Made, stored and so on, over all nodes."""
        total: Counter[str] = Counter()
        for node in self.nodes:
            total.update(node["ledger"])
        return dict(total)


def any_picture(view: View) -> bool:
    """Whether an alert stands in the queue with a picture to look at."""
    return any(
        alert["raised_at"] and any(item["state"] == "here" for item in alert["evidence"]) for alert in view.alerts
    )


def any_closed(view: View) -> bool:
    """Whether a case has gone the whole way."""
    return any(case["state"] == "closed" for case in view.cases)


def line(view: View, children: Sequence[Child]) -> str:
    """Everything on one line."""
    ledger = view.ledger
    up = " ".join(f"{child.name}:{'up' if child.up else 'DOWN'}({child.starts})" for child in children)
    alerts = Counter(f"{alert['condition']}/{alert['handling']}" for alert in view.alerts)
    cases = Counter(case["state"] for case in view.cases)
    told = " ".join(f"{name}={ledger.get(name, 0)}" for name in ("made", "stored", "lost", "outstanding"))
    return f"{view.seconds:5.0f} s  {up}  {told}  alerts {dict(alerts)}  cases {dict(cases)}"


def panel(
    view: View, children: Sequence[Child], addresses: Sequence[tuple[str, str]], lines: int = 50
) -> RenderableType:
    """The whole panel, for a terminal of so many lines."""
    above = len(addresses) + len(children) + len(view.devices) + RULES_AND_HEADS
    room = min(max(lines - above, LEAST_ALERTS), MOST_ALERTS)
    return Group(
        Rule(Text(f"WardSense  {view.seconds:.0f} s  Ctrl-C stops everything in order"), style="dim"),
        *(Text.assemble((f"{name:<7}", "bold"), address, overflow="fold") for name, address in addresses),
        Rule(style="dim"),
        _children(children),
        _ledger(view.ledger),
        Rule(style="dim"),
        _devices(view),
        Rule(style="dim"),
        _alerts(view, room),
    )


def _children(children: Sequence[Child]) -> Table:
    table = Table.grid(padding=(0, 2))
    for child in children:
        starts = "started once" if child.starts == 1 else f"started {child.starts} times"
        back = f"back after {child.ready_after[-1]:.1f} s" if child.ready_after else ""
        state = Text("up", style="green") if child.up else Text("DOWN", style="bold red")
        pid = f"pid {child.pid}" if child.pid else ""
        table.add_row(Text(child.name, style="bold"), state, pid, starts, back)
    return table


def _ledger(ledger: dict[str, int]) -> Text:
    """What always counts, and of the rest what there is any of; what should be nought and is not stands out."""
    told = Text("records  ", style="bold", no_wrap=True, overflow="ellipsis")
    for name, count in ledger.items():
        if count or name in ALWAYS_TOLD:
            style = "bold red" if count and name in {"lost", "dead_lettered"} else "not bold"
            told.append(f"{name.replace('_', ' ')} {count}  ", style=style)
    return told


def _devices(view: View) -> Table:
    table = _table("camera, sensor", "ward", "state", "read", "looked", "seen", "value")
    told = view.counters.get("cameras", {})
    for device in view.devices:
        counts = told.get(device["id"], {})
        value = "" if device["value"] is None else f"{device['value']:.2f} {device['unit']}"
        figures = [str(counts.get(name, "")) for name in ("read", "analysed", "detections")]
        table.add_row(device["id"], device["ward"], _coloured(device["state"]), *figures, value)
    return table


def _alerts(view: View, room: int) -> Table:
    cases = {case["id"]: case for case in view.cases}
    table = _table("alert", "where", "condition", "handling", "picture", "case")
    shown = sorted((alert for alert in view.alerts if alert["raised_at"]), key=_newest, reverse=True)
    for alert in shown[:room]:
        picture = ", ".join(sorted({item["state"] for item in alert["evidence"]}))
        case = cases.get(alert["case_id"] or "")
        words = (alert["condition"], alert["handling"], picture)
        told = f"{case['number']} {case['state']}" if case else ""
        table.add_row(alert["rule"], alert["device"]["id"], *map(_coloured, words), told)
    return table


def _newest(alert: Json) -> str:
    return str(alert["raised_at"])


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table


def _coloured(state: str) -> Text:
    return Text(state, style=STATES.get(state, ""))
