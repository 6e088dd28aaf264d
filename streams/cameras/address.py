"""Where a camera is and how to log in, told to FFmpeg whole and to everybody else without the password.

FFmpeg puts the whole address into its errors, so none of those is ever chained to ours, and what is shown is made here
once: no password, and nothing behind a question mark, where many cameras take theirs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from streams.weather import SourceRefused

RTSP: Final = ("rtsp", "rtsps")
HTTP: Final = ("http", "https")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """One camera's address; says the password to FFmpeg and to nobody else."""

    full: str
    shown: str

    def __repr__(self) -> str:
        return self.shown

    @property
    def tls(self) -> bool:
        """Whether the line is to be TLS, and nothing else."""
        return self.full.startswith(("rtsps:", "https:"))

    @classmethod
    def of(
        cls, url: str, user: str | None = None, password: str | None = None, schemes: Collection[str] = RTSP
    ) -> "Address":
        """Take credentials from the URL, or from beside it (those win); SourceRefused for an address of another kind.

        The first of `schemes` is what it is called when it is refused.
        """
        parts = _split(url, schemes)
        if parts is None:
            raise SourceRefused(f"{_masked(url)}: not an {next(iter(schemes))}:// address")
        place = parts.netloc.rpartition("@")[2]
        said = (quote(user, safe=""), quote(password or "", safe="")) if user else _login(parts.netloc)
        login, mask = (f"{said[0]}:{said[1]}@", f"{said[0]}:***@") if said else ("", "")
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        bare = f"{parts.scheme}://{mask}{place}{parts.path}"
        # An @ behind the place: a password with a slash in it, quite likely, and the slash has cut it in two.
        shown = bare if "@" not in url[url.find(parts.netloc) + len(parts.netloc) :] else _masked(url)
        return cls(f"{parts.scheme}://{login}{place}{rest}", shown)


def _split(url: str, schemes: Collection[str]) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:  # whose words hold the password
        return None
    return parts if parts.scheme in schemes and parts.netloc.rpartition("@")[2] else None


def _masked(url: str) -> str:
    """Without anything between // and the last @, and without what follows a question mark."""
    scheme, slashes, rest = ("", "", url) if "//" not in url else url.partition("//")
    _, at, place = rest.rpartition("@")
    return f"{scheme}{slashes}{'***@' if at else ''}{place.partition('?')[0]}"


def _login(netloc: str) -> tuple[str, str] | None:
    login, at, _ = netloc.rpartition("@")
    user, _, password = login.partition(":")
    return (user, password) if at else None
