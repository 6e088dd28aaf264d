"""What somebody may do, and where: roles, grants, and the account that holds them. Pure.

A grant is a role in one ward or, without a ward, in the whole city; an account may hold many. A role is a code in a
text column, so the later ones are already named here and need no migration. What a person may see is the union
of the wards of the grants; what a person may do is asked role by role in the ward of the row.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from central.store.scope import Scope


class Role(StrEnum):
    """The parts people play."""

    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    FIELD = "field"
    WARD_LEADER = "ward_leader"
    CITY = "city"
    ADMIN = "admin"
    AUDITOR = "auditor"


EVERYONE: Final = frozenset(Role)
DESK: Final = EVERYONE - {Role.FIELD}
"""Who reads the alert queue and the fleet: everyone but the crews."""
JUDGES: Final = frozenset({Role.OPERATOR, Role.DISPATCHER})
"""Who decides about alerts and hands cases out."""
CREW: Final = frozenset({Role.FIELD})
ADMINS: Final = frozenset({Role.ADMIN})
INSPECTORS: Final = frozenset({Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one ward, or in the whole city when `ward` is None."""

    role: Role
    ward: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody (or a program) who signs in: `unit` is whose crew they belong to."""

    id: UUID
    login: str
    name: str
    unit: str | None
    grants: tuple[Grant, ...]

    def scope(self, roles: AbstractSet[Role] = EVERYONE) -> Scope:
        """The wards where the account plays any of these roles."""
        wards = {grant.ward for grant in self.grants if grant.role in roles}
        return Scope.city() if None in wards else Scope.of(*(ward for ward in wards if ward))

    def may(self, roles: AbstractSet[Role], ward: str | None) -> bool:
        """Whether the account plays one of these roles in that ward (None: in the whole city)."""
        return ward in self.scope(roles)

    def roles(self, ward: str | None) -> frozenset[Role]:
        """Every role the account plays in a ward."""
        return frozenset(grant.role for grant in self.grants if grant.ward in (None, ward))
