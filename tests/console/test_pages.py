"""Every page: for whom it is not, whether anybody can use it, and its language."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Sit
from tests.console.desk import case, confirmed, raised
from tests.parts.browser import said
from tests.parts.control_room import ADMIN, CITY, CREW, HERE, NODE, OPERATOR, STRANGE_CREW, STRANGER, ControlRoom

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
PLACES = {
    "queue": "/queue",
    "map": "/map",
    "cases": "/cases",
    "fleet": "/fleet",
    "sensors": "/sensors",
    "admin": "/admin",
}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def busy(room: ControlRoom) -> dict[str, str]:
    """A room with something on every page; an alert and a case to look at."""
    room.box.watch("cam-bach-dang", "cam-tran-phu")
    room.box.measure("water-bach-dang", 0.3, 0.4, 0.5, 0.6)
    made = confirmed(room, "old-market")
    first, _ = raised(room, ["gate", "pavement"], pictures=True)
    return {"alert": first, "case": made}


def at_rest(page: Page) -> None:
    """Nothing loads any more and what was asked for is there."""
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("status", name=said("app:state.loading"))).to_have_count(0)
    expect(page.get_by_role("status", name=said("app:state.loading", "en"))).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text=said("app:line.live"))).to_be_visible()


def test_the_other_ward_sees_nothing_on_any_page(sit: Sit, room: ControlRoom, busy: dict[str, str]) -> None:
    """The first ward's streets, people and words: none of them anywhere, and by address it is as if there were none."""
    box = CITY.nodes[NODE]
    devices = [camera.name for camera in box.cameras.values() if camera.ward == HERE]
    devices += [sensor.name for sensor in box.sensors.values() if sensor.ward == HERE]
    secrets = ["old market", "gate", "pavement", "Trần Thị Lan", "Tổ trật tự 1", *devices]
    seat = sit(STRANGER)
    for path in PLACES.values():
        page = seat.go(path)
        at_rest(page)
        seen = page.locator("body").inner_text()
        assert not [secret for secret in secrets if secret in seen], (path, seen)
    seat.expect("404")
    page = seat.go(f"/queue/{busy['alert']}")
    expect(page.get_by_text(said("queue:detail.notFound"))).to_be_visible()
    page = seat.go(f"/cases/{busy['case']}")
    expect(page.get_by_text(said("codes:problem.not_found")).first).to_be_visible()
    assert seat.context.request.get(f"{room.url}/v1/alerts/{busy['alert']}").status == 404

    crew = sit(STRANGE_CREW, "/tasks", **PHONE)
    expect(crew.page.get_by_text(said("field:none"))).to_be_visible()
    crew.expect("404")
    crew.go(f"/tasks/{busy['case']}")
    expect(crew.page.get_by_text(said("codes:problem.not_found")).first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PLACES, "alert", "case"])
def test_an_accessibility_checker_finds_nothing_on(sit: Sit, busy: dict[str, str], name: str, theme: str) -> None:
    path = PLACES.get(name) or {"alert": f"/queue/{busy['alert']}", "case": f"/cases/{busy['case']}"}[name]
    seat = sit(ADMIN, path, theme=theme)
    at_rest(seat.page)
    if name == "alert":
        detail = seat.page.get_by_role("region", name=said("queue:detail.label"))
        expect(detail.get_by_role("heading", level=2).first).to_be_visible()
    seat.accessible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing_on_a_crews_phone(
    sit: Sit, room: ControlRoom, busy: dict[str, str], theme: str
) -> None:
    seat = sit(CREW, "/tasks", theme=theme, **PHONE)
    expect(seat.page.get_by_text(said("field:number")).first).to_be_visible()
    seat.accessible()
    seat.go(f"/tasks/{case(room, busy['case'])['id']}")
    expect(seat.page.get_by_role("region", name=said("field:step.bar"))).to_be_visible()
    seat.accessible()
    seat.go("/tasks/unsent")
    expect(seat.page.get_by_text(said("field:unsent.all")).first).to_be_visible()
    seat.accessible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing_on_the_sign_in(sit: Sit, theme: str) -> None:
    seat = sit(path="/", theme=theme)
    expect(seat.page.get_by_label(said("app:signIn.login"))).to_be_visible()
    seat.accessible()


def test_the_language_of_a_page_changes_in_place_and_is_kept(sit: Sit, busy: dict[str, str]) -> None:
    page = sit(OPERATOR, f"/queue/{busy['alert']}").page
    at_rest(page)
    cursor = page.locator("[data-cursor]").get_attribute("id")
    page.get_by_role("button", name=said("app:account.menu")).click()
    page.get_by_text(said("app:language.en"), exact=True).click()
    expect(page.get_by_role("grid", name=said("queue:list.label", "en"))).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("[data-cursor]").get_attribute("id") == cursor
    page.reload()
    expect(page.get_by_role("grid", name=said("queue:list.label", "en"))).to_be_visible()


@pytest.mark.parametrize("name", [*PLACES])
@pytest.mark.parametrize(
    "shape", [{"width": 360, "height": 740}, {"width": 720, "height": 450}], ids=["phone", "zoomed"]
)
@pytest.mark.usefixtures("busy")
def test_nothing_runs_out_of_a_narrow_page(sit: Sit, name: str, shape: dict[str, Any]) -> None:
    """The width of a phone, and that of a desk at 200 %: the page itself is never scrolled sideways."""
    page = sit(ADMIN, PLACES[name], **shape).page
    at_rest(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
