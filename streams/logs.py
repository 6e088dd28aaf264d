"""How our programs log: one line an event, `key=value`, ISO time in UTC, on standard error.

One place for both programs, so that whoever reads the logs of a node and of the centre side by side reads one
language. What is None is left out: `cause=` says less than nothing.

Standard error is looked up with every line, not once: whoever puts another file in its place (a test, a supervisor)
and closes it again must not turn the next line into an error of the one who writes it.
"""

import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

INFO: Final = 20

_Line = MutableMapping[str, Any]


def configure() -> None:
    """Let every `structlog` logger of this process write so, from INFO up. A program's entrance calls it, once."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_none,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def without_none(_logger: object, _method: str, line: _Line) -> _Line:
    """The fields of a line that say something."""
    return {key: value for key, value in line.items() if value is not None}
