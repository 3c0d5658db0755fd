"""Sets of exit criteria with their versions, who agreed, answers to own criteria, and how each light went."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.criteria.states import SetState
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side

_OWN = sa.text("cycle_id IS NULL")
_AGREED, _PROPOSED = sa.text("state = 'agreed'"), sa.text("state = 'proposed'")


class CriteriaSet(InProject, Audited, Base):
    """The exit criteria of a project (`cycle_id` None; one at most), or of one of its cycles."""

    __tablename__ = "criteria_set"
    __table_args__ = within(
        sa.UniqueConstraint("cycle_id"),
        inside("cycle_id", "cycle"),
        sa.Index("uq_criteria_set_project", "project_id", unique=True, sqlite_where=_OWN, postgresql_where=_OWN),
    )

    cycle_id: Mapped[int | None]
    reference: Mapped[str]


class CriteriaVersion(InProject, Frozen, Base):
    """What was proposed, as `rules.Criterion.as_data` writes each. A cycle's copy names its origin. Append-only."""

    __tablename__ = "criteria_version"
    __table_args__ = within(
        sa.UniqueConstraint("set_id", "number"),
        sa.UniqueConstraint("project_id", "reference"),
        inside("set_id", "criteria_set"),
    )

    set_id: Mapped[int]
    number: Mapped[int]
    reference: Mapped[str]
    origin: Mapped[str] = mapped_column(default="")
    rows: Mapped[list[Any]]
    side: Mapped[Side]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return self.reference

    def frozen_content(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "origin": self.origin,
            "rows": self.rows,
            "side": self.side.value,
            "by": self.by_uid,
            "name": self.by_name,
        }


class CriteriaProgress(InProject, Audited, Base):
    """How far a version is. One at most of a set is agreed, and one at most waits for the other side."""

    __tablename__ = "criteria_progress"
    __table_args__ = within(
        sa.UniqueConstraint("version_id"),
        inside("set_id", "criteria_set"),
        inside("version_id", "criteria_version"),
        sa.Index("uq_criteria_agreed", "set_id", unique=True, sqlite_where=_AGREED, postgresql_where=_AGREED),
        sa.Index("uq_criteria_proposed", "set_id", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),
    )

    set_id: Mapped[int]
    version_id: Mapped[int]
    state: Mapped[SetState] = mapped_column(default=SetState.PROPOSED)
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[CriteriaVersion] = relationship(lazy="raise_on_sql", viewonly=True)


class CriteriaAgreement(InProject, Frozen, Base):
    """That one side agreed to a version, and who did. Append-only."""

    __tablename__ = "criteria_agreement"
    __table_args__ = within(sa.UniqueConstraint("version_id", "side"), inside("version_id", "criteria_version"))

    version_id: Mapped[int]
    version_reference: Mapped[str]
    side: Mapped[Side]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.version_reference} agreed by {self.side.value}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "version": self.version_reference,
            "side": self.side.value,
            "by": self.by_uid,
            "name": self.by_name,
        }


class CriterionAnswer(InProject, Frozen, Base):
    """What the named side said about an own criterion; the newest one counts. Append-only."""

    __tablename__ = "criterion_answer"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        sa.CheckConstraint("length(remark) <= 4000", "remark"),
        sa.Index("ix_criterion_answer_code", "project_id", "code", "number"),
    )

    number: Mapped[int]
    reference: Mapped[str]
    code: Mapped[str]
    question: Mapped[str]
    side: Mapped[Side]
    yes: Mapped[bool]
    remark: Mapped[str] = mapped_column(default="")
    by_uid: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return self.reference

    def frozen_content(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "question": self.question,
            "side": self.side.value,
            "yes": self.yes,
            "remark": self.remark,
            "by": self.by_uid,
            "name": self.by_name,
        }


class CriterionEvidence(InProject, Frozen, Base):
    """A file that came with an answer. Append-only."""

    __tablename__ = "criterion_evidence"
    __table_args__ = within(
        sa.UniqueConstraint("answer_id", "evidence_id"),
        inside("answer_id", "criterion_answer"),
        inside("evidence_id", "evidence"),
    )

    answer_id: Mapped[int]
    answer_reference: Mapped[str]
    evidence_id: Mapped[int]
    evidence_token: Mapped[str]
    evidence: Mapped[Evidence] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"{self.answer_reference} evidence {self.evidence_token}"

    def frozen_content(self) -> dict[str, Any]:
        return {"token": self.evidence_token}


class CriterionLight(InProject, Base):
    """How a light stood at the end of a day (the newest look of it), in numbers and in words; can be made again."""

    __tablename__ = "criterion_light"
    __table_args__ = within(sa.UniqueConstraint("set_id", "code", "day"), inside("set_id", "criteria_set"))

    set_id: Mapped[int]
    code: Mapped[str]
    day: Mapped[date]
    met: Mapped[bool]
    nothing: Mapped[bool] = mapped_column("undecided")
    value: Mapped[str]
    required: Mapped[str]
    measure: Mapped[int]
    bound: Mapped[int]
