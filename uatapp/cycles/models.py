"""Cycle → item (test case) → assignment (tester); and deployments."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.cycles.states import AssignmentState, BlockCause, CycleState, Outcome
from uatapp.kernel.db import Audited, Base, InProject, created, inside, within
from uatapp.projects.models import Build, Environment
from uatapp.testcases.models import TestCase


class Cycle(InProject, Audited, Base):
    """One round of testing in one environment. `begun_build_id` is what it began on, `build_id` what is deployed."""

    __tablename__ = "cycle"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        sa.CheckConstraint("ends_on >= starts_on", "dates"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", "name"),
        inside("environment_id", "environment"),
        inside("begun_build_id", "build"),
        inside("build_id", "build"),
    )

    number: Mapped[int]
    name: Mapped[str]
    environment_id: Mapped[int]
    begun_build_id: Mapped[int]
    build_id: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    scope_expression: Mapped[str] = mapped_column(default="")
    state: Mapped[CycleState] = mapped_column(default=CycleState.PLANNED)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    environment: Mapped[Environment] = relationship(lazy="raise_on_sql", viewonly=True)
    build: Mapped[Build] = relationship(
        lazy="raise_on_sql", viewonly=True, foreign_keys="Cycle.build_id", primaryjoin="Cycle.build_id == Build.id"
    )


class CycleItem(InProject, Audited, Base):
    """A test case in the scope of a cycle."""

    __tablename__ = "cycle_item"
    __table_args__ = within(
        sa.UniqueConstraint("cycle_id", "test_case_id"),
        inside("cycle_id", "cycle"),
        inside("test_case_id", "test_case"),
    )

    cycle_id: Mapped[int]
    test_case_id: Mapped[int] = mapped_column(index=True)
    test_case: Mapped[TestCase] = relationship(lazy="raise_on_sql", viewonly=True)
    cycle: Mapped[Cycle] = relationship(lazy="raise_on_sql", viewonly=True)


class Assignment(InProject, Audited, Base):
    """A test case, in a cycle, for a tester. The last run that is not voided stands here as well.

    `run_count` counts attempts, voided ones included. `outcome`, `run_version` (number of the test case
    version it was run on) and `run_build` (number of its build) are of the last run that counts.
    `note` is the last explanation given to the tester (why it came back).
    """

    __tablename__ = "assignment"
    __table_args__ = within(
        sa.UniqueConstraint("item_id", "tester_id"),
        inside("item_id", "cycle_item"),
        sa.Index("ix_assignment_tester", "tester_id", "state"),
        sa.Index("ix_assignment_cycle", "cycle_id", "state"),
        inside("cycle_id", "cycle"),
    )

    item_id: Mapped[int]
    cycle_id: Mapped[int]
    tester_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    due_on: Mapped[date | None]
    state: Mapped[AssignmentState] = mapped_column(default=AssignmentState.TO_DO)
    outcome: Mapped[Outcome | None]
    run_version: Mapped[int | None]
    run_build: Mapped[int | None]
    run_at: Mapped[datetime | None]
    run_count: Mapped[int] = mapped_column(default=0)
    blocked_by: Mapped[BlockCause | None]
    note: Mapped[str] = mapped_column(default="")
    item: Mapped[CycleItem] = relationship(lazy="raise_on_sql", viewonly=True)
    tester: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)


class Deployment(InProject, Audited, Base):
    """A build put into an environment."""

    __tablename__ = "deployment"
    __table_args__ = within(inside("build_id", "build"), inside("environment_id", "environment"))

    build_id: Mapped[int]
    environment_id: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = created()
    build: Mapped[Build] = relationship(lazy="raise_on_sql", viewonly=True)
    environment: Mapped[Environment] = relationship(lazy="raise_on_sql", viewonly=True)
    by: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)
