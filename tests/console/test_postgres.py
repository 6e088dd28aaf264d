"""The same page before a centre on PostgreSQL: an alert comes in live, is judged, and its case is there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import alert, queue, raised, row
from tests.parts.browser import said
from tests.parts.control_room import OPERATOR, ControlRoom
from tests.parts.postgres import Postgres
from tests.parts.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlRoom]:
    """The room of this module, on PostgreSQL."""
    with Postgres() as cluster:
        url = cluster.url(cluster.create())
        with ControlRoom(tmp_path_factory.mktemp("room"), url) as opened:
            yield opened


def test_an_alert_comes_in_live_is_confirmed_and_opens_a_case(sit: Sit, room: ControlRoom) -> None:
    page = sit(OPERATOR, "/queue").page
    expect(page.get_by_text(said("queue:empty.open"))).to_be_visible()
    (id_,) = raised(room, ["postgres"])
    expect(queue(page).get_by_role("row")).to_have_count(1)
    page.keyboard.press("j")
    expect(row(page, id_)).to_have_attribute("data-cursor", "true")
    page.keyboard.press("c")
    case = until(lambda: alert(room, id_)["case_id"], what="the case")
    # A page of its own: the queue's may be on its way to the next alert.
    opened = sit(OPERATOR, f"/cases/{case}").page
    expect(opened.get_by_role("heading", level=1)).to_contain_text("#1")
