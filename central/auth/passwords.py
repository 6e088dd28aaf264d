"""Passwords: argon2id, no default, and the same time for a login that does not exist."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from central.auth.tokens import new_token

SHORTEST: Final = 10
LONGEST: Final = 200


class PasswordTooWeak(ValueError):  # noqa: N818 - the name says what is wrong with it
    """A password that is too short or too long to accept."""


class Passwords:
    """Hashes and checks passwords. The costs are argon2-cffi's own (RFC 9106) unless told otherwise."""

    def __init__(self, time_cost: int = 3, memory_kib: int = 65_536, lanes: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=lanes)
        self._nobody = self._hasher.hash(new_token())

    def hash(self, password: str) -> str:
        """What the table keeps. Raises PasswordTooWeak outside 10 to 200 characters."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise PasswordTooWeak(f"a password has {SHORTEST} to {LONGEST} characters")
        return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one kept; takes as long when nothing is kept (no such login, no password yet)."""
        try:
            return self._hasher.verify(kept or self._nobody, password[: LONGEST + 1]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
