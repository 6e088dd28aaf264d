"""A real Chromium, driven as people use it: by what they read and the keys they press.

One process for many people; each sits before a browser profile of their own (`Seat`), in Da Nang's time and language.
What a page writes to its console as an error, or throws, or is forbidden by its content security policy, is a fault:
`Seat.leave` fails on it unless the test said beforehand that it must happen. Nothing here waits for a time: Playwright
waits for what the test asks for.
"""

import json
import re
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Playwright, expect, sync_playwright

from tests.conftest import ROOT

Theme = Literal["light", "dark"]
PATIENCE_MS: Final = 15_000
# Drawn by the processor where there is no graphics card: the map needs WebGL.
FLAGS: Final = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
# Only the first time, so that a language chosen on the page stays; an empty tab has no storage.
_SPOKEN: Final = """try { localStorage["wardsense.language"] ??= "%s" } catch {}"""
_CONSOLE: Final = ROOT / "central" / "console"
_WORDS: Final = _CONSOLE / "src" / "words"
_AXE: Final = _CONSOLE / "node_modules" / "axe-core" / "axe.min.js"
# Who comes to a page without a session is told so by the centre, and the browser notes the answer.
_NOT_SIGNED_IN: Final = r"401.*/v1/me$"


class Browser:
    """`with Browser() as browser:` gives one that runs; `browser.seat(url)` is a person before it."""

    def __init__(self) -> None:
        self._driver: Playwright
        self._chromium: Chromium

    def __enter__(self) -> Self:
        program = shutil.which("chromium")
        assert program, "no Chromium on this machine: install Debian's package `chromium`"
        self._driver = sync_playwright().start()
        self._chromium = self._driver.chromium.launch(executable_path=program, args=[*FLAGS])
        expect.set_options(timeout=PATIENCE_MS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._chromium.close()
        self._driver.stop()

    def seat(
        self,
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        theme: Theme = "light",
        language: str = "vi",
        place: tuple[float, float] | None = None,
    ) -> "Seat":
        """Somebody sits down, with an empty profile; `place` is where they are (lat, lon), if their device tells."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            geolocation=None if place is None else {"latitude": place[0], "longitude": place[1]},
            permissions=["geolocation"],
            has_touch=width < 600,
        )
        context.set_default_timeout(PATIENCE_MS)
        spoken = (
            f"localStorage.getItem('wardsense.language') ?? localStorage.setItem('wardsense.language', '{language}')"
        )
        context.add_init_script(spoken)
        return Seat(context.new_page(), url)


class Seat:
    """A person before a browser. `page` is what they see; `leave` ends it and says what went wrong unseen."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.context = page.context
        self._troubles: list[str] = []
        self._expected = [_NOT_SIGNED_IN]
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._troubles.append(f"thrown: {error.stack or error.message}"))

    def expect(self, pattern: str) -> None:
        """A trouble that must happen here is no fault: a regular expression, searched in what the console says."""
        self._expected.append(pattern)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in as this browser, past the form."""
        told = self.context.request.post(f"{self.url}/v1/session", data={"login": login, "password": password})
        assert told.ok, told.text()

    def go(self, path: str = "/") -> Page:
        """Open a page of the client by its address."""
        self.page.goto(f"{self.url}/#{path}")
        return self.page

    def type_in(self, login: str, password: str) -> None:
        """Fill the form in that asks who they are, and send it."""
        self.page.get_by_label(said("app:signIn.login"), exact=False).fill(login)
        self.page.get_by_label(said("app:signIn.password"), exact=False).fill(password)
        self.page.get_by_role("button", name=said("app:signIn.go")).click()

    def accessible(self) -> None:
        """An accessibility checker finds nothing wrong. Raises AssertionError with every rule broken, and where."""
        # Evaluated, not added as a script: the page's content security policy rightly forbids that.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_AXE.read_text("utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        told = [f"{rule['id']}: {node['html'][:300]} {_measured(node)}" for rule in found for node in rule["nodes"]]
        assert not told, "\n".join(["not for everybody:", *told])

    @property
    def troubles(self) -> list[str]:
        """What went wrong and was not expected."""
        return [one for one in self._troubles if not any(re.search(known, one) for known in self._expected)]

    def leave(self) -> None:
        """Get up. Raises AssertionError with every trouble that was not expected."""
        troubles = self.troubles
        self.context.close()
        assert not troubles, "\n".join(["the page had troubles:", *troubles])

    def picture(self, path: Path) -> None:
        """What is on the screen, as a file."""
        try:
            self.page.screenshot(path=path)
        except Error as error:  # a page that crashed shows nothing
            path.with_suffix(".txt").write_text(str(error), "utf-8")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._troubles.append(f"console: {message.text} {message.location.get('url', '')}")


def said(key: str, language: str = "vi") -> re.Pattern[str]:
    """What the client says for `namespace:key`, as a pattern: anything may stand where a value is put in."""
    namespace, path = key.split(":")
    found: Any = json.loads((_WORDS / language / f"{namespace}.json").read_text("utf-8"))
    for part in path.split("."):
        found = found[part]
    return re.compile(re.sub(r"\\\{\\\{.+?\\\}\\\}", ".+?", re.escape(str(found))))


def settled(place: Locator) -> Locator:
    """The place once nothing in it moves or loads any more."""
    expect(place.get_by_role("status", name=said("app:state.loading"))).to_have_count(0)
    return place


def _measured(node: dict[str, Any]) -> str:
    told = [check.get("message", "") for check in (*node.get("any", ()), *node.get("all", ()), *node.get("none", ()))]
    return "; ".join(told)[:300]
