"""How an entry is made: canonical JSON, hashes and commitments. Pure, so that a verifier can repeat it."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

VERSION = 1
_TAG = b"uat-audit-v1\n"
INLINE = 8


_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
# keys with such letters sort otherwise there, and lone surrogates are refused
_LATE_LETTERS = re.compile("[\ud800-\U0010ffff]")
_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_ODD_NUMBERS = re.compile(r"\.|\d[eE]|\d{16}")


def canonical(value: Any) -> str:
    """Write JSON as RFC 8785 has it: one form only, so that a hash means the content.

    The standard library's encoder gives the same for what we write, ten times as fast; the rest is left to rfc8785.
    """
    text = _PLAIN.encode(value)
    odd = _LATE_LETTERS.search(text) or _ODD_NUMBERS.search(_STRINGS.sub("", text))
    if odd or json.loads(text) != value:  # such as keys that are no words, which the plain encoder makes words of
        return rfc8785.dumps(value).decode()
    return text


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hash(prev_hash: str, body: str) -> str:
    """Chain an entry's exact body to the hash before it."""
    return hashlib.sha256(_TAG + prev_hash.encode() + b"\n" + body.encode()).hexdigest()


def genesis(chain: str) -> str:
    """Return what stands as the hash before a chain's first entry."""
    return sha256(f"uat-audit-v1 genesis {chain}")


def commit_to(text: str) -> tuple[str, str]:
    """Return a fresh salt and the commitment sha256(salt‖text)."""
    salt = secrets.token_hex(16)
    return salt, sha256(salt + text)


def listed(items: Sequence[Any]) -> dict[str, Any]:
    """Return the count and hash by which an entry names a list kept beside it."""
    return {"count": len(items), "sha256": sha256(canonical(list(items)))}


def content_hash(content: Mapping[str, Any]) -> str:
    """Hash a frozen row's canonical content."""
    return sha256(canonical(dict(content)))
