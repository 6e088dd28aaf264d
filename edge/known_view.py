"""What a camera is known to show, as a file: its usual edges, and the clean picture of its slow-change rules. Pure.

JSON of some 80 kB, arrays in base64 of half floats (edges of 160 by 90, grey levels of 64 by 36 blocks: nobody can be
recognised in either). Of light nothing is kept: in an hour it is another. A file is refused that is of another form,
longer than `MOST_BYTES`, older than `MOST_AGE`, of another source, mask or picture size, or not whole. Whether the
camera still looks the same way is not told by the file but by the pictures: `edge.fitness` says *moved* of one that
does not, and then the file goes (`edge.references`).
Limits: a file from the future is believed, because a box without a battery starts in the past.
"""

from base64 import b64decode, b64encode
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from edge.analytics.slow_change import ACROSS, DOWN, Blocks
from edge.config import CameraSetting
from edge.view import COLUMNS, ROWS, Measured
from streams.wire.canonical import sha256_of

MOST_BYTES: Final = 1 << 20
MOST_AGE: Final = timedelta(days=7)
MOST_RULES: Final = 64
GREY: Final = 255.0
HALF: Final = "<f2"
NOT_THE_VIEW: Final = {"source": {"main"}}
STRONGEST: Final = 1.01
"""An edge is at most 1; half floats round."""


class ViewRefused(ValueError):  # noqa: N818 - reads as the word it is, as its neighbours do
    """The file tells nothing of this camera now; the message says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What must be the same for a view to be the same: a hash of the source and its masks, and the picture's size."""

    view: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known: usual edges and detail (light and burnt are 0), and clean blocks by the id of their rule."""

    usual: Measured
    clean: Mapping[str, Blocks]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    view: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    size: tuple[int, int]
    at: AwareDatetime
    edge: Annotated[FiniteFloat, Field(ge=0)]
    fine: Annotated[FiniteFloat, Field(ge=0)]
    edges: str
    clean: Annotated[dict[str, str], Field(max_length=MOST_RULES)]


def mark_of(setting: CameraSetting, size: tuple[int, int]) -> Mark:
    """The mark of a camera that sends pictures of this width and height."""
    return Mark(sha256_of(setting.model_dump(mode="json", include={"source", "masks"}, exclude=NOT_THE_VIEW)), size)


def written(known: Known, mark: Mark, at: datetime) -> bytes:
    """The file that says so, at this time."""
    file = _File(
        view=mark.view,
        size=mark.size,
        at=at,
        edge=known.usual.edge,
        fine=known.usual.fine,
        edges=_text(np.ascontiguousarray(known.usual.field, np.complex64).view(np.float32)),
        clean={rule: _text(blocks) for rule, blocks in list(known.clean.items())[:MOST_RULES]},
    )
    return file.model_dump_json().encode()


def without(content: bytes, rules: Container[str]) -> bytes:
    """The file with no clean picture for these rules. Raises ViewRefused."""
    file = _parsed(content)
    kept = {rule: blocks for rule, blocks in file.clean.items() if rule not in rules}
    return file.model_copy(update={"clean": kept}).model_dump_json().encode()


def read(content: bytes, mark: Mark, now: datetime) -> Known:
    """What the file says of the camera that has this mark. Raises ViewRefused."""
    file = _parsed(content)
    try:
        edges, clean = _edges(file.edges), {rule: _blocks(text) for rule, text in file.clean.items()}
    except ValueError as error:
        raise ViewRefused(f"not whole: {error}") from error
    if file.view != mark.view:
        raise ViewRefused("of another source or mask")
    if file.size != mark.size:
        raise ViewRefused(f"of pictures of {file.size}, not {mark.size}")
    if now - file.at > MOST_AGE:
        raise ViewRefused(f"of {file.at:%Y-%m-%d}, too old")
    return Known(Measured(light=0.0, burnt=0.0, edge=file.edge, fine=file.fine, field=edges), clean)


def _parsed(content: bytes) -> _File:
    if len(content) > MOST_BYTES:
        raise ViewRefused("too long")
    try:
        return _File.model_validate_json(content)
    except ValidationError as error:
        raise ViewRefused(f"not of this form: {error.error_count()} mistakes") from error


def _text(numbers: NDArray[np.floating]) -> str:
    return b64encode(numbers.astype(HALF).tobytes()).decode()


def _edges(text: str) -> NDArray[np.complex64]:
    edges = _numbers(text, (ROWS, 2 * COLUMNS)).view(np.complex64)
    if not (np.abs(edges) <= STRONGEST).all():
        raise ValueError("edges beyond their scale")
    return edges


def _blocks(text: str) -> Blocks:
    blocks = _numbers(text, (DOWN, ACROSS)).astype(np.float64)
    if not (np.isnan(blocks) | ((blocks >= 0) & (blocks <= GREY))).all():
        raise ValueError("grey levels beyond their scale")
    return blocks


def _numbers(text: str, shape: tuple[int, int]) -> NDArray[np.float32]:
    return np.frombuffer(b64decode(text, validate=True), HALF).astype(np.float32).reshape(shape)
