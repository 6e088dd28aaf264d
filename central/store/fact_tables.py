"""Tables of what nodes have told: the ledger of each epoch, records, events, evidence, and what could not be read.

`record` has no unique index: whether a record is new is the word of its `intake` row, locked in the same transaction,
because on PostgreSQL the facts are partitioned by the day they were heard.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from central.store.columns import Document, Instant
from central.store.ground import Code, Slug, metadata, ward_column

intake = Table(
    "intake",
    metadata,
    Column("node_id", Slug, ForeignKey("node.id"), primary_key=True),
    Column("epoch", Uuid, primary_key=True),
    ward_column(),
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
    Index(
        "ix_intake_owing", "node_id", sqlite_where=text("outstanding = 1"), postgresql_where=text("outstanding")
    ),  # old epochs that are not at rest, among hundreds that are
)
record = Table(
    "record",
    metadata,
    ward_column(),
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
    ward_column(),
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
    Column("payload", LargeBinary, nullable=False),  # empty where only the count is kept
    Column("heard", Instant, nullable=False),
    Column("fingerprint", String(64)),  # none: laid by a release that did not count
    Column("times", BigInteger, nullable=False, server_default="1"),
    Column("last_heard", Instant),
    Column("size", BigInteger),  # bytes of the payload, kept or not
    Index("ix_dead_letter_ward", "ward_id", "heard"),
    Index("ix_dead_letter_node", "node_id"),
    Index("one_dead_letter", "fingerprint", unique=True),
)
evidence = Table(
    "evidence",
    metadata,
    ward_column(primary_key=True),
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
    ward_column(),
    Column("role", Code, nullable=False),
    Column("rev", Integer),  # of the words that named it first: later words tell of later boxes
    Column("boxes", Document),
    Index("ix_evidence_name_sha256", "ward_id", "sha256"),
)
