"""An index by day over how long cameras were watched, so that days that are over are found without a walk over all.

Expands only. While it is made, whoever stores tallies waits.
"""

from typing import Final

from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_watch_day_day", "watch_day", ["day"], unique=False)
