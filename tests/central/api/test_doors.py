"""What stands before every route, and the contract that clients are generated from."""

import re
from pathlib import Path

import pytest

from central.api.problems import Code
from central.store.database import Database
from tests.central.office import OPERATOR, Office, Person, problem

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # nothing here asks the database anything new


def test_every_answer_wears_the_headers_of_a_closed_house(office: Office) -> None:
    for path in ("/healthz", "/v1/me", "/v1/nothing"):
        headers = office.anybody().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
    assert office.anybody().get("/v1/me").headers["cache-control"] == "no-store"


def test_another_site_gets_no_leave_to_call(office: Office) -> None:
    asked = office.anybody().options(
        "/v1/me", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    )
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_body_over_its_limit_is_refused(office: Office, *, announced: bool) -> None:
    body = b'{"login": "' + b"x" * 200_000 + b'"}'
    content = body if announced else (body[at : at + 4096] for at in range(0, len(body), 4096))
    refused = office.anybody().post("/v1/session", content=content, headers={"Content-Type": "application/json"})
    assert problem(refused) == (413, "body_too_large")


def test_every_refusal_is_a_problem_document(office: Office) -> None:
    http = office.anybody()
    assert problem(http.get("/v1/nothing")) == (404, "not_found")
    assert problem(http.put("/v1/me")) == (405, "method_not_allowed")
    assert problem(http.post("/v1/session", content=b"{", headers={"Content-Type": "application/json"}))[0] == 422
    missing = http.post("/v1/session", json={"login": "op"})
    assert problem(missing) == (422, "invalid_request")
    assert missing.json()["params"] == {"errors": [{"at": "body.password", "code": "missing"}]}
    strange = office.person(OPERATOR).get("/v1/alerts/not-a-uuid")
    assert problem(strange) == (422, "invalid_request")


def test_health_and_metrics_answer_and_name_no_ward_and_no_person(office: Office) -> None:
    office.raise_alert()
    office.person(OPERATOR).get("/v1/devices/cam-1")
    http = office.anybody()
    assert http.get("/healthz").json() == {"status": "ok"}
    http.request("BREW1234", "/v1/me")
    metrics = http.get("/metrics").text
    assert "BREW1234" not in metrics
    assert 'method="other"' in metrics
    assert 'wardsense_http_answers_total{method="GET",route="/v1/devices/{device_id}",status="200"} 1.0' in metrics
    assert "hai-chau" not in metrics
    assert "cam-1" not in metrics


def test_the_document_names_every_operation_once_and_every_refusal(office: Office) -> None:
    document = office.app.openapi()
    told = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in told]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)
    assert all("4XX" in operation["responses"] for operation in told)
    assert document["components"]["schemas"]["Code"]["enum"] == [code.value for code in Code]


def test_every_change_asks_for_a_key(office: Office) -> None:
    """Bar those that open or end a session, and those whose content is its own key: a photo, a piece of evidence."""
    free = {"sign_in", "sign_out", "redeem_link", "add_photo", "put_evidence", "lose_evidence"}
    for methods in office.app.openapi()["paths"].values():
        for method, operation in methods.items():
            if method in {"post", "put", "patch", "delete"} and operation["operationId"] not in free:
                headers = {one["name"].lower() for one in operation["parameters"] if one["in"] == "header"}
                assert "idempotency-key" in headers, operation["operationId"]


def test_the_built_client_is_served_beside_the_api(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").write_text("<title>WardSense</title>")
    with Office(database, tmp_path, console=folder) as office:
        assert office.anybody().get("/").text == "<title>WardSense</title>"
        assert problem(office.anybody().get("/v1/me")) == (401, "not_signed_in")
        assert office.anybody().get("/../office.py").status_code == 404


def test_what_is_named_by_its_content_is_kept_for_ever_and_the_page_never(database: Database, tmp_path: Path) -> None:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<title>WardSense</title>")
    (tmp_path / "dist" / "assets" / "index-4f2a.js").write_text("speak();" * 1000)
    with Office(database, tmp_path, console=tmp_path / "dist") as office:
        page, script = (office.anybody().get(path) for path in ("/", "/assets/index-4f2a.js"))
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    assert script.text == "speak();" * 1000


def test_a_person_is_named_by_their_token_and_not_by_their_cookie_when_both_come(office: Office) -> None:
    operator = office.person(OPERATOR)
    operator.http.cookies.set("wardsense_session", "nonsense")
    assert Person(operator.http).get("/v1/me").json()["login"] == OPERATOR
