"""A node's own credential: a random secret told once at enrolment and kept as its hash.

It opens one door, the upload of that node's evidence, by Basic (the user name is the node) or Bearer.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from central.auth.tokens import digest, new_token, same
from central.store.schema import node

_NOBODY: Final = digest("")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Authorization header claims: a secret, and with Basic the node's name."""

    secret: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A node that proved itself, and the ward its boxes stand in."""

    id: str
    ward: str


def enrol(connection: Connection, node_id: str) -> str | None:
    """Give a node a new secret; the old one opens nothing any more. None when there is no such node."""
    secret = new_token()
    done = connection.execute(update(node).where(node.c.id == node_id).values(secret_hash=digest(secret)))
    return secret if done.rowcount else None


def claim(header: str | None) -> Claim | None:
    """What an Authorization header claims; None when it claims nothing we know."""
    scheme, _, rest = (header or "").partition(" ")
    match scheme.lower():
        case "bearer" if rest.strip():
            return Claim(rest.strip())
        case "basic":
            return _basic(rest.strip())
        case _:
            return None


def prove(connection: Connection, claimed: Claim, node_id: str) -> Known | None:
    """The node, when the claim's secret is its own. A Basic claim proves the node it names, whatever is asked for."""
    asked = select(node).where(node.c.id == (claimed.node or node_id), node.c.retired_at.is_(None))
    row = connection.execute(asked).one_or_none()
    kept = row.secret_hash if row is not None and row.secret_hash else _NOBODY
    if not same(digest(claimed.secret), kept) or row is None or kept == _NOBODY:
        return None
    return Known(row.id, row.ward_id)


def _basic(encoded: str) -> Claim | None:
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Claim(secret, name) if colon else None
