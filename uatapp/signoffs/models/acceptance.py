"""The acceptance window: what both sides agreed, the clock of each request with its pauses, and silence recorded."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.kernel import clock
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import TermsState

_AGREED, _PROPOSED = sa.text("state = 'agreed'"), sa.text("state = 'proposed'")


class AcceptanceTerms(InProject, Frozen, Base):
    """What a project manager proposed as the contract has it, with the contract's own words. Append-only."""

    __tablename__ = "acceptance_terms"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        sa.CheckConstraint("review_days BETWEEN 0 AND 250", "review_days"),
        sa.CheckConstraint("notice_days BETWEEN 0 AND 60", "notice_days"),
        sa.CheckConstraint("rounds BETWEEN 0 AND 20", "rounds"),
    )

    number: Mapped[int]
    reference: Mapped[str]
    review_days: Mapped[int]
    notice_days: Mapped[int]
    rounds: Mapped[int]
    clause: Mapped[str]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    side: Mapped[Side]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return self.reference

    def frozen_content(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "review_days": self.review_days,
            "notice_days": self.notice_days,
            "rounds": self.rounds,
            "clause": self.clause,
            "by": self.by_uid,
            "name": self.by_name,
            "side": self.side.value,
        }


class AcceptanceTermsState(InProject, Audited, Base):
    """How far a proposal is. One at most is agreed, and one at most waits for the other side."""

    __tablename__ = "acceptance_terms_state"
    __table_args__ = within(
        sa.UniqueConstraint("terms_id"),
        inside("terms_id", "acceptance_terms"),
        sa.Index("uq_acceptance_agreed", "project_id", unique=True, sqlite_where=_AGREED, postgresql_where=_AGREED),
        sa.Index(
            "uq_acceptance_proposed", "project_id", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED
        ),
    )

    terms_id: Mapped[int]
    state: Mapped[TermsState] = mapped_column(default=TermsState.PROPOSED)
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    terms: Mapped[AcceptanceTerms] = relationship(lazy="raise_on_sql", viewonly=True)


class AcceptanceClock(InProject, Audited, Base):
    """The clock of one request: by which terms, the date last told, and for which date people were told."""

    __tablename__ = "acceptance_clock"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id"), inside("signoff_id", "signoff"), inside("terms_id", "acceptance_terms")
    )

    signoff_id: Mapped[int]
    terms_id: Mapped[int]
    silence_on: Mapped[date | None]
    noticed_for: Mapped[date | None]
    reached_for: Mapped[date | None]
    terms: Mapped[AcceptanceTerms] = relationship(lazy="raise_on_sql", viewonly=True)


class AcceptancePause(InProject, Audited, Base):
    """A time in which a critical problem in scope was open; at most one of a request has no end."""

    __tablename__ = "acceptance_pause"
    __table_args__ = within(
        inside("signoff_id", "signoff"),
        sa.Index(
            "uq_acceptance_pause_open",
            "signoff_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= began_at", "ended_at"),
    )

    signoff_id: Mapped[int]
    because: Mapped[str]
    began_at: Mapped[datetime] = created()
    ended_at: Mapped[datetime | None]


class DeemedAcceptance(InProject, Frozen, Base):
    """That the contract treats silence as acceptance, recorded by the partner's project manager. Append-only."""

    __tablename__ = "deemed_acceptance"
    __table_args__ = within(sa.UniqueConstraint("signoff_id"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    by_uid: Mapped[str]
    by_name: Mapped[str]
    job_title: Mapped[str]
    organisation: Mapped[str]
    terms_reference: Mapped[str]
    clause: Mapped[str]
    review_days: Mapped[int]
    round: Mapped[int]
    started_at: Mapped[datetime]
    last_day: Mapped[date]
    silence_on: Mapped[date]
    pauses: Mapped[list[Any]]
    snapshot_sha256: Mapped[str]
    at: Mapped[datetime] = created()
    zone: Mapped[str]

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} deemed acceptance"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "signoff": self.signoff_reference,
            "by": self.by_uid,
            "name": self.by_name,
            "job_title": self.job_title,
            "organisation": self.organisation,
            "terms": self.terms_reference,
            "clause": self.clause,
            "review_days": self.review_days,
            "round": self.round,
            "started": clock.iso(self.started_at),
            "last_day": self.last_day.isoformat(),
            "silence_on": self.silence_on.isoformat(),
            "pauses": self.pauses,
            "snapshot_sha256": self.snapshot_sha256,
            "at": clock.iso(self.at),
            "zone": self.zone,
        }
