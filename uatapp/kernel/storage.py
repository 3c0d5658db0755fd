"""Files by content: written once under their SHA-256, in a folder or an object store.

Bytes are stored before the row that names them. What no row names in the end is swept (`evidence.sweeping`).
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import structlog
from flask import current_app
from flask_babel import gettext as _
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from uatapp.kernel.errors import Damaged, NoRoom, NotFound, Unavailable

log = structlog.get_logger()
RESERVE = 500 * 1024 * 1024
_DIGITS = set("0123456789abcdef")


@lru_cache(maxsize=8)
def _open(url: str) -> ObjectStore:
    if url.startswith("file://"):
        folder = Path(urlsplit(url).path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    return from_url(url, retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)})


def _store() -> ObjectStore:
    return _open(current_app.config["EVIDENCE_URL"])


def folder() -> Path | None:
    """Return the folder of the files; None when they lie in an object store."""
    url: str = current_app.config["EVIDENCE_URL"]
    return Path(urlsplit(url).path) if url.startswith("file://") else None


def _is_name(sha256: str) -> bool:
    return len(sha256) == 64 and set(sha256) <= _DIGITS


def _path(sha256: str) -> str:
    if not _is_name(sha256):
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
    """Store bytes durably and return their SHA-256; the same bytes again change nothing. Refuses (NoRoom) a full disk."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    try:
        with _asking(AlreadyExistsError):
            obstore.put(_store(), path, data, mode="create")
    except AlreadyExistsError:
        _renew(path, data)
    except Unavailable as fault:
        if is_low(len(data)):
            raise NoRoom(_no_room()) from fault
        raise
    _settle(path)
    return sha256


def _renew(path: str, data: bytes) -> None:
    """Make a file that was there as young as a new one, so that it is not swept before its row is written."""
    root = folder()
    if root is not None:
        os.utime(root / path)
        return
    with contextlib.suppress(BaseError):  # a store that lets nothing be written again lets nothing be swept either
        obstore.put(_store(), path, data)


def _settle(path: str) -> None:
    """Have a file and its name on the disk itself, so that no power cut takes it while its row stays."""
    root = folder()
    for place in (root / path, (root / path).parent, root) if root else ():
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def get(sha256: str) -> bytes:
    """Return stored bytes; refuse (NotFound) what is not there."""
    try:
        with _asking(FileNotFoundError):
            return bytes(obstore.get(_store(), _path(sha256)).bytes())
    except FileNotFoundError as missing:
        raise NotFound from missing


def get_whole(sha256: str) -> bytes:
    """Return stored bytes; refuse (Damaged) what a row names and is not there, or is no longer as it was stored."""
    try:
        data = get(sha256)
    except NotFound:
        data = b""
    if hashlib.sha256(data).hexdigest() == sha256:
        return data
    raise Damaged(_("The stored file is missing or was changed. It is not shown. Please tell your IT staff."))


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


def is_low(size: int = 0) -> bool:
    """Say whether the disk of the files is nearly full, once `size` bytes more are on it."""
    root = folder()
    return root is not None and is_low_at(root if root.exists() else root.parent, size)


def is_low_at(place: Path, size: int = 0) -> bool:
    """Say whether the disk of a place has less than 500 MB, or on a small one less than a tenth."""
    disk = shutil.disk_usage(place)
    return disk.free - size < min(RESERVE, disk.total // 10)


def check_room(size: int) -> None:
    """Refuse (NoRoom) files that people give while the disk is nearly full: the rest is kept for their results."""
    if is_low(size):
        raise NoRoom(_no_room())


def _no_room() -> str:
    sentence = _(
        "The server has no room for files just now, so nothing was stored. You can still submit your results, "
        "without files. Please tell whoever runs this installation."
    )
    return str(sentence)


def list_older(before: datetime) -> Iterator[str]:
    """List the stored files that were last written before an instant."""
    for some in obstore.list(_store()):
        for found in some:
            sha256 = str(found["path"]).rpartition("/")[2]
            if found["last_modified"] < before and _is_name(sha256):
                yield sha256


def remove(sha256: str, before: datetime) -> bool:
    """Remove a file, unless it was written again since."""
    with contextlib.suppress(FileNotFoundError):
        if obstore.head(_store(), _path(sha256))["last_modified"] < before:
            obstore.delete(_store(), _path(sha256))
            return True
    return False


def remove_half_written(before: datetime) -> int:
    """Remove what writers that were stopped left in the folder: never under a file's own name. Returns how many."""
    root, count = folder(), 0
    for path in root.glob("??/*#*") if root else ():
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count
