"""Passwords, waiting times, and where a sign-in may lead."""

import pytest

from uatapp.accounts import rules


@pytest.mark.proves("T19")
@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "x" + "yz" * 30 + "q",
        "ünïcödé påsswørds äre fine",
        "🙂🙃 emoji and spaces 🙂",
        "kT7!pq zW3#mn",
        "abcdefghij klmno pqr 7",
        "lorry violet ankle teapot " * 7,
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert rules.why_weak(password, ("Marta Lindqvist", "marta@example.com")) is None


@pytest.mark.proves("T19")
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", rules.TOO_SHORT),
        ("only nine", rules.TOO_SHORT),
        ("x7" * 100 + "y", rules.TOO_LONG),
        ("x" * 10_000, rules.TOO_LONG),
        ("Password123!", rules.COMMON),
        ("P@ssw0rd2024", rules.COMMON),
        ("WELCOME12345", rules.COMMON),
        ("1234567890", rules.COMMON),
        ("0987654321", rules.COMMON),
        ("qwertyuiop", rules.COMMON),
        ("aaaaaaaaaaaa", rules.COMMON),
        ("abcabcabcabc", rules.COMMON),
        ("abababababab", rules.COMMON),
        ("Sommer2026!!", rules.COMMON),
        ("marta is nice 77", rules.PERSONAL),
        ("my LINDQVIST password", rules.PERSONAL),
        ("uatapp rules 2026", rules.PERSONAL),
        ("MartaLindqvist1", rules.PERSONAL),
    ],
)
def test_a_bad_password_is_refused(password: str, why: str) -> None:
    assert rules.why_weak(password, ("Marta Lindqvist", "marta.l@example.com")) == why


@pytest.mark.proves("T19")
def test_accents_match_however_the_keyboard_writes_them() -> None:
    assert rules.normalised("caf\u00e9") == rules.normalised("cafe\u0301")


def test_waiting_doubles_to_a_quarter_of_an_hour() -> None:
    waits = [rules.wait_after(n, rules.FREE_TRIES) for n in range(14)]
    assert waits == [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.parametrize(
    "target",
    [
        "//evil", "///evil", "/\\evil", "\\/evil", "\\\\evil", "https:evil", "https://good@evil", "javascript:alert(1)",
        "/%09/evil", "%2f%2fevil", "/%2fevil", "/..//evil", "\t//evil", "/a\r\nSet-Cookie: x=1", "https://good.evil.com",
        "evil", "", None, "/" + "x" * 3000, " /x", "/%5cevil", "http://localhost/x",
    ],
)  # fmt: skip
@pytest.mark.proves("T26")
def test_no_sign_in_leads_to_another_site(target: str | None) -> None:
    assert rules.safe_target(target) == "/"


@pytest.mark.proves("T26")
@pytest.mark.parametrize("target", ["/", "/projects/PAY/defects/7", "/projects/PAY/?page=2&q=//x", "/kept/5"])
def test_a_sign_in_leads_on_within_this_site(target: str) -> None:
    assert rules.safe_target(target) == target
