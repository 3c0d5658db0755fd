"""What waits for a tester, what waits for others, and how far along they are; a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import DefectState
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.requirements.models import Document, Requirement
from uatapp.runs import counting
from uatapp.runs.models import Run, RunVoid
from uatapp.runs.rules import SLIP
from uatapp.testcases.models import TestCase, TestCaseVersion

_A = AssignmentState
TO_DO = (_A.IN_PROGRESS, _A.RETEST_DUE, _A.TO_DO)
WAITING = (_A.WAITING_FOR_FIX, _A.WAITING_FOR_CHANGE, _A.FAILED, _A.BLOCKED)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Work:
    """One test of mine."""

    assignment: Assignment
    case: TestCase
    process: str
    cycle: Cycle
    values: Sequence[Any]

    def is_due(self, today: date) -> bool:
        return self.assignment.due_on is not None and self.assignment.due_on <= today


def _mine(project_id: int, user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which assignments are a tester's in open cycles (joined with Cycle)."""
    return (
        Assignment.project_id == project_id,
        Assignment.tester_id == user_id,
        Cycle.state == CycleState.OPEN,
    )


def counts(project_id: int, user_id: int) -> dict[AssignmentState, int]:
    """Count a tester's tests in open cycles by where they stand."""
    statement = (
        sa.select(Assignment.state, sa.func.count())
        .join(Cycle, Cycle.id == Assignment.cycle_id)
        .where(*_mine(project_id, user_id))
        .group_by(Assignment.state)
    )
    return dict(db.session.execute(statement).tuples().all())


def work(project_id: int, user_id: int, states: Sequence[AssignmentState] = TO_DO) -> list[Work]:
    """Return a tester's first tests in the order of sense: begun, to test again, then by due date and process."""
    first = sa.case({state: n for n, state in enumerate(TO_DO)}, value=Assignment.state, else_=9)
    due = Assignment.due_on.asc().nulls_last()
    order = (first, due, Document.path, Requirement.position, TestCase.position, TestCase.number)
    version = (TestCaseVersion.test_case_id == TestCase.id) & (TestCaseVersion.number == TestCase.version_number)
    chosen = _tests(sa.select(Assignment.id)).where(*_mine(project_id, user_id), Assignment.state.in_(states))
    # the ids alone are sorted, however many there are
    shown = chosen.order_by(*order).limit(SHOWN).subquery()
    statement = (
        _tests(sa.select(Assignment, TestCase, Document, Cycle, TestCaseVersion.values))
        .join(TestCaseVersion, version)
        .where(Assignment.id.in_(sa.select(shown.c.id)))
        .options(joinedload(Document.process), joinedload(Cycle.environment))
        .order_by(*order)
    )
    rows = db.session.execute(statement)
    return [Work(a, c, d.process.name if d.process else "", y, v) for a, c, d, y, v in rows]


def _tests(statement: Any) -> Any:
    """Join assignments with their cycle, test case, requirement and document."""
    return (
        statement.join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(Cycle, Cycle.id == CycleItem.cycle_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
    )


def progress(project_id: int, user_id: int) -> dict[str, int]:
    """Count a tester's tests in open cycles by the outcome that counts."""
    outcome = counting.outcome_sql()
    statement = (
        sa.select(outcome, sa.func.count())
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(Cycle, Cycle.id == CycleItem.cycle_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(*_mine(project_id, user_id), Assignment.state != _A.WITHDRAWN)
        .group_by(outcome)
    )
    return {str(word): number for word, number in db.session.execute(statement)}


def done_lately(project_id: int, user_id: int) -> list[tuple[Run, TestCase, bool]]:
    """Return a tester's last results, each with whether it can still be taken back by one press."""
    voided = sa.exists().where(RunVoid.run_id == Run.id)
    statement = (
        sa.select(Run, TestCase)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(Run.project_id == project_id, Run.tester_id == user_id, ~voided)
        .where(Run.submitted_at > clock.now() - timedelta(days=14), Run.attempt == Assignment.run_count)
        .order_by(Run.submitted_at.desc())
        .limit(8)
    )
    now = clock.now()
    return [(run, case, now - run.submitted_at <= SLIP) for run, case in db.session.execute(statement)]


def reports_of_slips(project_id: int, user_id: int) -> Sequence[Defect]:
    """Return a person's undecided reports that rest on a result they took back: they may want to withdraw them."""
    slip = sa.exists().where(DefectLink.defect_id == Defect.id, DefectLink.run_reference == RunVoid.run_reference)
    where = (Defect.project_id == project_id, Defect.reporter_id == user_id, Defect.state == DefectState.NEW)
    return db.session.scalars(sa.select(Defect).where(*where, slip).order_by(Defect.number).limit(5)).all()
