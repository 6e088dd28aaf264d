"""`wardsense central account | link | node-secret` on a real database."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from central import registry
from central.auth import commands
from central.auth.sessions import redeem
from central.auth.tokens import digest
from central.store import registry as registered
from central.store.database import Database
from central.store.schema import audit, node
from tests.central.town import CITY, NOW, RULES, rows

RUN = CliRunner()

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # nothing here asks the database anything new


@pytest.fixture
def office(url: str, tmp_path: Path) -> tuple[typer.Typer, list[str], Database]:
    (tmp_path / "city.yaml").write_text(CITY)
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "central.yaml").write_text(
        f"database: {url}\n"
        "broker: {host: 127.0.0.1, client_id: centre}\n"
        f"evidence: {tmp_path}/evidence\nphotos: {tmp_path}/photos\n"
        f"city: {tmp_path}/city.yaml\nrules: {tmp_path}/rules.yaml\n"
    )
    database = Database(url)
    with database.writing() as connection:
        registered.apply(connection, registry.read(CITY, "city.yaml"), NOW, "import")
    app = typer.Typer()
    commands.attach(app)
    return app, ["--config", str(tmp_path / "central.yaml")], database


def test_the_first_administrator_comes_in_by_a_printed_link(
    office: tuple[typer.Typer, list[str], Database],
) -> None:
    app, config, database = office
    told = RUN.invoke(app, ["account", "add", "Boss", "--name", "Chị Hà", "--grant", "admin@*", *config])
    assert told.exit_code == 0, told.output
    token = told.output.strip().rpartition("/#/link/")[2]
    with database.writing() as connection:
        who = redeem(connection, token, NOW)
    assert who is not None
    assert (who.login, who.scope().wards) == ("boss", None)
    listed = RUN.invoke(app, ["account", "list", *config])
    assert listed.output.strip() == "boss\tChị Hà\t-\tadmin@*"
    assert [row["origin"] for row in rows(database, audit) if row["act"] == "add"] == ["console"]
    again = RUN.invoke(app, ["link", "boss", *config])
    assert "/#/link/" in again.output
    database.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["account", "add", "x", "--name", "X", "--grant", "king@hai-chau"], "write ROLE@WARD"),
        (["account", "add", "x", "--name", "X", "--grant", "admin@atlantis"], "no ward atlantis"),
        (["account", "add", "x", "--name", "X", "--grant", "field@hai-chau", "--unit", "navy"], "no unit navy"),
        (["link", "nobody"], "no open account 'nobody'"),
        (["node-secret", "box-9"], "no node 'box-9'"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    office: tuple[typer.Typer, list[str], Database], arguments: list[str], says: str
) -> None:
    app, config, database = office
    told = RUN.invoke(app, [*arguments, *config])
    assert told.exit_code == 2
    assert says in told.stderr
    database.close()


def test_a_node_gets_a_secret_that_only_its_hash_remembers(office: tuple[typer.Typer, list[str], Database]) -> None:
    app, config, database = office
    secret = RUN.invoke(app, ["node-secret", "box-1", *config]).output.strip()
    kept = {row["id"]: row["secret_hash"] for row in rows(database, node)}
    assert kept == {"box-1": digest(secret), "box-2": None}
    database.close()
