"""The registry: wards, units, nodes, cameras and sensors, and which ward each device was in since when."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from central.store.columns import Document, Instant

revision: Final = "0001"
down_revision: Final = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "ward",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("boundary", Document, nullable=True),
        sa.Column("change_no", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ward")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_unit_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_table(
        "node",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("session", sa.Uuid(), nullable=True),
        sa.Column("session_at", Instant(), nullable=True),
        sa.Column("present", sa.Uuid(), nullable=True),
        sa.Column("online", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("status_at", Instant(), nullable=True),
        sa.Column("heard_at", Instant(), nullable=True),
        sa.Column("clock", Document, nullable=True),
        sa.Column("versions", Document, nullable=True),
        sa.Column("health", Document, nullable=True),
        sa.Column("faults", Document, nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_node_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("quantity", sa.String(length=40), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=40), server_default="unknown", nullable=False),
        sa.Column("state_since", Instant(), nullable=True),
        sa.Column("state_reason", Document, nullable=True),
        sa.Column("last_value", sa.Float(), nullable=True),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_device_node_id_node")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_device_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index("ix_device_node", "device", ["node_id"], unique=False)
    op.create_index("ix_device_ward", "device", ["ward_id"], unique=False)
    op.create_table(
        "device_ward",
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("ward_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_ward_device_id_device")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_device_ward_ward_id_ward")),
        sa.PrimaryKeyConstraint("device_id", "since", name=op.f("pk_device_ward")),
    )
