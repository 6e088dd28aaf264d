"""A row that another release wrote, in words this one does not know: its page is told, and itself with it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, update
from structlog.testing import capture_logs

from central.store.schema import alert, case, device, evidence, grant, node, node_order
from tests.central.office import ADMIN, CREW, OPERATOR, Office, problem, proof
from tests.central.town import level, took

ODD = "of-another-release"


def written(office: Office, table: Table, of: Any, **odd: Any) -> None:  # noqa: ANN401 - an id and columns of any table
    with office.database.writing() as connection:
        connection.execute(update(table).where(table.c.id == of).values(**odd))


@pytest.mark.parametrize(
    ("axis", "told"),
    [("condition", "stale"), ("handling", "new"), ("suppression", "none"), ("reason", None), ("severity", "critical")],
)
def test_an_alert_in_strange_words_is_told_carefully_beside_the_others_and_no_step_leads_out_of_it(
    office: Office, axis: str, told: str | None
) -> None:
    odd, plain = office.raise_alert(), office.raise_alert(zone="door")
    operator, path = office.person(OPERATOR), f"/v1/alerts/{odd}"
    usual = operator.get(f"/v1/alerts/{plain}").json()[axis]
    written(office, alert, odd, **{axis: ODD})
    shown = {line["id"]: line[axis] for line in operator.get("/v1/alerts").json()["items"]}
    assert shown == {str(odd): told, str(plain): usual}
    known = operator.get(path).json()
    assert known[axis] == told
    assert problem(operator.change(f"{path}/acknowledge", {}, version=known["version"])) == (409, "illegal_step")


def test_a_case_in_a_strange_state_is_told_as_one_nobody_has_touched_and_offers_no_step(office: Office) -> None:
    operator, crew = office.person(OPERATOR), office.person(CREW)
    odd, plain = (
        operator.step(f"/v1/alerts/{office.raise_alert(zone=zone)}", "confirm")["case_id"] for zone in ("door", "gate")
    )
    written(office, case, UUID(odd), state=ODD)
    shown = {line["id"]: line for line in operator.get("/v1/cases").json()["items"]}
    assert (shown[odd]["state"], shown[odd]["steps"], shown[odd]["overdue"]) == ("received", [], False)
    assert shown[plain]["state"] == "assigned"
    known = crew.get(f"/v1/cases/{odd}").json()
    assert problem(crew.change(f"/v1/cases/{odd}/accept", {}, version=known["version"])) == (409, "illegal_step")
    assert problem(crew.photo(odd, b"")) == (409, "case_finished")


def test_a_picture_in_a_strange_state_is_not_shown_and_its_alert_and_case_are(office: Office) -> None:
    alert_id, operator = office.raise_alert(proof()), office.person(OPERATOR)
    of_case = operator.step(f"/v1/alerts/{alert_id}", "confirm")["case_id"]
    paths = (f"/v1/alerts/{alert_id}", f"/v1/cases/{of_case}")
    assert [len(operator.get(path).json()["evidence"]) for path in paths] == [1, 1]
    with office.database.writing() as connection:
        connection.execute(update(evidence).values(state=ODD))
    assert [operator.get(path).json()["evidence"] for path in paths] == [[], []]


def test_boxes_and_devices_are_told_though_one_is_strange(office: Office) -> None:
    took(office.database, office.ingest, office.box.said(level(0.4)))
    operator = office.person(OPERATOR)
    usual = {one["id"]: one for one in operator.get("/v1/devices").json()["items"]}
    sensor = next(name for name, one in usual.items() if one["kind"] == "sensor")
    written(office, device, sensor, last_quality=ODD, kind=ODD)
    written(office, node, "box-1", health=[1], clock="?", versions=7)
    shown = {one["id"]: one for one in operator.get("/v1/devices").json()["items"]}
    assert set(shown) == set(usual)
    assert (shown[sensor]["kind"], shown[sensor]["quality"], shown[sensor]["value"]) == ("sensor", "suspect", 0.4)
    boxes = {one["id"]: one for one in operator.get("/v1/nodes").json()["items"]}
    assert (boxes["box-1"]["health"], boxes["box-1"]["outbox_records"], boxes["box-1"]["versions"]) == (
        None,
        None,
        None,
    )


def test_an_order_in_strange_words_is_told_as_one_on_its_way(office: Office) -> None:
    admin = office.person(ADMIN)
    orders = [admin.change("/v1/nodes/box-1/commands", {"verb": "ping", "why": "?"}).json()["id"] for _ in range(2)]
    written(office, node_order, UUID(orders[0]), state=ODD, outcome=ODD, kind=ODD)
    shown = {one["id"]: one for one in admin.get("/v1/nodes/box-1/orders").json()["items"]}
    odd = shown[orders[0]]
    assert (odd["state"], odd["outcome"], odd["kind"]) == ("sent", None, "command")
    assert shown[orders[1]]["state"] == "waiting"


def test_a_strange_role_grants_nothing_and_shuts_nobody_out(office: Office) -> None:
    crew = office.person(CREW)
    with office.database.writing() as connection:
        connection.execute(update(grant).where(grant.c.account_id == UUID(crew.id)).values(role=ODD))
    assert crew.get("/v1/me").json()["grants"] == []
    assert CREW in {one["login"] for one in office.person(ADMIN).get("/v1/accounts").json()["items"]}


def test_a_strange_word_is_logged_once(office: Office) -> None:
    word = str(uuid4())
    written(office, alert, office.raise_alert(), condition=word)
    operator = office.person(OPERATOR)
    with capture_logs() as logged:
        for _ in range(3):
            operator.get("/v1/alerts")
    assert [entry["word"] for entry in logged if entry["event"] == "word of another release"] == [word]
