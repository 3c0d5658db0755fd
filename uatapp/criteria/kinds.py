"""What stands behind each kind of criterion: one select per kind, which counts, names the first ones and pages all."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from uatapp.criteria.areas import Area
from uatapp.criteria.rules import NOT_RUN, SEVERITIES, Criterion
from uatapp.criteria.rules import Kind as What
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, DefectState
from uatapp.kernel.references import Kind
from uatapp.projects.models import Build
from uatapp.requirements.models import Requirement
from uatapp.requirements.states import RequirementState
from uatapp.runs import counting
from uatapp.testcases.models import TestCase

TRIED = ("passed", "passed_with_remarks", "failed", "blocked")
# the outcomes behind a light that counts tests by outcome
OUTCOMES = {What.SHARE_RUN: NOT_RUN, What.SHARE_PASSED: (*NOT_RUN, "failed"), What.STALE: ("stale",)}
OF_TESTS = frozenset({*OUTCOMES, What.ON_BUILD})
MODELS: Mapping[Kind, tuple[Any, Any]] = {
    Kind.TEST_CASE: (TestCase, TestCase.title),
    Kind.DEFECT: (Defect, Defect.title),
    Kind.REQUIREMENT: (Requirement, Requirement.name),
}
SHOWN_AT = {
    Kind.TEST_CASE: "testcases.show",
    Kind.DEFECT: "defects.show",
    Kind.REQUIREMENT: "requirements.show",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a project's cycles, the part of it, and `rows`, its test cases in scope (id, outcome).

    `places` holds the areas that criteria name, by ("unit" or "process", name).
    """

    project_id: int
    cycle_ids: Collection[int]
    area: Area
    rows: Any
    places: Mapping[tuple[str, str], Area]

    def areas(self, row: Criterion) -> tuple[Area, ...]:
        """Return the areas that a criterion is about besides the one looked at; one that is gone holds nothing."""
        named = (("unit", row.unit), ("process", row.process))
        return tuple(self.places.get((kind, name), Area(frozenset({-1}))) for kind, name in named if name)


def concerns(cycle_ids: Collection[int], area: Area) -> sa.ColumnElement[bool]:
    """Say in SQL which defects a scope concerns: those that stop a test in it, and those that stop none at all.

    One that stops none concerns the area of its requirement; one at large concerns every area.
    """
    here = sa.select(DefectLink.defect_id).join(Assignment, Assignment.id == DefectLink.assignment_id)
    here = here.where(Assignment.cycle_id.in_(cycle_ids), area.holds_item(Assignment.item_id))
    linked = sa.exists().where(DefectLink.defect_id == Defect.id)
    return sa.or_(Defect.id.in_(here), ~linked & area.holds_requirement(Defect.requirement_id))


def narrowed(look: Look, row: Criterion) -> list[sa.ColumnElement[bool]]:
    """Say in SQL which of the test cases in scope a criterion is about; nothing where it is about all of them."""
    column = look.rows.c.id
    wanted = [area.holds_case(column) for area in look.areas(row)]
    if row.tag:
        tagged = sa.select(TestCase.id).join(Requirement, Requirement.id == TestCase.requirement_id)
        wanted.append(column.in_(tagged.where(Requirement.project_id == look.project_id, tagged_with(row.tag))))
    return wanted


def tagged_with(tag: str) -> sa.ColumnElement[bool]:
    """Say in SQL whether a requirement has a tag, as tags are stored: a list in JSON."""
    return sa.cast(Requirement.tags, sa.Text).contains(json.dumps(tag), autoescape=True)


def _by_outcome(look: Look, row: Criterion) -> sa.Select[Any]:
    return sa.select(look.rows.c.id).where(look.rows.c.outcome.in_(OUTCOMES[row.kind]), *narrowed(look, row))


