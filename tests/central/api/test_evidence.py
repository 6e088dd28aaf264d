"""Evidence from nodes: whole or in parts, believed only when our own hash agrees, unseen until an event names it."""

import os

import httpx
import pytest

from central.api.intaking import sweep
from central.api.problems import Refused
from central.api.uploads import MOST_GATHERED, PART, Uploads, part_file
from central.store.changes import after
from central.store.schema import audit, evidence
from tests.central.office import JPEG, OPERATOR, Office, problem, proof, sha
from tests.central.town import loitering, rows, took

BIG = b"\xff\xd8\xff" + os.urandom(3 * PART + 1000)


def send(office: Office, content: bytes, start: int, **headers: str) -> httpx.Response:
    part = content[start : start + PART]
    told = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(content)}", **headers}
    return office.anybody().put(
        f"/v1/nodes/box-1/evidence/{sha(content)}",
        content=part,
        headers={"Content-Type": "image/jpeg", "Authorization": f"Bearer {office.secret}", **told},
    )


def ask(office: Office, content: bytes) -> httpx.Response:
    return office.anybody().head(
        f"/v1/nodes/box-1/evidence/{sha(content)}", headers={"Authorization": f"Bearer {office.secret}"}
    )


def test_a_named_picture_is_taken_in_once(office: Office) -> None:
    office.raise_alert(proof())
    assert ask(office, JPEG).status_code == 404
    assert office.upload().status_code == 201
    assert office.upload().status_code == 200
    assert ask(office, JPEG).status_code == 200
    assert rows(office.database, evidence)[0]["state"] == "here"


def test_a_large_clip_comes_in_parts_and_goes_on_where_it_stopped(office: Office) -> None:
    office.raise_alert(proof(BIG))
    assert send(office, BIG, 0).status_code == 202
    assert send(office, BIG, PART).headers["upload-offset"] == str(2 * PART)
    told = ask(office, BIG)
    assert (told.status_code, told.headers["upload-offset"]) == (202, str(2 * PART))
    hole = send(office, BIG, 3 * PART)
    assert problem(hole) == (416, "evidence_range_refused")
    assert hole.headers["upload-offset"] == str(2 * PART)
    assert send(office, BIG, PART).status_code == 202  # a part sent again does no harm
    assert send(office, BIG, 2 * PART).status_code == 202
    assert send(office, BIG, 3 * PART).status_code == 201
    path = office.context.evidence.path("hai-chau", sha(BIG))
    assert path.read_bytes() == BIG


def test_a_clip_gathered_whole_when_the_centre_died_is_settled_by_any_part_of_it(office: Office) -> None:
    office.raise_alert(proof(BIG))
    path = part_file(office.context.evidence.root, "box-1", sha(BIG))
    path.parent.mkdir(parents=True)
    path.write_bytes(BIG)
    assert ask(office, BIG).headers["upload-offset"] == "0"
    assert send(office, BIG, 0).status_code == 201
    assert send(office, BIG, PART).status_code == 200


def test_what_does_not_hash_to_its_name_is_thrown_away(office: Office) -> None:
    office.raise_alert(proof())
    path = f"/v1/nodes/box-1/evidence/{sha(JPEG)}"
    headers = {"Content-Type": "image/jpeg", "Authorization": f"Bearer {office.secret}"}
    wrong = office.anybody().put(path, content=JPEG + b"!", headers=headers)
    assert problem(wrong) == (409, "evidence_hash_differs")
    assert ask(office, JPEG).status_code == 404
    assert office.upload().status_code == 201


def test_too_large_and_of_a_strange_kind_is_refused_for_good(office: Office) -> None:
    huge = bytes(1024 * 1024 + 1)
    assert problem(office.upload(huge)) == (413, "evidence_too_large")
    whole = send(office, BIG, 0, **{"Content-Range": f"bytes 0-{PART - 1}/{10**9}"})
    assert problem(whole) == (413, "evidence_too_large")
    assert problem(office.upload(media_type="text/html")) == (415, "evidence_type_refused")
    lying = send(office, BIG, 0, **{"Content-Range": f"bytes 0-7/{len(BIG)}"})
    assert problem(lying) == (416, "evidence_range_refused")


def test_when_there_is_no_room_the_node_is_told_when_to_come_back(office: Office) -> None:
    with office.context.uploads.room("box-1", sha(JPEG)):
        busy = office.upload()
    assert problem(busy) == (503, "busy")
    assert int(busy.headers["retry-after"]) > 0


def test_so_many_at_a_time_and_no_more() -> None:
    uploads = Uploads(at_a_time=1)
    with uploads.room("a", "x"), pytest.raises(Refused, match="busy"), uploads.room("b", "y"):
        pass
    with uploads.room("b", "y"):
        pass


def test_a_picture_that_comes_before_its_event_waits_unseen_and_is_there_once_named(office: Office) -> None:
    assert office.upload().status_code == 201
    assert office.upload().status_code == 200
    assert rows(office.database, evidence)[0]["state"] == "quarantined"
    alert = office.raise_alert(proof())
    shown = office.person(OPERATOR).get(f"/v1/alerts/{alert}/evidence/{proof().sha256}")
    assert shown.content == JPEG


def test_what_nobody_names_within_the_hour_is_deleted(office: Office) -> None:
    office.upload()
    path = office.context.evidence.path("hai-chau", sha(JPEG))
    office.clock.move(minutes=59)
    assert sweep(office.context) == 0
    assert path.exists()
    office.clock.move(minutes=2)
    assert sweep(office.context) == 1
    assert not path.exists()
    assert rows(office.database, evidence) == []


