"""Passwords, tokens and the patience with those who guess."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from central.auth.nodes import Claim, claim
from central.auth.passwords import Passwords, PasswordTooWeak
from central.auth.throttle import FAILURES_OF_A_LOGIN, FAILURES_OF_AN_ADDRESS, MOST_NAMES, WINDOW, Throttle
from central.auth.tokens import digest, new_token, same

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CHEAP = Passwords(time_cost=1, memory_kib=64, lanes=1)


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    kept = CHEAP.hash("một mật khẩu dài")
    assert kept.startswith("$argon2id$")
    assert CHEAP.fits("một mật khẩu dài", kept)
    assert not CHEAP.fits("một mật khẩu khác", kept)
    assert not CHEAP.fits("một mật khẩu dài", None)
    assert not CHEAP.fits("x", "not a hash")


def test_no_password_is_too_short_or_endless() -> None:
    for weak in ("", "ngắn", "x" * 201):
        with pytest.raises(PasswordTooWeak):
            CHEAP.hash(weak)


def test_tokens_are_long_different_and_kept_only_as_hashes() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    token = tokens.pop()
    assert token not in digest(token)
    assert same(digest(token), digest(token))
    assert not same(digest(token), digest("other"))


def test_failures_of_a_login_are_forgotten_after_the_window() -> None:
    throttle = Throttle()
    for second in range(FAILURES_OF_A_LOGIN):
        assert throttle.wait("op", "here", NOW) == timedelta()
        throttle.failed("op", "here", NOW + timedelta(seconds=second))
    assert throttle.wait("op", "elsewhere", NOW) == WINDOW
    assert throttle.wait("other", "elsewhere", NOW) == timedelta()
    assert throttle.wait("op", "elsewhere", NOW + WINDOW) == timedelta()


def test_an_address_that_tries_many_logins_is_slowed_too() -> None:
    throttle = Throttle()
    for number in range(FAILURES_OF_AN_ADDRESS):
        throttle.failed(f"login-{number}", "here", NOW)
    assert throttle.wait("fresh", "here", NOW) > timedelta()
    assert throttle.wait("fresh", "elsewhere", NOW) == timedelta()


def test_a_right_password_clears_the_login_and_never_the_address() -> None:
    throttle = Throttle()
    for _ in range(FAILURES_OF_AN_ADDRESS):
        throttle.failed("op", "here", NOW)
    throttle.succeeded("op")
    assert throttle.wait("op", "elsewhere", NOW) == timedelta()
    assert throttle.wait("op", "here", NOW) > timedelta()


def test_a_flood_of_names_takes_no_more_room_than_allowed() -> None:
    throttle = Throttle()
    for number in range(MOST_NAMES + 500):
        throttle.failed(f"login-{number}", f"address-{number}", NOW)
    assert len(throttle._failures) == MOST_NAMES


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        ("Bearer abc", Claim("abc")),
        ("Basic " + base64.b64encode(b"box-1:a:b").decode(), Claim("a:b", "box-1")),
        ("basic " + base64.b64encode(b"box-1:").decode(), Claim("", "box-1")),
        ("Basic !!!", None),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), None),
        ("Basic " + base64.b64encode(b"nocolon").decode(), None),
        ("Digest abc", None),
        ("Bearer", None),
        (None, None),
    ],
)
def test_an_authorization_header_claims_what_it_says(header: str | None, claimed: Claim | None) -> None:
    assert claim(header) == claimed