def on_newest(look: Look) -> sa.Select[Any]:
    """Select the test cases that somebody tried, with a result that counts, on the newest build of these cycles."""
    newest = (
        sa.select(sa.func.max(Build.number))
        .join(Cycle, Cycle.build_id == Build.id)
        .where(Cycle.id.in_(look.cycle_ids))
        .scalar_subquery()
    )
    return (
        sa.select(CycleItem.test_case_id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(Assignment.cycle_id.in_(look.cycle_ids), Assignment.state != AssignmentState.WITHDRAWN)
        .where(Assignment.outcome.is_not(None), counting.is_valid(), Assignment.run_build >= newest)
    )


def _older(look: Look, row: Criterion) -> sa.Select[Any]:
    column = look.rows.c.id
    tried = sa.select(column).where(look.rows.c.outcome.in_(TRIED), *narrowed(look, row))
    return tried.where(column.not_in(on_newest(look)))


def _defects(look: Look, row: Criterion) -> sa.Select[Any]:
    statement = sa.select(Defect.id).where(
        Defect.project_id == look.project_id,
        Defect.state.in_(OPEN),
        Defect.severity.in_(row.severities or SEVERITIES),
    )
    return statement.where(*(concerns(look.cycle_ids, area) for area in (look.area, *look.areas(row))))


def _retests(look: Look, row: Criterion) -> sa.Select[Any]:
    waiting = (DefectState.FIXED, DefectState.IN_RETEST)
    fixed = sa.select(DefectLink.assignment_id).join(Defect, Defect.id == DefectLink.defect_id)
    due = sa.or_(
        Assignment.state == AssignmentState.RETEST_DUE, Assignment.id.in_(fixed.where(Defect.state.in_(waiting)))
    )
    unfinished = Assignment.state.not_in((AssignmentState.WITHDRAWN, AssignmentState.PASSED))
    return (
        sa.select(CycleItem.test_case_id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .where(Assignment.cycle_id.in_(look.cycle_ids), due, unfinished)
        .where(*(area.holds_item(Assignment.item_id) for area in (look.area, *look.areas(row))))
    )


def _uncovered(look: Look, row: Criterion) -> sa.Select[Any]:
    tested = sa.select(TestCase.requirement_id).join(CycleItem, CycleItem.test_case_id == TestCase.id)
    statement = sa.select(Requirement.id).where(
        Requirement.project_id == look.project_id,
        Requirement.state == RequirementState.ACTIVE,
        Requirement.approved_number > 0,
        Requirement.id.not_in(tested.where(CycleItem.cycle_id.in_(look.cycle_ids))),
    )
    areas = [area for area in (look.area, *look.areas(row)) if not area.is_everything]
    statement = statement.where(*(Requirement.id.in_(area.requirements()) for area in areas))
    return statement.where(tagged_with(row.tag)) if row.tag else statement


@dataclass(frozen=True, slots=True)
class Behind:
    """What is listed behind a kind: which things, and the select of their ids."""

    things: Kind
    ids: Callable[[Look, Criterion], sa.Select[Any]]


BEHIND: Mapping[What, Behind] = {
    What.SHARE_RUN: Behind(Kind.TEST_CASE, _by_outcome),
    What.SHARE_PASSED: Behind(Kind.TEST_CASE, _by_outcome),
    What.STALE: Behind(Kind.TEST_CASE, _by_outcome),
    What.ON_BUILD: Behind(Kind.TEST_CASE, _older),
    What.DEFECTS: Behind(Kind.DEFECT, _defects),
    What.RETESTS: Behind(Kind.TEST_CASE, _retests),
    What.UNCOVERED: Behind(Kind.REQUIREMENT, _uncovered),
}


def things(look: Look, row: Criterion) -> sa.Select[Any]:
    """Select number and title of everything behind a criterion, in order: the rows that its page shows."""
    behind = BEHIND[row.kind]
    model, title = MODELS[behind.things]
    return sa.select(model.number, title).where(model.id.in_(behind.ids(look, row))).order_by(model.number)
