"""Tables of what people ask of the boxes: commands and configurations, and what each box answered."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, Uuid

from central.store.columns import Document, Instant
from central.store.ground import Code, Slug, metadata, version_column, ward_column

node_order = Table(
    "node_order",
    metadata,
    Column("id", Uuid, primary_key=True),  # of a command: the id the box keeps in its journal
    ward_column(),
    Column("node_id", Slug, ForeignKey("node.id"), nullable=False),
    Column("kind", Code, nullable=False),  # command, config
    Column("state", Code, nullable=False),  # waiting, sent, answered, expired, replaced
    Column("verb", Code),
    Column("revision", String(200)),
    Column("sha256", String(64)),
    Column("body", Document),  # of a configuration; it holds no secret
    Column("params", Document),
    Column("issued", Instant, nullable=False),
    Column("expires", Instant),  # none: a configuration stands until the next
    Column("account_id", Uuid, nullable=False),
    Column("by", Text, nullable=False),  # the login, as the box is told it
    Column("why", Text, nullable=False),
    Column("sent_at", Instant),
    Column("answered_at", Instant),
    Column("outcome", Code),
    Column("reasons", Document),
    version_column(),
    Index("ix_node_order_node", "node_id", "issued"),
    Index("ix_node_order_state", "state", "ward_id"),
)
