"""What was not tested, why, and who decided that: the part of a frozen scope that nobody may overlook."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from uatapp.criteria.areas import Area
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement
from uatapp.requirements.states import RequirementState
from uatapp.runs.models import Run

WHY = {
    "not_run": "Nobody has tried it.",
    "stale": "It was changed after it was tried.",
    "blocked": "Something stopped the test.",
    "not_applicable": "It does not apply.",
}
OUTSIDE = "It is not in the scope of these cycles."


def not_tested(
    project: Project, cases: list[dict[str, Any]], cycle_ids: Sequence[int], barred: frozenset[int], area: Area
) -> list[dict[str, Any]]:
    """Return what was not tested and who decided that, what was left out of the scope altogether included."""
    reasons = _reasons(cycle_ids)
    found = []
    for case in cases:
        if case["outcome"] not in WHY:
            continue
        person, reason = reasons.get(case["id"], ("", ""))
        why = WHY[case["outcome"]]
        if case["requirement_id"] in barred:
            why = "Only its author or a signatory tried it, so it counts as not run."
        found.append({"reference": case["reference"], "title": case["title"], "why": why, "decided_by": person,
                      "reason": reason})  # fmt: skip
    return found + _left_out(project, cases, area)


def _reasons(cycle_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return, per test case, who said last why it is blocked or does not apply."""
    statement = (
        sa.select(CycleItem.test_case_id, Run.tester_name, Run.reason)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .join(Run, Run.assignment_id == Assignment.id)
        .where(CycleItem.cycle_id.in_(cycle_ids), Run.reason != "")
        .order_by(Run.id)
    )
    return {case_id: (name, reason) for case_id, name, reason in db.session.execute(statement)}


def _left_out(project: Project, cases: list[dict[str, Any]], area: Area) -> list[dict[str, Any]]:
    inside = {case["requirement_id"] for case in cases}
    statement = sa.select(Requirement.id, Requirement.number, Requirement.name).where(
        Requirement.project_id == project.id,
        Requirement.state == RequirementState.ACTIVE,
        Requirement.approved_number > 0,
        area.holds_requirement(Requirement.id),
    )
    return [
        {
            "reference": written(project.key, Kind.REQUIREMENT, number),
            "title": name,
            "why": OUTSIDE,
            "decided_by": "",
            "reason": "",
        }
        for id_, number, name in db.session.execute(statement.order_by(Requirement.number))
        if id_ not in inside
    ]
