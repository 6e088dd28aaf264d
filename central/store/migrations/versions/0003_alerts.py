"""Alerts, one open one per fingerprint by constraint, their history, and each ward's change feed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from central.store.columns import Document, Instant

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=300), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("peak", sa.Float(), nullable=True),
        sa.Column("condition", sa.String(length=40), nullable=False),
        sa.Column("handling", sa.String(length=40), nullable=False),
        sa.Column("suppression", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=True),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("due", Instant(), nullable=True),
        sa.Column("paged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("handler_id", sa.Uuid(), nullable=True),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("suppressed_by", sa.Text(), nullable=True),
        sa.Column("suppressed_until", Instant(), nullable=True),
        sa.Column("memory", Document, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_alert_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_device", "alert", ["device_id", "first_seen"], unique=False)
    op.create_index("ix_alert_fingerprint", "alert", ["fingerprint", "first_seen"], unique=False)
    op.create_index("ix_alert_due", "alert", ["due"], unique=False)
    op.create_index("ix_alert_queue", "alert", ["ward_id", "handling", "raised_at", "id"], unique=False)
    op.create_index(
        "one_open_alert",
        "alert",
        ["fingerprint"],
        unique=True,
        sqlite_where=sa.text("condition IN ('pending','active','stale')"),
        postgresql_where=sa.text("condition IN ('pending','active','stale')"),
    )
    op.create_table(
        "alert_event",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id_alert")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_alert_event_ward_id_ward")),
        sa.PrimaryKeyConstraint("alert_id", "event_id", name=op.f("pk_alert_event")),
    )
    op.create_index("ix_alert_event_event", "alert_event", ["event_id"], unique=False)
    op.create_table(
        "alert_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("params", Document, nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_history_alert_id_alert")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_alert_history_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_history")),
    )
    op.create_index("ix_alert_history_alert", "alert_history", ["alert_id", "at"], unique=False)
    op.create_table(
        "change",
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("params", Document, nullable=True),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_change_ward_id_ward")),
        sa.PrimaryKeyConstraint("ward_id", "no", name=op.f("pk_change")),
    )
