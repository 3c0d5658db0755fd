"""Facts behind the exit criteria: grouped in the database, rows bounded."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from uatapp.criteria.rules import NOT_RUN, CriterionResult, Facts, Row, evaluate
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, DefectState, Severity
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.runs import counting
from uatapp.testcases.models import TestCase

SHOWN = 50
SERIOUS = (Severity.CRITICAL, Severity.MAJOR)


def live_cycle_ids(project_id: int) -> Sequence[int]:
    """Return the cycles whose results count for the project as a whole: open and closed ones."""
    statement = sa.select(Cycle.id).where(Cycle.project_id == project_id)
    return db.session.scalars(statement.where(Cycle.state.in_((CycleState.OPEN, CycleState.CLOSED)))).all()


def scope(cycle_ids: Collection[int], barred_requirements: Collection[int] = ()) -> sa.Subquery:
    """Return one row per test case in scope: id, number, title, requirement_id, outcome.

    Results of a barred requirement count as not run (rule 7: only its author or a signatory tried it).
    """
    counted = counting.case_outcomes(cycle_ids).subquery()
    outcome: sa.ColumnElement[str] = counted.c.outcome
    if barred_requirements:
        outcome = sa.case((TestCase.requirement_id.in_(barred_requirements), "not_run"), else_=outcome)
    return (
        sa.select(TestCase.id, TestCase.number, TestCase.title, TestCase.requirement_id, outcome.label("outcome"))
        .join(counted, counted.c.test_case_id == TestCase.id)
        .subquery()
    )


def barred_requirements(cycle_ids: Collection[int], signatory_ids: Collection[int]) -> frozenset[int]:
    """Return requirements whose every valid result is by their author or by a signatory."""
    author = (
        sa.select(RequirementVersion.author_id)
        .where(RequirementVersion.requirement_id == Requirement.id)
        .where(RequirementVersion.number == Requirement.approved_number)
        .scalar_subquery()
    )
    partial = sa.or_(Assignment.tester_id.in_(signatory_ids), Assignment.tester_id == author)
    statement = (
        sa.select(Requirement.id)
        .join(TestCase, TestCase.requirement_id == Requirement.id)
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .where(CycleItem.cycle_id.in_(cycle_ids), Assignment.outcome.is_not(None), counting.is_valid())
        .where(Assignment.state != AssignmentState.WITHDRAWN)
        .group_by(Requirement.id)
        .having(sa.func.sum(sa.case((partial, 0), else_=1)) == 0)
    )
    return frozenset(db.session.scalars(statement))


def outcomes(cycle_ids: Collection[int], barred: Collection[int] = ()) -> dict[str, int]:
    """Count the test cases in scope by outcome, in one statement."""
    rows = scope(cycle_ids, barred)
    statement = sa.select(rows.c.outcome, sa.func.count()).group_by(rows.c.outcome)
    return {str(outcome): count for outcome, count in db.session.execute(statement)}


def _serious(project_id: int, cycle_ids: Collection[int]) -> sa.Select[Any]:
    here = sa.select(DefectLink.defect_id).join(Assignment, Assignment.id == DefectLink.assignment_id)
    here = here.where(Assignment.cycle_id.in_(cycle_ids))
    linked = sa.exists().where(DefectLink.defect_id == Defect.id)
    return (
        sa.select(Defect)
        .where(Defect.project_id == project_id, Defect.state.in_(OPEN), Defect.severity.in_(SERIOUS))
        .where(sa.or_(Defect.id.in_(here), ~linked))
    )


def _retests(cycle_ids: Collection[int]) -> sa.Select[Any]:
    waiting = (DefectState.FIXED, DefectState.IN_RETEST)
    fixed = sa.select(DefectLink.assignment_id).join(Defect, Defect.id == DefectLink.defect_id)
    fixed = fixed.where(Defect.state.in_(waiting))
    due = sa.or_(Assignment.state == AssignmentState.RETEST_DUE, Assignment.id.in_(fixed))
    unfinished = Assignment.state.not_in((AssignmentState.WITHDRAWN, AssignmentState.PASSED))
    return sa.select(Assignment).where(Assignment.cycle_id.in_(cycle_ids), due, unfinished)


def _count(statement: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def facts(project: Project, cycle_ids: Collection[int], barred: Collection[int] = ()) -> Facts:
    """Count what the criteria need."""
    serious, retests = _count(_serious(project.id, cycle_ids)), _count(_retests(cycle_ids))
    return Facts(outcomes(cycle_ids, barred), serious, retests, project.pass_share)


def evaluated(
    project: Project, cycle_ids: Collection[int], signatory_ids: Collection[int] = ()
) -> list[CriterionResult]:
    """Evaluate the exit criteria over cycles, each unmet one with the rows behind it."""
    barred = barred_requirements(cycle_ids, signatory_ids) if signatory_ids else frozenset()
    results = evaluate(facts(project, cycle_ids, barred))
    return [result if result.met else _with_rows(result, project, cycle_ids, barred) for result in results]


def _with_rows(
    result: CriterionResult, project: Project, cycle_ids: Collection[int], barred: Collection[int]
) -> CriterionResult:
    if result.code == "no_serious_defect":
        rows = _defect_rows(project, cycle_ids)
    elif result.code == "no_retest":
        rows = _retest_rows(project, cycle_ids)
    else:
        wanted = NOT_RUN if result.code == "all_run" else (*NOT_RUN, "failed")
        rows = _case_rows(project, cycle_ids, barred, wanted)
    return replace(result, rows=tuple(rows[:SHOWN]), more=max(0, len(rows) - SHOWN))


def _case_rows(
    project: Project, cycle_ids: Collection[int], barred: Collection[int], wanted: Collection[str]
) -> list[Row]:
    rows = scope(cycle_ids, barred)
    statement = sa.select(rows.c.number, rows.c.title).where(rows.c.outcome.in_(wanted)).order_by(rows.c.number)
    return [
        Row(written(project.key, Kind.TEST_CASE, number), title, "testcases.show", number)
        for number, title in db.session.execute(statement)
    ]


def _defect_rows(project: Project, cycle_ids: Collection[int]) -> list[Row]:
    found = db.session.scalars(_serious(project.id, cycle_ids).order_by(Defect.number))
    return [Row(written(project.key, Kind.DEFECT, d.number), d.title, "defects.show", d.number) for d in found]


def _retest_rows(project: Project, cycle_ids: Collection[int]) -> list[Row]:
    due = _retests(cycle_ids).subquery()
    statement = (
        sa.select(TestCase.number, TestCase.title)
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .join(due, due.c.item_id == CycleItem.id)
        .distinct()
        .order_by(TestCase.number)
    )
    return [
        Row(written(project.key, Kind.TEST_CASE, number), title, "testcases.show", number)
        for number, title in db.session.execute(statement)
    ]
