"""Accounts: each administrator within their wards, giving no more than they have."""

from collections.abc import Mapping

import httpx

from tests.central.office import ADMIN, CITY_ADMIN, OPERATOR, Office, Person, problem

NEW = {"login": "Lan", "name": "Trần Thị Lan", "unit": "patrol", "grants": [{"role": "field", "ward": "hai-chau"}]}


def change(person: Person, account: str, body: Mapping[str, object], version: int) -> httpx.Response:
    headers = {"Idempotency-Key": f"change-{account}-{version}", "If-Match": f'"{version}"'}
    return person.http.patch(f"/v1/accounts/{account}", json=body, headers=headers)


def test_somebody_new_signs_in_by_the_link_and_chooses_a_password(office: Office) -> None:
    made = office.person(ADMIN).change("/v1/accounts", NEW)
    assert made.status_code == 201
    http = office.anybody()
    me = http.post("/v1/session/link", json={"token": made.json()["token"], "bearer": True}).json()
    http.headers["Authorization"] = f"Bearer {me['token']}"
    assert Person(http).get("/v1/me").json()["has_password"] is False
    assert Person(http).change("/v1/me/password", {"password": "mật khẩu của Lan"}).status_code == 200
    signed = office.anybody().post("/v1/session", json={"login": "lan", "password": "mật khẩu của Lan"})
    assert signed.status_code == 200


def test_a_repeat_makes_nobody_twice_and_tells_the_link_only_once(office: Office) -> None:
    boss = office.person(ADMIN)
    first = boss.change("/v1/accounts", NEW, key="new-lan-1").json()
    again = boss.change("/v1/accounts", NEW, key="new-lan-1").json()
    assert again == {**first, "token": None}
    assert problem(boss.change("/v1/accounts", NEW)) == (409, "login_taken")


def test_nobody_gives_what_lies_beyond_their_wards(office: Office) -> None:
    boss = office.person(ADMIN)
    for ward in ("thanh-khe", None):
        refused = boss.change("/v1/accounts", {**NEW, "grants": [{"role": "admin", "ward": ward}]})
        assert problem(refused) == (403, "beyond_your_wards")
    mayor = office.person(CITY_ADMIN)
    nowhere = mayor.change("/v1/accounts", {**NEW, "grants": [{"role": "admin", "ward": "atlantis"}]})
    assert problem(nowhere) == (422, "ward_unknown")


def test_an_account_with_a_part_elsewhere_is_not_changed_by_one_ward_alone(office: Office) -> None:
    mayor, boss = office.person(CITY_ADMIN), office.person(ADMIN)
    both = [{"role": "operator", "ward": "hai-chau"}, {"role": "operator", "ward": "thanh-khe"}]
    made = mayor.change("/v1/accounts", {**NEW, "grants": both}).json()["account"]
    assert boss.get(f"/v1/accounts/{made['id']}").status_code == 200
    assert problem(change(boss, made["id"], {"name": "X"}, made["version"])) == (403, "beyond_your_wards")
    assert problem(boss.change(f"/v1/accounts/{made['id']}/link")) == (403, "beyond_your_wards")
    assert change(mayor, made["id"], {"name": "X"}, made["version"]).json()["name"] == "X"


def test_the_city_sees_everybody_and_a_ward_its_own(office: Office) -> None:
    seen = {}
    for login in (ADMIN, CITY_ADMIN):
        seen[login] = {item["login"] for item in office.person(login).get("/v1/accounts").json()["items"]}
    assert seen[ADMIN] == {"op", "op2", "crew", "boss"}
    assert seen[CITY_ADMIN] == seen[ADMIN] | {"stranger", "mayor"}


def test_new_grants_hold_at_once(office: Office) -> None:
    boss, operator = office.person(ADMIN), office.person(OPERATOR)
    entry = boss.get(f"/v1/accounts/{operator.id}").json()
    body = {"grants": [{"role": "field", "ward": "hai-chau"}], "unit": "patrol"}
    assert change(boss, operator.id, body, entry["version"]).json()["unit"] == "patrol"
    assert problem(operator.get("/v1/me")) == (401, "session_expired")
    assert problem(office.person(OPERATOR).get("/v1/alerts")) == (403, "role_missing")


def test_the_audit_says_which_grants_were_given_and_which_removed(office: Office) -> None:
    boss = office.person(CITY_ADMIN)
    made = boss.change("/v1/accounts", NEW).json()["account"]
    grants = [{"role": "operator", "ward": "hai-chau"}, {"role": "field", "ward": None}]
    assert change(boss, made["id"], {"grants": grants, "name": "Lan", "unit": None}, 1).status_code == 200
    assert change(boss, made["id"], {"active": False}, 2).status_code == 200
    told = [(item["act"], item["params"]) for item in boss.get("/v1/audit", row=made["id"]).json()["items"]]
    assert told == [
        ("change", {"active": {"from": True, "to": False}}),
        (
            "change",
            {
                "name": {"from": "Trần Thị Lan", "to": "Lan"},
                "unit": {"from": "patrol", "to": None},
                "given": ["field@*", "operator@hai-chau"],
                "removed": ["field@hai-chau"],
            },
        ),
        ("add", {"given": ["field@hai-chau"], "unit": "patrol"}),
    ]
