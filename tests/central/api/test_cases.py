"""The board and the steps of a case, as crews and operators take them."""

from uuid import uuid4

import httpx
import pytest

from tests.central.camera import phone_photo, red_corner
from tests.central.office import CREW, OPERATOR, Office, Person, problem

REASON = {"reason": "not_ours", "note": "thuộc điện lực"}


@pytest.fixture
def case(office: Office) -> str:
    """A case that waits for its crew."""
    told = office.person(OPERATOR).step(f"/v1/alerts/{office.raise_alert()}", "confirm")
    return str(told["case_id"])


def working(office: Office, case: str) -> Person:
    """The crew, at work on the case."""
    crew = office.person(CREW)
    crew.step(f"/v1/cases/{case}", "accept")
    crew.step(f"/v1/cases/{case}", "start")
    return crew


def test_nothing_is_resolved_without_words_and_an_after_photo(office: Office, case: str) -> None:
    crew, path = working(office, case), f"/v1/cases/{case}"
    version = crew.get(path).json()["version"]
    silent = crew.change(f"{path}/resolve", {"words": "   "}, version=version)
    assert problem(silent) == (422, "words_required")
    crew.photo(case, phone_photo(), role="before")
    unproved = crew.change(f"{path}/resolve", {"words": "Đã xong"}, version=version)
    assert problem(unproved) == (409, "after_photo_required")
    crew.photo(case, phone_photo())
    assert crew.change(f"{path}/resolve", {"words": "Đã xong"}, version=version).status_code == 200


def test_a_crew_declines_with_a_reason_and_the_case_is_given_to_another(office: Office, case: str) -> None:
    crew, operator, path = office.person(CREW), office.person(OPERATOR), f"/v1/cases/{case}"
    assert crew.step(path, "decline", REASON)["state"] == "received"
    assert operator.get(path).json()["history"][-1]["params"] == {"reason": "not_ours"}
    version = operator.get(path).json()["version"]
    assert problem(operator.change(f"{path}/assign", {"unit": "nobody"}, version=version)) == (422, "unit_unknown")
    stranger = {"unit": "patrol", "assignee": operator.id}
    assert problem(operator.change(f"{path}/assign", stranger, version=version)) == (422, "assignee_unknown")
    who = operator.get(f"{path}/assignees", unit="patrol").json()
    assert {"id": crew.id, "name": "Crew"} in who
    assert operator.id not in {one["id"] for one in who}
    assert problem(crew.get(f"{path}/assignees", unit="patrol")) == (403, "role_missing")
    given = operator.step(path, "assign", {"unit": "patrol", "assignee": crew.id})
    assert (given["state"], given["assignee_name"]) == ("assigned", "Crew")


def test_work_that_is_not_good_enough_goes_back_and_a_closed_case_can_be_reopened(office: Office, case: str) -> None:
    crew, operator, path = working(office, case), office.person(OPERATOR), f"/v1/cases/{case}"
    crew.photo(case, phone_photo())
    crew.step(path, "resolve", {"words": "Đã xong"})
    assert operator.step(path, "return", {"reason": "poor_proof"})["state"] == "in_progress"
    crew.step(path, "resolve", {"words": "Đã xong thật"})
    assert operator.step(path, "close")["closed_at"] is not None
    assert operator.step(path, "reopen", {"reason": "came_back"})["closed_at"] is None


def test_waiting_keeps_the_deadline_and_an_extension_keeps_the_first_one(office: Office, case: str) -> None:
    crew, operator, path = working(office, case), office.person(OPERATOR), f"/v1/cases/{case}"
    before = crew.get(path).json()
    assert crew.step(path, "wait", {"reason": "needs_parts"})["deadline"] == before["deadline"]
    earlier = {"until": "2026-03-01T00:00:00Z", "reason": "needs_parts"}
    version = operator.get(path).json()["version"]
    assert problem(operator.change(f"{path}/extend", earlier, version=version)) == (422, "deadline_not_later")
    extended = operator.step(path, "extend", {"until": "2026-03-09T10:00:00+07:00", "reason": "needs_parts"})
    assert (extended["deadline"], extended["first_deadline"]) == ("2026-03-09T03:00:00Z", before["first_deadline"])
    assert extended["state"] == "waiting"
    assert crew.step(path, "start")["state"] == "in_progress"


