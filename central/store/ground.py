"""What every table stands on: the metadata, the two text types of the house, and the columns that recur."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Slug: Final = String(40)
Code: Final = String(40)


def ward_column(*, primary_key: bool = False) -> Column[str]:
    """The ward a row belongs to."""
    return Column("ward_id", Slug, ForeignKey("ward.id"), nullable=False, primary_key=primary_key)


def version_column() -> Column[int]:
    """What `If-Match` compares, raised on every change."""
    return Column("version", Integer, nullable=False, server_default="1")
