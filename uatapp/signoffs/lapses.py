"""What ends an open request, and what asks for a signed one to be confirmed again. Only DESIGN.md's causes do."""

import sqlalchemy as sa

from uatapp.criteria.queries import SERIOUS, concerns
from uatapp.cycles.events import CycleReopened
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.defects import rules as defect_rules
from uatapp.defects.events import DefectLinked, DefectMoved, DefectRaised, SeverityChanged
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import DefectState, Severity
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.events import Event
from uatapp.kernel.references import Kind, written
from uatapp.projects.events import MemberRemoved, SigningRightWithdrawn
from uatapp.projects.models import Project
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.requirements.models import Requirement
from uatapp.runs.events import RunVoided
from uatapp.signoffs import order, queries, scopes, service
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState
from uatapp.testcases.models import TestCase


def _lapse(event: Event, signoffs: list[Signoff], why: str) -> None:
    project = db.session.get_one(Project, event.project_id)
    for signoff in signoffs:
        if signoff.state is SignoffState.REQUESTED:
            service.move(project, signoff, "lapse", by=event.by, why=why)


def on_cycle_reopened(event: CycleReopened) -> None:
    cycle = db.session.get_one(Cycle, event.cycle_id)
    order.disturb(cycle.project_id)
    _lapse(event, list(queries.requested_over(cycle.project_id, cycle.id)), f"“{cycle.name}” was reopened.")


def on_run_voided(event: RunVoided) -> None:
    assignment = db.session.get_one(Assignment, event.assignment_id)
    order.disturb(assignment.project_id)
    over = queries.requested_over(assignment.project_id, assignment.cycle_id)
    case = sa.select(CycleItem.test_case_id).where(CycleItem.id == assignment.item_id)
    held = [
        s
        for s in over
        if _is_in(TestCase, scopes.scope_of(s.id).area.holds_case(TestCase.id), TestCase.id == case.scalar_subquery())
    ]
    _lapse(event, held, f"A result was taken back: {event.subject}.")


def _is_in(kind: type[TestCase | Defect], *where: sa.ColumnElement[bool]) -> bool:
    return db.session.scalar(sa.select(kind.id).where(*where)) is not None


def _touched(event: Event, defect_id: int) -> list[Signoff]:
    """Return the open requests whose scope a defect concerns, by the same rule as the criteria count it.

    One that belongs to no test and no requirement concerns them all when it is serious, and none when it is not.
    """
    order.disturb(event.project_id or 0)
    over = queries.in_state(event.project_id or 0, SignoffState.REQUESTED, lock=True)
    linked = sa.exists().where(DefectLink.defect_id == Defect.id)
    counts = sa.or_(linked, Defect.requirement_id.is_not(None), Defect.severity.in_(SERIOUS))
    this = sa.and_(Defect.id == defect_id, counts)
    return [s for s in over if _is_in(Defect, this, concerns(queries.cycle_ids(s.id), scopes.scope_of(s.id).area))]


def _covers(signoff: Signoff, requirement_id: int | None) -> bool:
    if requirement_id is None:
        return False
    requirement = db.session.get_one(Requirement, requirement_id)
    project = db.session.get_one(Project, signoff.project_id)
    wanted = written(project.key, Kind.REQUIREMENT, requirement.number)
    document = queries.document_of(queries.get_snapshot(signoff.id))
    return any(row["reference"] == wanted for row in document["requirements"])


def on_defect_raised(event: DefectRaised) -> None:
    _lapse(event, _touched(event, event.defect_id), f"{event.subject} was reported.")


def on_defect_linked(event: DefectLinked) -> None:
    _lapse(event, _touched(event, event.defect_id), f"{event.subject} was found to stop {event.test}.")


def on_defect_moved(event: DefectMoved) -> None:
    if event.to == DefectState.REOPENED:
        _lapse(event, _touched(event, event.defect_id), f"{event.subject} was reopened.")


def on_severity_changed(event: SeverityChanged) -> None:
    if defect_rules.is_lower(Severity(event.from_), Severity(event.to)):
        _lapse(event, _touched(event, event.defect_id), f"{event.subject} became {event.to}.")


def on_requirement_changed(event: RequirementRetired | RequirementVersionApproved) -> None:
    """Lapse open requests over the requirement; ask for signed ones to be confirmed again."""
    project = db.session.get_one(Project, event.project_id)
    order.disturb(project.id)
    over = queries.in_state(project.id, SignoffState.REQUESTED, lock=True)
    why = f"{event.subject} changed."
    _lapse(event, [s for s in over if _covers(s, event.requirement_id)], why)
    accepted = (SignoffState.ACCEPTED, SignoffState.ACCEPTED_WITH_CONDITIONS, SignoffState.DEEMED_ACCEPTED)
    for signoff in queries.in_state(project.id, *accepted, lock=True):
        if _covers(signoff, event.requirement_id):
            service.move(project, signoff, "need_reconfirmation", by=event.by, why=why)


def _without(event: Event, user_id: int, by: Actor, name: str) -> None:
    order.disturb(event.project_id or 0)
    over = queries.in_state(event.project_id or 0, SignoffState.REQUESTED, lock=True)
    named = [s for s in over if any(seat.user_id == user_id for seat in queries.seats(s.id))]
    _lapse(event, named, f"{name} may no longer sign.")


def on_member_gone(event: MemberRemoved | SigningRightWithdrawn) -> None:
    _without(event, event.user_id, event.by, event.name)
