"""The queue: what it shows, and what happens when people decide."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from uuid_utils.compat import uuid7

from alerts.lifecycle import DismissReason
from central.auth import accounts
from central.auth.grants import Account, Grant, Role
from central.store.schema import alert
from streams.wire.records import Box, Phase, PictureClock
from tests.central.office import CHEAP, CITY_ADMIN, CREW, OPERATOR, PASSWORD, Office, problem, proof, sha
from tests.central.town import NOW, called, later, loitering, took


def test_of_two_operators_on_one_alert_the_slower_is_told_so(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    first, second = office.person(OPERATOR), office.person("op2")
    seen = first.get(path).json()["version"]
    assert first.change(f"{path}/acknowledge", {}, version=seen).status_code == 200
    late = second.change(f"{path}/dismiss", {"reason": "permitted"}, version=seen)
    assert problem(late) == (412, "version_differs")
    assert late.json()["params"] == {"version": seen + 1}
    assert first.get(path).json()["history"][-1]["actor_name"] == "Op"


def test_a_line_says_who_has_the_alert_and_when_its_work_would_be_due(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    (line,) = operator.get("/v1/alerts").json()["items"]
    assert (line["handler_name"], line["deadline"] > line["raised_at"]) == (None, True)
    operator.step(path, "acknowledge")
    (line,) = operator.get("/v1/alerts").json()["items"]
    assert (line["handler_name"], line["deadline"]) == ("Op", operator.get(path).json()["deadline"])


def test_an_alert_of_a_severity_this_release_does_not_know_is_shown_as_the_worst_beside_the_others(
    office: Office,
) -> None:
    odd, plain = office.raise_alert(), office.raise_alert(zone="door")
    with office.database.writing() as connection:
        connection.execute(update(alert).where(alert.c.id == odd).values(severity="catastrophic"))
    operator = office.person(OPERATOR)
    told = {line["id"]: line["severity"] for line in operator.get("/v1/alerts").json()["items"]}
    assert told == {str(odd): "critical", str(plain): "minor"}
    assert operator.get(f"/v1/alerts/{odd}").json()["severity"] == "critical"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_boxes_of_a_picture_are_those_of_the_words_that_named_it_first(
    office: Office, order: tuple[int, int]
) -> None:
    id_ = uuid7()
    boxes = {rev: Box(xyxy=(0.1 * rev, 0.2, 0.1 * rev + 0.1, 0.4), label="person", score=0.9) for rev in (1, 2)}
    for at, rev in enumerate(order):
        phase = Phase.OPENED if rev == 1 else Phase.UPDATED
        told = loitering(phase=phase, rev=rev, id_=id_, boxes=(boxes[rev],), evidence=(proof(),))
        took(office.database, office.ingest, office.box.said(told, at=later(at)))
    (line,) = office.person(OPERATOR).get("/v1/alerts").json()["items"]
    first = [pytest.approx(corner) for corner in boxes[1].xyxy]
    assert [box["xyxy"] for box in line["evidence"][0]["boxes"]] == [first]
    assert [box["xyxy"] for box in line["boxes"]] == [first]


def test_by_what_a_picture_was_timed_is_told_with_the_event(office: Office) -> None:
    told = loitering(clock=PictureClock(source="rtcp", within_ms=210))
    took(office.database, office.ingest, office.box.said(told, at=later(1)))
    operator = office.person(OPERATOR)
    (line,) = operator.get("/v1/alerts").json()["items"]
    (event,) = operator.get(f"/v1/alerts/{line['id']}").json()["events"]
    assert event["body"]["clock"] == {"source": "rtcp", "within_ms": 210}


def test_what_the_engine_hears_meanwhile_does_not_snatch_the_alert_away(office: Office) -> None:
    alert = office.raise_alert()
    operator = office.person(OPERATOR)
    seen = operator.get(f"/v1/alerts/{alert}").json()
    event = seen["events"][0]
    more = loitering(phase=Phase.UPDATED, rev=2, id_=event["id"], dwell=90)
    took(office.database, office.ingest, office.box.said(more, at=later(60)))
    assert operator.get(f"/v1/alerts/{alert}").json()["version"] > seen["version"]
    assert operator.change(f"/v1/alerts/{alert}/confirm", {}, version=seen["version"]).status_code == 200


def test_the_same_request_twice_is_one_step_and_one_answer(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator, key = office.person(OPERATOR), uuid4().hex
    version = operator.get(path).json()["version"]
    first = operator.change(f"{path}/confirm", {}, version=version, key=key)
    again = operator.change(f"{path}/confirm", {}, version=version, key=key)
    assert first.json() == again.json()
    assert len(operator.get("/v1/cases").json()["items"]) == 1
    other = operator.change(f"{path}/undo", version=version, key=key)
    assert problem(other) == (422, "idempotency_key_reused")


def test_a_refused_request_may_be_tried_again_with_its_key(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator, key = office.person(OPERATOR), uuid4().hex
    assert operator.change(f"{path}/confirm", {}, version=99, key=key).status_code == 412
    version = operator.get(path).json()["version"]
    assert operator.change(f"{path}/confirm", {}, version=version, key=key).status_code == 200


def test_a_change_without_key_or_version_is_told_what_it_lacks(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}/acknowledge"
    http = office.person(OPERATOR).http
    assert problem(http.post(path, headers={"If-Match": '"1"'})) == (400, "idempotency_key_required")
    assert problem(http.post(path, headers={"Idempotency-Key": uuid4().hex})) == (428, "version_required")


def test_a_dismissal_has_one_of_the_reasons(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    assert problem(operator.change(f"{path}/dismiss", {"reason": "bored"}, version=1)) == (422, "invalid_request")
    told = operator.step(path, "dismiss", {"reason": "false_detection", "note": "một cái cây"})
    assert (told["handling"], told["reason"]) == ("dismissed", DismissReason.FALSE_DETECTION)
    assert told["history"][-1]["params"]["note"] == "một cái cây"


def test_a_step_the_table_does_not_have_is_refused(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    done = operator.step(path, "dismiss", {"reason": "test"})
    refused = operator.change(f"{path}/confirm", {}, version=done["version"])
    assert problem(refused) == (409, "illegal_step")
    assert refused.json()["params"] == {"state": "dismissed", "step": "confirm"}


def test_a_confirmation_taken_back_withdraws_its_case_and_can_be_given_again(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    case = operator.step(path, "confirm")["case_id"]
    office.clock.move(seconds=29)
    assert operator.get(path).json()["undo_until"] is not None
    undone = operator.step(path, "undo")
    assert (undone["handling"], undone["case_id"], undone["undo_until"]) == ("acknowledged", None, None)
    assert operator.get(f"/v1/cases/{case}").json()["state"] == "rejected"
    assert office.person(CREW).get("/v1/tasks").json()["items"] == []
    again = operator.step(path, "confirm")["case_id"]
    assert operator.get(f"/v1/cases/{again}").json()["number"] == 2


def test_an_alert_that_came_back_is_confirmed_into_its_open_case_or_into_a_new_one(office: Office) -> None:
    name = office.raise_alert()
    path, operator = f"/v1/alerts/{name}", office.person(OPERATOR)
    first = operator.step(path, "confirm")["case_id"]
    _come_back(office, name)
    assert operator.step(path, "confirm")["case_id"] == first
    operator.step(f"/v1/cases/{first}", "reject", {"reason": "not_found"})
    _come_back(office, name)
    second = operator.step(path, "confirm")["case_id"]
    assert operator.get(f"/v1/cases/{second}").json()["number"] == 2
    assert operator.get(f"/v1/cases/{first}").json()["history"][-1]["step"] == "recur"


def test_after_the_window_a_verdict_stands(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    done = operator.step(path, "confirm")
    office.clock.move(seconds=31)
    assert operator.get(path).json()["undo_until"] is None
    assert problem(operator.change(f"{path}/undo", version=done["version"])) == (409, "undo_too_late")


def test_a_confirmation_stands_once_a_crew_has_accepted(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    done = operator.step(path, "confirm")
    office.person(CREW).step(f"/v1/cases/{done['case_id']}", "accept")
    assert problem(operator.change(f"{path}/undo", version=done["version"])) == (409, "case_under_way")
    assert operator.get(path).json()["handling"] == "confirmed"


def test_the_queue_comes_in_pages_and_no_alert_is_missed_or_shown_twice(office: Office) -> None:
    operator = office.person(OPERATOR)
    for number in range(5):
        office.clock.move(minutes=1)
        event = loitering(zone=f"zone-{number}", began=office.clock.now())
        took(office.database, office.ingest, office.box.said(event, at=office.clock.now()))
    seen, after = [], None
    while True:
        page = operator.get("/v1/alerts", limit=2, **({"after": after} if after else {})).json()
        seen += [item["zone"] for item in page["items"]]
        if (after := page["next"]) is None:
            break
    assert seen == [f"zone-{number}" for number in reversed(range(5))]
    assert problem(operator.get("/v1/alerts", after="not-a-cursor")) == (400, "bad_cursor")


def test_the_queue_is_searched_without_diacritics_and_filtered(office: Office) -> None:
    office.raise_alert()
    operator = office.person(OPERATOR)
    for asked, found in (
        ({"q": "ONE"}, 1),
        ({"q": "gat"}, 1),
        ({"q": "nowhere"}, 0),
        ({"severity": "minor", "condition": ["active", "stale"]}, 1),
        ({"severity": "critical"}, 0),
        ({"handling": "new", "suppressed": False, "rule": "loitering", "ward": "hai-chau"}, 1),
        ({"ward": "thanh-khe"}, 0),
    ):
        assert len(operator.get("/v1/alerts", **asked).json()["items"]) == found, asked


def test_a_line_shows_the_box_the_place_and_the_picture_on_its_way(office: Office) -> None:
    box = {"xyxy": (0.1, 0.2, 0.3, 0.4), "label": "person", "score": 0.9}
    office.raise_alert(proof(), boxes=(box,), score=0.91, dwell=61.0)
    line = office.person(OPERATOR).get("/v1/alerts").json()["items"][0]
    assert line["boxes"] == [{"xyxy": [0.1, 0.2, 0.3, 0.4], "label": "person", "score": 0.9}]
    assert (line["kind"], line["score"], line["dwell"], line["zone"]) == ("loitering", 0.91, 61.0, "gate")
    assert line["device"]["name"] == "One"
    assert [(ref["sha256"], ref["state"]) for ref in line["evidence"]] == [(proof().sha256, "coming")]


def test_what_was_handled_lately_is_listed_by_when_it_was_handled_a_page_at_a_time(office: Office) -> None:
    first, second, third = (office.raise_alert(zone=f"zone-{number}", began=office.clock.now()) for number in range(3))
    office.raise_alert(zone="untouched", began=office.clock.now())
    operator = office.person(OPERATOR)
    for alert_id in (second, third, first):
        office.clock.move(minutes=10)
        operator.step(f"/v1/alerts/{alert_id}", "dismiss", {"reason": "permitted"})
    asked = {"order": "handled_at", "limit": 2}
    page = operator.get("/v1/alerts", **asked).json()
    rest = operator.get("/v1/alerts", **asked, after=page["next"]).json()
    assert [item["id"] for item in (*page["items"], *rest["items"])] == [str(first), str(third), str(second)]
    assert rest["next"] is None
    since = page["items"][1]["handled_at"]
    lately = operator.get("/v1/alerts", order="handled_at", since=since).json()["items"]
    assert [item["id"] for item in lately] == [str(first), str(third)]
    assert operator.get("/v1/alerts", since=since).json()["items"] == []


def test_a_zone_is_told_and_found_by_the_name_it_has_in_the_citys_file(office: Office) -> None:
    path = f"/v1/alerts/{office.raise_alert()}"
    operator = office.person(OPERATOR)
    assert operator.get(path).json()["zone_name"] is None
    called(office.database, "cam-1", "gate: Cổng chợ, yard: Sân sau")
    assert [(line["zone"], line["zone_name"]) for line in operator.get("/v1/alerts", q="cong cho").json()["items"]] == [
        ("gate", "Cổng chợ")
    ]
    assert operator.get("/v1/alerts", q="san sau").json()["items"] == []
    case = f"/v1/cases/{operator.step(path, 'confirm')['case_id']}"
    assert operator.get(case).json()["zone_name"] == "Cổng chợ"
    assert [line["zone_name"] for line in operator.get("/v1/cases", q="cong cho").json()["items"]] == ["Cổng chợ"]


def test_the_same_place_shows_its_past(office: Office) -> None:
    first = office.raise_alert()
    operator = office.person(OPERATOR)
    office.raise_alert(zone="elsewhere", began=later(1))
    found = operator.get(f"/v1/alerts/{first}/same-place").json()["items"]
    assert found == []


def test_a_picture_is_seen_only_through_an_alert_that_names_it(office: Office) -> None:
    named, unnamed = office.raise_alert(proof()), office.raise_alert(zone="elsewhere")
    operator = office.person(OPERATOR)
    name = sha(proof_content := b"\xff\xd8\xffanother picture")
    assert office.upload(proof_content).status_code == 201
    assert problem(operator.get(f"/v1/alerts/{named}/evidence/{name}")) == (404, "not_found")
    waiting = operator.get(f"/v1/alerts/{named}/evidence/{proof().sha256}")
    assert problem(waiting) == (404, "evidence_not_here")
    assert waiting.json()["params"]["state"] == "coming"
    office.upload()
    shown = operator.get(f"/v1/alerts/{named}/evidence/{proof().sha256}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert "no-store" in shown.headers["cache-control"]
    assert operator.get(f"/v1/alerts/{unnamed}/evidence/{proof().sha256}").status_code == 404


def _come_back(office: Office, name: UUID) -> None:
    with office.database.writing() as connection:
        connection.execute(update(alert).where(alert.c.id == name).values(handling="new"))


def test_the_same_place_tells_of_no_ward_where_the_asker_only_works_in_the_street(office: Office) -> None:
    here, there = office.raise_alert(), office.raise_alert(zone="yard")
    both = (Grant(Role.OPERATOR, "hai-chau"), Grant(Role.FIELD, "thanh-khe"))
    with office.database.writing() as connection:
        connection.execute(update(alert).where(alert.c.id == there).values(ward_id="thanh-khe", zone="gate"))
        accounts.add_account(connection, Account(uuid4(), "both", "Both", None, both), CHEAP.hash(PASSWORD), NOW)
    both_ways, mayor = office.person("both"), office.person(CITY_ADMIN)
    path = f"/v1/alerts/{here}/same-place"
    assert [item["id"] for item in mayor.get(path).json()["items"]] == [str(there)]
    assert both_ways.get(path).json()["items"] == []
