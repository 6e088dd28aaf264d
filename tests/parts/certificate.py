"""A certificate that vouches for itself, as cameras have, made anew by OpenSSL for one test."""

import subprocess
from pathlib import Path


def certificate(folder: Path, address: str = "127.0.0.1") -> tuple[Path, Path]:
    """The certificate for this address, and its key."""
    cert, key = folder / "camera.pem", folder / "camera.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key
