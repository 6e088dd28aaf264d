"""A control room and a browser for each module, a profile for each person, and pictures when a test fails."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parts.browser import Browser, Seat
from tests.parts.control_room import AT_THE_CAMERA, PASSWORD, ControlRoom

Sit = Callable[..., Seat]
_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module: while Playwright runs, no other test of this process may start an event loop."""
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlRoom]:
    """One control room for the tests of a module: opening one takes seconds."""
    with ControlRoom(tmp_path_factory.mktemp("room")) as opened:
        yield opened


@pytest.fixture
def room(shift: ControlRoom) -> ControlRoom:
    """A control room, open, with nothing in its queue."""
    shift.tidy()
    return shift


@pytest.fixture
def sit(browser: Browser, room: ControlRoom, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Sit]:
    """`sit("op", "/queue", width=390)`: somebody before their browser, signed in where a login is told."""
    seats: list[Seat] = []

    def sit_down(login: str | None = None, path: str | None = None, **how: Any) -> Seat:  # noqa: ANN401 - see Browser.seat
        seat = browser.seat(room.url, **{"place": AT_THE_CAMERA, **how})
        seats.append(seat)
        if login is not None:
            seat.sign_in(login, PASSWORD)
        if path is not None:
            seat.go(path)
        return seat

    yield sit_down
    if request.node.stash.get(_FAILED, default=False):
        for number, seat in enumerate(seats):
            seat.picture(tmp_path / f"seat-{number}.png")
    for seat in seats:
        seat.leave()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report
