"""What nodes tell: intake rows, records by day, events, dead letters, evidence."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from central.store.columns import Document, Instant

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "intake",
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("over_at", Instant(), nullable=True),
        sa.Column("outstanding", sa.Boolean(), nullable=False),
        sa.Column("settled", Document, nullable=False),
        sa.Column("lost", Document, nullable=False),
        sa.Column("merged", Document, nullable=False),
        sa.Column("aside", Document, nullable=False),
        sa.Column("refused", Document, nullable=False),
        sa.Column("heard_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_intake_node_id_node")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_intake_ward_id_ward")),
        sa.PrimaryKeyConstraint("node_id", "epoch", name=op.f("pk_intake")),
    )
    op.create_table(
        "record",
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=True),
        sa.Column("captured", Instant(), nullable=False),
        sa.Column("sent", Instant(), nullable=False),
        sa.Column("heard", Instant(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("body", Document, nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_record_ward_id_ward")),
        postgresql_partition_by="RANGE (heard)",
    )
    op.create_index("ix_record_device", "record", ["device_id", "captured"], unique=False)
    op.create_index("ix_record_ledger", "record", ["node_id", "epoch", "seq"], unique=False)
    op.create_index("ix_record_ward", "record", ["ward_id", "kind", "heard"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("camera_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("began", Instant(), nullable=False),
        sa.Column("captured", Instant(), nullable=False),
        sa.Column("heard", Instant(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("body", Document, nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_event_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_camera", "event", ["camera_id", "began"], unique=False)
    op.create_index("ix_event_ward", "event", ["ward_id", "began"], unique=False)
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=True),
        sa.Column("node_id", sa.String(length=40), nullable=True),
        sa.Column("epoch", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("heard", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
    )
    op.create_index("ix_dead_letter_ward", "dead_letter", ["ward_id", "heard"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", Document, nullable=True),
        sa.Column("named_at", Instant(), nullable=True),
        sa.Column("here_at", Instant(), nullable=True),
        sa.Column("expires", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_evidence_ward_id_ward")),
        sa.PrimaryKeyConstraint("ward_id", "sha256", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_state", "evidence", ["state", "expires"], unique=False)
    op.create_table(
        "evidence_name",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_evidence_name_ward_id_ward")),
        sa.PrimaryKeyConstraint("event_id", "sha256", name=op.f("pk_evidence_name")),
    )
    op.create_index("ix_evidence_name_sha256", "evidence_name", ["ward_id", "sha256"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # catches what no daily partition covers yet; `central.store.partitions` makes those
        op.execute("CREATE TABLE record_default PARTITION OF record DEFAULT")
