"""Every table of the centre, as SQLAlchemy Core describes it. The migrations make them; this reads and writes them.

* Everything that belongs to a ward carries `ward_id`, from the first migration: `scope` adds the condition.
* Every row a person changes carries `version`, compared and raised on every change (`If-Match`).
* Kinds, states and reasons are codes in text columns, never database enums: a new one needs no migration.
* `record` has no unique index: whether a record is new is the word of its `intake` row, locked in the same
  transaction, because on PostgreSQL the facts are partitioned by the day they were heard.
* One open alert per fingerprint is `one_open_alert`, a partial unique index, and not a look-then-insert.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from central.store.columns import Document, Instant

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Slug: Final = String(40)
Code: Final = String(40)


def _ward(*, primary_key: bool = False) -> Column[str]:
    return Column("ward_id", Slug, ForeignKey("ward.id"), nullable=False, primary_key=primary_key)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, server_default="1")


# -- the registry: what the city owns, and who owns what ---------------------------------------------------------

ward = Table(
    "ward",
    metadata,
    Column("id", Slug, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("boundary", Document),
    Column("change_no", BigInteger, nullable=False, server_default="0"),  # locked to number the change feed
    _version(),
)
unit = Table(
    "unit",
    metadata,
    Column("id", Slug, primary_key=True),
    Column("ward_id", Slug, ForeignKey("ward.id")),  # none: a unit of the whole city
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    _version(),
)
node = Table(
    "node",
    metadata,
    Column("id", Slug, primary_key=True),
    _ward(),
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
    Column("health", Document),
    Column("faults", Document),  # codes with parameters: two boxes under one name, a clock that is off
    Column("retired_at", Instant),
    _version(),
)
device = Table(
    "device",
    metadata,
    Column("id", Slug, primary_key=True),  # a camera or a sensor; ids are never used again
    Column("kind", Code, nullable=False),
    _ward(),
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
    Column("last_at", Instant),
    Column("retired_at", Instant),
    _version(),
    Index("ix_device_node", "node_id"),
    Index("ix_device_ward", "ward_id"),
)
device_ward = Table(
    "device_ward",
    metadata,
    Column("device_id", Slug, ForeignKey("device.id"), primary_key=True),
    Column("since", Instant, primary_key=True),
    _ward(),
)

# -- what nodes have told --------------------------------------------------------------------------------------

intake = Table(
    "intake",
    metadata,
    Column("node_id", Slug, ForeignKey("node.id"), primary_key=True),
    Column("epoch", Uuid, primary_key=True),
    _ward(),
    Column("session", Uuid, nullable=False),
    Column("heard", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("over_at", Instant),
    Column("outstanding", Boolean, nullable=False),
    Column("settled", Document, nullable=False),
    Column("lost", Document, nullable=False),
    Column("merged", Document, nullable=False),
    Column("aside", Document, nullable=False),
    Column("refused", Document, nullable=False),
    Column("heard_at", Instant, nullable=False),
)
record = Table(
    "record",
    metadata,
    _ward(),
    Column("node_id", Slug, nullable=False),
    Column("epoch", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Code, nullable=False),
    Column("device_id", Slug),
    Column("captured", Instant, nullable=False),
    Column("sent", Instant, nullable=False),
    Column("heard", Instant, nullable=False),
    Column("doubtful", Boolean, nullable=False),  # captured ahead of heard, or on a clock nobody disciplines
    Column("backlog", Boolean, nullable=False),
    Column("body", Document, nullable=False),
    Index("ix_record_ledger", "node_id", "epoch", "seq"),
    Index("ix_record_device", "device_id", "captured"),
    Index("ix_record_ward", "ward_id", "kind", "heard"),
    postgresql_partition_by="RANGE (heard)",
)
event = Table(
    "event",
    metadata,
    Column("id", Uuid, primary_key=True),
    _ward(),
    Column("node_id", Slug, nullable=False),
    Column("camera_id", Slug, nullable=False),
    Column("kind", Code, nullable=False),
    Column("phase", Code, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("zone", Slug),
    Column("subject", Code),
    Column("began", Instant, nullable=False),
    Column("captured", Instant, nullable=False),
    Column("heard", Instant, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("body", Document, nullable=False),
    Index("ix_event_ward", "ward_id", "began"),
    Index("ix_event_camera", "camera_id", "began"),
)
dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ward_id", Slug),  # none: the topic itself could not be believed
    Column("node_id", Slug),
    Column("epoch", Uuid),
    Column("seq", BigInteger),
    Column("topic", Text, nullable=False),
    Column("reason", Code, nullable=False),
    Column("detail", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("heard", Instant, nullable=False),
    Index("ix_dead_letter_ward", "ward_id", "heard"),
)
evidence = Table(
    "evidence",
    metadata,
    _ward(primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("node_id", Slug, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("state", Code, nullable=False),  # coming, here, lost, quarantined, deleted
    Column("reason", Document),
    Column("named_at", Instant),
    Column("here_at", Instant),
    Column("expires", Instant),
    Index("ix_evidence_state", "state", "expires"),
)
evidence_name = Table(
    "evidence_name",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    _ward(),
    Column("role", Code, nullable=False),
    Index("ix_evidence_name_sha256", "ward_id", "sha256"),
)

# -- what the centre makes of it -------------------------------------------------------------------------------

alert = Table(
    "alert",
    metadata,
    Column("id", Uuid, primary_key=True),
    _ward(),
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
    _version(),
    Index("ix_alert_queue", "ward_id", "handling", "raised_at", "id"),
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
    _ward(),
    Index("ix_alert_event_event", "event_id"),
)
alert_history = Table(
    "alert_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("alert_id", Uuid, ForeignKey("alert.id"), nullable=False),
    _ward(),
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
    _ward(),
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
    _version(),
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
    _ward(),
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
    _ward(),
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

# -- who may do what, and what they did ------------------------------------------------------------------------

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
    _version(),
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
    _ward(primary_key=True),
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
)
