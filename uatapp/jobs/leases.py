"""Leases: one worker at a time runs a job; one that lost its lease can change nothing more."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, g
from sqlalchemy.exc import OperationalError

from uatapp.jobs.models import Job, JobState
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
RENEW_EVERY = 20.0
LONGEST = timedelta(minutes=30)


class LeaseLostError(RuntimeError):
    """Another worker has taken the job over; this one must stop."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job: its token is in the job's row."""

    job_id: int
    token: str
    kind: str
    args: dict[str, Any]
    attempts: int


def due() -> sa.ColumnElement[bool]:
    """Say in SQL which jobs may be taken: queued and due, or running with a lease that is over."""
    now = clock.now()
    queued = sa.and_(Job.state == JobState.QUEUED, Job.due_at <= now)
    return sa.or_(queued, sa.and_(Job.state == JobState.RUNNING, Job.leased_until < now))


def claim(job_id: int) -> Lease | None:
    """Take a due job, in one statement; None when it is not due or another worker was faster."""
    token = secrets.token_hex(16)
    taken = {
        "state": JobState.RUNNING,
        "lease": token,
        "leased_until": clock.now() + LEASE,
        "attempts": Job.attempts + 1,
    }
    statement = sa.update(Job).where(Job.id == job_id, due()).values(taken)
    found = statement.returning(Job.kind, Job.args, Job.attempts)
    with unit_of_work(SYSTEM) as session:
        row = session.execute(found, execution_options={"synchronize_session": False}).one_or_none()
    return None if row is None else Lease(job_id, token, row.kind, row.args, row.attempts)


def settle(lease: Lease, /, **values: Any) -> bool:
    """Write what became of a job; False when the lease is somebody else's by now."""
    statement = sa.update(Job).where(Job.id == lease.job_id, Job.lease == lease.token).values(**values)
    with unit_of_work(SYSTEM) as session:
        found = session.execute(
            statement.returning(Job.id), execution_options={"synchronize_session": False}
        ).one_or_none()
    return found is not None


def hold() -> None:
    """At the start of each unit of work of a job: lock its row, or refuse because the lease is lost."""
    lease: Lease | None = g.get("job_lease")
    if lease is None:
        return
    held = sa.select(Job.id).where(Job.id == lease.job_id, Job.lease == lease.token)
    if db.session.scalar(held.with_for_update()) is None:
        raise LeaseLostError(f"job {lease.job_id} was taken over")


@contextmanager
def kept(app: Flask, lease: Lease) -> Iterator[None]:
    """Renew a lease in the background while a job runs, up to a limit."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(app, lease, over), daemon=True, name=f"lease-{lease.job_id}")
    keeper.start()
    try:
        yield
    finally:
        over.set()


def _keep(app: Flask, lease: Lease, over: threading.Event) -> None:
    until = clock.now() + LONGEST
    while not over.wait(RENEW_EVERY) and clock.now() < until:
        try:
            with app.app_context():
                if not settle(lease, leased_until=clock.now() + LEASE):
                    return
        except OperationalError as busy:
            log.warning("a lease could not be renewed just now", job=lease.job_id, why=str(busy.orig))
