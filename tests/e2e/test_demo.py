"""The demonstration itself, as a newcomer starts it: a drawn street, everybody played, both counts compared."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.stage import CLIENT, INVITED
from tests.conftest import ROOT
from tests.parts.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
DOOR = (sys.executable, "-c", "import wardsense; wardsense.main()", "demo", "--street", "drawn")


def played(folder: Path, *words: str) -> dict[str, Any]:
    """Play a demonstration without a panel and without development data; its report."""
    report = folder / "report.json"
    fixed = ("--headless", "--drive", "--report", str(report), "--folder", str(folder / "run"))
    bare = {**os.environ, "PYTHONPATH": str(ROOT), "WARDSENSE_SHARED": ""}
    done = subprocess.run([*DOOR, *fixed, *words], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.startswith("A drawn street, no detector"), "the first line says what is watched"
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return told


def test_a_drawn_street_raises_alerts_that_go_the_whole_way_and_every_record_made_is_stored(tmp_path: Path) -> None:
    told = played(tmp_path, "--seconds", "40")
    records = told["records"]
    assert records["made"] == records["stored"] > 0
    assert told["failures"] == []
    assert told["whole_way"] >= 1
    assert told["cases"].get("closed", 0) >= 1
    assert told["evidence_looked_at"] >= 1
    # How long it takes to come up is the machine's business; what a newcomer waits for after that is ours.
    assert told["first_alert_with_picture_s"] - told["up_after_s"] < 40
    assert set(told["cameras"]) == {"cam-bach-dang", "cam-tran-phu", "cam-dien-bien-phu"}
    assert all(camera["analysed"] > 0 and camera["tracks"] > 0 for camera in told["cameras"].values())
    assert any(name.startswith("water-level/") for name in told["alerts"]), "a rising river raises one, too"
    assert all(
        told["latency_s"][way]["n"] > 0 for way in ("capture_to_stored", "capture_to_alert", "capture_to_stream")
    )


def test_each_of_the_three_is_killed_once_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    told = played(tmp_path, "--seconds", "50", "--kill", "3", "--seed", "7")
    assert sorted(kill["child"] for kill in told["killed"]) == ["broker", "centre", "node"]
    assert all(len(back) >= 1 for back in told["ready_after_s"].values())
    assert told["records"]["lost"] == told["records"]["duplicated"] == 0
    assert told["whole_way"] >= 1


def test_whoever_sits_at_the_machine_is_shown_the_page_and_three_links_let_three_people_in(tmp_path: Path) -> None:
    browser, opened, said = tmp_path / "browser", tmp_path / "opened", tmp_path / "said"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o700)
    seat = {"DISPLAY": ":0", "BROWSER": f"{browser} %s", "PYTHONUNBUFFERED": "1", "WARDSENSE_SHARED": ""}
    with said.open("wb") as out:
        line = [*DOOR, "--folder", str(tmp_path / "run")]
        demo = subprocess.Popen(line, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **seat}, stdout=out)
    try:
        until(lambda: "up after" in said.read_text("utf-8"), within=120, what="the demonstration")
        links = dict(re.findall(r"^(\w+) +(http://\S+/#/link/\S+)$", said.read_text("utf-8"), re.MULTILINE))
        assert {name: _let_in(link) for name, link in links.items()} == INVITED
        if CLIENT.joinpath("index.html").is_file():
            until(opened.exists, within=10, what="the browser")
            assert _let_in(opened.read_text("utf-8")) == INVITED["desk"], "and the printed one is still good"
            assert "<html" in httpx.get(links["desk"].partition("#")[0]).text
    finally:
        demo.terminate()
        demo.wait()
    assert demo.returncode == 0


def _let_in(link: str) -> str:
    """Sign in as a browser would, see the ground under the map, and tell the login."""
    address, _, token = link.partition("/#/link/")
    with httpx.Client(base_url=address) as person:
        entered = person.post("/v1/session/link", json={"token": token, "bearer": True}).raise_for_status().json()
        person.headers["Authorization"] = f"Bearer {entered['token']}"
        assert person.get("/v1/map").raise_for_status().json()
        return str(person.get("/v1/me").raise_for_status().json()["login"])
