"""The format of a backup: a zip of neutral parts, each named in a manifest with its size and SHA-256.

`tables/NAME.jsonl` has a table's rows, a JSON object a line; `files/SHA256` what people attached and what was sealed;
`keys/NAME` the installation's keys. Nothing in it is code, and nothing depends on the kind of database.
"""

import base64
import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from uatapp.kernel.errors import Invalid

FORMAT = "uatapp-backup-1"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 1024 * 1024
PIECE = 1024 * 1024
NAMES = re.compile(r"tables/[a-z_]{1,60}\.jsonl|files/[0-9a-f]{64}|keys/[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}")


def written(row: dict[str, Any]) -> str:
    """Write a row as a line."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def read(line: bytes, table: sa.Table) -> dict[str, Any]:
    """Read a line as a row of a table. Refuses columns that the table does not have, and values of other kinds."""
    row = json.loads(line)
    if set(row) != {column.name for column in table.columns}:
        raise Invalid(f"A row of “{table.name}” does not have the columns of this version.")
    try:
        return {column.name: _typed(row[column.name], column) for column in table.columns}
    except (ValueError, TypeError, KeyError) as odd:
        raise Invalid(f"A row of “{table.name}” cannot be read: {odd}") from odd


def _typed(value: Any, column: sa.Column[Any]) -> Any:
    kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    if value is None:
        return None
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    return column.type.enum_class(value) if isinstance(column.type, sa.Enum) and column.type.enum_class else value


class Writer:
    """Adds parts to a backup, and keeps account of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> int:
        """Write a part piece by piece; return how many pieces it had."""
        hashed, size, count = hashlib.sha256(), 0, 0
        with self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                hashed.update(piece)
                size, count = size + len(piece), count + 1
        self.parts[name] = {"size": size, "sha256": hashed.hexdigest()}
        return count

    def finish(self, told: dict[str, Any]) -> None:
        """Write the manifest."""
        manifest = {"format": FORMAT, **told, "parts": self.parts}
        self._archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open a backup and its manifest. Refuses what is no backup, and any member that the manifest does not name."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as odd:
        raise Invalid(f"{path} is not a backup: {odd}") from odd
    with archive:
        yield archive, _manifest(archive)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise Invalid("This file has no manifest, so it is not a backup that was finished.")
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        parts = manifest["parts"]
        known = manifest["format"] == FORMAT and all({"size", "sha256"} <= set(part) for part in parts.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile) as odd:
        raise Invalid("The manifest cannot be read.") from odd
    if not known:
        raise Invalid("This is a backup of another format.")
    if sorted(names) != sorted([MANIFEST, *parts]):
        raise Invalid("The backup has other members than its manifest names.")
    for info in archive.infolist():
        if info.filename != MANIFEST and not NAMES.fullmatch(info.filename):
            raise Invalid(f"“{info.filename[:80]}” is no name of a part.")
        if stat.S_ISLNK(info.external_attr >> 16) or info.is_dir():
            raise Invalid(f"“{info.filename[:80]}” is no file.")
    return manifest


def check(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    """Read every part against its size and hash, and yield its name. Refuses the first that differs."""
    for name, told in manifest["parts"].items():
        hashed, size = hashlib.sha256(), 0
        with part(archive, name) as content:
            while size <= told["size"] and (piece := content.read(PIECE)):
                hashed.update(piece)
                size += len(piece)
        if size != told["size"] or hashed.hexdigest() != told["sha256"]:
            raise Invalid(f"“{name}” is not as the manifest says: the backup was changed or damaged.")
        yield name


@contextmanager
def part(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open a part; what cannot be unpacked is refused."""
    try:
        with archive.open(name) as content:
            yield content
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as odd:
        raise Invalid(f"“{name}” cannot be unpacked: {odd}") from odd
