"""Serves the built web client: compressed, its named-by-content files for ever, its first page always asked for anew.

Whatever stands under `assets/` carries a hash of its content in its name, so a browser may keep it; the page that names
them must be fresh, or yesterday's client would speak to today's centre.
"""

from pathlib import Path
from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

BUILT: Final = Path(__file__).parents[1] / "console" / "dist"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOR_EVER if path.startswith("assets/") else "no-cache"
        return response


def packaged() -> Path | None:
    """The client that came with this installation; None in a checkout that has not built it yet."""
    return BUILT if (BUILT / "index.html").is_file() else None


def console(folder: Path) -> ASGIApp:
    """The application that serves the client in `folder`."""
    return GZipMiddleware(_Files(directory=folder, html=True), minimum_size=1024)
