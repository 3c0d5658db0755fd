"""What can happen to jobs: queued with the change that wants them, run once at a time, tried again."""

from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import Flask, current_app, g
from flask_babel import gettext as _

from uatapp.jobs import leases
from uatapp.jobs.events import JobTriedAgain
from uatapp.jobs.leases import Lease, LeaseLostError
from uatapp.jobs.mail import send_mail
from uatapp.jobs.models import Job, JobState
from uatapp.jobs.queueing import queue, wake_later
from uatapp.jobs.registry import daily_kinds, find_kind
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, NotFound, Refused
from uatapp.kernel.uow import record, unit_of_work

log = structlog.get_logger()
DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600))

__all__ = ["execute", "list_due", "queue", "queue_daily", "retry", "run_due", "send_mail"]


def list_due(limit: int) -> list[int]:
    """Return the jobs that may be run now, the longest waiting first."""
    statement = sa.select(Job.id).where(leases.due()).order_by(Job.due_at, Job.id).limit(limit)
    found = list(db.session.scalars(statement))
    db.session.rollback()
    return found


def queue_daily() -> None:
    """Queue what is done once a day, if nobody has yet today."""
    wanted = {f"{kind.name}:{clock.now().date()}": kind for kind in daily_kinds()}
    present = set(db.session.scalars(sa.select(Job.dedupe).where(Job.dedupe.in_(wanted))))
    db.session.rollback()
    if present >= set(wanted):
        return
    with unit_of_work(SYSTEM):
        for dedupe, kind in wanted.items():
            queue(kind.name, dedupe=dedupe, title=str(kind.daily))


def run_due(limit: int = 100) -> int:
    """Run what is due, here and now, and what it queues; return how many were run. Refused inside a unit of work."""
    if "events" in db.session().info:
        raise RuntimeError("Jobs run after the unit of work that queued them")
    ran = 0
    while ran < limit and (found := list_due(limit - ran)):
        ran += sum(execute(job_id) for job_id in found)
    db.session.rollback()
    return ran


def execute(job_id: int) -> bool:
    """Take a job and run it in a context of its own; False when it is not due or somebody else has it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context():
        lease = leases.claim(job_id)
    if lease is None:
        return False
    with leases.kept(app, lease), app.app_context():
        g.job_lease = lease
        error = _run(lease)
    with app.app_context():
        _finish(lease, error)
    return True


def _run(lease: Lease) -> str:
    """Run the work; return "" or a sentence for people on what went wrong."""
    kind = find_kind(lease.kind)
    if kind is None:
        return str(_("This version of the program does not know this kind of work."))
    if lease.attempts > kind.attempts:
        return str(_("It was interrupted %(n)s times, so it is not tried again by itself.", n=kind.attempts))
    try:
        kind.run(**lease.args)
    except LeaseLostError as lost:
        log.warning("a late worker stopped", job=lease.job_id, why=str(lost))
        return str(lost)
    except DomainError as refused:
        log.warning("job refused", job=lease.job_id, kind=lease.kind, why=refused.message)
        return refused.message
    except Exception as unknown:
        log.error("job failed", job=lease.job_id, kind=lease.kind, exc_info=unknown)
        name = type(unknown).__name__
        return str(_("It stopped with an unexpected error (%(name)s). The server's log has more.", name=name))
    return ""


def _finish(lease: Lease, error: str) -> None:
    now = clock.now()
    if not error:
        kept = leases.settle(lease, state=JobState.DONE, done_at=now, lease="", leased_until=None, error="")
    elif lease.attempts < _attempts(lease.kind):
        due_at = now + DELAYS[min(lease.attempts, len(DELAYS)) - 1]
        kept = leases.settle(
            lease, state=JobState.QUEUED, due_at=due_at, lease="", leased_until=None, error=error[:2000]
        )
    else:
        kept = leases.settle(lease, state=JobState.FAILED, lease="", leased_until=None, error=error[:2000])
    if not kept:
        log.warning("a late worker's word does not count", job=lease.job_id)


def _attempts(name: str) -> int:
    kind = find_kind(name)
    return kind.attempts if kind else 0


def retry(job_id: int, *, by: Actor) -> None:
    """Queue a failed job again, with all its attempts. Refuses one that has not failed."""
    row = db.session.scalar(sa.select(Job).where(Job.id == job_id).with_for_update())
    if row is None:
        raise NotFound
    if row.state is not JobState.FAILED:
        raise Refused(_("This was already tried again; it is %(state)s.", state=row.state.value))
    row.state, row.attempts, row.due_at = JobState.QUEUED, 0, clock.now()
    record(JobTriedAgain(project_id=None, subject=row.kind, by=by, title=row.title))
    wake_later(row.id)
