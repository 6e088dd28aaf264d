"""A newcomer's first minutes: `make demo` in a fresh clone, with an empty HOME and nothing but the package registries.

Usage: make bench ARGS="newcomer --seconds 90"
Clones this tree's last commit into a folder that is removed afterwards, runs `make demo` there as the README says it,
with actors at the desk and in the street, and prints when the page was up, when the first alert stood in the queue with
its picture, and when the first case was closed. The clock starts with `make`: packages and the web client's build are
in it, and so is every download, because the package clients' caches lie in the HOME that is not there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
REACH: Final = {"first page": 300.0, "first alert with picture, after the page": 60.0}
UP: Final = "up after "


def main() -> int:
    """Be a newcomer once."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--seconds", type=float, default=90, help="how long the demonstration plays once it is up")
    told.add_argument("--shared", type=Path, help="a WARDSENSE_SHARED to give it; none if absent")
    asked = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="newcomer-") as folder:
        clone, home, report = Path(folder, "wardsense"), Path(folder, "home"), Path(folder, "report.json")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "TERM"}} | {
            "HOME": str(home),
            "WARDSENSE_SHARED": str(asked.shared or Path(folder, "none")),
        }
        page_s, status = _demo(clone, environment, f"--headless --drive --seconds {asked.seconds:g} --report {report}")
        if page_s is None or not report.exists():
            print(f"the demonstration did not come up (status {status})")
            return 1
        return _print(page_s, json.loads(report.read_text("utf-8"))) or status


def _demo(clone: Path, environment: dict[str, str], words: str) -> tuple[float | None, int]:
    """Seconds from `make` to the page, and how it ended; what it says is shown as it comes."""
    began, page_s = time.monotonic(), None
    command = ["make", "demo", f"ARGS={words}"]
    with subprocess.Popen(
        command, cwd=clone, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout or ():
            print(f"{time.monotonic() - began:6.1f} s  {line}", end="", flush=True)
            if page_s is None and line.startswith(UP):
                page_s = time.monotonic() - began
    return page_s, running.returncode


def _print(page_s: float, report: dict[str, float | None]) -> int:
    """The table; 1 when something was not reached."""
    up, alert, closed = (report[name] for name in ("up_after_s", "first_alert_with_picture_s", "first_case_closed_s"))
    rows = {
        "first page": page_s,
        "first alert with picture, after the page": None if alert is None or up is None else alert - up,
        "first case closed, after the page": None if closed is None or up is None else closed - up,
    }
    missed = 0
    print(f"\n{'from `make demo` in a fresh clone':<44}{'s':>8}{'reach':>8}")
    for name, seconds in rows.items():
        reach = REACH.get(name)
        missed += seconds is None or (reach is not None and seconds > reach)
        print(f"{name:<44}{'never' if seconds is None else f'{seconds:.1f}':>8}{f'{reach:.0f}' if reach else 'yes':>8}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
