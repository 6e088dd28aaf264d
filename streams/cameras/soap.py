"""SOAP as ONVIF cameras speak it: an envelope, a login that is a digest, and answers read by the names of their parts.

Answers are read by local names: cameras differ in prefixes, versions and what they wrap. What a camera sends is not
trusted: a document that declares anything (DOCTYPE, the door of every XML attack) is refused unread.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from streams.weather import SourceLost

SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
TOKEN: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"  # noqa: S105 - a name
MESSAGE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
LARGEST: Final = 2**20
NONCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """Who we are to a camera."""

    user: str
    password: str


def envelope(body: str, login: Login | None, at: datetime) -> bytes:
    """A request; `at` is the camera's own time (aware UTC), because it refuses a digest that is minutes old."""
    header = "" if login is None else f"<s:Header>{_token(login, at, secrets.token_bytes(NONCE_BYTES))}</s:Header>"
    text = f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{header}<s:Body>{body}</s:Body></s:Envelope>'
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()


def digest(nonce: bytes, created: str, password: str) -> str:
    """WS-UsernameToken's: SHA-1 of nonce, time and password; what it is worth is what the standard made it."""
    return base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()  # noqa: S324 - the standard's


def parse(answer: bytes) -> ET.Element:
    """A document from a camera. Raises SourceLost for anything else."""
    if len(answer) > LARGEST or b"<!" in answer.replace(b"<!--", b""):
        raise SourceLost("the answer is no SOAP (too large, or it declares what SOAP has not)")
    try:
        return ET.fromstring(answer)  # noqa: S314 - without declarations there is nothing to expand or to fetch
    except ET.ParseError as error:
        raise SourceLost(f"the answer is no XML: {error}") from error


def found(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """Every element of this local name, in the order of the document."""
    return (part for part in root.iter() if part.tag.rpartition("}")[2] == name)


def texts(root: ET.Element, name: str) -> Iterator[str]:
    """What stands in every element of this local name."""
    return ((part.text or "").strip() for part in found(root, name))


def text(root: ET.Element, *names: str) -> str:
    """What stands in the first element of the last name inside the first of the one before, and so on; or nothing."""
    part: ET.Element | None = root
    for name in names:
        part = None if part is None else next(found(part, name), None)
    return "" if part is None else (part.text or "").strip()


def _token(login: Login, at: datetime, nonce: bytes) -> str:
    created = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    return (
        f'<w:Security xmlns:w="{SECURITY}" xmlns:u="{UTILITY}"><w:UsernameToken>'
        f"<w:Username>{escape(login.user)}</w:Username>"
        f'<w:Password Type="{TOKEN}#PasswordDigest">{digest(nonce, created, login.password)}</w:Password>'
        f'<w:Nonce EncodingType="{MESSAGE}#Base64Binary">{base64.b64encode(nonce).decode()}</w:Nonce>'
        f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
    )
