"""The centre's file and all it names: every mistake with file and line; the commands that use it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.rules import parse_rules
from central import config, registry
from central.commands import app
from central.store.migrate import NEWEST
from streams.documents import DocumentRefused
from tests.central.town import CITY, RULES

ROOT = Path(__file__).parents[2]
CENTRE = """database: sqlite:///{folder}/var/wardsense.db
broker: {{client_id: centre}}
evidence: {folder}/evidence
photos: {folder}/photos
city: {folder}/city.yaml
rules: {folder}/rules.yaml
"""


def town(folder: Path, centre: str = CENTRE, city: str = CITY, rules: str = RULES) -> Path:
    (folder / "city.yaml").write_text(city, "utf-8")
    (folder / "rules.yaml").write_text(rules, "utf-8")
    path = folder / "central.yaml"
    path.write_text(centre.format(folder=folder), "utf-8")
    return path


def mistakes(path: Path) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        config.read(path)
    return [str(mistake).replace(f"{path.parent}/", "") for mistake in refused.value.mistakes]


def test_what_is_shipped_fits_together() -> None:
    centre = (ROOT / "configs" / "central.yaml").read_text("utf-8")
    assert "configs/city.yaml" in centre
    city = registry.read((ROOT / "configs" / "city.yaml").read_text("utf-8"), "city.yaml")
    rules = (ROOT / "configs" / "rules.yaml").read_text("utf-8")
    assert parse_rules(rules, "rules.yaml", config.everything(city)).rules


def test_unknown_keys_and_wrong_databases_are_told_with_their_lines(tmp_path: Path) -> None:
    centre = CENTRE.replace("sqlite:///{folder}", "mysql://{folder}") + "colour: red\n"
    assert mistakes(town(tmp_path, centre)) == [
        "central.yaml:1: database: mysql: the centre runs on sqlite or postgresql",
        "central.yaml:7: colour: unknown setting: is it spelt right?",
    ]


def test_how_long_things_are_kept_is_checked_with_the_rest(tmp_path: Path) -> None:
    wrong = ("tallies", "events", "pictures", "every_s")
    centre = CENTRE + "retention: {{tallies: 0, readings: null, events: ten, pictures: 3, every_s: 1}}\n"
    told = mistakes(town(tmp_path, centre))
    assert {line.split(": ")[1] for line in told} == {f"retention.{key}" for key in wrong}
    assert all(line.startswith("central.yaml:7: ") for line in told)


def test_mistakes_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    told = mistakes(
        town(
            tmp_path,
            CENTRE + "wards: [nowhere]\n",
            CITY.replace("cam-3: {name: Three, ward: thanh-khe}", "cam-3: {name: Three, ward: thanh-khe, lens: wide}"),
            RULES.replace("    owner: patrol\n", "", 1),
        )
    )
    assert [line.split(": ")[0] for line in told] == ["rules.yaml:3", "city.yaml:20"]


def test_a_rule_naming_a_unit_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (mistake,) = mistakes(town(tmp_path, rules=RULES.replace("owner: patrol", "owner: nobody", 1)))
    assert mistake == "rules.yaml:7: rules.loitering.owner: no such unit: nobody"


def test_a_ward_that_does_not_exist_cannot_be_worked_for(tmp_path: Path) -> None:
    (mistake,) = mistakes(town(tmp_path, CENTRE + "wards: [nowhere]\n"))
    assert mistake.startswith("central.yaml:7: wards: no ward 'nowhere'")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = town(tmp_path)
    (tmp_path / "city.yaml").unlink()
    assert mistakes(path)[0].startswith("city.yaml:1: cannot be read")


def test_the_commands_migrate_apply_and_check_and_say_what_is_wrong(tmp_path: Path) -> None:
    path, runner = town(tmp_path), CliRunner()

    def said(command: str) -> tuple[int, str]:
        result = runner.invoke(app, [command, "--config", str(path)])
        return result.exit_code, result.output.strip()

    assert said("check") == (0, "2 wards, 2 nodes, 3 rules: in order")
    assert said("apply") == (2, "the database is empty; run `wardsense central migrate` first")
    assert said("migrate") == (0, f"the database stands at revision {NEWEST}")
    assert said("apply") == (0, "9 rows changed")
    assert said("apply") == (0, "0 rows changed")
    (tmp_path / "rules.yaml").write_text(RULES.replace("owner: patrol", "owner: nobody"), "utf-8")
    code, told = said("check")
    assert (code, len(told.splitlines())) == (2, 3)


def test_a_centre_does_not_run_on_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    program = "import sys; from central.commands import app; app(sys.argv[1:])"
    command = [sys.executable, "-c", program, "run", "--config", str(town(tmp_path))]
    (tmp_path / "var").mkdir()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr.strip()) == (2, "the database is empty; run `wardsense central migrate` first")


def test_a_database_whose_folder_is_missing_is_told_in_one_line(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["run", "--config", str(town(tmp_path))])
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert "unable to open database file" in told.stderr
