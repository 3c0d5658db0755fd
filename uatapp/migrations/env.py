"""How Alembic runs our migrations: one transaction, foreign keys off on SQLite while tables are made again."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from uatapp.kernel.db import Base


def _of_ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    return not (kind == "table" and name and name.startswith("search_"))


def run(connection: sa.Connection) -> None:
    """Run the migrations on an open connection; on SQLite check foreign keys before the commit."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        include_object=_of_ours,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise RuntimeError(f"The migration would leave {len(broken)} rows without what they refer to")


run(context.config.attributes["connection"])
