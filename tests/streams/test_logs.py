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


REPLACED = """
import io
import sys
import structlog
from streams import logs

true, sys.stderr = sys.stderr, io.StringIO()
logs.configure()
sys.stderr.close()
sys.stderr = true
structlog.get_logger("here").info("still heard")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)


def test_a_standard_error_that_was_closed_and_replaced_stops_nobody() -> None:
    assert 'event="still heard"' in run(REPLACED).stderr


def test_a_line_holds_time_level_event_and_the_fields_that_say_something() -> None:
    done = run(PROGRAM)
    first, second = done.stderr.splitlines()
    assert re.fullmatch(
        r"timestamp=\d{4}-\d\d-\d\dT[\d:.]+Z level=info event=camera camera=cam-1 sight=live on=true", first
    )
    assert 'event="it broke"' in second
    assert "ZeroDivisionError" in second
    assert not done.stdout
