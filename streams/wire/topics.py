"""Where each message lives: `wardsense/v1/{ward}/{node}/{stream}`. Nobody else writes a slash.

The ward in a topic is routing only: which ward a camera belongs to is the registry's word, because wards
merge and cameras move. The broker's access list pins {node} to the credential that connected.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

ROOT: Final = "wardsense/v1"
ANY: Final = "+"
_SLUG: Final = re.compile(r"[a-z0-9-]{1,40}")
_PARTS: Final = 5


class Stream(StrEnum):
    """What flows under a node's name."""

    BATCH = "batch"
    STATUS = "status"
    RECEIPT = "receipt"
    CONFIG = "config"
    COMMAND = "command"
    LIVE = "live"


UP: Final = frozenset({Stream.BATCH, Stream.STATUS, Stream.LIVE})
DOWN: Final = frozenset({Stream.RECEIPT, Stream.CONFIG, Stream.COMMAND})
QOS: Final = {stream: 0 if stream is Stream.LIVE else 1 for stream in Stream}
RETAINED: Final = frozenset({Stream.STATUS, Stream.CONFIG})


class NotATopicError(ValueError):
    """The text is not a topic of this contract."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One address on the broker. Raises NotATopicError when a part is no slug."""

    ward: str
    node: str
    stream: Stream

    def __post_init__(self) -> None:
        _refuse_no_slug(self.ward)
        _refuse_no_slug(self.node)

    def __str__(self) -> str:
        return f"{ROOT}/{self.ward}/{self.node}/{self.stream}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address back; raises NotATopicError."""
        parts = text.split("/")
        if len(parts) != _PARTS or "/".join(parts[:2]) != ROOT or parts[4] not in set(Stream):
            raise NotATopicError(f"{text!r} is not {ROOT}/ward/node/stream")
        return cls(parts[2], parts[3], Stream(parts[4]))


def of_ward(ward: str, stream: Stream) -> str:
    """The filter for one stream of every node of a ward. Raises NotATopicError."""
    _refuse_no_slug(ward)
    return f"{ROOT}/{ward}/{ANY}/{stream}"


def of_node(node: str, stream: Stream) -> str:
    """The filter for one stream of a node, whatever ward it is routed through. Raises NotATopicError."""
    _refuse_no_slug(node)
    return f"{ROOT}/{ANY}/{node}/{stream}"


def _refuse_no_slug(part: str) -> None:
    if not _SLUG.fullmatch(part):
        raise NotATopicError(f"{part!r} is not a slug of 1 to 40 letters a-z, digits and hyphens")
