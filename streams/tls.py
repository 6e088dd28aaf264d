"""How a line is trusted, and trusts: TLS that fails closed.

Saying `tls`, even empty, means TLS or nothing: there is no way back to plain TCP, and what stands in the files is read
anew for every connection, because a certificate that was renewed must not wait for a restart.
"""

import ssl
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Tls(BaseModel):
    """How to trust the broker, and how to be trusted by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ca_file: Annotated[Path | None, Field(description="Who vouches for the broker; the system's list if absent")] = None
    cert_file: Annotated[Path | None, Field(description="This client's certificate, with its chain")] = None
    key_file: Annotated[Path | None, Field(description="The key of that certificate")] = None


def trust(tls: Tls) -> ssl.SSLContext:
    """What the files say, ready for a connection. Raises OSError for a file that is away or holds something else."""
    context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.cert_file is not None:
        context.load_cert_chain(tls.cert_file, tls.key_file)
    return context
