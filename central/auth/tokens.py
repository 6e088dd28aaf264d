"""Random tokens: given out once, kept only as a SHA-256.

A token holds 256 random bits, so its hash needs no salt and no slow function: nobody guesses one, and whoever steals
the table can sign in with none of it. Passwords, which people choose, are another matter: see `passwords`.
"""

import hashlib
import hmac
import secrets
from typing import Final

TOKEN_BYTES: Final = 32


def new_token() -> str:
    """A fresh random token, 43 characters safe in a URL, a header and a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What the table keeps of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(told: str, kept: str) -> bool:
    """Whether two secrets agree, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(told.encode(), kept.encode())
