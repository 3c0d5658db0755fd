"""Reads about jobs and outgoing mail, for administrators."""

from datetime import datetime
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
    return db.session.scalar(sa.select(sa.func.count(Job.id)).where(_waiting())) or 0


def _waiting() -> sa.ColumnElement[bool]:
    return Job.state.in_((JobState.QUEUED, JobState.RUNNING))


def counts() -> dict[JobState, int]:
    """Return how many jobs wait, run and have failed."""
    states = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)
    rows = db.session.execute(sa.select(Job.state, sa.func.count()).where(Job.state.in_(states)).group_by(Job.state))
    return dict.fromkeys(states, 0) | {state: count for state, count in rows}


def oldest() -> datetime | None:
    """Return since when the oldest job that waits or runs has been there."""
    return db.session.scalar(sa.select(sa.func.min(Job.created_at)).where(_waiting()))


def has_failed(dedupe: str) -> bool:
    """Say whether a job was given up until a person tries it again."""
    return db.session.scalar(sa.select(Job.state).where(Job.dedupe == dedupe)) is JobState.FAILED


def mails() -> sa.Select[Any]:
    """Select outgoing mail, the newest first."""
    return sa.select(OutgoingMail).order_by(OutgoingMail.id.desc())


def get_mail(mail_id: int) -> OutgoingMail:
    """Return one mail; refuse (NotFound) one that is not there."""
    found = db.session.get(OutgoingMail, mail_id)
    if found is None:
        raise NotFound
    return found
