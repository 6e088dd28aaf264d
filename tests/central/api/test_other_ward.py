"""Nobody sees another ward: every route of the OpenAPI document, every method, walked as the other ward's people.

The walk is made from the document itself, so a route added tomorrow fails here until somebody says with what body it
is called. The stranger holds every role there is, in their own ward; rows and hashes are real ones of the first ward.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.central.camera import phone_photo
from tests.central.office import ADMIN, CREW, JPEG, OPERATOR, STRANGER, Office, Person, proof, sha
from tests.central.town import later, level, took

OPEN_TO_ALL = {"sign_in", "redeem_link", "get_health", "get_metrics"}
ONES_OWN = {"sign_out", "get_me", "set_password", "get_map", "get_map_tiles"}  # the ground is everybody's
REASONED = {"reason": "other"}
BODIES: dict[str, dict[str, Any] | None] = {
    "acknowledge_alert": {},
    "return_alert": {},
    "confirm_alert": {},
    "dismiss_alert": {"reason": "permitted"},
    "undo_alert": None,
    "assign_case": {"unit": "patrol"},
    "accept_case": {},
    "decline_case": REASONED,
    "start_case": {},
    "wait_case": REASONED,
    "resolve_case": {"words": "xong"},
    "return_case": REASONED,
    "close_case": {},
    "reject_case": REASONED,
    "reopen_case": REASONED,
    "extend_case": {"until": "2026-04-01T00:00:00Z", **REASONED},
    "renew_node_secret": None,
    "add_account": {
        "login": "spy",
        "name": "Spy",
        "grants": [{"role": "operator", "ward": "hai-chau"}],
    },
    "change_account": {"name": "Renamed"},
    "make_sign_in_link": None,
    "send_command": {"verb": "ping", "why": "still there?"},
    "put_node_config": {"revision": "r1", "why": "more light", "body": {"cameras": []}},
}
LISTS = {
    "list_alerts",
    "list_cases",
    "list_my_tasks",
    "list_devices",
    "list_nodes",
    "list_wards",
    "list_units",
    "list_rules",
    "list_accounts",
    "list_audit",
    "list_dead_letters",
}
NODES_OWN = {"put_evidence", "head_evidence", "lose_evidence"}
STREAMS = {"stream_changes"}


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str


@pytest.fixture
def real(office: Office) -> dict[str, str]:
    """Real rows of the first ward, by the name of the path's parameter."""
    alert = office.raise_alert(proof())
    office.upload()
    took(office.database, office.ingest, office.box.said(level(0.4), at=later(1)))
    case = office.person(OPERATOR).step(f"/v1/alerts/{alert}", "confirm")["case_id"]
    photo = office.person(CREW).photo(case, phone_photo()).json()["id"]
    return {
        "alert_id": str(alert),
        "case_id": case,
        "photo_id": photo,
        "sha256": sha(JPEG),
        "device_id": "cam-1",
        "sensor_id": "water-1",
        "node": "box-1",
        "ward": "hai-chau",
        "account_id": office.person(OPERATOR).id,
    }


def operations(office: Office) -> Iterator[Operation]:
    for path, methods in office.app.openapi()["paths"].items():
        for method, told in methods.items():
            yield Operation(told["operationId"], method.upper(), path)


def call(person: Person, operation: Operation, real: dict[str, str]) -> httpx.Response:
    path = operation.path.format(**real)
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
    if operation.name == "add_photo":
        return person.photo(real["case_id"], phone_photo((8, 8)))
    return person.http.request(operation.method, path, json=BODIES.get(operation.name), headers=headers)


