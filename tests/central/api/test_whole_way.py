"""The main job by HTTP alone: a picture is judged, a case opens, a crew does the work and proves it."""

from tests.central.camera import phone_photo
from tests.central.office import CREW, JPEG, OPERATOR, Office, proof, sha


def test_an_alert_becomes_a_case_that_a_crew_resolves_with_a_photo(office: Office) -> None:
    alert = office.raise_alert(proof())
    assert office.upload().status_code == 201
    operator, crew = office.person(OPERATOR), office.person(CREW)

    line = operator.get("/v1/alerts", handling="new").json()["items"][0]
    assert line["id"] == str(alert)
    assert line["evidence"][0]["state"] == "here"
    picture = operator.get(f"/v1/alerts/{alert}/evidence/{line['evidence'][0]['sha256']}")
    assert sha(picture.content) == line["evidence"][0]["sha256"]

    assert operator.step(f"/v1/alerts/{alert}", "acknowledge")["handling"] == "acknowledged"
    confirmed = operator.step(f"/v1/alerts/{alert}", "confirm")
    assert confirmed["handling"] == "confirmed"
    case = f"/v1/cases/{confirmed['case_id']}"

    task = crew.get("/v1/tasks").json()["items"][0]
    assert (task["id"], task["state"], task["unit"], task["number"]) == (
        confirmed["case_id"],
        "assigned",
        "patrol",
        1,
    )
    assert task["deadline"] == "2026-03-02T08:00:00Z"  # 4 working hours after 9:00: 2.5 before noon, 1.5 after
    assert task["steps"] == ["accept", "decline"]

    assert crew.step(case, "accept")["assignee"] == crew.id
    assert crew.step(case, "start")["state"] == "in_progress"
    assert crew.photo(task["id"], phone_photo()).status_code == 201
    assert crew.step(case, "resolve", {"words": "Đã nhắc nhở, người đã rời đi"})["state"] == "resolved"
    closed = operator.step(case, "close")
    assert (closed["state"], closed["steps"]) == ("closed", ["reopen"])
    assert [entry["step"] for entry in closed["history"]] == ["open", "accept", "start", "resolve", "close"]

    assert crew.get("/v1/tasks").json()["items"] == []
    assert operator.get("/v1/cases", q="da nhac nho").json()["items"][0]["id"] == task["id"]


def test_every_change_and_every_look_at_evidence_stands_in_the_audit(office: Office) -> None:
    alert = office.raise_alert(proof())
    office.upload()
    operator = office.person(OPERATOR)
    operator.get(f"/v1/alerts/{alert}/evidence/{sha(JPEG)}")
    operator.step(f"/v1/alerts/{alert}", "confirm")

    acts = office.person("boss").get("/v1/audit").json()["items"]
    assert {(act["act"], act["of"], act["account_name"]) for act in acts if act["account"]} == {
        ("look", "evidence", "Op"),
        ("confirm", "alert", "Op"),
        ("open", "case", "Op"),
    }
    assert all(act["origin"] == "127.0.0.1" for act in acts if act["account"])
