"""Drafts of runs (ordinary), submitted runs with their step results (frozen), and voidings (frozen)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import BlockCause, Outcome
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.db import Base, Frozen, InProject, created, inside, within
from uatapp.projects.models import Build
from uatapp.runs.states import StepAnswer
from uatapp.testcases.models import TestCaseVersion


class RunDraft(InProject, Base):
    """A run that is going on: tied to the version and build it began with. Not audited; gone on submission.

    `answers` maps a step's position (as text) to {"answer": …, "remark": …}. Each tester has their own, so
    that a test given to somebody else and back again has lost nothing.
    """

    __tablename__ = "run_draft"
    __table_args__ = within(
        sa.UniqueConstraint("assignment_id", "tester_id"),
        inside("assignment_id", "assignment"),
        inside("case_version_id", "test_case_version"),
        inside("build_id", "build"),
    )

    assignment_id: Mapped[int]
    tester_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    case_version_id: Mapped[int]
    build_id: Mapped[int]
    started_at: Mapped[datetime] = created()
    saved_at: Mapped[datetime] = created()
    version: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]]
    remark: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    not_applicable: Mapped[bool] = mapped_column(default=False)
    blocked_by: Mapped[BlockCause | None]
    case_version: Mapped[TestCaseVersion] = relationship(lazy="raise_on_sql", viewonly=True)
    build: Mapped[Build] = relationship(lazy="raise_on_sql", viewonly=True)


class DraftEvidence(InProject, Base):
    """A file added to a run that is going on; `position` names a step, 0 the whole test."""

    __tablename__ = "draft_evidence"
    __table_args__ = within(
        sa.UniqueConstraint("assignment_id", "evidence_id"),
        inside("assignment_id", "assignment"),
        inside("evidence_id", "evidence"),
    )

    assignment_id: Mapped[int]
    tester_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    evidence_id: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[Evidence] = relationship(lazy="raise_on_sql", viewonly=True)


class Run(InProject, Frozen, Base):
    """A submitted run. `reference` is its test, cycle, tester and attempt, in words that never change."""

    __tablename__ = "run"
    __table_args__ = within(
        sa.UniqueConstraint("assignment_id", "attempt"),
        sa.UniqueConstraint("project_id", "reference"),
        inside("assignment_id", "assignment"),
        inside("case_version_id", "test_case_version"),
        inside("build_id", "build"),
        sa.Index("ix_run_submitted", "project_id", "submitted_at"),
    )

    reference: Mapped[str]
    assignment_id: Mapped[int]
    attempt: Mapped[int]
    case_version_id: Mapped[int]
    case_reference: Mapped[str]
    case_version_number: Mapped[int]
    build_id: Mapped[int]
    build_name: Mapped[str]
    tester_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    tester_uid: Mapped[str]
    tester_name: Mapped[str]
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime] = created()
    outcome: Mapped[Outcome]
    blocked_by: Mapped[BlockCause | None]
    remark: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    steps: Mapped[list["StepResult"]] = relationship(lazy="raise_on_sql", order_by="StepResult.position")
    evidence: Mapped[list["RunEvidence"]] = relationship(lazy="raise_on_sql", order_by="RunEvidence.id")
    case_version: Mapped[TestCaseVersion] = relationship(lazy="raise_on_sql", viewonly=True)
    assignment: Mapped[Assignment] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"run {self.reference}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "test": f"{self.case_reference} v{self.case_version_number}",
            "build": self.build_name,
            "tester": self.tester_uid,
            "tester_name": self.tester_name,
            "started": clock.iso(self.started_at),
            "submitted": clock.iso(self.submitted_at),
            "outcome": self.outcome.value,
            "blocked_by": self.blocked_by.value if self.blocked_by else None,
            "remark": self.remark,
            "reason": self.reason,
        }


class StepResult(InProject, Frozen, Base):
    """What the tester answered to one step of a run."""

    __tablename__ = "step_result"
    __table_args__ = within(sa.UniqueConstraint("run_id", "position"), inside("run_id", "run"))

    run_id: Mapped[int]
    run_reference: Mapped[str]
    position: Mapped[int]
    answer: Mapped[StepAnswer]
    remark: Mapped[str] = mapped_column(default="")

    def frozen_ref(self) -> str:
        return f"run {self.run_reference} step {self.position}"

    def frozen_content(self) -> dict[str, Any]:
        return {"answer": self.answer.value, "remark": self.remark, "position": self.position}


class RunEvidence(InProject, Frozen, Base):
    """A file that belongs to a run; `position` names a step, 0 the whole test."""

    __tablename__ = "run_evidence"
    __table_args__ = within(
        sa.UniqueConstraint("run_id", "evidence_id"), inside("run_id", "run"), inside("evidence_id", "evidence")
    )

    run_id: Mapped[int]
    run_reference: Mapped[str]
    evidence_id: Mapped[int]
    evidence_token: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[Evidence] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"run {self.run_reference} evidence {self.evidence_token}"

    def frozen_content(self) -> dict[str, Any]:
        return {"token": self.evidence_token, "position": self.position}


class RunVoid(InProject, Frozen, Base):
    """A run taken back: it stays readable and counts no more."""

    __tablename__ = "run_void"
    __table_args__ = within(sa.UniqueConstraint("run_id"), inside("run_id", "run"))

    run_id: Mapped[int]
    run_reference: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    by_name: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"run {self.run_reference} voided"

    def frozen_content(self) -> dict[str, Any]:
        return {"reference": self.run_reference, "by": self.by_name, "reason": self.reason}
