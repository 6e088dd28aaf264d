"""The name or address of another machine, checked for what no resolver can take. Whether it is there is weather."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

_NEVER_IN_A_HOST: Final = re.compile(r"[\s\x00-\x1f/@?#\[\]]")


def host(told: str) -> str:
    """The host as it came. Raises ValueError for what can be neither a name nor an address."""
    try:
        told.encode("idna")  # what the socket module does with it, and where it would raise
    except UnicodeError:
        raise ValueError(f"{told!r} is neither a host name nor an address") from None
    if not told.strip(".") or _NEVER_IN_A_HOST.search(told):
        raise ValueError(f"{told!r} is neither a host name nor an address")
    return told


Host = Annotated[str, AfterValidator(host)]
