"""Triggers that refuse UPDATE and DELETE on append-only tables, on both databases, from one list."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from uatapp.kernel.db import Base, Frozen


def tables() -> tuple[str, ...]:
    """Return the names of all append-only tables: frozen rows and the audit trail."""
    found = []
    for mapper in Base.registry.mappers:
        append_only = issubclass(mapper.class_, Frozen) or getattr(mapper.class_, "__append_only__", False)
        if append_only:
            found.append(str(mapper.local_table.name))  # type: ignore[attr-defined]
    return tuple(sorted(set(found)))


def install(connection: sa.Connection) -> None:
    """Make every trigger again, of the tables that are there. Idempotent; run after each upgrade of the schema."""
    there = set(sa.inspect(connection).get_table_names())
    for statement in _statements(connection.dialect.name, [table for table in tables() if table in there]):
        connection.exec_driver_sql(statement)


def _statements(dialect: str, there: Iterable[str]) -> Iterator[str]:
    if dialect == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION uatapp_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_OP || ' of ' || TG_TABLE_NAME; END $$"
        )
    for table in there:
        yield from _postgresql(table) if dialect == "postgresql" else _sqlite(table)


def _postgresql(table: str) -> Iterator[str]:
    yield f'DROP TRIGGER IF EXISTS append_only ON "{table}"'
    yield (
        f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION uatapp_append_only()"
    )


def _sqlite(table: str) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE"):
        name = f"append_only_{table}_{verb.lower()}"
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield (
            f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} of {table}'); END"
        )


def missing(connection: sa.Connection) -> list[str]:
    """Return the append-only tables that lack a trigger."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
        )
        protected = {name.strip('"') for (name,) in found}
        return [table for table in tables() if table not in protected]
    names = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    verbs = ("update", "delete")
    return [table for table in tables() if not {f"append_only_{table}_{verb}" for verb in verbs} <= names]