def test_what_is_late_says_so_until_it_is_resolved(office: Office, case: str) -> None:
    operator = office.person(OPERATOR)
    assert operator.get("/v1/cases", overdue=True).json()["items"] == []
    office.clock.move(hours=11)
    assert [item["id"] for item in operator.get("/v1/cases", overdue=True).json()["items"]] == [case]
    assert operator.get(f"/v1/cases/{case}").json()["overdue"] is True


@pytest.mark.usefixtures("case")
def test_the_board_is_filtered_and_searched(office: Office) -> None:
    operator = office.person(OPERATOR)
    for asked, found in (
        ({"state": ["assigned", "accepted"]}, 1),
        ({"state": "closed"}, 0),
        ({"unit": "patrol", "kind": "loitering", "ward": "hai-chau"}, 1),
        ({"q": "1"}, 1),
        ({"q": "lang vang"}, 1),
        ({"q": "7"}, 0),
    ):
        assert len(operator.get("/v1/cases", **asked).json()["items"]) == found, asked


def test_a_case_moved_on_meanwhile_is_told_by_its_version(office: Office, case: str) -> None:
    crew, path = office.person(CREW), f"/v1/cases/{case}"
    seen = crew.get(path).headers["etag"].strip('"')
    crew.step(path, "accept")
    assert problem(crew.change(f"{path}/accept", {}, version=int(seen))) == (412, "version_differs")


def test_a_photo_sent_again_after_a_lost_answer_is_the_same_photo(office: Office, case: str) -> None:
    crew, client = office.person(CREW), str(uuid4())
    first = crew.photo(case, phone_photo(), client_id=client)
    again = crew.photo(case, phone_photo(), client_id=client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(crew.get(f"/v1/cases/{case}/photos").json()) == 1


def test_a_photo_tells_where_and_when_it_was_taken_and_carries_nothing_away(office: Office, case: str) -> None:
    crew = office.person(CREW)
    told = crew.photo(case, phone_photo(orientation=6)).json()
    assert (told["camera_model"], told["taken_at"]) == ("Phone X", "2026-03-02T02:30:00Z")
    assert told["lat"] == pytest.approx(16.0678, abs=1e-5)
    seen = office.person(OPERATOR).get(f"/v1/cases/{case}/photos/{told['id']}")
    assert seen.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in seen.content
    assert red_corner(seen.content) == "upper right"


def test_a_photo_painted_over_on_the_phone_keeps_what_the_phone_knew(office: Office, case: str) -> None:
    http = office.person(CREW).http
    told = http.post(
        f"/v1/cases/{case}/photos",
        files={"file": ("p.jpg", phone_photo(place=None, taken=None), "image/jpeg")},
        data={
            "role": "after",
            "client_id": str(uuid4()),
            "taken_at": "2026-03-02T09:31:00+07:00",
            "lat": "16.06",
            "lon": "108.2",
            "accuracy_m": "12",
        },
    ).json()
    assert (told["lat"], told["lon"], told["accuracy_m"]) == (16.06, 108.2, 12)
    assert told["taken_at"] == "2026-03-02T02:31:00Z"


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_photo_of_twenty_megabytes_is_refused_in_words_the_phone_can_read(
    office: Office, case: str, *, announced: bool
) -> None:
    http = office.person(CREW).http
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n\r\n' + bytes(20 * 1024 * 1024)
    chunks = (body[at : at + 65536] for at in range(0, len(body), 65536))
    refused: httpx.Response = http.post(
        f"/v1/cases/{case}/photos",
        content=body if announced else chunks,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert problem(refused) == (413, "photo_too_many_bytes")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"not a photo", (415, "photo_not_an_image")), (phone_photo()[:700], (422, "photo_damaged"))],
)
def test_what_is_no_photo_is_refused(office: Office, case: str, content: bytes, refusal: tuple[int, str]) -> None:
    assert problem(office.person(CREW).photo(case, content)) == refusal


def test_a_finished_case_takes_no_photos(office: Office, case: str) -> None:
    office.person(OPERATOR).step(f"/v1/cases/{case}", "reject", {"reason": "mistake"})
    assert problem(office.person(CREW).photo(case, phone_photo())) == (409, "case_finished")
