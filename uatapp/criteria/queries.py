"""Facts behind the exit criteria: grouped in the database, rows bounded, few statements whatever is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from uatapp.criteria import kinds, sets, words
from uatapp.criteria.areas import EVERYTHING, Area
from uatapp.criteria.kinds import BEHIND, OF_TESTS, SHOWN_AT, TRIED, Look, concerns
from uatapp.criteria.models import CriterionAnswer
from uatapp.criteria.rules import Criterion, CriterionResult, Facts, Row, Tally, judge
from uatapp.criteria.rules import Kind as What
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.defects.models import Defect
from uatapp.defects.states import OPEN, Severity
from uatapp.kernel.db import db
from uatapp.kernel.references import written
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.runs import counting
from uatapp.testcases.models import TestCase

SHOWN = 50
SERIOUS = (Severity.CRITICAL, Severity.MAJOR)
NEWEST = "on newest build"  # stands where an outcome stands
Named = tuple[int, str]

__all__ = ["SERIOUS", "barred_requirements", "concerns", "evaluated", "live_cycle_ids", "look_at", "scope", "serious"]


@dataclass
class Counted:
    """What one criterion counts, and the first things behind it by number and title."""

    outcomes: dict[str, int]
    named: list[Named]
    count: int = 0


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


def serious(project_id: int, cycle_ids: Collection[int], area: Area = EVERYTHING) -> sa.Select[Any]:
    """Select the open critical and major defects that a scope concerns."""
    return (
        sa.select(Defect)
        .where(Defect.project_id == project_id, Defect.state.in_(OPEN), Defect.severity.in_(SERIOUS))
        .where(concerns(cycle_ids, area))
    )


def evaluated(
    project: Project,
    cycle_ids: Collection[int],
    signatory_ids: Collection[int] = (),
    area: Area = EVERYTHING,
    rows: Sequence[Criterion] | None = None,
) -> tuple[Facts, list[CriterionResult]]:
    """Count what the exit criteria need over cycles, and evaluate them, each unmet one with the rows behind it.

    Without `rows`, the criteria of these cycles together. `area` narrows everything counted to some units' or a
    process's requirements; a criterion about another unit or process is left out then.
    """
    rows = sets.of_cycles(project, cycle_ids) if rows is None else rows
    look = look_at(project, cycle_ids, signatory_ids, area, rows)
    rows = [row for row in rows if _is_about(row, look)]
    outcomes, counted = _cases(look, rows)
    counted |= _things(look, rows)
    answers = _answers(project.id, rows)
    tallies = {row.code: _tally(row, outcomes, counted, answers) for row in rows}
    results = [_with_rows(project, row, tallies[row.code], counted.get(row.code)) for row in rows]
    return Facts(outcomes, tallies), results


def look_at(
    project: Project,
    cycle_ids: Collection[int],
    signatory_ids: Collection[int] = (),
    area: Area = EVERYTHING,
    rows: Collection[Criterion] = (),
) -> Look:
    """Return what criteria look at: the test cases in scope, and the places that these criteria name."""
    barred = barred_requirements(cycle_ids, signatory_ids, area) if signatory_ids else frozenset()
    places = _places(project.id) if any(row.unit or row.process for row in rows) else {}
    return Look(project.id, cycle_ids, area, scope(cycle_ids, barred, area).cte("in_scope"), places)


def _places(project_id: int) -> Mapping[tuple[str, str], Area]:
    units = sa.select(sa.literal("unit"), BusinessUnit.name, BusinessUnit.id)
    processes = sa.select(sa.literal("process"), BusinessProcess.name, BusinessProcess.id)
    both = sa.union_all(
        units.where(BusinessUnit.project_id == project_id), processes.where(BusinessProcess.project_id == project_id)
    )
    return {
        (kind, name): Area(frozenset({row_id})) if kind == "unit" else Area(process_id=row_id)
        for kind, name, row_id in db.session.execute(both)
    }


def _is_about(row: Criterion, look: Look) -> bool:
    """Say whether a criterion can say something about the area looked at: not one about another unit or process."""
    for place in look.areas(row):
        if look.area.unit_ids and place.unit_ids and not place.unit_ids <= look.area.unit_ids:
            return False
        if look.area.process_id and place.process_id and place.process_id != look.area.process_id:
            return False
    return True


def _cases(look: Look, rows: Sequence[Criterion]) -> tuple[dict[str, int], dict[str, Counted]]:
    """Count the test cases in scope by outcome, for all and for each criterion that looks at some of them.

    One statement, which walks through the scope once whatever is asked of it, and names the first ones behind each.
    """
    found = {row.code: Counted({}, []) for row in rows if row.kind in OF_TESTS}
    outcomes: dict[str, int] = {}
    arms = [_grouped(look, "", [])]
    for row in rows:
        if row.code in found:
            arms += _arms(look, row)
    for code, word, count, number, title in db.session.execute(sa.union_all(*arms)):
        if number is not None:
            found[code].named.append((number, title))
        elif word == NEWEST:
            found[code].count = count
        else:
            (found[code].outcomes if code else outcomes)[word] = count
    for row in rows:
        if row.code in found and not _is_narrow(row):
            found[row.code].outcomes = outcomes
    return outcomes, found


def _is_narrow(row: Criterion) -> bool:
    return bool(row.tag or row.unit or row.process)


def _grouped(look: Look, code: str, where: Sequence[sa.ColumnElement[bool]]) -> Any:
    nothing = (sa.literal(None, sa.Integer), sa.literal(None, sa.Text))
    counted = sa.select(sa.literal(code), look.rows.c.outcome, sa.func.count(), *nothing)
    return counted.where(*where).group_by(look.rows.c.outcome)


def _arms(look: Look, row: Criterion) -> list[Any]:
    narrowed = kinds.narrowed(look, row)
    first = BEHIND[row.kind].ids(look, row).order_by(look.rows.c.id).limit(SHOWN).subquery()
    named = sa.select(sa.literal(row.code), sa.literal(""), sa.literal(0), TestCase.number, TestCase.title)
    arms: list[Any] = [named.join(first, first.c.id == TestCase.id)]
    if _is_narrow(row):
        arms.append(_grouped(look, row.code, narrowed))
    if row.kind is What.ON_BUILD:
        nothing = (sa.literal(None, sa.Integer), sa.literal(None, sa.Text))
        newest = sa.select(sa.literal(row.code), sa.literal(NEWEST), sa.func.count(), *nothing)
        column = look.rows.c.id
        arms.append(newest.where(look.rows.c.outcome.in_(TRIED), column.in_(kinds.on_newest(look)), *narrowed))
    return arms


def _things(look: Look, rows: Sequence[Criterion]) -> dict[str, Counted]:
    """Count the defects, retests and requirements that criteria are about, and name the first, in one statement."""
    wanted = [row for row in rows if row.kind in BEHIND and row.kind not in OF_TESTS]
    found = {row.code: Counted({}, []) for row in wanted}
    arms = []
    for row in wanted:
        chosen = kinds.things(look, row)
        counted = chosen.add_columns(sa.literal(row.code).label("code"), sa.func.count().over().label("every"))
        arms.append(sa.select(counted.limit(SHOWN).subquery()))
    for number, title, code, every in db.session.execute(sa.union_all(*arms)) if arms else ():
        found[code].named.append((number, title))
        found[code].count = every
    return found


def _answers(project_id: int, rows: Sequence[Criterion]) -> dict[str, bool]:
    """Return the newest answer to each own criterion."""
    codes = [row.code for row in rows if row.kind is What.OWN]
    if not codes:
        return {}
    of_project = CriterionAnswer.project_id == project_id
    newest = sa.select(sa.func.max(CriterionAnswer.number)).where(of_project, CriterionAnswer.code.in_(codes))
    statement = sa.select(CriterionAnswer.code, CriterionAnswer.yes).where(
        of_project, CriterionAnswer.number.in_(newest.group_by(CriterionAnswer.code))
    )
    return {code: yes for code, yes in db.session.execute(statement)}


def _tally(
    row: Criterion, outcomes: Mapping[str, int], counted: Mapping[str, Counted], answers: Mapping[str, bool]
) -> Tally:
    own = counted.get(row.code)
    if own is None:
        return Tally(outcomes, answer=answers.get(row.code))
    return Tally(own.outcomes, own.count)


def _with_rows(project: Project, row: Criterion, tally: Tally, counted: Counted | None) -> CriterionResult:
    result = judge(row, tally, words.title(row))
    if result.met or counted is None:
        return result
    things = BEHIND[row.kind].things
    named = sorted(counted.named)
    listed = tuple(Row(written(project.key, things, n), title, SHOWN_AT[things], n) for n, title in named)
    return replace(result, rows=listed, more=behind_count(row, tally) - len(listed))


def behind_count(row: Criterion, tally: Tally) -> int:
    """Return how many things stand behind a criterion."""
    if row.kind is What.ON_BUILD:
        return tally.of(*TRIED) - tally.count
    return tally.of(*kinds.OUTCOMES[row.kind]) if row.kind in OF_TESTS else tally.count
