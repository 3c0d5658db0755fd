"""The schema: brought up to date by migrations, append-only triggers made again after each."""

from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from uatapp import migrations
from uatapp.audit.models import AuditChain
from uatapp.audit.writer import SYSTEM_CHAIN, open_chain
from uatapp.kernel import appendonly
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, on an open connection where it is to run."""
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    if connection is not None:
        found.attributes["connection"] = connection
    return found


@lru_cache(maxsize=1)
def newest() -> str | None:
    """Return the revision that this program needs: of the files it was started from, whatever lies there later."""
    return ScriptDirectory.from_config(config()).get_current_head()


def present() -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_behind() -> bool:
    """Say whether `uatapp migrate` must run first. Also true for a database of a newer program, which it refuses."""
    return present() != newest()


def upgrade() -> None:
    """Bring the database up to date, make the triggers again, and begin the system's chain.

    Refuses (CommandError) a database that a newer program has changed; nothing is written then.
    """
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        with connection.begin():
            command.upgrade(config(connection), "head")
            appendonly.install(connection)
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.rollback()
    with unit_of_work(SYSTEM) as session:
        if session.scalar(sa.select(AuditChain.id).where(AuditChain.name == SYSTEM_CHAIN)) is None:
            open_chain(SYSTEM_CHAIN, None)
