"""Facts behind the exit criteria: grouped in the database, rows bounded."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from uatapp.criteria.areas import EVERYTHING, Area
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
BEHIND = {"all_run": NOT_RUN, "share_passed": (*NOT_RUN, "failed")}
SHOWN_AT = {Kind.TEST_CASE: "testcases.show", Kind.DEFECT: "defects.show"}
Named = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Behind:
    """The first things behind an unmet criterion, by number and title, and how many there are."""

    kind: Kind
    named: Sequence[Named]
    total: int

    def put_into(self, result: CriterionResult, key: str) -> CriterionResult:
        place = SHOWN_AT[self.kind]
        rows = tuple(Row(written(key, self.kind, number), title, place, number) for number, title in self.named)
        return replace(result, rows=rows, more=self.total - len(rows))


def live_cycle_ids(project_id: int) -> Sequence[int]:
    """Return the cycles whose results count for the project as a whole: open and closed ones."""
    statement = sa.select(Cycle.id).where(Cycle.project_id == project_id)
    return db.session.scalars(statement.where(Cycle.state.in_((CycleState.OPEN, CycleState.CLOSED)))).all()


def scope(cycle_ids: Collection[int], barred_requirements: Collection[int] = (), area: Area = EVERYTHING) -> Any:
    """Select one row per test case in scope: id, outcome.

    Results of a barred requirement count as not run (rule 7: only its author or a signatory tried it).
    """
    rows = counting.case_outcomes(cycle_ids).subquery()
    if not barred_requirements:
        chosen = sa.select(rows.c.test_case_id.label("id"), rows.c.outcome)
        return chosen if area.is_everything else chosen.where(area.holds_case(rows.c.test_case_id))
    outcome = sa.case((TestCase.requirement_id.in_(barred_requirements), "not_run"), else_=rows.c.outcome)
    chosen = sa.select(TestCase.id, outcome.label("outcome")).join(rows, rows.c.test_case_id == TestCase.id)
    return chosen if area.is_everything else chosen.where(area.holds_case(TestCase.id))


def barred_requirements(
    cycle_ids: Collection[int], signatory_ids: Collection[int], area: Area = EVERYTHING
) -> frozenset[int]:
    """Return requirements whose every valid result is by their author or by a signatory."""
    author = (
        sa.select(RequirementVersion.author_id)
        .where(RequirementVersion.requirement_id == Requirement.id)
        .where(RequirementVersion.number == Requirement.approved_number)
        .scalar_subquery()
    )
    interested = sa.or_(Assignment.tester_id.in_(signatory_ids), Assignment.tester_id == author)
    statement = (
        sa.select(Requirement.id)
        .join(TestCase, TestCase.requirement_id == Requirement.id)
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .where(CycleItem.cycle_id.in_(cycle_ids), Assignment.outcome.is_not(None), counting.is_valid())
        .where(Assignment.state != AssignmentState.WITHDRAWN, area.holds_requirement(Requirement.id))
        .group_by(Requirement.id)
        .having(sa.func.sum(sa.case((interested, 0), else_=1)) == 0)
    )
    return frozenset(db.session.scalars(statement))


def concerns(cycle_ids: Collection[int], area: Area = EVERYTHING) -> sa.ColumnElement[bool]:
    """Say in SQL which defects a scope concerns: those that stop a test in it, and those that stop none at all.

    One that stops none concerns the area of its requirement; one at large concerns every area.
    """
    here = sa.select(DefectLink.defect_id).join(Assignment, Assignment.id == DefectLink.assignment_id)
    here = here.where(Assignment.cycle_id.in_(cycle_ids), area.holds_item(Assignment.item_id))
    linked = sa.exists().where(DefectLink.defect_id == Defect.id)
    return sa.or_(Defect.id.in_(here), ~linked & area.holds_requirement(Defect.requirement_id))


def serious(project_id: int, cycle_ids: Collection[int], area: Area = EVERYTHING) -> sa.Select[Any]:
    """Select the open critical and major defects that a scope concerns."""
    return (
        sa.select(Defect)
        .where(Defect.project_id == project_id, Defect.state.in_(OPEN), Defect.severity.in_(SERIOUS))
        .where(concerns(cycle_ids, area))
    )


def _retests(cycle_ids: Collection[int], area: Area) -> sa.Select[Any]:
    waiting = (DefectState.FIXED, DefectState.IN_RETEST)
    fixed = sa.select(DefectLink.assignment_id).join(Defect, Defect.id == DefectLink.defect_id)
    fixed = fixed.where(Defect.state.in_(waiting))
    due = sa.or_(Assignment.state == AssignmentState.RETEST_DUE, Assignment.id.in_(fixed))
    unfinished = Assignment.state.not_in((AssignmentState.WITHDRAWN, AssignmentState.PASSED))
    here = (Assignment.cycle_id.in_(cycle_ids), area.holds_item(Assignment.item_id))
    return sa.select(Assignment).where(*here, due, unfinished)


def _count(statement: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def evaluated(
    project: Project, cycle_ids: Collection[int], signatory_ids: Collection[int] = (), area: Area = EVERYTHING
) -> tuple[Facts, list[CriterionResult]]:
    """Count what the exit criteria need over cycles, and evaluate them, each unmet one with the rows behind it.

    `area` narrows everything counted to some units' or a process's requirements.
    """
    barred = barred_requirements(cycle_ids, signatory_ids, area) if signatory_ids else frozenset()
    counts, cases = _cases(cycle_ids, barred, area)
    grave, retests = serious(project.id, cycle_ids, area), _retests(cycle_ids, area)
    facts = Facts(counts, _count(grave), _count(retests), project.pass_share)
    behind: dict[str, Callable[[], Behind]] = {
        **{code: partial(Behind, Kind.TEST_CASE, cases[code], facts.count(*BEHIND[code])) for code in BEHIND},
        "no_serious_defect": lambda: _first(Kind.DEFECT, grave.with_only_columns(Defect.number, Defect.title)),
        "no_retest": lambda: _first(Kind.TEST_CASE, _tests_of(retests)),
    }
    return facts, [row if row.met else behind[row.code]().put_into(row, project.key) for row in evaluate(facts)]


def _cases(
    cycle_ids: Collection[int], barred: Collection[int], area: Area
) -> tuple[dict[str, int], dict[str, list[Named]]]:
    """Count the test cases in scope by outcome, and name the first ones behind each criterion that counts them.

    One statement, which walks through the scope once whatever is asked of it.
    """
    rows = scope(cycle_ids, barred, area).cte("in_scope")
    nothing = (sa.literal(None, sa.Integer), sa.literal(None, sa.Text))
    arms = [sa.select(rows.c.outcome, sa.func.count(), *nothing).group_by(rows.c.outcome)]
    for code, outcomes in BEHIND.items():
        first = sa.select(rows.c.id).where(rows.c.outcome.in_(outcomes)).order_by(rows.c.id).limit(SHOWN).subquery()
        named = sa.select(sa.literal(code), sa.literal(0), TestCase.number, TestCase.title)
        arms.append(named.join(first, first.c.id == TestCase.id))
    counts: dict[str, int] = {}
    cases: dict[str, list[Named]] = {code: [] for code in BEHIND}
    for word, count, number, title in db.session.execute(sa.union_all(*arms)):
        if number is None:
            counts[word] = count
        else:
            cases[word].append((number, title))
    return counts, {code: sorted(found) for code, found in cases.items()}


def _tests_of(assignments: sa.Select[Any]) -> Any:
    chosen = assignments.subquery()
    statement = sa.select(TestCase.number, TestCase.title).join(CycleItem, CycleItem.test_case_id == TestCase.id)
    return statement.join(chosen, chosen.c.item_id == CycleItem.id).group_by(TestCase.number, TestCase.title)


def _first(kind: Kind, statement: Any) -> Behind:
    """Return the first of a select of numbers and titles, and how many there are."""
    bounded = statement.add_columns(sa.func.count().over()).order_by(statement.selected_columns[0]).limit(SHOWN)
    found = db.session.execute(bounded).all()
    return Behind(kind, [(number, title) for number, title, _ in found], found[0][2] if found else 0)
