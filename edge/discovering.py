"""`wardsense edge discover`: which ONVIF cameras are on this network, and what to write about them in the node's file.

Without a login it only says who answers; with one it asks each camera what it offers, and prints a camera's lines: the
stream to look at, and the larger one for evidence where there is one. A camera this network does not carry a probe to
is named by `--at`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from streams.cameras.discovery import Found
from streams.cameras.discovery import discover as probe
from streams.cameras.onvif import Choice, Offer, Onvif, chosen
from streams.cameras.soap import Login
from streams.clocks import SystemClock
from streams.weather import SourceLost, SourceRefused

WRONG: Final = 2
TOO_FAR_S: Final = 2.0
SERVICE: Final = "/onvif/device_service"

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def discover(
    user: Annotated[str | None, typer.Option(help="Who may ask the cameras; many keep ONVIF users apart.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="The file whose first line is the password.")] = None,
    at: Annotated[list[str] | None, typer.Option(help="A camera's address, instead of asking the network.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="How long to listen.")] = 3.0,
) -> None:
    """Find the ONVIF cameras of this network, and what each offers."""
    login = _login(user, password_file)
    try:
        cameras = [_named(address) for address in at] if at else probe(seconds)
    except SourceLost as lost:
        raise _stopped(str(lost)) from None
    if not cameras:
        raise _stopped("no camera answered: is ONVIF switched on, and is this the cameras' network? Or name one: --at")
    for number, camera in enumerate(cameras, 1):
        _out.print(f"{camera.host}  {camera.name} {camera.hardware}".rstrip(), style="bold", markup=False)
        try:
            for line in _told(camera, login, password_file, number):
                _out.print(line) if isinstance(line, Table) else _out.print(line, markup=False)
        except (SourceLost, SourceRefused) as trouble:
            _err.print(f"  {trouble}", style="yellow", markup=False)


def _told(camera: Found, login: Login | None, password_file: Path | None, number: int) -> Iterator[str | Table]:
    with Onvif(camera.services[0], SystemClock(), login) as asked:
        ahead = asked.clock_ahead()
        if abs(ahead) > TOO_FAR_S:
            off = "ahead" if ahead > 0 else "behind"
            yield f"  its clock is {abs(ahead):.0f} s {off}: let it ask a time server (NTP)"
        if login is None:
            yield "  --user and --password-file to ask what it offers"
            return
        offers = asked.offers()
    if not offers:
        yield "  offers no stream over RTSP"
        return
    choice = chosen(offers)
    yield table(offers, choice)
    yield setting(number, choice, login.user, password_file)


def table(offers: Sequence[Offer], choice: Choice) -> Table:
    """What a camera offers, and for what each is best."""
    shown = Table("stream", "codec", "size", "fps", "address", "for")
    for offer in offers:
        uses = [name for name, best in (("looking", choice.looking), ("evidence", choice.evidence)) if best is offer]
        size = f"{offer.width}x{offer.height}" if offer.width else "?"
        shown.add_row(offer.name, offer.codec or "?", size, f"{offer.fps:g}", offer.rtsp, ", ".join(uses))
    return shown


def setting(number: int, choice: Choice, user: str, password_file: Path | None) -> str:
    """The lines of this camera for the node's file."""
    secret = f", password_file: {password_file}" if password_file else ""
    larger = f', main: "{choice.evidence.rtsp}"' if choice.evidence.rtsp != choice.looking.rtsp else ""
    return f'  - id: cam-{number}\n    source: {{rtsp: "{choice.looking.rtsp}"{larger}, user: {user}{secret}}}'


def _named(address: str) -> Found:
    service = address if "://" in address else f"http://{address}{SERVICE}"
    return Found(service, (service,))


def _login(user: str | None, password_file: Path | None) -> Login | None:
    if user is None:
        if password_file is not None:
            raise _stopped("a password needs a --user")
        return None
    if password_file is None:
        return Login(user, "")
    try:
        return Login(user, password_file.read_text("utf-8").splitlines()[0].strip())
    except (OSError, UnicodeDecodeError, IndexError):
        raise _stopped(f"{password_file}: no password can be read there") from None


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
