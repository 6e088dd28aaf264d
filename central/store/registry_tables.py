"""Tables of what the city owns and who owns what: wards, units, nodes, what they read, and the names of its zones."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, String, Table, Text, Uuid

from central.store.columns import Document, Instant
from central.store.ground import Code, Slug, metadata, version_column, ward_column

ward = Table(
    "ward",
    metadata,
    Column("id", Slug, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("boundary", Document),
    Column("change_no", BigInteger, nullable=False, server_default="0"),  # locked to number the change feed
    Column("deaf_since", Instant),  # since when its worker has no line to the broker; none: it hears
    version_column(),
)
unit = Table(
    "unit",
    metadata,
    Column("id", Slug, primary_key=True),
    Column("ward_id", Slug, ForeignKey("ward.id")),  # none: a unit of the whole city
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    version_column(),
)
node = Table(
    "node",
    metadata,
    Column("id", Slug, primary_key=True),
    ward_column(),
    Column("name", Text, nullable=False),
    Column("secret_hash", String(64)),  # SHA-256 of a random secret; none: may not upload
    Column("session", Uuid),  # whose batches count as the node's own now: `streams.wire.roster`
    Column("session_at", Instant),
    Column("present", Uuid),  # the session whose coming or going `online` tells
    Column("online", Boolean, nullable=False, server_default="0"),
    Column("status_at", Instant),
    Column("heard_at", Instant),
    Column("clock", Document),
    Column("versions", Document),
    Column("config_rev", String(200)),
    Column("health", Document),
    Column("faults", Document),  # codes with parameters: two boxes under one name, a clock that is off
    Column("retired_at", Instant),
    version_column(),
)
device = Table(
    "device",
    metadata,
    Column("id", Slug, primary_key=True),  # a camera or a sensor; ids are never used again
    Column("kind", Code, nullable=False),
    ward_column(),
    Column("node_id", Slug, ForeignKey("node.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("quantity", Code),
    Column("unit", String(40)),
    Column("state", Code, nullable=False, server_default="unknown"),  # live, blind, unfit, silent
    Column("state_since", Instant),
    Column("state_reason", Document),
    Column("last_value", Float),
    Column("last_quality", Code),
    Column("last_at", Instant),
    Column("retired_at", Instant),
    version_column(),
    Index("ix_device_node", "node_id"),
    Index("ix_device_ward", "ward_id"),
)
device_ward = Table(
    "device_ward",
    metadata,
    Column("device_id", Slug, ForeignKey("device.id"), primary_key=True),
    Column("since", Instant, primary_key=True),
    ward_column(),
)
zone = Table(
    "zone",
    metadata,
    Column("device_id", Slug, ForeignKey("device.id"), primary_key=True),
    Column("id", Slug, primary_key=True),  # of a zone or a line of the camera, as its node's configuration has it
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
)