def test_every_route_answers_404_or_an_empty_list_to_another_ward(office: Office, real: dict[str, str]) -> None:
    stranger = office.person(STRANGER)
    secrets = [value for name, value in real.items() if name not in {"node", "ward"}] + ['"hai-chau"']
    for operation in operations(office):
        if operation.name in OPEN_TO_ALL | ONES_OWN | NODES_OWN | STREAMS:
            continue
        answer = call(stranger, operation, real)
        if operation.name in LISTS:
            assert answer.status_code == 200, (operation, answer.text)
            assert not [secret for secret in secrets if secret in answer.text], operation
        elif operation.name == "add_account":
            assert answer.status_code == 403, (operation, answer.text)
            assert answer.json()["type"] == "beyond_your_wards"
        else:
            assert answer.status_code == 404, (operation, answer.text)
            assert answer.json() == {"type": "not_found", "status": 404, "params": {}}, operation


def test_the_answer_about_a_strange_row_is_the_answer_about_no_row(office: Office, real: dict[str, str]) -> None:
    stranger = office.person(STRANGER)
    nothing = {**real, "alert_id": str(uuid4()), "case_id": str(uuid4()), "device_id": "cam-99", "node": "box-99"}
    for operation in operations(office):
        if "{" in operation.path and operation.name not in NODES_OWN:
            assert call(stranger, operation, real).json() == call(stranger, operation, nothing).json(), operation


def test_the_walk_changes_nothing(office: Office, real: dict[str, str]) -> None:
    operator, stranger = office.person(OPERATOR), office.person(STRANGER)
    paths = [f"/v1/alerts/{real['alert_id']}", f"/v1/cases/{real['case_id']}"]
    before = [operator.get(path).json() for path in paths]
    for operation in operations(office):
        if operation.name not in OPEN_TO_ALL | ONES_OWN | NODES_OWN | STREAMS:
            call(stranger, operation, real)
    assert [operator.get(path).json() for path in paths] == before


def test_every_route_wants_somebody_signed_in(office: Office, real: dict[str, str]) -> None:
    nobody = Person(office.anybody())
    for operation in operations(office):
        if operation.name not in OPEN_TO_ALL:
            answer = call(nobody, operation, real)
            assert answer.status_code == 401, (operation, answer.text)
            if operation.method != "HEAD":
                assert answer.json()["type"] == "not_signed_in"


def test_a_role_in_the_ward_is_asked_for_apart_from_the_ward(office: Office, real: dict[str, str]) -> None:
    """403 for who may see the row and not do this; 404 for who may not see it."""
    crew, admin = office.person(CREW), office.person(ADMIN)
    body = {"reason": "test"}
    assert crew.change(f"/v1/alerts/{real['alert_id']}/dismiss", body, version=1).status_code == 403
    assert admin.change(f"/v1/cases/{real['case_id']}/accept", {}, version=1).status_code == 403
    assert crew.get("/v1/audit").json()["type"] == "role_missing"
    assert crew.get("/v1/accounts").status_code == 403


def test_a_node_uploads_as_itself_and_as_no_other(office: Office, real: dict[str, str]) -> None:
    path = f"/v1/nodes/box-2/evidence/{real['sha256']}"
    headers = {"Content-Type": "image/jpeg"}
    http = office.anybody()
    wrong = http.put(path, content=b"x", headers={**headers, "Authorization": f"Bearer {office.secret}"})
    assert (wrong.status_code, wrong.json()["type"]) == (401, "wrong_credentials")
    named = http.put(path, content=b"x", headers=headers, auth=("box-1", office.secret))
    assert (named.status_code, named.json()["type"]) == (403, "not_your_node")
    session = office.person(STRANGER).http.put(path, content=b"x", headers=headers)
    assert session.status_code == 401


def test_the_stream_of_another_ward_is_not_there(office: Office, real: dict[str, str]) -> None:
    stranger = office.person(STRANGER)
    assert stranger.get("/v1/stream", ward=real["ward"]).status_code == 404
    with stranger.http.stream("GET", "/v1/stream", headers={"Last-Event-ID": "hai-chau:0,thanh-khe:0"}) as heard:
        hello = next(line for line in heard.iter_lines() if line.startswith("id: "))
    assert hello == "id: thanh-khe:0"
