"""`wardsense central account | link | node-secret`: who may come in, told on the console of the machine itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from central import config
from central.auth import inviting
from central.auth.accounts import LoginTaken
from central.config import Settings
from central.store import migrate
from central.store.database import Database
from streams.documents import DocumentRefused

accounts = typer.Typer(no_args_is_help=True, help="Who may sign in, and what they may do where.")

Config = Annotated[Path, typer.Option("--config", "-c", help="The centre's file.")]
_DEFAULT: Final = Path("configs/central.yaml")
_REFUSALS: Final = (inviting.Unknown, LoginTaken, ValueError, migrate.WrongRevisionError, DocumentRefused)


@accounts.command()
def add(
    login: str,
    name: Annotated[str, typer.Option(help="What people call them.")],
    grant: Annotated[list[str], typer.Option(help="ROLE@WARD, or ROLE@* for the whole city; may stand often.")],
    unit: Annotated[str | None, typer.Option(help="Whose crew they belong to.")] = None,
    config_file: Config = _DEFAULT,
) -> None:
    """Add somebody and print the one-time link by which they sign in and choose a password."""
    with _refusing(), _opened(config_file) as (settings, connection):
        grants = tuple(inviting.grant_told(told) for told in grant)
        token = inviting.invite(connection, (login, name, unit), grants, datetime.now(UTC))
    typer.echo(address(settings, token))


@accounts.command("list")
def list_(config_file: Config = _DEFAULT) -> None:
    """Everybody, with what they may do where."""
    with _refusing(), _opened(config_file) as (_, connection):
        found = inviting.everybody(connection)
    for entry in found:
        grants = " ".join(f"{grant.role}@{grant.ward or inviting.WHOLE_CITY}" for grant in entry.who.grants)
        state = "" if entry.active else " (closed)"
        typer.echo(f"{entry.who.login}\t{entry.who.name}\t{entry.who.unit or '-'}\t{grants}{state}")


def link(login: str, config_file: Config = _DEFAULT) -> None:
    """Print a new one-time sign-in link for somebody."""
    with _refusing(), _opened(config_file) as (settings, connection):
        token = inviting.link(connection, login, datetime.now(UTC))
    typer.echo(address(settings, token))


def node_secret(node: str, config_file: Config = _DEFAULT) -> None:
    """Give a node a new secret for its uploads and print it; it is told only now."""
    with _refusing(), _opened(config_file) as (_, connection):
        secret = inviting.admit(connection, node, datetime.now(UTC))
    typer.echo(secret)


def attach(app: typer.Typer) -> None:
    """Hang these under `wardsense central`."""
    app.add_typer(accounts, name="account")
    app.command("link")(link)
    app.command("node-secret")(node_secret)


def address(settings: Settings, token: str) -> str:
    """Where a sign-in link leads. The token stands behind the #, so that no server log and no preview ever sees it."""
    http = settings.central.http
    return f"http://{http.host}:{http.port}/#/link/{token}"


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Settings, Connection]]:
    settings = config.read(path)
    database = Database(settings.central.database)
    try:
        migrate.check(database)
        with database.writing() as connection:
            yield settings, connection
    finally:
        database.close()


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _REFUSALS as error:
        told = f"the login {error} is taken" if isinstance(error, LoginTaken) else str(error)
        typer.echo(told, err=True)
        raise typer.Exit(2) from error
