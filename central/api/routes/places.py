"""Wards, the units that do the work, and the rules that say whose work is whose."""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlalchemy import Row

from central.api.context import Here
from central.api.problems import Code, Refused
from central.api.shapes.fleet import UnitShape, WardShape
from central.api.shapes.rules import RuleShape, rule_shape
from central.api.visitor import SignedIn, Visitor
from central.store import fleet
from streams.wire.words import SLUG

router: Final = APIRouter(prefix="/v1", tags=["places"])


@router.get("/wards", operation_id="list_wards")
def list_wards(here: Here, visitor: SignedIn) -> list[WardShape]:
    """The wards you may see, and your part in each."""
    with here.database.reading() as connection:
        return [_shape(row, visitor) for row in fleet.wards(connection, visitor.scope())]


@router.get("/wards/{ward}", operation_id="get_ward")
def get_ward(ward: Annotated[str, Path(pattern=SLUG)], here: Here, visitor: SignedIn) -> WardShape:
    """One ward."""
    with here.database.reading() as connection:
        for row in fleet.wards(connection, visitor.scope()):
            if row.id == ward:
                return _shape(row, visitor)
    raise Refused(Code.NOT_FOUND)


@router.get("/units", operation_id="list_units")
def list_units(here: Here, visitor: SignedIn) -> list[UnitShape]:
    """The units of your wards, and those that serve the whole city."""
    with here.database.reading() as connection:
        found = fleet.units(connection, visitor.scope())
    return [UnitShape(id=row.id, ward=row.ward_id, name=row.name) for row in found]


@router.get("/rules", operation_id="list_rules")
def list_rules(here: Here, visitor: SignedIn) -> list[RuleShape]:
    """The rules in force in your wards, with their names in both languages."""
    scope = visitor.scope()
    rules = here.rules.rules.values()
    return [rule_shape(rule) for rule in rules if not rule.wards or any(ward in scope for ward in rule.wards)]


def _shape(row: Row[tuple[object, ...]], visitor: Visitor) -> WardShape:
    return WardShape(
        id=row.id,
        name=row.name,
        boundary=row.boundary,
        change_no=row.change_no,
        deaf_since=row.deaf_since,
        roles=sorted(visitor.account.roles(row.id)),
    )
