"""Codes of an app (TOTP, RFC 6238) and recovery codes: made, shown, recognised. All cryptography is the libraries'.

The app's secret is kept encrypted under a key derived from the installation's secret; recovery codes as salted hashes.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from flask import current_app
from passlib.totp import TOTP, TokenError  # type: ignore[import-untyped]

STEP = 30  # seconds; a code counts in its own step, the one before and the one after
DIGITS, RECOVERY_DIGITS, RECOVERY_CODES = 6, 16, 10
LONGEST = 64
# the codes are random (53 bits), nobody's own words: what makes each guess slow need not take long
_COST = {"n": 2**12, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}


@dataclass(frozen=True, slots=True)
class Shown:
    """What an app reads: a picture of the QR code, and the key to type, in groups of four."""

    picture: str
    key: str
    uri: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """Fresh recovery codes, as the person keeps them and as we do."""

    codes: tuple[str, ...]
    salt: str
    hashes: tuple[str, ...]


def _totp() -> Any:
    """Return passlib's TOTP with the installation's name and key."""
    found = current_app.extensions.get("uatapp-totp")
    if found is None:
        host = current_app.config["UATAPP"].host.split(":")[0]
        derived = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), b"second factor", hashlib.sha256)
        found = TOTP.using(issuer=f"uatapp {host}", secrets={"1": derived.hexdigest()})
        current_app.extensions["uatapp-totp"] = found
    return found


def new_secret() -> str:
    """Make an app's secret, encrypted as it is kept."""
    return kept_secret(secrets.token_bytes(20))


def kept_secret(key: bytes) -> str:
    """Return an app's secret as it is kept: encrypted."""
    return str(_totp()(key=key, format="raw").to_json(encrypt=True))


def is_secret(secret: str, key: bytes) -> bool:
    """Say whether a kept secret is this one."""
    return hmac.compare_digest(_totp().from_source(secret).key, key)


def show(secret: str, email: str) -> Shown:
    """Return what a person's app reads to make codes from now on."""
    totp = _totp().from_source(secret)
    uri = totp.to_uri(email.replace(":", ""))
    picture = segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    return Shown(picture, totp.pretty_key(sep=" "), uri)


def step_at(at: datetime) -> int:
    """Return the step of thirty seconds that an instant is in."""
    return int(at.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the code that an app shows in a step."""
    return str(_totp().from_source(secret).generate(step * STEP).token)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the step that a code belongs to: the present one, the one before or after; None for a wrong code."""
    try:
        return int(_totp().from_source(secret).match(code, time=int(at.timestamp()), window=STEP).counter)
    except TokenError:
        return None


def typed(code: str) -> str:
    """Return the digits of a code as typed: spaces and dashes do not matter, digits of any script count."""
    digits = unicodedata.normalize("NFKC", code[:LONGEST])
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in digits if c not in " -\u00a0\u2013")


def is_recovery(code: str) -> bool:
    """Say whether what was typed looks like a recovery code."""
    return len(code) == RECOVERY_DIGITS and code.isdigit()


def new_recovery() -> Recovery:
    """Make ten recovery codes; takes a moment, so never while a change holds its lock."""
    salt = secrets.token_hex(16)
    numbers = [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]
    shown = tuple(" ".join(n[i : i + 4] for i in range(0, RECOVERY_DIGITS, 4)) for n in numbers)
    return Recovery(shown, salt, tuple(hash_of(number, salt) for number in numbers))


def hash_of(code: str, salt: str) -> str:
    """Return what is kept of a recovery code (scrypt)."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), dklen=32, **_COST).hex()
