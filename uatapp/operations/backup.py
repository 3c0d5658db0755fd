"""`uatapp backup`: the database at one moment, then the files that it names, then the keys. Nobody has to stop."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from uatapp.audit.models import AuditChain
from uatapp.config import Settings
from uatapp.evidence import sweeping
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock, storage
from uatapp.kernel.db import Base
from uatapp.kernel.errors import NotFound, Refused
from uatapp.operations import archive, schema
from uatapp.operations.verify import reading
from uatapp.signoffs.models import CertificateFile

Progress = Callable[[int, int], None]
SECRET = "secret_key"  # noqa: S105 - the name of a file


def backup(path: Path, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Write a backup, readable by its owner alone; return what is in it, and which files were `missing` before.

    Refuses a database that is not up to date, and a file that is there already. The name appears when all is written.
    """
    if schema.is_behind():
        raise Refused("The database is not up to date. Run `uatapp migrate` first.")
    if path.exists():
        raise Refused(f"{path} is there already. Choose another name.")
    with _whole(path) as archived:
        writer = archive.Writer(archived)
        with reading() as session:
            rows = {table.name: _rows(writer, session, table) for table in Base.metadata.sorted_tables}
            heads = session.execute(sa.select(AuditChain.name, AuditChain.seq, AuditChain.hash)).all()
            stored = set(storage.list_older(clock.now() + timedelta(days=1)))
            named = sorted(stored.intersection(set().union(*sweeping.named(session))))
            needed = set(session.scalars(sa.union(sa.select(Evidence.sha256), sa.select(CertificateFile.sha256))))
        copied = []
        for number, sha256 in enumerate(named, 1):
            copied += _copied(writer, sha256)
            progress(number, len(named))
        _add_keys(writer, current_app.config["UATAPP"])
        told = {
            "version": version("uatapp"),
            "at": clock.iso(clock.now()),
            "schema": schema.newest(),
            "rows": rows,
            "missing": sorted(needed.difference(copied)),
            "chains": [{"name": name, "seq": seq, "hash": hashed} for name, seq, hashed in heads],
        }
        writer.finish(told)
    return {**told, "files": len(copied), "bytes": path.stat().st_size}


def _copied(writer: archive.Writer, sha256: str) -> list[str]:
    """Copy a stored file; nothing of one that went meanwhile, as a dropped draft's does."""
    try:
        data = storage.get(sha256)
    except NotFound:
        return []
    writer.add(f"files/{sha256}", [data])
    return [sha256]


@contextmanager
def _whole(path: Path) -> Iterator[zipfile.ZipFile]:
    """Write beside and rename at the end, so that what has the name is complete."""
    beside = path.with_name(f".{path.name}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archived:
                yield archived
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)


def _rows(writer: archive.Writer, session: Any, table: sa.Table) -> int:
    order = table.columns["id"] if "id" in table.columns else next(iter(table.columns))
    statement = sa.select(table).order_by(order).execution_options(yield_per=500)
    found = session.connection().execute(statement).mappings()
    return writer.add(f"tables/{table.name}.jsonl", (archive.written(dict(row)).encode() for row in found))


def _add_keys(writer: archive.Writer, settings: Settings) -> None:
    """Add the keys of the seal and, where it lies in the home folder, the secret of cookies and tokens."""
    for path in sorted(settings.keys_folder.glob("*")):
        writer.add(f"keys/{path.name}", [path.read_bytes()])
    secret = settings.home / SECRET
    if secret.is_file():
        writer.add(f"keys/{SECRET}", [secret.read_bytes()])
