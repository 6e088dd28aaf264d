"""What flows, as a person sees it: read once a second from the public API and the node's counters, shown as a panel.

In a terminal it is a panel that stays in place; elsewhere, a line every few seconds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.children import Child
from demo.people import Json

NEWEST = 6


@dataclass(slots=True)
class View:
    """The newest of everything; what could not be read stays as it was."""

    nodes: list[Json] = field(default_factory=list)
    devices: list[Json] = field(default_factory=list)
    alerts: list[Json] = field(default_factory=list)
    cases: list[Json] = field(default_factory=list)
    counters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0

    @property
    def ledger(self) -> dict[str, int]:
        """Made, stored and so on, over all nodes."""
        total: Counter[str] = Counter()
        for node in self.nodes:
            total.update(node["ledger"])
        return dict(total)


def line(view: View, children: Sequence[Child]) -> str:
    """Everything on one line."""
    ledger = view.ledger
    up = " ".join(f"{child.name}:{'up' if child.up else 'DOWN'}({child.starts})" for child in children)
    alerts = Counter(f"{alert['condition']}/{alert['handling']}" for alert in view.alerts)
    cases = Counter(case["state"] for case in view.cases)
    told = " ".join(f"{name}={ledger.get(name, 0)}" for name in ("made", "stored", "lost", "outstanding"))
    return f"{view.seconds:5.0f} s  {up}  {told}  alerts {dict(alerts)}  cases {dict(cases)}"


def panel(view: View, children: Sequence[Child], addresses: Sequence[tuple[str, str]]) -> RenderableType:
    """The whole panel."""
    where = Table.grid(padding=(0, 2))
    for name, address in addresses:
        where.add_row(Text(name, style="bold"), Text(address, overflow="fold"))
    return Group(
        _children(children),
        _cameras(view),
        _ledger(view),
        _alerts(view),
        Panel(where, title="Ctrl-C stops everything in order", border_style="dim"),
    )


def _children(children: Sequence[Child]) -> Table:
    table = Table(title="WardSense", expand=True, title_style="bold")
    for column in ("process", "state", "pid", "starts", "back after"):
        table.add_column(column)
    for child in children:
        back = f"{child.back_after[-1]:.1f} s" if child.back_after else ""
        state = Text("up", style="green") if child.up else Text("down", style="bold red")
        table.add_row(child.name, state, str(child.pid or ""), str(child.starts), back)
    return table


def _cameras(view: View) -> Table:
    table = Table(expand=True)
    for column in ("camera / sensor", "ward", "state", "read", "looked at", "detections", "value"):
        table.add_column(column)
    told = view.counters.get("cameras", {})
    for device in view.devices:
        counts = told.get(device["id"], {})
        value = "" if device["value"] is None else f"{device['value']:.2f} {device['unit']}"
        state = Text(device["state"], style="green" if device["state"] == "live" else "red")
        figures = [str(counts.get(name, "")) for name in ("read", "analysed", "detections")]
        table.add_row(device["id"], device["ward"], state, *figures, value)
    return table


def _ledger(view: View) -> Table:
    table = Table(expand=True)
    ledger = view.ledger
    for name in ledger:
        table.add_column(name.replace("_", " "), justify="right")
    if ledger:
        table.add_row(*(str(count) for count in ledger.values()))
    return table


def _alerts(view: View) -> Table:
    cases = {case["id"]: case for case in view.cases}
    table = Table(expand=True)
    for column in ("alert", "where", "condition", "handling", "picture", "case"):
        table.add_column(column)
    shown = [alert for alert in view.alerts if alert["raised_at"]]
    for alert in sorted(shown, key=lambda alert: str(alert["raised_at"]), reverse=True)[:NEWEST]:
        picture = ", ".join(sorted({item["state"] for item in alert["evidence"]}))
        case = cases.get(alert["case_id"] or "")
        told = f"{case['number']} {case['state']}" if case else ""
        table.add_row(alert["rule"], alert["device"]["id"], alert["condition"], alert["handling"], picture, told)
    return table
