"""Coming in: by password, by a one-time link that leaves no trace, and being told in words when it does not go."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.parts.browser import said
from tests.parts.control_room import CREW, OPERATOR, PASSWORD, ControlRoom

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_somebody_signs_in_by_password_and_stays_signed_in_after_a_reload(sit: Sit) -> None:
    seat = sit(path="/")
    seat.type_in(OPERATOR, PASSWORD)
    navigation = seat.page.get_by_role("navigation", name=said("app:nav.main"))
    expect(navigation.get_by_role("link", name=said("app:nav.queue"))).to_have_attribute("aria-current", "page")
    expect(seat.page.get_by_role("status").get_by_text(said("app:line.live"))).to_be_visible()
    seat.page.reload()
    expect(navigation).to_be_visible()
    cookie = next(one for one in seat.context.cookies() if one["httpOnly"])
    assert cookie["sameSite"] in {"Lax", "Strict"}


def test_a_wrong_password_is_said_in_words_and_what_was_typed_stays(sit: Sit) -> None:
    seat = sit(path="/")
    seat.expect(r"401.*/v1/session$")
    seat.type_in(OPERATOR, "không phải mật khẩu")
    expect(seat.page.get_by_role("alert")).to_have_text(said("codes:problem.wrong_credentials"))
    expect(seat.page.get_by_label(said("app:signIn.login"))).to_have_value(OPERATOR)
    seat.type_in(OPERATOR, PASSWORD)
    expect(seat.page.get_by_role("navigation", name=said("app:nav.main"))).to_be_visible()


def test_a_link_signs_in_once_and_leaves_its_token_neither_in_the_address_nor_in_the_history(
    sit: Sit, room: ControlRoom
) -> None:
    link = room.link(OPERATOR)
    token = link.rsplit("/", 1)[-1]
    seat = sit(path="/")
    expect(seat.page.get_by_label(said("app:signIn.login"))).to_be_visible()
    seat.page.goto(link)
    expect(seat.page.get_by_role("navigation", name=said("app:nav.main"))).to_be_visible()
    assert token not in seat.page.url
    for step in (seat.page.go_back, seat.page.go_forward):
        step()
        assert token not in seat.page.url
    expect(seat.page.get_by_role("navigation", name=said("app:nav.main"))).to_be_visible()
    assert token not in seat.page.url

    other = sit()
    other.expect(r"40[0-9].*/v1/session/link$")
    other.page.goto(link)
    expect(other.page.get_by_role("alert")).to_have_text(said("app:signIn.linkSpent"))
    other.page.get_by_role("button", name=said("app:signIn.go")).click()
    expect(other.page.get_by_label(said("app:signIn.login"))).to_be_visible()
    assert token not in other.page.url


def test_a_crew_lands_on_its_tasks_and_sees_no_desk(sit: Sit) -> None:
    seat = sit(CREW, "/", width=390, height=844)
    expect(seat.page).to_have_url(f"{seat.url}/#/tasks")
    expect(seat.page.get_by_role("link", name=said("app:nav.queue"))).to_have_count(0)


def test_the_language_changes_in_place(sit: Sit) -> None:
    seat = sit(path="/")
    seat.page.get_by_label(said("app:signIn.login")).fill("ai đó")
    seat.page.get_by_text(said("app:language.en"), exact=True).click()
    expect(seat.page.get_by_role("button", name=said("app:signIn.go", "en"))).to_be_visible()
    expect(seat.page.get_by_label(said("app:signIn.login", "en"))).to_have_value("ai đó")
    expect(seat.page.locator("html")).to_have_attribute("lang", "en")


def test_signing_out_ends_the_session(sit: Sit, room: ControlRoom) -> None:
    seat = sit(OPERATOR, "/")
    cookies = httpx.Cookies([(one["name"], one["value"]) for one in seat.context.cookies()])
    assert httpx.get(f"{room.url}/v1/me", cookies=cookies).status_code == 200
    seat.page.get_by_role("button", name=said("app:account.menu")).click()
    seat.page.get_by_role("menuitem", name=said("app:signIn.out")).click()
    expect(seat.page.get_by_label(said("app:signIn.login"))).to_be_visible()
    assert httpx.get(f"{room.url}/v1/me", cookies=cookies).status_code == 401
