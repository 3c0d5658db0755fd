"""How connections behave: SQLite's pragmas and its BEGIN, deferred for reads, immediate for writes."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

POSTGRESQL_FULL = "53100"
CONNECT_SECONDS = 5
AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def is_away(error: BaseException) -> bool:
    """Say whether the database could not do it now, and may in a moment."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.OperationalError):  # SQLite says so of a missing table as well
        return cause.sqlite_errorcode & 0xFF in AWAY
    return isinstance(error, OperationalError | InterfaceError | NoConnection)


def is_full(error: BaseException) -> bool:
    """Say whether a disk was full: the database's, or ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(cause, "sqlstate", None) == POSTGRESQL_FULL


# what one process may hold open: a connection for each thread of `uatapp run`, and a few for what is written beside
POOL, BESIDE = 8, 4


def options(url: str) -> dict[str, Any]:
    """Return the engine's options: a lost connection is noticed before it is used, one that hangs is given up.

    Messages of errors do not repeat the values of a statement.
    """
    found: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if url.startswith("postgresql"):
        found |= {"pool_size": POOL, "max_overflow": BESIDE, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    return found


def prepare(engine: Engine) -> None:
    """Set an engine up. On SQLite a unit of work takes the write lock at once, a read never waits."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "begin", _begin_elsewhere)


@contextmanager
def aside(engine: Engine, *, lasting: bool = True) -> Iterator[Connection]:
    """Make a short change beside the request's own: committed, whatever becomes of the request.

    One that is not `lasting` is not waited for: a power cut may lose it, as when a page was last looked at.
    """
    options = {"uatapp_write": True, "uatapp_unwaited": not lasting}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


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
    options = connection.get_execution_options()
    if options.get("uatapp_write"):
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get('uatapp_unwaited') else 'FULL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("uatapp_write") else "BEGIN")


def _begin_elsewhere(connection: Connection) -> None:
    if connection.get_execution_options().get("uatapp_unwaited"):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
