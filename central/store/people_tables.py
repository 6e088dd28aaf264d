"""Tables of who may do what, and what they did: accounts, grants, sessions, the audit, the change feed."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from central.store.columns import Document, Instant
from central.store.ground import Code, Slug, metadata, version_column, ward_column

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit_id", Slug, ForeignKey("unit.id")),
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    version_column(),
)
grant = Table(
    "grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("role", Code, nullable=False),
    Column("ward_id", Slug, ForeignKey("ward.id")),  # none: the whole city
    Index("ix_grant_account", "account_id"),
)
session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("ended_at", Instant),
)
sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used_at", Instant),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ward_id", Slug),  # none: an act on the whole city
    Column("at", Instant, nullable=False),
    Column("account_id", Uuid),
    Column("node_id", Slug),
    Column("act", Code, nullable=False),
    Column("of", Code, nullable=False),  # which table
    Column("row", Text, nullable=False),
    Column("origin", Text, nullable=False),  # where from: an address, or `console`, `import`
    Column("why", Text),
    Column("params", Document),
    Index("ix_audit_ward", "ward_id", "at"),
    Index("ix_audit_row", "of", "row"),
)
change = Table(
    "change",
    metadata,
    ward_column(primary_key=True),
    Column("no", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Code, nullable=False),  # alert, case, device, node, evidence
    Column("row", Text, nullable=False),
    Column("params", Document),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("route", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Document),
    Column("at", Instant, nullable=False),
    Index("ix_idempotency_at", "at"),
)
