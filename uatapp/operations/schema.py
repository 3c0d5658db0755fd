"""The schema: brought up to date, append-only triggers made again."""

import sqlalchemy as sa

from uatapp.audit.models import AuditChain
from uatapp.audit.writer import SYSTEM_CHAIN, open_chain
from uatapp.kernel import appendonly
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import Base, db
from uatapp.kernel.uow import unit_of_work


def is_behind() -> bool:
    """Say whether tables are missing, so that `uatapp migrate` must run first."""
    present = sa.inspect(db.engine).get_table_names()
    return bool(set(Base.metadata.tables) - set(present))


def upgrade() -> None:
    """Bring the database up to date, make the triggers again, and begin the system's chain."""
    Base.metadata.create_all(db.engine)
    with db.engine.begin() as connection:
        appendonly.install(connection)
    with unit_of_work(SYSTEM) as session:
        if not session.query(AuditChain).filter_by(name=SYSTEM_CHAIN).count():
            open_chain(SYSTEM_CHAIN, None)
