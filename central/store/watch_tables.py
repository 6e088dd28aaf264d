"""How long each camera was watched on each day of the city, added up as tallies come in.

The tallies say the same minute by minute; a page of a fleet of ten thousand cannot read two million of them.
"""

from sqlalchemy import Column, Date, Float, Index, Table

from central.store.ground import Code, Slug, metadata, ward_column

watch_day = Table(
    "watch_day",
    metadata,
    Column("device_id", Slug, primary_key=True),
    Column("day", Date, primary_key=True),
    ward_column(primary_key=True),
    Column("cause", Code, primary_key=True),  # `watched`, or why it was blind
    Column("seconds", Float, nullable=False),
    Index("ix_watch_day_day", "day"),  # by which days that are over go
)
