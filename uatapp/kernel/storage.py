"""Files by content: written once under their SHA-256, in a folder or an object store."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import structlog
from flask import current_app
from flask_babel import gettext as _
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from uatapp.kernel.errors import NotFound, Unavailable

log = structlog.get_logger()


@lru_cache(maxsize=8)
def _open(url: str) -> ObjectStore:
    if url.startswith("file://"):
        folder = Path(urlsplit(url).path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    return from_url(url, retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)})


def _store() -> ObjectStore:
    return _open(current_app.config["EVIDENCE_URL"])


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise NotFound
    return f"{sha256[:2]}/{sha256}"


@contextlib.contextmanager
def _asking(expected: type[Exception]) -> Iterator[None]:
    """Turn any failure of the store into a refusal, but for the one answer that is expected."""
    try:
        yield
    except expected:
        raise
    except (BaseError, OSError) as away:
        log.warning("the store of files cannot be reached", exc_info=away)
        raise Unavailable(_("Files cannot be stored or read just now. Please try again in a moment.")) from away


def put(data: bytes) -> str:
    """Store bytes durably and return their SHA-256; the same bytes again change nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    with contextlib.suppress(AlreadyExistsError), _asking(AlreadyExistsError):
        obstore.put(_store(), _path(sha256), data, mode="create")
    return sha256


def get(sha256: str) -> bytes:
    """Return stored bytes; refuse (NotFound) what is not there."""
    try:
        with _asking(FileNotFoundError):
            return bytes(obstore.get(_store(), _path(sha256)).bytes())
    except FileNotFoundError as missing:
        raise NotFound from missing


def reach() -> None:
    """Ask the store for one name; raises obstore's error, or OSError, when it is away or is not there."""
    store = _store()
    if isinstance(store, LocalStore) and not (store.prefix and Path(store.prefix).is_dir()):
        raise FileNotFoundError(store.prefix)
    next(iter(obstore.list(store, "00", chunk_size=1)), None)


def exists(sha256: str) -> bool:
    try:
        with _asking(FileNotFoundError):
            obstore.head(_store(), _path(sha256))
    except FileNotFoundError:
        return False
    return True
