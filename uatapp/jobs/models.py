"""Jobs and outgoing mail, written with the change that wants them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel.db import Base, created


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """Work to do after a commit. `dedupe` makes queueing twice one job; `lease` fences a worker that lost it."""

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("dedupe"),
        sa.Index("ix_job_due", "state", "due_at"),
        sa.CheckConstraint("attempts >= 0", "attempts"),
    )

    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    dedupe: Mapped[str]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None]
    due_at: Mapped[datetime] = created()
    created_at: Mapped[datetime] = created()
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")


class OutgoingMail(Base):
    """One mail to one person, in the outbox from the transaction that wanted it."""

    __tablename__ = "outgoing_mail"

    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = created()
    sent_at: Mapped[datetime | None]
