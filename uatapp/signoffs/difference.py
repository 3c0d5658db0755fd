"""What changed since people signed: each changed requirement in words, then and now, with its results and problems."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from uatapp.criteria import queries as criteria
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.requirements.states import RequirementState
from uatapp.runs import counting
from uatapp.testcases.models import CarryOver, TestCase
from uatapp.testcases.states import CaseState

PASSED = ("passed", "passed_with_remarks", "not_applicable", "retired")


def changed(project: Project, signed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the signed requirements that are not now as they were signed, each then and now, by reference.

    `signed` are rows as frozen scopes have them: reference, version, text_hash, outcome, tests.
    """
    numbers = {int(row["reference"].rpartition("-R")[2]): row for row in signed}
    rows = _present(project, numbers)
    differing = [row for row in rows if not _same(numbers[row[0].number], row)]
    ids = [requirement.id for requirement, _version in differing]
    texts = _texts(ids)
    results, problems = _results(project, ids), _problems(project, ids)
    return [
        {
            "reference": written(project.key, Kind.REQUIREMENT, requirement.number),
            "name": version.name,
            "then": _then(
                numbers[requirement.number], texts.get((requirement.id, numbers[requirement.number]["version"]))
            ),
            "now": _now(requirement, version, results.get(requirement.id, [])),
            "defects": problems.get(requirement.id, []),
        }
        for requirement, version in differing
    ]


def _present(project: Project, numbers: dict[int, Any]) -> list[tuple[Requirement, RequirementVersion]]:
    version = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.approved_number
    )
    statement = sa.select(Requirement, RequirementVersion).join(RequirementVersion, version)
    statement = statement.where(Requirement.project_id == project.id, Requirement.number.in_(numbers))
    return list(db.session.execute(statement.order_by(Requirement.number)).tuples())


def _same(then: dict[str, Any], now: tuple[Requirement, RequirementVersion]) -> bool:
    retired = now[0].state is RequirementState.RETIRED
    return then["text_hash"] == now[1].effective_hash and retired == bool(then.get("retired"))


def _texts(requirement_ids: Sequence[int]) -> dict[tuple[int, int], RequirementVersion]:
    statement = sa.select(RequirementVersion).where(RequirementVersion.requirement_id.in_(requirement_ids))
    return {(row.requirement_id, row.number): row for row in db.session.scalars(statement)}


def _then(signed: dict[str, Any], version: RequirementVersion | None) -> dict[str, Any]:
    return {
        "version": signed["version"],
        "text_hash": signed["text_hash"],
        "text": version.text if version else "",
        "retired": bool(signed.get("retired")),
        "outcome": signed["outcome"],
        "tests": [{key: test[key] for key in ("reference", "title", "version", "outcome")} for test in signed["tests"]],
    }


def _now(requirement: Requirement, version: RequirementVersion, tests: list[dict[str, Any]]) -> dict[str, Any]:
    retired = requirement.state is RequirementState.RETIRED
    return {
        "version": version.number,
        "text_hash": version.effective_hash,
        "text": version.text,
        "retired": retired,
        "outcome": "retired" if retired else counting.worst([test["outcome"] for test in tests]),
        "tests": tests,
    }


def _results(project: Project, requirement_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the present tests of requirements with what counts for each over the project's open and closed cycles."""
    counted = counting.case_outcomes(criteria.live_cycle_ids(project.id)).subquery()
    standing = (CarryOver.test_case_id == TestCase.id) & (CarryOver.to_number == TestCase.version_number)
    statement = (
        sa.select(TestCase, counted.c.outcome, CarryOver.by_name, CarryOver.reason)
        .outerjoin(counted, counted.c.test_case_id == TestCase.id)
        .outerjoin(CarryOver, standing)
        .where(TestCase.requirement_id.in_(requirement_ids), TestCase.state != CaseState.RETIRED)
        .order_by(TestCase.number)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for case, outcome, person, reason in db.session.execute(statement):
        row = {
            "reference": written(project.key, Kind.TEST_CASE, case.number),
            "title": case.title,
            "version": case.version_number,
            "outcome": outcome or "not_run",
            "results_stand": {"by": person, "reason": reason} if person else None,
        }
        found.setdefault(case.requirement_id, []).append(row)
    return found


def _problems(project: Project, requirement_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """Return the open defects of requirements: raised on them, or linked to one of their tests."""
    linked = (
        sa.select(TestCase.requirement_id, DefectLink.defect_id)
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .join(DefectLink, DefectLink.assignment_id == Assignment.id)
        .where(TestCase.requirement_id.in_(requirement_ids))
    )
    direct = sa.select(Defect.requirement_id, Defect.id).where(Defect.requirement_id.in_(requirement_ids))
    pairs = sa.union(linked, direct).subquery()
    statement = (
        sa.select(pairs.c[0], Defect)
        .join(Defect, Defect.id == pairs.c[1])
        .where(Defect.project_id == project.id, Defect.state.in_(OPEN))
        .order_by(Defect.number)
    )
    found: dict[int, list[dict[str, str]]] = {}
    for requirement_id, defect in db.session.execute(statement):
        row = {
            "reference": written(project.key, Kind.DEFECT, defect.number),
            "title": defect.title,
            "severity": defect.severity.value,
        }
        found.setdefault(requirement_id, []).append(row)
    return found


def unmet(difference: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the changed requirements without good results (reference → name): each needs a reason to be accepted."""
    return {row["reference"]: row["name"] for row in difference if row["now"]["outcome"] not in PASSED}
