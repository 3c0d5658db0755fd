"""The schema: brought up to date by migrations, append-only triggers made again after each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from uatapp import migrations
from uatapp.audit.writer import open_system_chain
from uatapp.kernel import appendonly
from uatapp.kernel.db import db

UPGRADING = 7_530_001  # a number of ours for PostgreSQL's lock


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, on an open connection where it is to run."""
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    if connection is not None:
        found.attributes["connection"] = connection
    return found


@lru_cache(maxsize=1)
def known() -> tuple[str, ...]:
    """Return the revisions of the files that this program was started from, newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def newest() -> str:
    """Return the revision that this program needs: of the files it was started from, whatever lies there later."""
    return known()[0]


def present() -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_behind() -> bool:
    """Say whether `uatapp migrate` must run first. Also true for a database of a newer program, which it refuses."""
    return present() != newest()


def upgrade(filling: Callable[[sa.Connection], None] = lambda connection: None, filled_at: str = "head") -> None:
    """Bring the database up to date, make the triggers again, and begin the system's chain.

    `filling` puts rows into new tables in the same transaction, when the schema has come to `filled_at`. Refuses
    (CommandError) a database that a newer program has changed; nothing is written then.
    """
    with db.engine.connect() as connection:
        with _without_foreign_keys(connection), _alone(connection):
            command.upgrade(config(connection), filled_at)
            filling(connection)
            appendonly.install(connection)
            command.upgrade(config(connection), "head")
            appendonly.install(connection)
            open_system_chain(connection)


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Open the transaction so that a second upgrade at the same time waits, and then finds nothing to do."""
    connection = connection.execution_options(uatapp_write=True)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADING)))
        yield


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite make tables again without looking at what refers to them; what is left is checked before the commit."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # said to the driver itself, for inside of a transaction SQLite would not listen
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
