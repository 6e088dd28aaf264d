"""Every shape ever released decodes for ever, to the values it had; and fits the schema that is published.

`golden/v1` holds one of every message and record with every field it had when it was released, and one of each from a
newer release. A file there is never changed or removed; a new shape gets a new file: `record-event-timed` is the event
since it tells by what its picture was timed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from streams.wire import codec
from streams.wire.generate import FOLDER, MESSAGES, files, main, stale
from streams.wire.messages import Batch
from streams.wire.records import BODIES, Record, Unknown
from streams.wire.topics import Stream

GOLDEN = Path(__file__).parent / "golden" / "v1"
RECORDS = sorted(GOLDEN.glob("record-*.json"))
WHOLE = [path for path in sorted(GOLDEN.glob("*.json")) if path not in RECORDS]
SCHEMAS: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(json.loads(text))) for name, text in files().items() if name.endswith(".json")
)


def named(path: Path) -> str:
    return path.stem


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def fits(instance: dict[str, Any], schema: str) -> None:
    Draft202012Validator({"$ref": schema}, registry=SCHEMAS).validate(instance)


def same(golden: Any, decoded: Any, where: str) -> None:  # noqa: ANN401 - any part of a JSON document
    """Everything this release knows of a golden value has come through; a newer field may be left out."""
    if isinstance(decoded, dict):
        for name in decoded.keys() & golden.keys():
            same(golden[name], decoded[name], f"{where}.{name}")
    elif isinstance(decoded, list):
        assert len(golden) == len(decoded), where
        for index, (old, new) in enumerate(zip(golden, decoded, strict=True)):
            same(old, new, f"{where}[{index}]")
    else:
        assert golden == decoded, where


@pytest.mark.parametrize("path", WHOLE, ids=named)
def test_a_golden_message_decodes_to_the_values_it_had(path: Path) -> None:
    kind = MESSAGES[Stream(path.stem.split("-")[0])]
    payload = path.read_bytes()
    message = codec.decode_batch(payload) if kind is Batch else codec.decode(kind, payload)
    golden, decoded = read(path), json.loads(codec.encode(message))
    if path.stem.endswith("-newer"):
        same(golden, decoded, path.stem)
    else:
        assert golden == decoded, "a golden message shows every field"
    fits(golden, f"{kind.__name__.lower()}.json")


@pytest.mark.parametrize("path", RECORDS, ids=named)
def test_a_golden_record_decodes_to_the_values_it_had(path: Path) -> None:
    golden = read(path)
    record = codec.read_record(golden)
    assert isinstance(record, Record), record
    assert (record.seq, codec.instant(record.captured)) == (golden["seq"], golden["captured"])
    if isinstance(record.body, Unknown):
        assert record.body.body == golden["body"]
    else:
        decoded = json.loads(record.body.model_dump_json(exclude_unset=True))
        if path.stem.endswith("-newer"):
            same(golden["body"], decoded, path.stem)
        else:
            assert golden["body"] == decoded, "a golden record is read whole, and nothing is added to it"
    fits(golden, "record.json")


def test_there_is_a_golden_payload_of_every_message_and_record() -> None:
    stems = {path.stem for path in GOLDEN.glob("*.json")}
    assert {str(stream) for stream in Stream} <= stems
    assert {f"{stream}-newer" for stream in Stream} <= stems
    assert {f"record-{kind}" for kind in (*BODIES, "unknown")} <= stems


def test_the_newest_golden_record_of_every_kind_shows_every_field() -> None:
    bodies = [read(path) for path in RECORDS if not path.stem.endswith("-newer")]
    for kind, body in BODIES.items():
        shown = [set(record["body"]) for record in bodies if record["kind"] == kind]
        assert set(body.model_fields) in shown, kind


def test_the_published_schemas_are_schemas() -> None:
    for name, text in files().items():
        if name.endswith(".json"):
            Draft202012Validator.check_schema(json.loads(text))


def test_the_batch_schema_refuses_a_body_of_another_kind() -> None:
    batch = read(GOLDEN / "batch.json")
    fits(batch, "batch.json")
    batch["records"][0]["body"] = {"sensor": 7}
    assert not Draft202012Validator({"$ref": "batch.json"}, registry=SCHEMAS).is_valid(batch)


def test_the_schemas_in_the_repository_are_what_the_code_says() -> None:
    assert stale(FOLDER) == []


def test_check_names_each_stale_file_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "v1"
    assert main(["--folder", str(folder)]) == 0
    assert main(["--folder", str(folder), "--check"]) == 0
    (folder / "batch.json").write_text("{}")
    (folder / "live.json").unlink()
    (folder / "gossip.json").write_text("{}")
    assert main(["--folder", str(folder), "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["v1/batch.json", "stale"],
        ["v1/gossip.json", "no longer made"],
        ["v1/live.json", "missing"],
    ]
    assert (folder / "batch.json").read_text() == "{}"
    assert main(["--folder", str(folder)]) == 0
    assert stale(folder) == []
