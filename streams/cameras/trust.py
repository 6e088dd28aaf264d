"""TLS to a camera: FFmpeg takes any certificate unless told not to, so it is told, for every line that is TLS.

There is no way to turn this off. A camera that vouches for itself is trusted by its own certificate as `ca_file`; the
certificate must name the very address the camera is called by.
"""

import ssl
from pathlib import Path

from streams.cameras.address import Address


def trusted(address: Address, ca_file: Path | None) -> dict[str, str]:
    """FFmpeg's options for it: who may vouch, the system's list when `ca_file` is None; none for a line that is not."""
    if not address.tls:
        return {}
    listed = ca_file or ssl.get_default_verify_paths().cafile
    return {"tls_verify": "1", **({"ca_file": str(listed)} if listed else {})}
