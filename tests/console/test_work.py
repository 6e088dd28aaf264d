"""From the operator's verdict to a closed case, with the crew's phone between; and a phone whose line is bad."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.console.conftest import Sit
from tests.console.desk import alert, case, confirmed, raised, row
from tests.parts.browser import said
from tests.parts.control_room import CREW, OPERATOR, PASSWORD, ControlRoom
from tests.parts.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
PHONE = {"width": 390, "height": 844}
FACE = (0.4, 0.3, 0.6, 0.5)
SKIN = (220, 30, 30)
WORDS = "Đã nhắc nhở, vỉa hè đã thông."


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A grey photo with one red face in it."""
    image = Image.new("RGB", (800, 600), (120, 125, 130))
    left, top, right, bottom = FACE
    image.paste(SKIN, (int(800 * left), int(600 * top), int(800 * right), int(600 * bottom)))
    path = tmp_path / "photo.jpg"
    image.save(path, "JPEG", quality=90)
    return path


def take(page: Page, role: str, photo: Path) -> None:
    """Take a photo: it comes up in the painter."""
    page.locator(f"input[type=file][data-role={role}]").set_input_files(photo)
    expect(page.get_by_role("dialog", name=said("field:editor.title"))).to_be_visible()


def cover_the_face(page: Page) -> None:
    """Draw a box over it with a finger."""
    page.get_by_role("button", name=said("field:editor.box"), exact=True).click()
    place = page.get_by_role("img", name=said("field:editor.canvas")).bounding_box()
    assert place is not None
    left, top, right, bottom = FACE
    at = [
        (place["x"] + place["width"] * x, place["y"] + place["height"] * y)
        for x, y in ((left - 0.03, top - 0.03), (right + 0.03, bottom + 0.03))
    ]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()
    expect(page.get_by_role("status").filter(has_text=said("field:editor.marks"))).to_contain_text("1")


def keep(page: Page, *, clean: bool) -> None:
    """Done with the painter."""
    page.get_by_role("button", name=said(f"field:editor.{'saveClean' if clean else 'save'}")).click()
    expect(page.get_by_role("dialog", name=said("field:editor.title"))).to_be_hidden()


def lose_an_answer(page: Page) -> list[int]:
    """Let one photo through to the centre and cut the line before its answer is back; what the answers were."""
    answers: list[int] = []

    def lose(route: Route) -> None:
        answers.append(route.fetch().status)
        route.abort()

    page.context.route("**/photos", lose, times=1)
    with page.expect_event("requestfailed", lambda request: bool(answers) and request.url.endswith("/photos")):
        page.reload()
    return answers


def step(page: Page, name: str) -> None:
    """Press the button of a crew's step."""
    page.get_by_role("region", name=said("field:step.bar")).get_by_role(
        "button", name=said(f"field:step.{name}")
    ).click()


def at_work(page: Page, room: ControlRoom, id_: str) -> None:
    """Accept and begin, and wait until the centre knows."""
    page.goto(f"{room.url}/#/tasks/{id_}")
    step(page, "accept")
    step(page, "start")
    until(lambda: case(room, id_)["state"] == "in_progress", within=20, what="the work begun")


