"""What a program's log looks like: it is read by people and by machines, so it is tried as a program."""

import re
import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = """
import structlog
from streams import logs

logs.configure()
log = structlog.get_logger("here")
log.debug("too small to say")
log.info("camera", camera="cam-1", sight="live", cause=None, on=True)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it broke")
"""


def test_a_line_holds_time_level_event_and_the_fields_that_say_something() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = done.stderr.splitlines()
    assert re.fullmatch(
        r"timestamp=\d{4}-\d\d-\d\dT[\d:.]+Z level=info event=camera camera=cam-1 sight=live on=true", first
    )
    assert 'event="it broke"' in second
    assert "ZeroDivisionError" in second
    assert not done.stdout
