"""What can happen to documents and requirements: taken in, filed, sent for review, approved, retired."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NoReturn

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused, Stale
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.requirements import events, queries, rules
from uatapp.requirements.models import Document, Requirement, RequirementVersion, RequirementVersionState
from uatapp.requirements.rules import Person
from uatapp.requirements.states import REQUIREMENT, VERSION, RequirementState, VersionState

_LONGEST_REASON = 2000

People = Sequence[Person] | None


def reference(project: Project, requirement: Requirement) -> str:
    return written(project.key, Kind.REQUIREMENT, requirement.number)


def file_document(
    project: Project,
    document: Document,
    unit: BusinessUnit | None,
    process: BusinessProcess | None,
    *,
    by: Actor,
) -> None:
    """Put a document under a business unit and a business process. The same ones again change nothing."""
    by.require(Permission.REQUIREMENTS_EDIT, project.id)
    unit_id, process_id = unit.id if unit else None, process.id if process else None
    if (document.unit_id, document.process_id) == (unit_id, process_id):
        return
    document.unit_id, document.process_id = unit_id, process_id
    names = unit.name if unit else "", process.name if process else ""
    told = events.DocumentFiled(
        project_id=project.id, subject=f"document {document.path}", by=by, unit=names[0], process=names[1]
    )
    record(told, document)


def send_for_review(project: Project, requirement: Requirement, *, by: Actor) -> None:
    """Send a draft for review. Refuses what is no draft."""
    by.require(Permission.REQUIREMENTS_EDIT, project.id)
    version, state = _newest(requirement)
    state.state, state.note = VersionState(VERSION.after(state.state, "send_for_review")), ""
    told = _event(events.RequirementSentForReview, project, requirement, by, number=version.number)
    record(told, state)


def approve(project: Project, requirement: Requirement, *, by: Actor, version: int = 0, people: People = None) -> None:
    """Approve the newest version. Refuses its author, whoever is not asked, and a version that is no longer newest."""
    newest, state = _newest(requirement)
    _check_seen(requirement, version)
    _check_approver(project, requirement, by, newest.author_id, people)
    target = VersionState(VERSION.after(state.state, "approve"))
    rows: list[object] = [requirement, state]
    if requirement.approved_number:
        rows.append(_superseded(requirement))
    state.state, state.decided_by_id, state.decided_at = target, by.user_id, clock.now()
    requirement.approved_number = newest.number
    if requirement.state is RequirementState.RETIRED:
        requirement.state = RequirementState(REQUIREMENT.after(requirement.state, "restore"))
        back = _event(events.RequirementRestored, project, requirement, by, requirement_id=requirement.id)
        record(back, requirement)
    ids = {"requirement_id": requirement.id, "version_id": newest.id, "number": newest.number}
    record(_event(events.RequirementVersionApproved, project, requirement, by, **ids), *rows)


def _superseded(requirement: Requirement) -> RequirementVersionState:
    """Note that the version that counted so far no longer does."""
    where = (
        RequirementVersion.requirement_id == requirement.id,
        RequirementVersion.number == requirement.approved_number,
    )
    statement = sa.select(RequirementVersionState).join(RequirementVersionState.version).where(*where)
    state = db.session.scalars(statement).one()
    state.state = VersionState(VERSION.after(state.state, "supersede"))
    return state


def ask_for_changes(
    project: Project, requirement: Requirement, reason: str, *, by: Actor, version: int = 0, people: People = None
) -> None:
    """Hand a version back to its author as a draft, with the reason."""
    newest, state = _newest(requirement)
    _check_seen(requirement, version)
    _check_approver(project, requirement, by, newest.author_id, people)
    state.state = VersionState(VERSION.after(state.state, "ask_for_changes"))
    state.note, state.decided_by_id, state.decided_at = _reason(reason), by.user_id, clock.now()
    facts = {"number": newest.number, "reason": state.note}
    record(_event(events.RequirementChangesRequested, project, requirement, by, **facts), state)


def retire(project: Project, requirement: Requirement, *, by: Actor, people: People = None) -> None:
    """Approve that a requirement retires which its document no longer has. Its tests retire with it."""
    _check_removal(requirement)
    _check_approver(project, requirement, by, requirement.removal_by_id, people)
    requirement.state = RequirementState(REQUIREMENT.after(requirement.state, "retire"))
    requirement.removal_asked = False
    ended = supersede_undecided([requirement.id])
    told = _event(events.RequirementRetired, project, requirement, by, requirement_id=requirement.id)
    record(told, requirement, *ended)


def keep(project: Project, requirement: Requirement, reason: str, *, by: Actor, people: People = None) -> None:
    """Refuse a retirement: the requirement goes on counting although its document no longer has it."""
    _check_removal(requirement)
    _check_approver(project, requirement, by, requirement.removal_by_id, people)
    requirement.removal_asked = False
    record(_event(events.RequirementKept, project, requirement, by, reason=_reason(reason)), requirement)


def _event(kind: type[Any], project: Project, requirement: Requirement, by: Actor, **facts: Any) -> Any:
    return kind(project_id=project.id, subject=reference(project, requirement), by=by, **facts)


def _newest(requirement: Requirement) -> tuple[RequirementVersion, RequirementVersionState]:
    statement = (
        sa.select(RequirementVersion, RequirementVersionState)
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .where(RequirementVersion.requirement_id == requirement.id)
        .where(RequirementVersion.number == requirement.latest_number)
    )
    version, state = db.session.execute(statement).one()
    return version, state


def _undecided(requirement_ids: Collection[int]) -> Sequence[RequirementVersionState]:
    return db.session.scalars(
        sa.select(RequirementVersionState)
        .join(RequirementVersionState.version)
        .where(RequirementVersion.requirement_id.in_(requirement_ids))
        .where(RequirementVersionState.state.in_(queries.UNDECIDED))
    ).all()


def supersede_undecided(requirement_ids: Collection[int]) -> Sequence[RequirementVersionState]:
    """End the drafts and reviews that a newer save takes over; the caller tells of them."""
    states = _undecided(requirement_ids) if requirement_ids else []
    for state in states:
        state.state = VersionState(VERSION.after(state.state, "supersede"))
    return states


def _check_seen(requirement: Requirement, version: int) -> None:
    """Refuse a decision on a version that is not the newest any more."""
    if version and version != requirement.latest_number:
        sentence = _("Version %(n)s has come in meanwhile. Read it, then decide again.", n=requirement.latest_number)
        raise Stale(sentence, version=requirement.latest_number)


def _check_removal(requirement: Requirement) -> None:
    if not requirement.removal_asked:
        raise Refused(_("Nobody asks to retire this requirement. It is retired when its document no longer has it."))


def _check_approver(
    project: Project, requirement: Requirement, by: Actor, author_id: int | None, people: People = None
) -> None:
    by.require(Permission.REQUIREMENTS_APPROVE, project.id)
    document = db.session.get_one(Document, requirement.document_id)
    people = queries.people(project.id) if people is None else people
    if reasons := rules.why_not_approve(by.user_id, people, document.unit_id, author_id):
        raise NotAllowed(_(reasons[0]))


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > _LONGEST_REASON:
        sentence = _("Say in a sentence or two what should change. Whoever wrote it reads this.")
        raise Invalid(sentence, fields={"reason": sentence})
    return said


def decide_many(project: Project, chosen: Mapping[int, int], action: str, reason: str = "", *, by: Actor) -> int:
    """Take one action on several requirements; `chosen` maps their numbers to the versions seen. Refuses none."""
    if not chosen:
        _refuse_none()
    statement = sa.select(Requirement).where(Requirement.project_id == project.id, Requirement.number.in_(list(chosen)))
    rows = db.session.scalars(statement.order_by(Requirement.number).with_for_update()).all()
    people = queries.people(project.id)
    for row in rows:
        decide(project, row, action, reason, by=by, version=chosen[row.number], people=people)
    return len(rows)


def _refuse_none() -> NoReturn:
    sentence = _("Choose at least one requirement first.")
    raise Invalid(sentence, fields={"chosen": sentence})


def decide(
    project: Project,
    requirement: Requirement,
    action: str,
    reason: str = "",
    *,
    by: Actor,
    version: int = 0,
    people: People = None,
) -> None:
    """Take an action by its name. What waits for retirement is retired by approving it."""
    if action == "send_for_review":
        send_for_review(project, requirement, by=by)
    elif action == "approve" and requirement.removal_asked:
        retire(project, requirement, by=by, people=people)
    elif action == "approve":
        approve(project, requirement, by=by, version=version, people=people)
    elif action == "ask_for_changes" and requirement.removal_asked:
        keep(project, requirement, reason, by=by, people=people)
    elif action == "ask_for_changes":
        ask_for_changes(project, requirement, reason, by=by, version=version, people=people)
    else:
        raise Refused(_("This is not possible here."))
