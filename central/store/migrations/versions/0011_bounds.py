"""Indices by which two lists are bounded: alerts by when they were handled, and epochs of a box that still owe records.

Expands only. While they are made, whoever stores alerts or records waits.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """Make them."""
    op.create_index("ix_alert_handled", "alert", ["ward_id", "handled_at", "id"], unique=False)
    op.create_index("ix_alert_handled_newest", "alert", ["handled_at", "id"], unique=False)
    op.create_index(
        "ix_intake_owing",
        "intake",
        ["node_id"],
        unique=False,
        sqlite_where=sa.text("outstanding = 1"),
        postgresql_where=sa.text("outstanding"),
    )
