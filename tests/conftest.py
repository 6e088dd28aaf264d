"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]


def shared_folder() -> Path | None:
    """The development data, read from one variable in one place; None where it is absent."""
    folder = Path(os.environ.get("WARDSENSE_SHARED", ROOT.parent / "shared")).resolve()
    return folder if (folder / "data").is_dir() else None


SKIPPED: list[str] = []

# Machines are shared and noisy: how long an example takes proves nothing. In CI the examples are always the same, so
# that what fails there fails here; elsewhere they are new each time.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("house")


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Path:
    """The development data (`shared/data`), for tests marked `shared`; where it is absent, skips and says so."""
    folder = shared_folder()
    if folder is None:
        mark = request.node.get_closest_marker("shared")
        proves = mark.args[0] if mark and mark.args else "unsaid"
        SKIPPED.append(f"{request.node.nodeid}: {proves}")
        pytest.skip(f"WARDSENSE_SHARED is absent; this proves: {proves}")
    return folder / "data"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SKIPPED:
        terminalreporter.write_sep("!", f"{len(SKIPPED)} TESTS SKIPPED FOR WANT OF WARDSENSE_SHARED; THEY PROVE:")
        for line in SKIPPED:
            terminalreporter.write_line(line)
