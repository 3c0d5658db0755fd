"""How connections behave: SQLite's pragmas and its BEGIN, deferred for reads, immediate for writes."""

from typing import Any

from sqlalchemy import Connection, Engine, event


def prepare(engine: Engine) -> None:
    """Set an engine up. On SQLite a unit of work takes the write lock at once, a read never waits."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)


def _connect(connection: Any, record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("uatapp_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
