"""What a person sees: the panel and the line, on data of the shape the API and the node give."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from demo.children import Child
from demo.view import View, any_picture, line, panel

LINK = "http://127.0.0.1:34885/#/link/8lVm49uhHxbXPsiI2oRo59ny72a_VBcHu25JOGsVW7Y"
ADDRESSES = [
    ("page", "http://127.0.0.1:34885/"),
    ("desk", LINK),
    ("crew", LINK),
    ("other", LINK),
    ("files", "/home/somebody/wardsense/var/demo"),
]


async def ready() -> bool:
    return True


def child(name: str, starts: int, pid: int | None = None, back_after: Sequence[float] = ()) -> Child:
    return Child(name, [], Path("log"), ready, starts=starts, pid=pid, up=pid is not None, ready_after=list(back_after))


CHILDREN = [
    child("broker", 1, 4711),
    child("centre", 3, 4712, [4.4, 3.25]),
    child("node", 2),
]


def device(id_: str, state: str = "live", value: float | None = None) -> dict[str, Any]:
    return {"id": id_, "ward": "thanh-khe", "state": state, "value": value, "unit": "m"}


def alert(number: int, **told: object) -> dict[str, Any]:
    usual = {
        "id": f"alert-{number}",
        "rule": "stopped-vehicle",
        "device": {"id": "cam-dien-bien-phu"},
        "condition": "active",
        "handling": "confirmed",
        "raised_at": f"2026-11-22T05:00:{number:02}Z",
        "evidence": [{"state": "here"}],
        "case_id": None,
    }
    return {**usual, **told}


def full_view() -> View:
    cameras = ("cam-bach-dang", "cam-dien-bien-phu", "cam-tran-phu")
    counts = {"read": 123456, "analysed": 61728, "detections": 1555}
    ledger = {"made": 29031, "stored": 29030, "dead_lettered": 0, "lost": 1, "merged": 0, "aside": 0, "outstanding": 0}
    return View(
        nodes=[{"ledger": ledger}],
        devices=[*(device(name) for name in cameras), device("water-bach-dang", value=1.3), device("water-ham-nghi")],
        alerts=[alert(number, case_id=f"case-{number}") for number in range(20)],
        cases=[{"id": f"case-{number}", "number": number, "state": "in_progress"} for number in range(20)],
        counters={"cameras": dict.fromkeys(cameras, counts)},
        seconds=3725.4,
    )


def shown(view: View, width: int = 120, lines: int = 50) -> list[str]:
    out = Console(file=StringIO(), width=width, height=lines, color_system=None)
    with out.capture() as captured:
        out.print(panel(view, CHILDREN, ADDRESSES, lines))
    return captured.get().splitlines()


def test_an_empty_panel_is_shown_before_anything_is_known() -> None:
    told = shown(View())
    assert any("node" in row and "DOWN" in row and "started 2 times" in row for row in told)


def test_everything_fits_80_columns_and_24_lines_with_no_address_cut() -> None:
    told = shown(full_view(), width=80, lines=24)
    assert len(told) <= 23
    assert max(map(len, told)) <= 80
    assert not any("…" in row for row in told)
    for _, address in ADDRESSES:
        assert any(row.endswith(f" {address}") for row in told), "whole, so that it can be copied"


def test_a_taller_terminal_shows_more_alerts_the_newest_first() -> None:
    small, tall = ([row for row in shown(full_view(), lines=lines) if "stopped-vehicle" in row] for lines in (24, 50))
    assert len(small) == 3
    assert len(tall) == 8
    assert "19 in_progress" in tall[0]
    assert "12 in_progress" in tall[-1]


def test_a_child_that_came_back_says_after_how_long() -> None:
    (centre,) = [row for row in shown(full_view()) if row.startswith("centre")]
    assert centre.split() == ["centre", "up", "pid", "4712", "started", "3", "times", "back", "after", "3.2", "s"]


def test_counts_of_the_node_stand_beside_what_the_centre_knows_of_a_device() -> None:
    told = shown(full_view())
    (camera,) = [row for row in told if row.startswith("cam-tran-phu")]
    assert camera.split() == ["cam-tran-phu", "thanh-khe", "live", "123456", "61728", "1555"]
    (river,) = [row for row in told if row.startswith("water-bach-dang")]
    assert river.split() == ["water-bach-dang", "thanh-khe", "live", "1.30", "m"]


def test_a_pending_alert_is_not_yet_one() -> None:
    told = shown(View(alerts=[alert(1, raised_at=None)]))
    assert not any("stopped-vehicle" in row for row in told)


@pytest.mark.parametrize("evidence", [[], [{"state": "coming"}], [{"state": "coming"}, {"state": "here"}]])
def test_an_alert_says_how_far_its_pictures_are(evidence: list[dict[str, str]]) -> None:
    (row,) = [row for row in shown(View(alerts=[alert(1, evidence=evidence)])) if "stopped-vehicle" in row]
    assert all(item["state"] in row for item in evidence)


def test_the_ledgers_of_all_nodes_are_one() -> None:
    view = View(nodes=[{"ledger": {"made": 3, "lost": 0}}, {"ledger": {"made": 4, "lost": 1}}])
    assert view.ledger == {"made": 7, "lost": 1}


def test_elsewhere_everything_stands_on_one_line() -> None:
    told = line(full_view(), CHILDREN)
    assert "\n" not in told
    assert "broker:up(1) centre:up(3) node:DOWN(2)" in told
    assert "made=29031 stored=29030 lost=1 outstanding=0" in told
    assert "'active/confirmed': 20" in told
    assert "'in_progress': 20" in told


def test_a_line_can_be_written_before_anything_is_known() -> None:
    assert "made=0" in line(View(), [])


def test_a_picture_counts_once_it_can_be_looked_at_in_an_alert_that_was_raised() -> None:
    coming, here = [{"state": "coming"}], [{"state": "here"}]
    assert not any_picture(View())
    assert not any_picture(View(alerts=[alert(1, evidence=coming), alert(2, evidence=here, raised_at=None)]))
    assert any_picture(View(alerts=[alert(1, evidence=coming), alert(2, evidence=[*coming, *here])]))
