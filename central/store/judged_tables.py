"""Tables of what the centre makes of it: alerts, cases and photos, each with a history that is only added to.

One open alert per fingerprint is `one_open_alert`, a partial unique index, and not a look-then-insert.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from central.store.columns import Document, Instant
from central.store.ground import Code, Slug, metadata, version_column, ward_column

alert = Table(
    "alert",
    metadata,
    Column("id", Uuid, primary_key=True),
    ward_column(),
    Column("fingerprint", String(300), nullable=False),
    Column("rule", Slug, nullable=False),
    Column("unit_id", Slug, nullable=False),
    Column("device_id", Slug, nullable=False),
    Column("node_id", Slug, nullable=False),
    Column("zone", Slug),
    Column("subject", Code),
    Column("severity", Code, nullable=False),
    Column("peak", Float),  # the worst reading or count so far
    Column("condition", Code, nullable=False),
    Column("handling", Code, nullable=False),
    Column("suppression", Code, nullable=False),
    Column("reason", Code),  # why dismissed
    Column("case_id", Uuid),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("raised_at", Instant),  # when it first became active: what the queue sorts and pages by
    Column("cleared_at", Instant),
    Column("occurrences", Integer, nullable=False),
    Column("late", Boolean, nullable=False, server_default="0"),
    Column("due", Instant),  # the next timer of this alert
    Column("paged", Integer, nullable=False, server_default="0"),  # the last occurrence that called a person
    Column("handler_id", Uuid),
    Column("handled_at", Instant),
    Column("merged_into", Uuid),
    Column("suppressed_by", Text),
    Column("suppressed_until", Instant),
    Column("memory", Document, nullable=False),  # what the engine needs to go on: `alerts` owns its shape
    version_column(),
    Index("ix_alert_queue", "ward_id", "handling", "raised_at", "id"),
    Index("ix_alert_handling", "handling", "raised_at", "id"),  # the queue of the whole city
    Index("ix_alert_newest", "raised_at", "id"),
    Index("ix_alert_handled", "ward_id", "handled_at", "id"),  # what was handled lately
    Index("ix_alert_handled_newest", "handled_at", "id"),
    Index("ix_alert_due", "due"),
    Index("ix_alert_device", "device_id", "first_seen"),
    Index("ix_alert_fingerprint", "fingerprint", "first_seen"),
)
Index(
    "one_open_alert",
    alert.c.fingerprint,
    unique=True,
    sqlite_where=text("condition IN ('pending','active','stale')"),
    postgresql_where=text("condition IN ('pending','active','stale')"),
)
alert_event = Table(
    "alert_event",
    metadata,
    Column("alert_id", Uuid, ForeignKey("alert.id"), primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    ward_column(),
    Index("ix_alert_event_event", "event_id"),
)
alert_history = Table(
    "alert_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("alert_id", Uuid, ForeignKey("alert.id"), nullable=False),
    ward_column(),
    Column("at", Instant, nullable=False),
    Column("actor", Uuid),  # none: the engine
    Column("step", Code, nullable=False),
    Column("reason", Code),
    Column("params", Document),
    Index("ix_alert_history_alert", "alert_id", "at"),
)
case = Table(
    "case",
    metadata,
    Column("id", Uuid, primary_key=True),
    ward_column(),
    Column("number", Integer, nullable=False),  # spoken over the radio; counts within the ward
    Column("alert_id", Uuid, ForeignKey("alert.id")),
    Column("kind", Code, nullable=False),
    Column("unit_id", Slug, ForeignKey("unit.id"), nullable=False),
    Column("assignee_id", Uuid),
    Column("state", Code, nullable=False),
    Column("severity", Code, nullable=False),
    Column("device_id", Slug),
    Column("zone", Slug),
    Column("lat", Float),
    Column("lon", Float),
    Column("words", Text),  # what was done, in the crew's own words
    Column("folded", Text, nullable=False, server_default=""),
    Column("opened_at", Instant, nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("first_deadline", Instant, nullable=False),  # both are kept, so that on time is told both ways
    Column("resolved_at", Instant),
    Column("closed_at", Instant),
    version_column(),
    UniqueConstraint("ward_id", "number"),
    UniqueConstraint("alert_id"),
    Index("ix_case_board", "ward_id", "state", "deadline", "id"),
    Index("ix_case_unit", "unit_id", "state"),
)
case_history = Table(
    "case_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.id"), nullable=False),
    ward_column(),
    Column("at", Instant, nullable=False),
    Column("actor", Uuid),
    Column("step", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("note", Text),
    Column("params", Document),
    Index("ix_case_history_case", "case_id", "at"),
)
photo = Table(
    "photo",
    metadata,
    Column("id", Uuid, primary_key=True),
    ward_column(),
    Column("case_id", Uuid, ForeignKey("case.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),  # a repeat after a lost answer makes no second photo
    Column("role", Code, nullable=False),  # before, after
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", Instant),
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Float),
    Column("away_m", Float),  # from the case's place
    Column("camera_model", Text),
    Column("by", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("case_id", "client_id"),
)
