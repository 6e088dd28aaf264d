"""What people call the zones and lines of a camera, as the city's file has it.

Expands only: a table of its own, which a worker of the release before does not look at.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "zone",
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_zone_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", "id", name=op.f("pk_zone")),
    )
