"""Why there is no line to a broker, and what happens next: it is tried again, or a person has to change something."""

from enum import StrEnum

from streams.weather import SourceLost, SourceRefused


class Trouble(StrEnum):
    """Why there is no line."""

    UNREACHABLE = "unreachable"  # no such name, no route, nobody listening
    SILENT = "silent"  # it took the call and did not answer
    DROPPED = "dropped"  # it was there and went away
    BUSY = "busy"  # it says that it is unavailable
    CREDENTIALS = "credentials"  # it does not know us
    UNTRUSTED = "untrusted"  # its certificate, or ours, does not hold
    FORBIDDEN = "forbidden"  # it knows us, and will not let us


class LineLost(SourceLost):
    """The line broke or never came up: try again."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble


class LineRefused(SourceRefused):
    """The broker turned us away: a person has to change something, here or there."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
