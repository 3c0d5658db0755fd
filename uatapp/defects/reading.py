"""Reads for the pages about defects: what is filled in, what is offered, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from uatapp.cycles.models import Assignment, CycleItem
from uatapp.defects import queries, rules
from uatapp.defects.labels import ACTIONS
from uatapp.defects.models import Defect, DefectEvidence, DefectLink, DefectNote
from uatapp.defects.states import DEFECT, OPEN, DefectState
from uatapp.evidence.models import Evidence
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Build, Project
from uatapp.runs.models import Run, RunEvidence
from uatapp.runs.states import StepAnswer
from uatapp.testcases.models import TestCase


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of the page: offered now, or greyed with the reason."""

    action: str
    label: str
    needs: tuple[str, ...]
    why_not: str = ""


def offered(project: Project, defect: Defect, actor: Actor) -> list[Offer]:
    """Return what the viewer may do with a defect now; what only others may do is named with who."""
    found = []
    for transition in DEFECT.offered(defect.state):
        if transition.by is None or not actor.may(transition.by, project.id):
            continue
        reasons = [_(r) for r in rules.why_not(transition.action, actor, project.id, defect.reporter_id)]
        if transition.action == "propose" and defect.contested_once:
            reasons.append(_("The customer has decided that this is a defect."))
        if transition.action == "contest" and defect.contested_once:
            reasons.append(_("You have disagreed once already."))
        if transition.action in ("confirm", "still_wrong") and queries.live_links(defect.id):
            continue
        label = str(ACTIONS.get(transition.action, transition.label))
        found.append(Offer(transition.action, label, transition.needs, " ".join(reasons)))
    return found


def counts(project_id: int) -> dict[str, int]:
    """Count open defects by severity, and all the others."""
    opened = Defect.state.in_(OPEN)
    statement = sa.select(Defect.severity, opened, sa.func.count()).where(Defect.project_id == project_id)
    found: dict[str, int] = {"open": 0, "ended": 0}
    for severity, is_open, number in db.session.execute(statement.group_by(Defect.severity, opened)):
        found["open" if is_open else "ended"] += number
        if is_open:
            found[severity.value] = number
    return found


def find_run(project_id: int, reference: str) -> Run | None:
    """Return a run with its steps, evidence and test."""
    case = joinedload(Run.assignment).joinedload(Assignment.item).joinedload(CycleItem.test_case)
    files = selectinload(Run.evidence).joinedload(RunEvidence.evidence)
    statement = sa.select(Run).where(Run.project_id == project_id, Run.reference == reference)
    return db.session.scalar(statement.options(selectinload(Run.steps), files, case, joinedload(Run.case_version)))


def may_see_run(actor: Actor, run: Run) -> bool:
    return actor.user_id == run.tester_id or actor.may(Permission.RUNS_READ, run.project_id)


def prefilled(run: Run) -> dict[str, Any]:
    """Fill the form in from the first step that was not as expected."""
    wrong = next((s for s in run.steps if s.answer is StepAnswer.NOT_AS_EXPECTED), None)
    steps = run.case_version.steps
    step = steps[wrong.position - 1] if wrong and 0 < wrong.position <= len(steps) else None
    seen = (wrong.remark if wrong else "") or run.remark or run.reason
    title = (seen.split("\n")[0] or _("Not as expected: %(title)s", title=run.case_version.title))[:200]
    lines = [_("Test: %(test)s, version %(v)s", test=run.case_reference, v=run.case_version_number)]
    lines.append(_("Build: %(build)s", build=run.build_name))
    if step:
        lines.append(_("Step %(n)s: %(text)s", n=wrong.position if wrong else 0, text=step["text"]))
    lines += ["", _("What I saw: %(seen)s", seen=seen)] if seen else []
    position = wrong.position if wrong else 0
    return {"title": title, "description": "\n".join(lines), "run": run.reference, "position": position}


def known(project: Project, run: Run) -> Sequence[Defect]:
    """Return open defects on the same requirement that do not stop this test yet."""
    held = {link.defect_id for link in queries.links_of_assignment(run.assignment_id)}
    found = queries.similar(project.id, run.assignment.item.test_case.requirement_id)
    return [defect for defect in found if defect.id not in held]


def in_retest(run: Run) -> list[Defect]:
    """Return the defects whose fix this run tried."""
    links = queries.links_of_assignment(run.assignment_id)
    return [link.defect for link in links if link.defect.state is DefectState.IN_RETEST]


def evidence_of(run: Run) -> list[Evidence]:
    return [row.evidence for row in run.evidence]


def notes(defect_id: int) -> Sequence[DefectNote]:
    statement = sa.select(DefectNote).where(DefectNote.defect_id == defect_id)
    return db.session.scalars(statement.order_by(DefectNote.number)).all()


def files(defect_id: int) -> Sequence[Evidence]:
    statement = sa.select(Evidence).join(DefectEvidence, DefectEvidence.evidence_id == Evidence.id)
    return db.session.scalars(statement.where(DefectEvidence.defect_id == defect_id).order_by(Evidence.id)).all()


def find_file(project_id: int, number: int, token: str) -> Evidence | None:
    statement = (
        sa.select(Evidence)
        .join(DefectEvidence, DefectEvidence.evidence_id == Evidence.id)
        .join(Defect, Defect.id == DefectEvidence.defect_id)
        .where(Defect.project_id == project_id, Defect.number == number, Evidence.token == token)
    )
    return db.session.scalar(statement)


def builds(project_id: int) -> Sequence[Build]:
    """Return the builds a fix can be in, newest first."""
    statement = sa.select(Build).where(Build.project_id == project_id).order_by(Build.number.desc())
    return db.session.scalars(statement.limit(50)).all()


def original(defect: Defect) -> Defect | None:
    return db.session.get(Defect, defect.duplicate_of_id) if defect.duplicate_of_id else None


def reported_by(project_id: int, user_id: int, limit: int = 20) -> Sequence[Defect]:
    """Return what a person reported, what needs their answer first, then newest."""
    asks = Defect.state == DefectState.PROPOSED
    statement = (
        sa.select(Defect)
        .where(Defect.project_id == project_id, Defect.reporter_id == user_id)
        .options(joinedload(Defect.owner), joinedload(Defect.fixed_build))
        .order_by(sa.case((asks, 0), else_=1), Defect.number.desc())
    )
    return db.session.scalars(statement.limit(limit)).all()


def unreported_failures(project_id: int, user_id: int) -> Sequence[tuple[Run, TestCase]]:
    """Return a tester's failed runs that no defect explains yet, so that none is forgotten.

    A defect that has ended explains no later failure, and one in retest only once it is said to persist.
    """
    explained = (
        sa.exists()
        .where(DefectLink.assignment_id == Assignment.id, DefectLink.passed_build.is_(None))
        .where(Defect.id == DefectLink.defect_id, Defect.state.in_(rules.HOLDING))
    )
    statement = (
        sa.select(Run, TestCase)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(Run.project_id == project_id, Run.tester_id == user_id, Run.attempt == Assignment.run_count)
        .where(Assignment.state == "failed", ~explained)
        .order_by(Run.submitted_at)
        .limit(20)
    )
    return [(run, case) for run, case in db.session.execute(statement)]
