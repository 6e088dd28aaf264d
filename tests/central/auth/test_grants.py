"""Who may do what, and where."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.auth.grants import ADMINS, EVERYONE, JUDGES, Account, Grant, Role
from central.auth.inviting import grant_told

wards = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))
grants = st.lists(st.builds(Grant, st.sampled_from(Role), wards), max_size=6)


def account(*given_: Grant) -> Account:
    return Account(UUID(int=1), "x", "X", None, given_)


@given(grants, st.sampled_from(["a", "b", "c"]), st.sets(st.sampled_from(Role), min_size=1))
def test_somebody_may_exactly_what_a_grant_says_there_or_in_the_whole_city(
    held: list[Grant], ward: str, roles: set[Role]
) -> None:
    expected = any(grant.role in roles and grant.ward in (None, ward) for grant in held)
    assert account(*held).may(roles, ward) is expected


@given(grants)
def test_what_belongs_to_no_ward_is_for_who_has_the_whole_city(held: list[Grant]) -> None:
    assert account(*held).may(EVERYONE, None) is any(grant.ward is None for grant in held)


def test_a_role_in_one_ward_is_none_in_another() -> None:
    both = account(Grant(Role.OPERATOR, "a"), Grant(Role.ADMIN, "b"))
    assert both.scope().wards == frozenset({"a", "b"})
    assert both.scope(JUDGES).wards == frozenset({"a"})
    assert not both.may(ADMINS, "a")
    assert both.roles("b") == {Role.ADMIN}


def test_a_grant_is_written_as_role_at_ward() -> None:
    assert grant_told("operator@hai-chau") == Grant(Role.OPERATOR, "hai-chau")
    assert grant_told("admin@*") == Grant(Role.ADMIN, None)
    for nonsense in ("operator", "king@hai-chau", "operator@", "@hai-chau"):
        with pytest.raises(ValueError, match="write ROLE@WARD"):
            grant_told(nonsense)