def shows_no_face(room: ControlRoom, id_: str, role: str) -> bool:
    """Whether of the photo, as the centre keeps it, the face is painted over and the rest is as it was."""
    (found,) = [photo for photo in case(room, id_)["photos"] if photo["role"] == role]
    with room.person(OPERATOR) as http:
        content = http.get(f"/v1/cases/{id_}/photos/{found['id']}").raise_for_status().content
    with Image.open(io.BytesIO(content)) as image:
        raw = image.convert("RGB").tobytes()
        wide, high = image.size
    pixels = [raw[at : at + 3] for at in range(0, len(raw), 3)]
    skin = [pixel for pixel in pixels if pixel[0] > 150 and pixel[1] < 90]
    face = pixels[int(high * 0.4) * wide + wide // 2]
    return not skin and max(face) < 60 and min(pixels[5 * wide + 5]) > 90


def resolved_with_proof(page: Page, photo: Path) -> None:
    """A photo before and one after, each with its face covered, and words; what lacks is told first."""
    take(page, "before", photo)
    cover_the_face(page)
    keep(page, clean=False)
    step(page, "resolve")
    expect(page.get_by_role("alert").filter(has_text=said("field:step.needWords"))).to_be_visible()
    page.get_by_label(said("field:words.label")).fill(WORDS)
    take(page, "after", photo)
    cover_the_face(page)
    keep(page, clean=False)
    step(page, "resolve")


def closed(page: Page, room: ControlRoom, id_: str) -> None:
    """The operator looks at what was done, and closes the case."""
    page.goto(f"{room.url}/#/cases/{id_}")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    expect(page.get_by_role("region", name=said("cases:photo.title")).get_by_role("img")).to_have_count(2)
    page.get_by_role("button", name=said("cases:step.close.do")).click()
    dialog = page.get_by_role("dialog", name=said("cases:step.close.title"))
    dialog.get_by_role("button", name=said("cases:step.close.do")).click()
    expect(dialog).to_be_hidden()


def test_an_alert_is_confirmed_dispatched_worked_on_proved_and_closed(sit: Sit, room: ControlRoom, photo: Path) -> None:
    (id_,) = raised(room, ["the-whole-way"], pictures=True)
    desk = sit(OPERATOR, f"/queue/{id_}").page
    phone = sit(CREW, "/tasks", **PHONE).page
    expect(phone.get_by_text(said("field:none"))).to_be_visible()
    expect(row(desk, id_)).to_have_attribute("data-cursor", "true")
    desk.keyboard.press("c")
    made = until(lambda: alert(room, id_)["case_id"], what="the case")

    phone.get_by_role("main").get_by_role("link", name=said("field:number")).first.click()
    expect(phone).to_have_url(f"{room.url}/#/tasks/{made}")
    step(phone, "accept")
    step(phone, "start")
    resolved_with_proof(phone, photo)
    expect(phone.get_by_role("status").filter(has_text=said("field:unsent.all"))).to_be_visible()
    until(lambda: case(room, made)["state"] == "resolved", within=30, what="the work reported done")
    assert [photo["role"] for photo in case(room, made)["photos"]] == ["before", "after"]
    assert all(shows_no_face(room, made, role) for role in ("before", "after"))

    closed(desk, room, made)
    assert case(room, made)["state"] == "closed"


def test_a_photo_taken_without_a_line_waits_outlives_a_reload_and_is_sent_once(
    sit: Sit, room: ControlRoom, photo: Path
) -> None:
    id_ = confirmed(room, "no-line")
    seat = sit(CREW, "/tasks", **PHONE)
    seat.expect("ERR_|Failed to load resource")
    page = seat.page
    at_work(page, room, id_)
    unsent = page.get_by_role("status").filter(has_text=said("field:unsent.count"))

    seat.context.set_offline(True)
    take(page, "after", photo)
    keep(page, clean=True)
    expect(unsent).to_contain_text("(1)")
    assert case(room, id_)["photos"] == []

    # The line is back for the page, not for the photo: so the page can be loaded anew while the photo still waits.
    seat.context.route("**/photos", lambda route: route.abort())
    seat.context.set_offline(False)
    page.reload()
    expect(unsent).to_contain_text("(1)")
    assert case(room, id_)["photos"] == []

    answers = lose_an_answer(page)
    assert answers == [201]
    seat.context.unroute("**/photos")
    page.reload()
    expect(page.get_by_role("status").filter(has_text=said("field:unsent.all"))).to_be_visible(timeout=60_000)
    assert len(case(room, id_)["photos"]) == 1


def test_a_session_that_ends_mid_edit_takes_nothing_away_from_a_crew(sit: Sit, room: ControlRoom, photo: Path) -> None:
    id_ = confirmed(room, "mid-edit")
    seat = sit(CREW, "/tasks", **PHONE)
    seat.expect("401")
    page = seat.page
    at_work(page, room, id_)
    page.get_by_label(said("field:words.label")).fill("Đang viết dở thì hết phiên.")
    take(page, "after", photo)
    room.end_sessions(CREW)
    expect(page.get_by_text(said("app:signIn.expired"))).to_be_visible(timeout=40_000)
    seat.type_in(CREW, PASSWORD)
    expect(page.get_by_label(said("app:signIn.login"))).to_be_hidden()
    keep(page, clean=True)
    expect(page.get_by_label(said("field:words.label"))).to_have_value("Đang viết dở thì hết phiên.")
    step(page, "resolve")
    until(lambda: case(room, id_)["state"] == "resolved", within=60, what="the work reported done")
    assert case(room, id_)["words"] == "Đang viết dở thì hết phiên."
    assert len(case(room, id_)["photos"]) == 1


def test_a_session_that_ends_mid_edit_leaves_an_operators_words_where_they_are(sit: Sit, room: ControlRoom) -> None:
    id_ = confirmed(room, "mid-words")
    seat = sit(OPERATOR, f"/cases/{id_}")
    seat.expect("401")
    page = seat.page
    page.get_by_role("button", name=said("cases:step.extend.do")).click()
    dialog = page.get_by_role("dialog", name=said("cases:step.extend.title"))
    dialog.get_by_role("radio", name=said("codes:why.weather")).check()
    dialog.get_by_label(said("cases:field.note")).fill("Mưa lớn, chờ nước rút.")
    room.end_sessions(OPERATOR)
    expect(page.get_by_text(said("app:signIn.expired"))).to_be_visible(timeout=40_000)
    seat.type_in(OPERATOR, PASSWORD)
    expect(page.get_by_label(said("app:signIn.login"))).to_be_hidden()
    expect(dialog.get_by_label(said("cases:field.note"))).to_have_value("Mưa lớn, chờ nước rút.")
    dialog.get_by_role("button", name=said("cases:step.extend.do")).click()
    expect(dialog).to_be_hidden()
    assert case(room, id_)["deadline"] > case(room, id_)["first_deadline"]
