"""How an entry is made: canonical JSON, hashes and commitments. Pure, so that a verifier can repeat it."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

VERSION = 1
_TAG = b"uat-audit-v1\n"
INLINE = 8


def canonical(value: Any) -> str:
    """Write JSON as RFC 8785 has it: one form only, so that a hash means the content."""
    return rfc8785.dumps(value).decode()


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
