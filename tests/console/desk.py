"""What the tests of the console do often: put alerts into the queue, find a row, read what the centre has of it."""

from typing import Any

from playwright.sync_api import Locator, Page

from tests.parts.browser import said
from tests.parts.control_room import OPERATOR, ControlRoom
from tests.parts.until import until


def raised(room: ControlRoom, zones: list[str], *, pictures: bool = False, camera: str = "cam-bach-dang") -> list[str]:
    """Have the box say that somebody loiters in each of these zones; the alerts' ids in that order."""
    for zone in zones:
        (room.box.show if pictures else room.box.loiter)(zone, camera)
    room.box.settled()

    def all_there() -> dict[str, str] | None:
        found = {line["zone"]: line["id"] for line in alerts(room)}
        return found if set(zones) <= set(found) else None

    found = until(all_there, within=30, what=f"alerts in {zones}")
    assert found is not None
    return [found[zone] for zone in zones]


def alerts(room: ControlRoom, login: str = OPERATOR) -> list[dict[str, Any]]:
    """Open alerts as the API tells them."""
    told = room.get(login, "/v1/alerts", handling=["new", "acknowledged"], limit=100)
    items: list[dict[str, Any]] = told["items"]
    return items


def alert(room: ControlRoom, id_: str, login: str = OPERATOR) -> dict[str, Any]:
    """One alert as the API tells it."""
    told: dict[str, Any] = room.get(login, f"/v1/alerts/{id_}")
    return told


def confirmed(room: ControlRoom, zone: str) -> str:
    """An alert in this zone that an operator has confirmed; the id of its case."""
    (id_,) = raised(room, [zone], pictures=True)
    with room.person(OPERATOR) as http:
        version = http.get(f"/v1/alerts/{id_}").json()["version"]
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": id_}
        answer = http.post(f"/v1/alerts/{id_}/confirm", json={}, headers=headers).raise_for_status()
    case: str = answer.json()["case_id"]
    return case


def case(room: ControlRoom, id_: str, login: str = OPERATOR) -> dict[str, Any]:
    """One case as the API tells it."""
    told: dict[str, Any] = room.get(login, f"/v1/cases/{id_}")
    return told


def queue(page: Page) -> Locator:
    """The operator's queue."""
    return page.get_by_role("grid", name=said("queue:list.label"))


def row(page: Page, id_: str) -> Locator:
    """An alert's row in it."""
    return page.locator(f"#alert-{id_}")


def under_cursor(page: Page) -> Locator:
    """The row that the keys are about."""
    return queue(page).locator("[data-cursor]")
