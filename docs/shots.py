"""Takes a picture of every page of the web client, in both languages, both themes and three widths, to be looked at.

It plays a small ward in a control room of its own (real broker, real centre, scripted box), or signs in to a centre
that runs already, a demonstration's for one. The pictures are for people's eyes: nothing is compared.

    python docs/shots.py pictures
    python docs/shots.py pictures --url http://127.0.0.1:8000 --login operator-hai-chau --password ...
    python docs/shots.py pictures --only queue --width 390 --theme dark
    python docs/shots.py pictures --choose          # the best of them into docs/images, as the documents show them
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, expect  # noqa: E402 - run as a script, from anywhere

from tests.console.desk import confirmed, raised  # noqa: E402 - the same
from tests.parts.browser import Browser, Seat, said  # noqa: E402 - the same
from tests.parts.control_room import ADMIN, AT_THE_CAMERA, CREW, PASSWORD, ControlRoom  # noqa: E402 - the same

IMAGES: Final = ROOT / "docs" / "images"
WIDTHS: Final = {390: 844, 1440: 900, 2560: 1440}
LANGUAGES: Final = ("vi", "en")
THEMES: Final = ("light", "dark")
DESK: Final = {"queue": "/queue", "map": "/map", "cases": "/cases", "fleet": "/fleet", "sensors": "/sensors"}
# What the documents show: which picture, under which name.
CHOSEN: Final = {
    "alert-vi-light-1440": "queue",
    "alert-en-dark-1440": "queue-dark",
    "map-vi-light-1440": "map",
    "cases-vi-light-1440": "cases",
    "case-vi-light-1440": "case",
    "tasks-vi-light-390": "tasks",
    "task-vi-light-390": "task",
    "tasks-en-dark-390": "tasks-dark",
    "task-en-dark-390": "task-dark",
    "fleet-vi-light-1440": "fleet",
    "sensor-vi-light-1440": "sensors",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """A page to take: its name, its address, and who sees it."""

    name: str
    path: str
    login: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the pages are, and everybody's password."""

    url: str
    passwords: dict[str, str]
    sights: tuple[Sight, ...]


@contextmanager
def played() -> Iterator[Scene]:
    """A ward with alerts, cases and a rising river, in a control room of its own."""
    with tempfile.TemporaryDirectory(prefix="shots-") as folder, ControlRoom(Path(folder)) as room:
        room.box.watch("cam-bach-dang", "cam-tran-phu", "cam-dien-bien-phu")
        room.box.measure("water-bach-dang", *(0.3 + 0.02 * step for step in range(60)))
        cases = [confirmed(room, zone) for zone in ("cho-han", "via-he-bac", "bai-xe")]
        alerts = raised(room, ["cong-truong", "via-he-nam", "ben-do", "cau-rong", "duong-di-bo"], pictures=True)
        people = dict.fromkeys((ADMIN, CREW), PASSWORD)
        yield Scene(room.url, people, _sights(ADMIN, CREW, alerts[2], cases[0]))


def running(url: str, login: str, password: str, crew: str | None, crew_password: str) -> Scene:
    """A centre that runs already: its lists, and the pages of its first alert and case."""
    with Browser() as browser:
        seat = browser.seat(url)
        seat.sign_in(login, password)
        found = [seat.context.request.get(f"{url}/v1/{kind}?limit=1").json()["items"] for kind in ("alerts", "cases")]
        seat.context.close()
    first = [items[0]["id"] if items else None for items in found]
    passwords = {login: password} | ({crew: crew_password} if crew else {})
    return Scene(url, passwords, _sights(login, crew, *first))


def _sights(desk: str, crew: str | None, alert: str | None, case: str | None) -> tuple[Sight, ...]:
    sights = [Sight("sign-in", "/", "")]
    sights += [Sight(name, path, desk) for name, path in DESK.items()]
    sights += [Sight("sensor", "/sensors/water-bach-dang", desk), Sight("admin", "/admin", desk)]
    sights += [Sight("alert", f"/queue/{alert}", desk)] if alert else []
    sights += [Sight("case", f"/cases/{case}", desk)] if case else []
    if crew:
        sights += [Sight("tasks", "/tasks", crew)]
        sights += [Sight("task", f"/tasks/{case}", crew)] if case else []
    return tuple(sights)


def take(browser: Browser, scene: Scene, folder: Path, options: argparse.Namespace) -> int:
    """Every picture that is asked for, as PAGE-LANGUAGE-THEME-WIDTH.png; how many."""
    widths = [options.width] if options.width else list(WIDTHS)
    themes = [options.theme] if options.theme else list(THEMES)
    languages = [options.language] if options.language else list(LANGUAGES)
    taken = 0
    for width, theme, language in product(widths, themes, languages):
        for login in dict.fromkeys(sight.login for sight in scene.sights):
            seat = browser.seat(
                scene.url,
                width=width,
                height=WIDTHS.get(width, 900),
                theme=theme,
                language=language,
                place=AT_THE_CAMERA,
            )
            if login:
                seat.sign_in(login, scene.passwords[login])
            for sight in scene.sights:
                if sight.login == login and options.only in {None, sight.name}:
                    _picture(seat, sight, language, folder / f"{sight.name}-{language}-{theme}-{width}.png")
                    taken += 1
            for trouble in seat.troubles:
                print(f"{login or 'nobody'}, {theme}, {width}: {trouble}")
            seat.context.close()
    return taken


def _picture(seat: Seat, sight: Sight, language: str, path: Path) -> None:
    page = seat.go(sight.path)
    at_rest(page, language)
    page.screenshot(path=path, animations="disabled")


def at_rest(page: Page, language: str) -> None:
    """Nothing loads any more, on the page or on its way to it, and every font and picture is there."""
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("status", name=said("app:state.loading", language))).to_have_count(0)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    # The map draws after its data; two idle frames later it has.
    page.evaluate("() => new Promise(done => requestIdleCallback(() => requestAnimationFrame(() => done())))")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


def choose(folder: Path) -> None:
    """Copy the pictures that the documents show."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, shown in CHOSEN.items():
        if (folder / f"{name}.png").is_file():
            shutil.copy(folder / f"{name}.png", IMAGES / f"{shown}.png")
            print(IMAGES / f"{shown}.png")


def main() -> int:
    """Take them; 0 when all were taken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--url", help="of a centre that runs; absent: one is played")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="")
    parser.add_argument("--crew", help="a crew's login there")
    parser.add_argument("--crew-password", default="")
    parser.add_argument("--only", help="one page by its name")
    parser.add_argument("--width", type=int)
    parser.add_argument("--theme", choices=THEMES)
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--choose", action="store_true", help="write the best into docs/images")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.url:
        scene = running(options.url, options.login, options.password, options.crew, options.crew_password)
        with Browser() as browser:
            taken = take(browser, scene, options.folder, options)
    else:
        with played() as scene, Browser() as browser:
            taken = take(browser, scene, options.folder, options)
    print(f"{taken} pictures in {options.folder}")
    if options.choose:
        choose(options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
