"""One text for one content, so that both ends of the wire agree on its hash.

Keys in order, no spaces, UTF-8, numbers as Python writes the value that was read: what travelled between may have
been written otherwise (`1e2` for 100.0) and still has the same hash. A configuration's `sha256` is taken so.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(body: Mapping[str, Any]) -> bytes:
    """A JSON object as its one text."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(body: Mapping[str, Any]) -> str:
    """The hash of that text, in hexadecimal."""
    return hashlib.sha256(canonical(body)).hexdigest()
