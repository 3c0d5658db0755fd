"""Reads about jobs and outgoing mail, for administrators."""

from typing import Any

import sqlalchemy as sa

from uatapp.jobs.models import Job, JobState, OutgoingMail
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound


def failed() -> sa.Select[Any]:
    """Select failed jobs, the newest first."""
    return sa.select(Job).where(Job.state == JobState.FAILED).order_by(Job.id.desc())


def count_waiting() -> int:
    """Return how many jobs wait or run."""
    waiting = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return db.session.scalar(sa.select(sa.func.count(Job.id)).where(waiting)) or 0


def mails() -> sa.Select[Any]:
    """Select outgoing mail, the newest first."""
    return sa.select(OutgoingMail).order_by(OutgoingMail.id.desc())


def get_mail(mail_id: int) -> OutgoingMail:
    """Return one mail; refuse (NotFound) one that is not there."""
    found = db.session.get(OutgoingMail, mail_id)
    if found is None:
        raise NotFound
    return found
