"""How an entry is made: canonical JSON, hashes and commitments. Pure, so that a verifier can repeat it."""

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import rfc8785

VERSION = 1
_TAG = b"uat-audit-v1\n"
INLINE = 8


_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
# keys with such letters sort otherwise there, and lone surrogates are refused
_LATE_LETTERS = re.compile("[\ud800-\U0010ffff]")
_LARGEST = 10**15
_WORDS: frozenset[type] = frozenset({str})
_SIMPLE = _WORDS | {bool, type(None)}


def canonical(value: Any) -> str:
    """Write JSON as RFC 8785 has it: one form only, so that a hash means the content.

    The standard library's encoder gives the same for what we write, many times as fast; the rest is left to rfc8785.
    """
    if not _is_plain(value):
        return rfc8785.dumps(value).decode()
    text = _PLAIN.encode(value)
    odd = not text.isascii() and _LATE_LETTERS.search(text)
    return rfc8785.dumps(value).decode() if odd else text


def _is_plain(value: Any) -> bool:
    """Say whether both encoders write a value alike: words as keys, whole numbers of a middling size, no others."""
    kind = type(value)
    if kind is dict:
        return {*map(type, value)} <= _WORDS and _are_plain(value.values())
    if kind is list or kind is tuple:
        return _are_plain(value)
    return kind in _SIMPLE or (kind is int and -_LARGEST < value < _LARGEST)


def _are_plain(values: Collection[Any]) -> bool:
    return {*map(type, values)} <= _SIMPLE or all(map(_is_plain, values))


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
