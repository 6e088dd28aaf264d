"""The operator's queue, worked by keyboard, alone and by two at once."""

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Sit
from tests.console.desk import alert, queue, raised, row, under_cursor
from tests.parts.browser import said
from tests.parts.control_room import OPERATOR, OPERATOR_TOO, ControlRoom
from tests.parts.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
REASONS = ["false_detection", "permitted", "duplicate", "already_handled", "poor_evidence", "not_ours", "test"]


def dismiss(page: Page, digit: int) -> None:
    page.keyboard.press("d")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press(str(digit))
    expect(page.get_by_role("menu")).to_be_hidden()


def judged(page: Page, turn: int) -> tuple[str, str | None]:
    """One alert judged by keyboard, each time in another way; the handling and the reason it must have now."""
    if turn % 4 == 0:
        page.keyboard.press("c")
        return "confirmed", None
    if turn % 4 == 1:
        dismiss(page, 1 + turn % 7)
        return "dismissed", REASONS[turn % 7]
    if turn % 4 == 2:
        page.keyboard.press("a")
        expect(under_cursor(page)).to_contain_text(said("queue:row.you"))
        page.keyboard.press("c")
        return "confirmed", None
    dismiss(page, 1)
    page.keyboard.press("z")
    expect(under_cursor(page)).not_to_contain_text(said("codes:handling.dismissed"))
    dismiss(page, 2)
    return "dismissed", "permitted"


def test_twenty_alerts_are_judged_without_a_mouse(sit: Sit, room: ControlRoom) -> None:
    ids = raised(room, [f"zone-{n}" for n in range(20)])
    page = sit(OPERATOR, "/queue").page
    expect(queue(page)).to_have_attribute("aria-rowcount", "20")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(row(page, ids[-1])).to_have_attribute("data-cursor", "true")  # the newest stands at the top
    wanted = {}
    for turn in range(20):
        now = under_cursor(page)
        id_ = (now.get_attribute("id") or "").removeprefix("alert-")
        wanted[id_] = judged(page, turn)
        if turn < 19:
            expect(row(page, id_)).not_to_have_attribute("data-cursor", "true")

    def told() -> dict[str, tuple[str, str | None]]:
        return {id_: (now["handling"], now["reason"]) for id_ in ids for now in [alert(room, id_)]}

    assert set(wanted) == set(ids)
    until(lambda: told() == wanted, within=20, what="every verdict with the centre")
    assert all(alert(room, id_)["case_id"] for id_, (handling, _) in wanted.items() if handling == "confirmed")


def test_new_alerts_do_not_move_the_row_under_the_cursor(sit: Sit, room: ControlRoom) -> None:
    raised(room, [f"early-{n}" for n in range(12)])
    page = sit(OPERATOR, "/queue").page
    expect(queue(page)).to_have_attribute("aria-rowcount", "12")
    for _ in range(3):
        page.keyboard.press("j")
    held = under_cursor(page)
    id_ = held.get_attribute("id")
    place = held.bounding_box()
    raised(room, [f"late-{n}" for n in range(3)])
    expect(queue(page)).to_have_attribute("aria-rowcount", "15")
    expect(page.get_by_role("button", name=said("queue:fresh"))).to_contain_text("3")
    assert held.get_attribute("id") == id_
    assert held.bounding_box() == place
    page.keyboard.press("c")
    until(lambda: alert(room, (id_ or "").removeprefix("alert-"))["handling"] == "confirmed", what="the confirmed one")


def test_an_operator_sees_who_has_an_alert_and_is_told_when_somebody_else_was_quicker(
    sit: Sit, room: ControlRoom
) -> None:
    first, second = raised(room, ["shared-1", "shared-2"])
    lan, hung = sit(OPERATOR, "/queue"), sit(OPERATOR_TOO, "/queue")
    for seat in (lan, hung):
        expect(queue(seat.page)).to_have_attribute("aria-rowcount", "2")
    row(lan.page, first).click()
    lan.page.keyboard.press("a")
    expect(row(hung.page, first)).to_contain_text("Trần Thị Lan")

    hung.context.route("**/v1/stream*", lambda route: route.abort())
    hung.expect(r"v1/stream|ERR_FAILED")
    hung.expect(r"(409|412).*confirm")
    hung.page.reload()
    expect(row(hung.page, second)).to_be_visible()
    row(hung.page, second).click()
    # The alert whole is asked for once the cursor rests; from then on his page, cut off, learns nothing more of it.
    detail = hung.page.get_by_role("region", name=said("queue:detail.label"))
    expect(detail.get_by_text(said("codes:alertStep.raise"), exact=True)).to_be_visible()
    row(lan.page, second).click()
    lan.page.keyboard.press("c")
    until(lambda: alert(room, second)["handling"] == "confirmed", what="Lan's verdict")
    hung.page.keyboard.press("c")
    expect(hung.page.get_by_role("alert").filter(has_text=said("codes:problem.version_differs"))).to_be_visible()
    expect(row(hung.page, second)).to_contain_text(said("codes:handling.confirmed"))
    expect(row(hung.page, second)).to_contain_text("Trần Thị Lan")


def test_a_page_that_is_cut_off_says_so_and_catches_up(sit: Sit, room: ControlRoom) -> None:
    raised(room, ["before-the-cut"])
    seat = sit(OPERATOR, "/queue")
    seat.expect("ERR_|50[0-9]")
    page = seat.page
    expect(queue(page)).to_have_attribute("aria-rowcount", "1")
    expect(page.get_by_role("status").filter(has_text=said("app:line.live"))).to_be_visible()
    room.centre.kill()
    expect(page.get_by_role("alert").filter(has_text=said("app:line.lost"))).to_be_visible()
    room.box.loiter("during-the-cut")
    room.open()
    expect(page.get_by_role("alert").filter(has_text=said("app:line.lost"))).to_be_hidden()
    expect(queue(page).get_by_role("row").filter(has_text="during the cut")).to_be_visible(timeout=30_000)


def test_the_picture_of_an_alert_is_seen_with_its_box(sit: Sit, room: ControlRoom) -> None:
    (id_,) = raised(room, ["pictured"], pictures=True)
    page = sit(OPERATOR, f"/queue/{id_}").page
    expect(row(page, id_)).to_have_attribute("data-cursor", "true")
    detail = page.get_by_role("region", name=said("queue:detail.label"))
    picture = detail.get_by_role("img", name=said("queue:picture.alt")).first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 640
