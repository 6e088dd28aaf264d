"""Signing in: passwords, links, cookies with CSRF, tokens that end."""

import pytest

from central.auth.accounts import by_login
from central.auth.sessions import LINK_LIFE, make_link
from central.store.schema import idempotency, session, sign_in_link
from tests.central.office import OPERATOR, PASSWORD, Office, Person, problem
from tests.central.town import rows

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # nothing here asks the database anything new


def link(office: Office, login: str = OPERATOR) -> str:
    with office.database.writing() as connection:
        found = by_login(connection, login)
        assert found is not None
        return make_link(connection, found.who.id, office.clock.now())


def test_a_browser_gets_a_cookie_that_scripts_cannot_read_and_no_token(office: Office) -> None:
    http = office.anybody()
    told = http.post("/v1/session", json={"login": " OP ", "password": PASSWORD})
    assert told.json()["token"] is None
    cookie = told.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert http.get("/v1/me").json()["grants"] == [{"role": "operator", "ward": "hai-chau"}]


def test_a_change_by_cookie_carries_the_csrf_value(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    http = office.anybody()
    csrf = http.post("/v1/session", json={"login": OPERATOR, "password": PASSWORD}).json()["me"]["csrf"]
    browser = Person(http)
    version = browser.get(path).json()["version"]
    assert problem(browser.change(f"{path}/acknowledge", version=version)) == (403, "csrf")
    http.headers["X-CSRF-Token"] = csrf
    assert browser.change(f"{path}/acknowledge", version=version).status_code == 200


def test_a_wrong_password_and_an_unknown_login_sound_alike(office: Office) -> None:
    http = office.anybody()
    wrong = http.post("/v1/session", json={"login": OPERATOR, "password": "guess"})
    nobody = http.post("/v1/session", json={"login": "nobody", "password": "guess"})
    assert problem(wrong) == (401, "wrong_credentials")
    assert wrong.json() == nobody.json()


def test_guessing_is_slowed_and_the_wait_is_told(office: Office) -> None:
    http = office.anybody()
    for _ in range(8):
        assert http.post("/v1/session", json={"login": OPERATOR, "password": "guess"}).status_code == 401
    refused = http.post("/v1/session", json={"login": OPERATOR, "password": PASSWORD})
    assert problem(refused) == (429, "too_many_tries")
    assert refused.headers["retry-after"] == "900"
    office.clock.move(minutes=15)
    assert http.post("/v1/session", json={"login": OPERATOR, "password": PASSWORD}).status_code == 200


def test_a_session_nobody_uses_ends_after_twelve_hours_and_says_so(office: Office) -> None:
    operator = office.person(OPERATOR)
    office.clock.move(hours=11)
    assert operator.get("/v1/me").status_code == 200
    office.clock.move(hours=11)
    assert operator.get("/v1/me").status_code == 200
    office.clock.move(hours=12)
    assert problem(operator.get("/v1/me")) == (401, "session_expired")
    assert problem(operator.get("/v1/alerts")) == (401, "session_expired")


def test_a_session_ends_after_a_week_however_much_it_is_used(office: Office) -> None:
    operator = office.person(OPERATOR)
    for _ in range(15):
        office.clock.move(hours=11)
        assert operator.get("/v1/me").status_code == 200
    office.clock.move(hours=3)
    assert problem(operator.get("/v1/me")) == (401, "session_expired")


def test_that_somebody_is_there_is_written_down_once_a_minute(office: Office) -> None:
    operator, began = office.person(OPERATOR), office.clock.now()
    seen = []
    for _ in range(5):
        office.clock.move(seconds=30)
        operator.get("/v1/me")
        seen += [(row["seen_at"] - began).total_seconds() for row in rows(office.database, session)]
    assert seen == [0, 60, 60, 120, 120]


def test_signing_out_ends_the_session(office: Office) -> None:
    operator = office.person(OPERATOR)
    assert operator.http.delete("/v1/session").status_code == 204
    assert problem(operator.get("/v1/me")) == (401, "session_expired")


def test_a_token_nobody_gave_out_opens_nothing(office: Office) -> None:
    http = office.anybody()
    http.headers["Authorization"] = "Bearer " + "x" * 43
    assert problem(http.get("/v1/me")) == (401, "not_signed_in")


def test_a_link_signs_in_once(office: Office) -> None:
    token = link(office)
    http = office.anybody()
    assert http.post("/v1/session/link", json={"token": token}).json()["me"]["login"] == OPERATOR
    again = office.anybody().post("/v1/session/link", json={"token": token})
    assert problem(again) == (401, "link_spent")


def test_an_old_link_is_spent(office: Office) -> None:
    token = link(office)
    office.clock.at += LINK_LIFE
    assert problem(office.anybody().post("/v1/session/link", json={"token": token})) == (401, "link_spent")


def test_no_token_stands_in_the_tables(office: Office) -> None:
    token = link(office)
    bearer = office.person(OPERATOR).http.headers["Authorization"].removeprefix("Bearer ")
    kept = str(rows(office.database, session)) + str(rows(office.database, sign_in_link))
    assert token not in kept
    assert bearer not in kept


def test_a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(office: Office) -> None:
    operator, elsewhere = office.person(OPERATOR), office.person(OPERATOR)
    wrong = operator.change("/v1/me/password", {"password": "một mật khẩu mới", "old_password": "guess"})
    assert problem(wrong) == (401, "wrong_credentials")
    weak = operator.change("/v1/me/password", {"password": "ngắn", "old_password": PASSWORD})
    assert problem(weak) == (422, "password_too_weak")
    body = {"password": "một mật khẩu mới", "old_password": PASSWORD}
    assert operator.change("/v1/me/password", body).status_code == 200
    assert operator.get("/v1/me").status_code == 200
    assert problem(elsewhere.get("/v1/me")) == (401, "session_expired")


def test_whoever_lost_the_password_sets_a_new_one_within_a_quarter_of_an_hour_of_a_link(office: Office) -> None:
    late, soon, spare = link(office), link(office), link(office)
    for token, minutes, status in ((late, 15, 401), (soon, 14, 200)):
        http = office.anybody()
        told = http.post("/v1/session/link", json={"token": token, "bearer": True}).json()
        http.headers["Authorization"] = f"Bearer {told['token']}"
        office.clock.move(minutes=minutes)
        assert Person(http).change("/v1/me/password", {"password": "một mật khẩu mới"}).status_code == status
    assert problem(office.anybody().post("/v1/session/link", json={"token": spare})) == (401, "link_spent")
    assert [row["route"] for row in rows(office.database, idempotency)] == ["POST /v1/me/password  "]


def test_a_closed_account_is_out_at_once(office: Office) -> None:
    operator, boss = office.person(OPERATOR), office.person("boss")
    entry = boss.get(f"/v1/accounts/{operator.id}").json()
    closed = boss.http.patch(
        f"/v1/accounts/{operator.id}",
        json={"active": False},
        headers={"Idempotency-Key": "close-op", "If-Match": str(entry["version"])},
    )
    assert closed.json()["active"] is False
    assert operator.get("/v1/me").status_code == 401
    assert office.anybody().post("/v1/session", json={"login": OPERATOR, "password": PASSWORD}).status_code == 401
