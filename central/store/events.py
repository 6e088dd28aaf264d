"""Events as they stand now, and the evidence they name.

The highest revision of an event is the truth, whatever order its words came in; its id belongs to the node that minted
it. Evidence is named before or after it arrives: a picture that waited in quarantine is here the moment it is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from central.store.pictures import MEDIA_TYPES
from central.store.portions import portions
from central.store.schema import event, evidence, evidence_name
from streams.wire.records import Event, Evidence

_MINTED: Final = select(event.c.id, event.c.node_id).where(event.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Heard:
    """One word on an event: the ward it belongs to, who said so, when."""

    ward: str
    node: str
    body: Event
    at: datetime
    heard: datetime
    doubtful: bool


def minters(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The node that minted each of these events, of those that are known."""
    return {
        row.id: row.node_id
        for some in portions(dict.fromkeys(ids))
        for row in connection.execute(_MINTED, {"ids": some})
    }


def write(connection: Connection, heard: Iterable[Heard]) -> None:
    """Take in these words; an older revision changes nothing."""
    newest: dict[UUID, Heard] = {}
    for word in heard:
        known = newest.get(word.body.id)
        if known is None or known.body.rev < word.body.rev:
            newest[word.body.id] = word
    if newest:
        ordered = [newest[id_] for id_ in sorted(newest)]
        _upsert(connection, ordered)
        _name_evidence(connection, ordered)


def _upsert(connection: Connection, words: Sequence[Heard]) -> None:
    connection.execute(_superseding(connection.dialect.name), [_row(word) for word in words])


@cache
def _superseding(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    adding = _insert(dialect)(event)
    fields = ("phase", "rev", "zone", "subject", "captured", "heard", "doubtful", "body")
    newer = {name: adding.excluded[name] for name in fields}
    return adding.on_conflict_do_update(
        index_elements=[event.c.id],
        set_=newer,
        where=(event.c.rev < adding.excluded.rev) & (event.c.node_id == adding.excluded.node_id),
    )


def _row(word: Heard) -> dict[str, Any]:
    body = word.body
    return {
        "id": body.id,
        "ward_id": word.ward,
        "node_id": word.node,
        "camera_id": body.camera,
        "kind": body.kind,
        "phase": body.phase,
        "rev": body.rev,
        "zone": body.zone,
        "subject": body.subject,
        "began": body.began,
        "captured": word.at,
        "heard": word.heard,
        "doubtful": word.doubtful,
        "body": body.model_dump(mode="json", exclude_defaults=True),
    }


def _name_evidence(connection: Connection, words: Sequence[Heard]) -> None:
    named = [(word, picture) for word in words for picture in word.body.evidence if picture.media_type in MEDIA_TYPES]
    if not named:
        return
    rows = {
        (word.ward, picture.sha256): {
            "ward_id": word.ward,
            "sha256": picture.sha256,
            "node_id": word.node,
            "media_type": picture.media_type,
            "bytes": picture.bytes,
            "state": "coming",
            "named_at": word.heard,
        }
        for word, picture in named
    }
    connection.execute(_naming(connection.dialect.name), [rows[key] for key in sorted(rows)])
    names = {
        (word.body.id, picture.sha256): {
            "event_id": word.body.id,
            "sha256": picture.sha256,
            "ward_id": word.ward,
            "role": picture.role,
            "rev": word.body.rev,
            "boxes": [box.model_dump(mode="json") for box in word.body.boxes],
        }
        for word, picture in sorted(named, key=_last_word_first)
    }
    connection.execute(_linking(connection.dialect.name), list(names.values()))


def _last_word_first(told: tuple[Heard, Evidence]) -> int:
    return -told[0].body.rev


@cache
def _naming(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    adding = _insert(dialect)(evidence)
    kept = {
        "state": case((evidence.c.state == "quarantined", "here"), else_=evidence.c.state),
        "named_at": func.coalesce(evidence.c.named_at, adding.excluded.named_at),
        "expires": case((evidence.c.state == "quarantined", None), else_=evidence.c.expires),
    }
    return adding.on_conflict_do_update(index_elements=[evidence.c.ward_id, evidence.c.sha256], set_=kept)


@cache
def _linking(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    """The boxes of a picture are those of the first words that named it, in whatever order they arrive."""
    adding = _insert(dialect)(evidence_name)
    return adding.on_conflict_do_update(
        index_elements=[evidence_name.c.event_id, evidence_name.c.sha256],
        set_={"rev": adding.excluded.rev, "boxes": adding.excluded.boxes},
        where=adding.excluded.rev < evidence_name.c.rev,
    )


def _insert(dialect: str) -> Any:  # noqa: ANN401 - each dialect's own `insert`, alike in what is used here
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
