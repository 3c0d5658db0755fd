"""Files by content: written once under their SHA-256, in a folder or an object store."""

import contextlib
import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from flask import current_app
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from uatapp.kernel.errors import NotFound


@lru_cache(maxsize=8)
def _open(url: str) -> ObjectStore:
    if url.startswith("file://"):
        folder = Path(urlsplit(url).path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    return from_url(url)


def _store() -> ObjectStore:
    return _open(current_app.config["EVIDENCE_URL"])


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise NotFound
    return f"{sha256[:2]}/{sha256}"


def put(data: bytes) -> str:
    """Store bytes durably and return their SHA-256; the same bytes again change nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    with contextlib.suppress(AlreadyExistsError):
        obstore.put(_store(), _path(sha256), data, mode="create")
    return sha256


def get(sha256: str) -> bytes:
    """Return stored bytes; refuse (NotFound) what is not there."""
    try:
        return bytes(obstore.get(_store(), _path(sha256)).bytes())
    except FileNotFoundError as missing:
        raise NotFound from missing


def exists(sha256: str) -> bool:
    try:
        obstore.head(_store(), _path(sha256))
    except FileNotFoundError:
        return False
    return True
