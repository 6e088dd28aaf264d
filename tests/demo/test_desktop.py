"""The first page in a person's browser: only where there is a screen, and in the browser they have chosen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.desktop import has_screen
from tests.conftest import ROOT

LINK = "http://127.0.0.1:8000/#/link/8lVm49uhHxbXPsiI2oRo59ny72a_VBcHu25JOGsVW7Y"


@pytest.mark.parametrize(
    ("environment", "platform", "screen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_a_screen_is_known_by_its_name(environment: dict[str, str], platform: str, screen: bool) -> None:  # noqa: FBT001 - a case of the table
    assert has_screen(environment, platform) is screen


def test_the_browser_a_person_has_chosen_is_given_the_address(tmp_path: Path) -> None:
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {asked}\n', encoding="utf-8")
    browser.chmod(0o700)
    environment = {**os.environ, "BROWSER": f"{browser} %s", "PYTHONPATH": str(ROOT)}
    code = f"from demo.desktop import show; show({LINK!r}).join()"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert asked.read_text("utf-8") == LINK
