"""Text a database cannot hold is refused at the door with its place; two who want one login are told apart."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.central.office import CITY_ADMIN, CREW, OPERATOR, Office, Person, problem

NUL = "a\0b"
GRANTS = [{"role": "operator", "ward": "hai-chau"}]


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    status, code = problem(answer)
    (told,) = answer.json()["params"]["errors"]
    assert told["code"] == "nul"
    return status, code, told["at"]


def test_a_nul_in_a_login_a_search_or_the_words_of_a_case_is_refused_with_its_place(office: Office) -> None:
    operator = office.person(OPERATOR)
    signed_in = office.anybody().post("/v1/session", json={"login": NUL, "password": "x" * 12})
    assert refused(signed_in) == (422, "invalid_request", "body")
    for path in ("/v1/alerts", "/v1/cases", "/v1/devices"):
        assert refused(operator.get(path, q=NUL)) == (422, "invalid_request", "query.q")
    alert = office.raise_alert()
    noted = operator.change(f"/v1/alerts/{alert}/acknowledge", {"note": NUL}, version=1)
    assert refused(noted) == (422, "invalid_request", "body")
    case = operator.step(f"/v1/alerts/{alert}", "confirm")["case_id"]
    words = office.person(CREW).change(f"/v1/cases/{case}/resolve", {"words": NUL}, version=1)
    assert refused(words) == (422, "invalid_request", "body")


def test_the_letters_of_the_escape_are_text_like_any_other(office: Office) -> None:
    operator = office.person(OPERATOR)
    alert = office.raise_alert()
    version = operator.get(f"/v1/alerts/{alert}").json()["version"]
    noted = operator.change(f"/v1/alerts/{alert}/acknowledge", {"note": r"a\u0000b"}, version=version)
    assert noted.status_code == 200
    assert operator.get("/v1/devices", q="%00").status_code == 200


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_body_that_grows_over_its_limit_is_still_told_so(office: Office) -> None:
    grown = office.anybody().post("/v1/session", content=iter([b'{"login": "', *[b"x" * 4096] * 40]))
    assert problem(grown) == (413, "body_too_large")


def test_of_two_who_are_given_one_login_at_once_the_second_is_told_that_it_is_taken(office: Office) -> None:
    admins: list[Person] = [office.person(CITY_ADMIN) for _ in range(4)]

    def add(admin: Person) -> int:
        return admin.change("/v1/accounts", {"login": "New.One", "name": "New", "grants": GRANTS}).status_code

    with ThreadPoolExecutor(len(admins)) as together:
        answers = sorted(together.map(add, admins))
    assert answers == [201, 409, 409, 409]
