"""The boxes of a picture are those of the words that named it, not of the newest words of its event.

Expands only: columns that may be empty, so that a worker of the release before goes on writing. What was named before
stands without boxes: the newest ones would be drawn beside what they mean.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

from central.store.columns import Document

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Add them."""
    op.add_column("evidence_name", sa.Column("rev", sa.Integer(), nullable=True))
    op.add_column("evidence_name", sa.Column("boxes", Document, nullable=True))
