"""Reads both counts from where they are kept: the node's journal and counters, and the centre's tables by SELECT."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.report import Number


def journal(path: Path) -> list[Number]:
    """Every number the node gave; a last line cut off by a kill is not one."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [_number(*line.split()) for line in lines if line.endswith("\n")]


def counters(path: Path) -> dict[str, Any]:
    """What the node counts since it last started; empty before it has."""
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told


class Tables:
    """The centre's tables, read only."""

    def __init__(self, url: str) -> None:
        """`url` as in the centre's configuration."""
        from sqlalchemy import create_engine  # noqa: PLC0415 - only a run that reports needs it

        url = url.replace("postgresql://", "postgresql+psycopg://")
        self._engine = create_engine(url)

    def rows(self, query: str) -> list[Any]:
        """The rows of a SELECT of ours."""
        from sqlalchemy import text  # noqa: PLC0415 - only a run that reports needs it

        with self._engine.connect() as connection:
            return list(connection.execute(text(query)))

    def stored(self) -> list[Number]:
        """Number of every record."""
        return [_number(epoch, seq) for epoch, seq in self.rows("SELECT epoch, seq FROM record")]

    def dead(self) -> list[Number]:
        """Number of every dead letter that has one."""
        told = self.rows("SELECT epoch, seq FROM dead_letter WHERE seq IS NOT NULL")
        return [_number(epoch, seq) for epoch, seq in told]

    def settled(self, column: str) -> frozenset[Number]:
        """What the ledger calls lost, merged or aside."""
        told = self.rows(f"SELECT epoch, {column} FROM intake")  # noqa: S608 - a column of ours
        return frozenset(number for epoch, spans in told for number in _each(epoch, spans))

    def reached(self) -> dict[str, int]:
        """The number after the last one that the ledger knows was made, by epoch."""
        return {str(UUID(str(epoch))): reached for epoch, reached in self.rows("SELECT epoch, next FROM intake")}

    def events(self) -> list[tuple[str, int]]:
        """Id and revision of every stored event record."""
        bodies = [_json(row[0]) for row in self.rows("SELECT body FROM record WHERE kind = 'event'")]
        return [(body["id"], body["rev"]) for body in bodies]

    def open_fingerprints(self) -> list[str]:
        """Fingerprint of every alert that is open."""
        told = self.rows("SELECT fingerprint FROM alert WHERE condition IN ('pending', 'active', 'stale')")
        return [row[0] for row in told]

    def evidence_missing(self, folder: Path) -> list[str]:
        """Pictures that stored events name, in the events' own words, and that do not lie whole in the folder."""
        told = self.rows("SELECT ward_id, body FROM record WHERE kind = 'event'")
        named = {(ward, picture["sha256"]) for ward, body in told for picture in _json(body).get("evidence") or ()}
        here = {
            (ward, sha256) for ward, sha256 in self.rows("SELECT ward_id, sha256 FROM evidence WHERE state = 'here'")
        }
        broken = {(ward, sha256) for ward, sha256 in named & here if not _whole(folder, sha256)}
        return sorted(sha256 for _, sha256 in (named - here) | broken)

    def coming(self) -> int:
        """How many pictures the centre waits for."""
        return len(self.rows("SELECT 1 FROM evidence WHERE state = 'coming'"))

    def tally(self, query: str) -> dict[str, int]:
        """Counts by the words of the first columns."""
        return {"/".join(str(part) for part in row[:-1]): row[-1] for row in self.rows(query)}

    def waits(self, query: str) -> list[float]:
        """Seconds between two instants of each row."""
        return [(_instant(late) - _instant(early)).total_seconds() for early, late in self.rows(query)]

    def instants(self, query: str) -> dict[str, datetime]:
        """An id and an instant of each row."""
        return {str(UUID(str(row[0]))): _instant(row[1]) for row in self.rows(query)}

    def close(self) -> None:
        """Let go."""
        self._engine.dispose()


def _whole(folder: Path, sha256: str) -> bool:
    found = [path for path in folder.rglob(f"{sha256}*") if path.is_file()]
    return any(hashlib.sha256(path.read_bytes()).hexdigest() == sha256 for path in found)


def _number(epoch: object, seq: object) -> Number:
    return str(UUID(str(epoch))), int(str(seq))


def _each(epoch: object, spans: object) -> Iterator[Number]:
    for first, last in _json(spans):
        for seq in range(first, last + 1):
            yield _number(epoch, seq)


def _json(told: object) -> Any:  # noqa: ANN401 - whatever the column holds
    return json.loads(told) if isinstance(told, str) else told


def _instant(told: object) -> datetime:
    if isinstance(told, datetime):
        return told.astimezone(UTC)
    return datetime.fromtimestamp(int(str(told)) / 1e6, UTC)
