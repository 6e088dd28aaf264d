"""`wardsense central …`: run the centre, migrate its store, check its files, apply the city's registry."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError, OperationalError

from central import app as centre
from central import config
from central.auth.commands import attach
from central.store import migrate as migrations
from central.store import registry
from central.store.database import Database
from streams import logs
from streams.documents import DocumentRefused

app = typer.Typer(no_args_is_help=True, help="The place where it all arrives.")
attach(app)

Config = Annotated[Path, typer.Option("--config", "-c", help="The centre's file.")]
_DEFAULT = Path("configs/central.yaml")


@app.command()
def run(config_file: Config = _DEFAULT) -> None:
    """Take in what nodes send, raise alerts, serve the API; until told to stop."""
    settings = _read(config_file)
    logs.configure()
    try:
        centre.run(settings)
    except migrations.WrongRevisionError as error:
        raise _refused(str(error)) from error
    except OperationalError as error:  # only from the first look: what breaks later comes in a group
        raise _refused(f"the database: {error.orig}") from error


@app.command()
def migrate(config_file: Config = _DEFAULT) -> None:
    """Bring the database to this release's revision, under a lock."""
    database = _database(_read(config_file))
    try:
        typer.echo(f"the database stands at revision {migrations.migrate(database)}")
    except DBAPIError as error:
        raise _refused(f"the database: {error.orig}") from error
    finally:
        database.close()


@app.command()
def check(config_file: Config = _DEFAULT) -> None:
    """Read the centre's file, the city, the rules and the calendar; list every mistake with file and line."""
    settings = _read(config_file)
    city = settings.city
    typer.echo(f"{len(city.wards)} wards, {len(city.nodes)} nodes, {len(settings.rules.rules)} rules: in order")


@app.command()
def apply(config_file: Config = _DEFAULT) -> None:
    """Bring the registry in the database to what the city's file says. Changes nothing the second time."""
    settings = _read(config_file)
    database = _database(settings)
    try:
        migrations.check(database)
        with database.writing() as connection:
            changed = registry.apply(connection, settings.city, datetime.now(UTC), "import")
    except migrations.WrongRevisionError as error:
        raise _refused(str(error)) from error
    finally:
        database.close()
    typer.echo(f"{changed} rows changed")


def _read(path: Path) -> config.Settings:
    try:
        return config.read(path)
    except DocumentRefused as refused:
        raise _refused(str(refused)) from refused


def _database(settings: config.Settings) -> Database:
    database = Database(settings.central.database)
    if database.sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    return database


def _refused(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
