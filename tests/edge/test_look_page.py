"""The page of `wardsense edge look`: a drawn street in a real browser, places drawn and rules set and saved."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from edge.analytics.happening import MOMENTS, Phase
from edge.analytics.nearly import What
from edge.analytics.watches import Loitering, Queue, SlowChange, WrongWay
from edge.config import load
from edge.watch_settings import WatchSetting
from tests.conftest import ROOT
from tests.parts.browser import Browser, Seat, Theme
from tests.parts.look_box import Box, looking

WORDS = ROOT / "central" / "console" / "src" / "words"
OF_LINES = {What.OFF_LINE, What.OVER_LINE, What.BESIDE_LINE, What.CUT}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with looking(tmp_path) as opened:
        yield opened


@contextmanager
def visit(box: Box, theme: Theme = "light", width: int = 1440) -> Iterator[Seat]:
    """Somebody opens the page, waits for the picture to live, and goes without a word of complaint from the browser."""
    with Browser() as browser:
        seat = browser.seat(box.url, theme=theme, width=width)
        seat.page.goto(box.url)
        expect(seat.page.get_by_role("status")).to_contain_text("đang có hình")
        yield seat
        seat.leave()


@pytest.mark.e2e
@pytest.mark.timeout(180)
def test_every_rule_and_every_figure_of_one_has_words_in_both_languages_the_centres_own(box: Box) -> None:
    with visit(box) as seat:
        told = seat.page.evaluate(
            "async () => { const {KINDS, FIGURES, MOMENTS, PHASES} = await import('./words.js');"
            " return [KINDS, FIGURES, MOMENTS, PHASES]; }"
        )
        kinds, figures, moments, phases = told
        for language in ("vi", "en"):
            named = json.loads((WORDS / language / "codes.json").read_text("utf-8"))["eventKind"]
            assert {kind: words[0] for kind, words in kinds[language].items()} == {
                kind: named[kind] for kind in WatchSetting.kinds()
            }
            assert set(figures[language]) == set(What) - OF_LINES
            assert moments[language] == {kind: named[kind] for kind in MOMENTS}
            assert set(phases[language]) == set(Phase)


@pytest.mark.e2e
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_somebody_masks_a_window_and_sets_rules(  # noqa: PLR0915 - one visit, from coming to going
    box: Box, tmp_path: Path, theme: Theme, width: int
) -> None:
    with visit(box, theme, width) as seat:
        page = seat.page
        page.get_by_role("button", name="English").click()
        loitering = page.get_by_role("group", name="Loitering")
        expect(loitering).to_contain_text("Anybody or anything: in walk for 20 s or longer.")
        expect(loitering.get_by_role("listitem").first).to_contain_text("Near")

        page.get_by_role("button", name="Add a mask").click()
        corner = page.get_by_role("button", name="Mask 1, corner 1", exact=True)
        corner.focus()
        corner.press("Shift+ArrowDown")
        loitering.get_by_label("After how many seconds").fill("45")
        expect(loitering).to_contain_text("in walk for 45 s")
        expect(loitering).to_contain_text("Takes effect once it is saved.")

        page.get_by_label("Kind of rule").select_option("wrong_way")
        page.get_by_role("button", name="Add a rule").click()
        tip = page.get_by_role("button", name="Arrow walk, corner 2", exact=True)
        tip.focus()
        tip.press("ArrowRight")
        page.get_by_label("Kind of rule").select_option("queue")
        page.get_by_role("button", name="Add a rule").click()
        queue = page.get_by_role("group", name="Queue")
        queue.get_by_label("How many or more").fill("0")
        queue.get_by_label("Only these classes").fill("car, bus")
        name = page.get_by_label("Id").first
        name.fill("pavement")
        name.blur()
        expect(queue).to_contain_text("car, bus: 0 or more waiting behind each other in pavement")
        page.get_by_role("button", name="Save to the file").click()
        seat.expect("422")
        expect(page.get_by_role("alert")).to_contain_text("at_least")
        queue.get_by_label("How many or more").fill("3")
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        seat.accessible()
        page.screenshot(path=tmp_path / f"rules-{theme}.png", full_page=True)

        camera = load(box.file)[0].cameras[0]
        assert [mask.polygon[0] for mask in camera.masks] == [(0.05, 0.1)]
        assert [setting.watch for setting in camera.watch] == [
            Loitering(zone="pavement", after_s=45),
            SlowChange(zone="pavement", every_s=1),
            WrongWay(zone="pavement", a=(0.4, 0.55), b=(0.605, 0.55)),
            Queue(zone="pavement", at_least=3, for_s=20, classes=frozenset({"car", "bus"})),
        ]
        expect(loitering).not_to_contain_text("Takes effect once it is saved.")

        page.get_by_role("button", name="What is there now is clean: pavement").click()
        expect(page.get_by_role("alert")).to_contain_text("Learning anew")
        page.get_by_role("button", name="Remove: Queue pavement").click()
        page.get_by_role("button", name="Remove: Mask 1").click()
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        camera = load(box.file)[0].cameras[0]
        assert (camera.masks, len(camera.watch)) == ((), 3)
        assert "# as the ward asked" in box.file.read_text("utf-8")


@pytest.mark.e2e
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_somebody_draws_a_zone_and_a_line_and_saves_them(  # noqa: PLR0915 - one visit, from coming to going
    box: Box, tmp_path: Path, theme: Theme, width: int
) -> None:
    with visit(box, theme, width) as seat:
        page = seat.page
        expect(page.get_by_role("img", name="Hình từ camera")).to_be_visible()
        page.get_by_role("button", name="English").click()

        first = page.get_by_role("button", name="Zone walk, corner 1", exact=True)
        first.focus()
        first.press("Shift+ArrowDown")
        page.get_by_role("button", name="Add a zone").click()
        dragged = page.get_by_role("button", name="Zone zone-1, corner 2", exact=True)
        before = dragged.get_attribute("cx")
        spot = dragged.bounding_box()
        assert spot is not None
        page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        page.mouse.down()
        page.mouse.move(spot["x"] + 60, spot["y"] - 5, steps=3)
        page.mouse.up()
        expect(dragged).not_to_have_attribute("cx", str(before))
        page.get_by_role("button", name="Add a line").click()
        seat.accessible()
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        page.screenshot(path=tmp_path / f"look-{theme}.png", full_page=True)

        places = load(box.file)[0].cameras[0]
        assert [zone.id for zone in places.zones] == ["walk", "zone-1"]
        assert places.zones[0].polygon[0] == (0.1, 0.45)
        assert [line.id for line in places.lines] == ["line-1"]
        assert "# by the bridge" in box.file.read_text("utf-8")

        page.get_by_label("Id").first.fill("no such id")
        page.get_by_role("button", name="Save to the file").click()
        seat.expect("422")
        expect(page.get_by_role("alert")).to_contain_text("cameras.0.zones.0: zone 'no such id'")
        assert yaml.safe_load(box.file.read_text("utf-8"))["cameras"][0]["zones"][0]["id"] == "walk"