def test_a_picture_named_by_a_camera_of_another_ward_than_its_box_finds_its_way(office: Office) -> None:
    office.upload()
    took(office.database, office.ingest, office.box.said(loitering("cam-2", evidence=(proof(),))))
    sweep(office.context)
    alert = office.person("stranger").get("/v1/alerts").json()["items"][0]
    assert alert["evidence"][0]["state"] == "here"
    shown = office.person("stranger").get(f"/v1/alerts/{alert['id']}/evidence/{proof().sha256}")
    assert shown.content == JPEG


def test_parts_nobody_adds_to_are_forgotten(office: Office) -> None:
    send(office, BIG, 0)
    root = office.context.evidence.root
    stale = next(root.glob(".parts/*/*"))
    os.utime(stale, (0, 0))
    sweep(office.context)
    assert ask(office, BIG).status_code == 404


def test_the_arrival_of_a_picture_is_news_for_the_alert_that_shows_it(office: Office) -> None:
    alert = office.raise_alert(proof())
    with office.database.reading() as connection:
        seen = after(connection, "hai-chau", 0)[-1].no
    office.upload()
    with office.database.reading() as connection:
        news = after(connection, "hai-chau", seen)
    assert {(change.kind, change.row) for change in news} == {("alert", str(alert)), ("evidence", sha(JPEG))}


def test_a_page_is_no_picture_whatever_its_node_calls_it(office: Office) -> None:
    page = b"<script>alert(1)</script>"
    office.raise_alert(proof(page).model_copy(update={"media_type": "text/html"}), proof())
    assert [row["media_type"] for row in rows(office.database, evidence)] == ["image/jpeg"]
    assert problem(office.upload(page)) == (415, "evidence_type_refused")
    office.upload()
    alert = office.person(OPERATOR).get("/v1/alerts").json()["items"][0]["id"]
    shown = office.person(OPERATOR).get(f"/v1/alerts/{alert}/evidence/{sha(JPEG)}").headers
    assert shown["content-security-policy"] == "sandbox; default-src 'none'"
    assert shown["content-disposition"].startswith("inline; filename=")


def test_a_stranger_who_guesses_shuts_no_box_out(office: Office) -> None:
    path = f"/v1/nodes/box-1/evidence/{sha(JPEG)}"
    for _ in range(9):
        assert office.anybody().put(path, content=b"", headers={"Authorization": "Bearer guess"}).status_code == 401
    assert office.upload().status_code == 201


def test_a_node_leaves_only_so_much_unfinished(office: Office) -> None:
    full = part_file(office.context.evidence.root, "box-1", "0" * 64)
    full.parent.mkdir(parents=True)
    with full.open("wb") as file:
        file.truncate(MOST_GATHERED)
    assert problem(office.upload()) == (503, "busy")


def lose(office: Office, reason: str = "full", node: str = "box-1", content: bytes = JPEG) -> httpx.Response:
    return office.anybody().post(
        f"/v1/nodes/{node}/evidence/{sha(content)}/lost",
        json={"reason": reason},
        headers={"Authorization": f"Bearer {office.secret}"},
    )


def test_what_its_node_gave_up_is_lost_because_and_the_feed_says_so(office: Office) -> None:
    assert problem(lose(office)) == (404, "not_found")  # the event is still on its way: say it again later
    alert = office.raise_alert(proof())
    with office.database.reading() as connection:
        seen = after(connection, "hai-chau", 0)[-1].no
    assert [lose(office).status_code for _ in range(2)] == [204, 204]
    operator = office.person(OPERATOR)
    (shown,) = operator.get(f"/v1/alerts/{alert}").json()["evidence"]
    assert (shown["state"], shown["reason"]) == ("lost", {"code": "full", "params": {}})
    refused = operator.get(f"/v1/alerts/{alert}/evidence/{sha(JPEG)}")
    assert problem(refused) == (404, "evidence_not_here")
    assert refused.json()["params"]["reason"]["code"] == "full"
    with office.database.reading() as connection:
        news = after(connection, "hai-chau", seen)
    told = {"state": "lost", "code": "full"}
    assert {change.kind: change.params for change in news[:2]} == {
        "alert": {"verb": "evidence", "sha256": sha(JPEG), **told},
        "evidence": told,
    }


def test_what_was_lost_and_comes_after_all_is_here(office: Office) -> None:
    alert = office.raise_alert(proof())
    lose(office)
    assert ask(office, JPEG).status_code == 404
    assert office.upload().status_code == 201
    (shown,) = office.person(OPERATOR).get(f"/v1/alerts/{alert}").json()["evidence"]
    assert (shown["state"], shown["reason"]) == ("here", None)
    assert lose(office).status_code == 204
    assert rows(office.database, evidence)[0]["state"] == "here"


def test_a_node_loses_only_its_own_and_says_why_in_a_code(office: Office) -> None:
    office.raise_alert(proof())
    assert problem(lose(office, node="box-2"))[0] in {401, 403}
    assert lose(office, reason="Because I say so!").status_code == 422
    assert rows(office.database, evidence)[0]["state"] == "coming"


def test_what_nobody_named_leaves_a_receipt_when_it_goes(office: Office) -> None:
    office.upload()
    office.clock.move(minutes=61)
    sweep(office.context)
    (receipt,) = [row for row in rows(office.database, audit) if row["act"] == "delete"]
    assert (receipt["of"], receipt["row"], receipt["why"]) == ("evidence", sha(JPEG), "never_named")
    assert (receipt["node_id"], receipt["ward_id"], receipt["origin"]) == ("box-1", "hai-chau", "housekeeping")
    assert receipt["params"] == {"bytes": len(JPEG), "media_type": "image/jpeg"}
