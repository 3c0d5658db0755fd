"""Test cases, their frozen versions, and the rows that carry results over a change."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.requirements.models import Requirement
from uatapp.testcases.states import CaseState


class TestCase(InProject, Audited, Base):
    """One scenario, or one Examples row.

    `in_use` is set when a cycle takes it. `version_number` is the current version; results count on
    versions from `valid_from` on, and while the case is suspect on the current one only. `block`,
    `block_name` and `row` say where its Examples row stands, so that it is recognised after an edit.
    """

    __tablename__ = "test_case"
    __test__ = False
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        inside("requirement_id", "requirement"),
        sa.CheckConstraint("valid_from BETWEEN 1 AND version_number", "valid_from"),
        sa.Index("ix_test_case_state", "project_id", "state"),
    )

    number: Mapped[int]
    requirement_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    block: Mapped[int] = mapped_column(default=0)
    block_name: Mapped[str] = mapped_column(default="")
    row: Mapped[int] = mapped_column(default=0)
    state: Mapped[CaseState] = mapped_column(default=CaseState.READY)
    in_use: Mapped[bool] = mapped_column(default=False)
    version_number: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[int] = mapped_column(default=1)
    requirement: Mapped[Requirement] = relationship(lazy="raise_on_sql", viewonly=True)


class TestCaseVersion(InProject, Frozen, Base):
    """The steps as testers see them, frozen. `steps`: as in RequirementVersion.content, Background first.

    `values`: [[column, cell]…] of the Examples row, to be shown as values to type.
    """

    __tablename__ = "test_case_version"
    __test__ = False
    __table_args__ = within(
        sa.UniqueConstraint("test_case_id", "number"),
        inside("test_case_id", "test_case"),
        inside("requirement_version_id", "requirement_version"),
    )

    test_case_id: Mapped[int]
    reference: Mapped[str]
    number: Mapped[int]
    requirement_version_id: Mapped[int]
    requirement_reference: Mapped[str]
    requirement_version_number: Mapped[int]
    title: Mapped[str]
    steps: Mapped[list[Any]]
    values: Mapped[list[Any]]
    content_hash: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.reference} v{self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "number": self.number,
            "requirement": f"{self.requirement_reference} v{self.requirement_version_number}",
            "title": self.title,
            "steps": self.steps,
            "values": self.values,
        }


class CarryOver(InProject, Frozen, Base):
    """*Results stand*: results on versions from `from_number` count for `to_number`, by a person's decision."""

    __tablename__ = "carry_over"
    __table_args__ = within(sa.UniqueConstraint("test_case_id", "to_number"), inside("test_case_id", "test_case"))

    test_case_id: Mapped[int]
    reference: Mapped[str]
    from_number: Mapped[int]
    to_number: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    by_name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = created()
    by: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"{self.reference} results stand v{self.from_number}-v{self.to_number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "from": self.from_number,
            "to": self.to_number,
            "by": self.by_name,
            "reason": self.reason,
        }
