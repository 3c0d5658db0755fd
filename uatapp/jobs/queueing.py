"""Queueing: the job's row in the transaction of the change that wants it; the worker is woken after the commit."""

from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from uatapp.jobs.models import Job
from uatapp.kernel.db import db
from uatapp.kernel.uow import after_commit


def queue(kind: str, *, dedupe: str, title: str = "", **args: Any) -> None:
    """Queue work in the open unit of work; the same `dedupe` again changes nothing."""
    session = db.session()
    if "events" not in session.info:
        raise RuntimeError("Jobs are queued inside a unit of work")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = Job.__table__
    statement = dialect.insert(table).values(kind=kind, args=args, dedupe=dedupe, title=title or kind)
    statement = statement.on_conflict_do_nothing(index_elements=["dedupe"])
    job_id = session.execute(statement.returning(table.c.id)).scalar_one_or_none()
    if job_id is not None:
        wake_later(job_id)


def wake_later(job_id: int) -> None:
    """Wake the worker once the open unit of work is durable."""
    wake: Callable[[int], None] | None = current_app.extensions.get("uatapp-wake")
    if wake is not None:
        after_commit(lambda: wake(job_id))
