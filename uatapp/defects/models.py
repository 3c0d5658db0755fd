"""Defects, the assignments they stop, and what was said about them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.cycles.models import Assignment
from uatapp.defects.states import DefectState, Severity, TriageOutcome
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, enum_of, inside, within
from uatapp.projects.models import Build


class Defect(InProject, Audited, Base):
    """Something that is not as needed. While an outcome or a severity is proposed, it counts as before."""

    __tablename__ = "defect"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        inside("fixed_build_id", "build"),
        inside("duplicate_of_id", "defect"),
        inside("requirement_id", "requirement"),
        sa.Index("ix_defect_state", "project_id", "state"),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", "title"),
        sa.CheckConstraint("reopened_count >= 0", "reopened_count"),
    )

    number: Mapped[int]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    severity: Mapped[Severity]
    proposed_severity: Mapped[Severity | None] = mapped_column(enum_of(Severity, "proposed_severity"))
    state: Mapped[DefectState] = mapped_column(default=DefectState.NEW)
    outcome: Mapped[TriageOutcome | None]
    outcome_reason: Mapped[str] = mapped_column(default="")
    agreed_sentence: Mapped[str] = mapped_column(default="")
    contested_once: Mapped[bool] = mapped_column(default=False)
    workaround: Mapped[str] = mapped_column(default="")
    priority: Mapped[int | None]
    requirement_id: Mapped[int | None]
    reporter_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    fixer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    fixed_build_id: Mapped[int | None]
    fix_note: Mapped[str] = mapped_column(default="")
    duplicate_of_id: Mapped[int | None]
    reopened_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime] = created()
    reporter: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=[reporter_id])
    owner: Mapped[User | None] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=[owner_id])
    fixed_build: Mapped[Build | None] = relationship(
        lazy="raise_on_sql",
        viewonly=True,
        foreign_keys="Defect.fixed_build_id",
        primaryjoin="Defect.fixed_build_id == Build.id",
    )


class DefectLink(InProject, Audited, Base):
    """An assignment that a defect stops. `run_reference` and `position` say where it was seen.

    `passed_build` is the number of the build on which this assignment passed its retest, None until then.
    """

    __tablename__ = "defect_link"
    __table_args__ = within(
        sa.UniqueConstraint("defect_id", "assignment_id"),
        inside("defect_id", "defect"),
        inside("assignment_id", "assignment"),
        sa.Index("ix_defect_link_assignment", "assignment_id"),
    )

    defect_id: Mapped[int]
    assignment_id: Mapped[int]
    run_reference: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    passed_build: Mapped[int | None]
    defect: Mapped[Defect] = relationship(lazy="raise_on_sql", viewonly=True)
    assignment: Mapped[Assignment] = relationship(lazy="raise_on_sql", viewonly=True)


class DefectNote(InProject, Frozen, Base):
    """A word about a defect, or what was decided; frozen, in order, with its author."""

    __tablename__ = "defect_note"
    __table_args__ = within(sa.UniqueConstraint("defect_id", "number"), inside("defect_id", "defect"))

    defect_id: Mapped[int]
    defect_reference: Mapped[str]
    number: Mapped[int]
    action: Mapped[str]
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    by_name: Mapped[str]
    by_side: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.defect_reference} note {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {"action": self.action, "text": self.text, "by": self.by_name, "number": self.number}


class DefectEvidence(InProject, Frozen, Base):
    """A file that shows a defect."""

    __tablename__ = "defect_evidence"
    __table_args__ = within(
        sa.UniqueConstraint("defect_id", "evidence_id"),
        inside("defect_id", "defect"),
        inside("evidence_id", "evidence"),
    )

    defect_id: Mapped[int]
    defect_reference: Mapped[str]
    evidence_id: Mapped[int]
    evidence_token: Mapped[str]
    evidence: Mapped[Evidence] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"{self.defect_reference} evidence {self.evidence_token}"

    def frozen_content(self) -> dict[str, Any]:
        return {"defect": self.defect_reference, "token": self.evidence_token}
