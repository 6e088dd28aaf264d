"""Writes the OpenAPI document the web client's types are generated from, or says that it is stale.

`python -m central.api.document` writes `central/console/openapi.json`; with `--check` it changes nothing and fails when
the file differs from the code. The client's build checks the second step, the types, in the same way.
"""

import json
import sys
from pathlib import Path
from typing import Final

from central.api.app import bare

FILE: Final = Path(__file__).parents[1] / "console" / "openapi.json"


def document() -> str:
    """The document as it stands in the file."""
    return json.dumps(bare().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; 0 when all is well."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m central.api.document [--check]\n")
        return 2
    if not arguments:
        FILE.write_text(document(), "utf-8")
    elif not FILE.exists() or FILE.read_text("utf-8") != document():
        sys.stderr.write(f"{FILE.name} is stale: run `make schema`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
