"""Orders to boxes, a camera's coverage by day, and what the console asks of boxes, sensors and wards.

Expands only: new tables, and columns that may be empty, so that a worker of the release before goes on writing.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

from central.store.columns import Document, Instant

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Add them."""
    op.add_column("node", sa.Column("config_rev", sa.String(length=200), nullable=True))
    op.add_column("ward", sa.Column("deaf_since", Instant(), nullable=True))
    op.add_column("device", sa.Column("last_quality", sa.String(length=40), nullable=True))
    op.create_index("ix_alert_newest", "alert", ["raised_at", "id"], unique=False)
    op.create_index("ix_alert_handling", "alert", ["handling", "raised_at", "id"], unique=False)
    op.create_table(
        "watch_day",
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_watch_day_ward_id_ward")),
        sa.PrimaryKeyConstraint("device_id", "day", "ward_id", "cause", name=op.f("pk_watch_day")),
    )
    _orders()


def _orders() -> None:
    op.create_table(
        "node_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("body", Document, nullable=True),
        sa.Column("params", Document, nullable=True),
        sa.Column("issued", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("reasons", Document, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_node_order_node_id_node")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_node_order_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_order")),
    )
    op.create_index("ix_node_order_node", "node_order", ["node_id", "issued"], unique=False)
    op.create_index("ix_node_order_state", "node_order", ["state", "ward_id"], unique=False)
