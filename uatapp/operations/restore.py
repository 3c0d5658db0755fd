"""`uatapp restore`: a backup onto an empty installation, on either database. All is checked before anything is written."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import DataError, IntegrityError

from uatapp.accounts.models import UserSession
from uatapp.config import Settings
from uatapp.kernel import clock, storage
from uatapp.kernel.db import Base, db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.operations import archive, schema
from uatapp.operations.backup import SECRET, Progress

AT_ONCE = 500
LATER = {
    "defect": ("duplicate_of_id",)
}  # columns that point into their own table are filled when all its rows are there


def restore(path: Path, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Restore a backup; return its manifest. Sessions of then are ended.

    A backup of an earlier version comes in as it was and is upgraded in the same transaction. Refuses an installation
    that is not empty, a backup of a later version, and anything in it that is not as its manifest says.
    """
    settings: Settings = current_app.config["UATAPP"]
    _refuse_a_filled_place(settings)
    with archive.opened(path) as (archived, manifest):
        _refuse_an_unknown_schema(manifest)
        for number, _name in enumerate(archive.check(archived, manifest), 1):
            progress(number, len(manifest["parts"]))
        for name in _parts(manifest, "files/"):
            _put(archived, name)
        # before the tables: a database is never there without the keys that its certificates are checked with
        _write_keys(archived, manifest, settings)
        try:
            _fill_tables(archived, manifest)
        except BaseException:
            shutil.rmtree(settings.keys_folder, ignore_errors=True)
            raise
    return manifest


def _refuse_a_filled_place(settings: Settings) -> None:
    with db.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
    if tables:
        raise Refused("The database is not empty. Restore into a new one: set UATAPP_DATABASE_URL, or UATAPP_HOME.")
    if settings.keys_folder.is_dir() and any(settings.keys_folder.iterdir()):
        raise Refused(f"There are keys in {settings.keys_folder} already. Restore into a new UATAPP_HOME.")


def _refuse_an_unknown_schema(manifest: dict[str, Any]) -> None:
    if manifest.get("schema") not in schema.known():
        raise Refused(
            f"The backup was made by version {manifest.get('version')} (schema {manifest.get('schema')}), which this "
            f"program (schema {schema.newest()}) does not know. Restore it with that version or a later one."
        )
    if foreign := set(_parts(manifest, "tables/")) - {_part_of(table) for table in Base.metadata.sorted_tables}:
        raise Invalid(f"The backup has tables that this version does not have: {', '.join(sorted(foreign))}.")


def _part_of(table: sa.Table) -> str:
    return f"tables/{table.name}.jsonl"


def _parts(manifest: dict[str, Any], folder: str) -> Iterator[str]:
    return (name for name in manifest["parts"] if name.startswith(folder))


def _put(archived: zipfile.ZipFile, name: str) -> None:
    with archive.part(archived, name) as content:
        sha256 = storage.put(content.read())
    if name != f"files/{sha256}":
        raise Invalid(f"“{name}” has another content than its name says.")


def _fill_tables(archived: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Make the tables as they were and fill them, then bring them up to date, in one transaction."""
    parts = set(_parts(manifest, "tables/"))
    try:
        schema.upgrade(lambda connection: _fill(connection, archived, parts), manifest["schema"])
    except (IntegrityError, DataError) as odd:
        raise Invalid(f"Rows of the backup do not fit together: {str(odd.orig).splitlines()[0]}") from odd


def _fill(connection: sa.Connection, archived: zipfile.ZipFile, parts: set[str]) -> None:
    there = _tables(connection)
    if parts != {_part_of(table) for table in there}:
        raise Invalid("The backup has other tables than its version.")
    for table in there:
        with archive.part(archived, _part_of(table)) as lines:
            _insert(connection, table, (archive.read(line, table) for line in lines))
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            _count_on(connection, table)
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
        raise Invalid("Rows of the backup refer to rows that it does not have.")
    ended = sa.update(UserSession).where(UserSession.ended_at.is_(None)).values(ended_at=clock.now())
    connection.execute(ended)


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables that are there, with the columns that they have at this version of the schema."""
    inspector, then = sa.inspect(connection), sa.MetaData()
    columns = {name: {column["name"] for column in inspector.get_columns(name)} for name in inspector.get_table_names()}
    return [
        sa.Table(table.name, then, *(_bare(column) for column in table.columns if column.name in columns[table.name]))
        for table in Base.metadata.sorted_tables
        if table.name in columns
    ]


def _bare(column: sa.Column[Any]) -> sa.Column[Any]:
    return sa.Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    later: list[dict[str, Any]] = []
    some: list[dict[str, Any]] = []
    for row in rows:
        for name in LATER.get(table.name, ()):
            later.append({"row": row["id"], name: row[name]})
            row[name] = None
        some.append(row)
        if len(some) == AT_ONCE:
            _send(connection, table, some)
            some = []
    _send(connection, table, some)
    for values in later:
        connection.execute(sa.update(table).where(table.c.id == values.pop("row")).values(values))


def _send(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows; one that lacks a JSON value goes by itself, for it would become JSON's null among others."""
    values = [column.name for column in table.columns if isinstance(column.type, sa.JSON) and column.nullable]
    lacking = [row for row in rows if any(row[name] is None for name in values)]
    if whole := [row for row in rows if row not in lacking] if lacking else rows:
        connection.execute(sa.insert(table), whole)
    for row in lacking:
        connection.execute(sa.insert(table).values({name: value for name, value in row.items() if value is not None}))


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number new rows after those that came in."""
    sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
    highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, highest, False)))


def _write_keys(archived: zipfile.ZipFile, manifest: dict[str, Any], settings: Settings) -> None:
    settings.keys_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _parts(manifest, "keys/"):
        file = name.removeprefix("keys/")
        path = settings.home / file if file == SECRET else settings.keys_folder / file
        with archive.part(archived, name) as content:
            _write(path, content.read())


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
