"""The contract for readers of other languages: JSON Schema 2020-12 and AsyncAPI 3.0, written from the code.

`python -m streams.wire.generate` writes `schema/v1/`; with `--check` it writes nothing and exits 1 with one line
for each file that is missing, stale or no longer made. The schemas leave out `additionalProperties`: a producer
writes only what stands there, and a consumer must bear more, which is how the contract grows.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter

from streams.wire import topics
from streams.wire.messages import Batch, Command, Config, Live, Receipt, Status
from streams.wire.records import BODIES, Unknown
from streams.wire.topics import Stream
from streams.wire.words import CODE, Instant, Seq, Word

FOLDER: Final = Path(__file__).parent / "schema" / "v1"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FORMAT: Final = "application/schema+json;version=2020-12"
MESSAGES: Final[dict[Stream, type[Word]]] = {
    Stream.BATCH: Batch,
    Stream.STATUS: Status,
    Stream.RECEIPT: Receipt,
    Stream.CONFIG: Config,
    Stream.COMMAND: Command,
    Stream.LIVE: Live,
}


def files() -> dict[str, str]:
    """Every generated file: name and text."""
    schemas = {str(stream): _schema(message) for stream, message in MESSAGES.items()}
    schemas |= {str(kind): _schema(body) for kind, body in BODIES.items()}
    schemas["record"] = _record()
    schemas["batch"]["properties"]["records"]["items"] = {"$ref": "record.json"}
    texts = {f"{name}.json": _json(name, schema) for name, schema in schemas.items()}
    return {**texts, "asyncapi.yaml": yaml.safe_dump(_asyncapi(), sort_keys=False, allow_unicode=True, width=110)}


def stale(folder: Path = FOLDER) -> list[str]:
    """One line for each file of the folder that is not what the code says."""
    wanted = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
    lines = [f"{name}: missing" for name in wanted if name not in there]
    lines += [f"{name}: stale" for name in wanted if name in there and there[name] != wanted[name]]
    return sorted(lines + [f"{name}: no longer made" for name in there if name not in wanted])


def write(folder: Path = FOLDER) -> None:
    """Write the folder anew."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = files()
    for path in folder.glob("*"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams.wire.generate", description="Write the wire's schemas.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files stand")
    chosen = parser.parse_args(arguments)
    if not chosen.check:
        write(chosen.folder)
        return 0
    lines = stale(chosen.folder)
    sys.stdout.writelines(f"{chosen.folder.name}/{line}: run `make schema`\n" for line in lines)
    return 1 if lines else 0


def _schema(message: type[Word]) -> dict[str, Any]:
    schema: dict[str, Any] = _open(message.model_json_schema(by_alias=True))
    return schema


def _record() -> dict[str, Any]:
    """A numbered fact: one of the kinds of this release, or a newer one whose body may be any object."""
    known = [_of_kind({"const": str(kind)}, {"$ref": f"{kind}.json"}) for kind in BODIES]
    newer = {"type": "string", "pattern": CODE, "not": {"enum": [str(kind) for kind in BODIES]}}
    return {
        "title": "Record",
        "description": "A numbered fact. `captured` is picture or measuring time on the node's disciplined clock.",
        "type": "object",
        "required": ["seq", "kind", "captured", "body"],
        "properties": {"seq": _of(Seq), "kind": True, "captured": _of(Instant), "body": True},
        "oneOf": [*known, {**_of_kind(newer, {"type": "object"}), "description": Unknown.__doc__}],
    }


def _of_kind(kind: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"kind": kind, "body": body}}


def _of(word: Any) -> dict[str, Any]:  # noqa: ANN401 - an annotated type is no type to mypy
    schema: dict[str, Any] = TypeAdapter(word).json_schema()
    return schema


def _open(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Without the producer's ban on unknown fields."""
    if isinstance(schema, dict):
        banned = schema.get("additionalProperties") is False
        return {key: _open(part) for key, part in schema.items() if not (banned and key == "additionalProperties")}
    return [_open(part) for part in schema] if isinstance(schema, list) else schema


def _json(name: str, schema: dict[str, Any]) -> str:
    whole = {"$schema": DIALECT, "$id": f"{name}.json", **schema}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "WardSense wire",
            "version": "1",
            "description": "What nodes and centre say to each other over MQTT 3.1.1. This application is the centre.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {str(stream): _channel(stream) for stream in Stream},
        "operations": {_act(stream) + str(stream).capitalize(): _operation(stream) for stream in Stream},
        "components": {"messages": {str(stream): _message(stream) for stream in Stream}},
    }


def _channel(stream: Stream) -> dict[str, Any]:
    slug = "a slug of 1 to 40 letters a-z, digits and hyphens"
    return {
        "address": f"{topics.ROOT}/{{ward}}/{{node}}/{stream}",
        "messages": {str(stream): {"$ref": f"#/components/messages/{stream}"}},
        "parameters": {
            "ward": {"description": f"Routing only: {slug}."},
            "node": {"description": f"The node, unique in the city for ever: {slug}."},
        },
    }


def _operation(stream: Stream) -> dict[str, Any]:
    quality = {"qos": topics.QOS[stream], "retain": stream in topics.RETAINED, "bindingVersion": "0.2.0"}
    return {
        "action": _act(stream),
        "channel": {"$ref": f"#/channels/{stream}"},
        "messages": [{"$ref": f"#/channels/{stream}/messages/{stream}"}],
        "bindings": {"mqtt": quality},
    }


def _message(stream: Stream) -> dict[str, Any]:
    message = MESSAGES[stream]
    return {
        "name": message.__name__,
        "summary": (message.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        "payload": {"schemaFormat": FORMAT, "schema": {"$ref": f"./{stream}.json"}},
    }


def _act(stream: Stream) -> str:
    return "receive" if stream in topics.UP else "send"


if __name__ == "__main__":
    sys.exit(main())
