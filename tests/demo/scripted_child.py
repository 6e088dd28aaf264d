"""A very small program for the tests of supervision: python scripted_child.py FOLDER NAME [ready|never|falls|deaf].

It writes `NAME began PID` and `NAME ended` to FOLDER/story, and FOLDER/NAME.ready once it may be used.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

FOLDER, NAME, HOW = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def tell(what: str) -> None:
    with (FOLDER / "story").open("a") as story:
        story.write(f"{NAME} {what}\n")


def end(_number: int, _frame: FrameType | None) -> None:
    tell("ended")
    raise SystemExit(0)


signal.signal(signal.SIGTERM, signal.SIG_IGN if HOW == "deaf" else end)
tell(f"began {os.getpid()}")
if HOW == "falls":
    sys.stdout.write("no bread\nno salt\n")
    raise SystemExit(3)
if HOW != "never":
    (FOLDER / f"{NAME}.new").write_text(str(os.getpid()))
    (FOLDER / f"{NAME}.new").rename(FOLDER / f"{NAME}.ready")
while True:
    signal.pause()
