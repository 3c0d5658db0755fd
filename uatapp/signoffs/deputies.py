"""Deputies: who may sign for whom, from one day to another, while both hold the right to sign."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, joinedload

from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.events import MemberRemoved, SigningRightWithdrawn
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import events, rules
from uatapp.signoffs.models import Deputy, Signatory, Signoff
from uatapp.signoffs.states import SignoffState


def name(
    project: Project, person: Membership, deputy: Membership, period: tuple[date, date], reason: str, *, by: Actor
) -> Deputy:
    """Name who may sign for a person from one day to another.

    Refuses somebody of the other side or without the right to sign, days that are over or taken, and two people
    who are both asked to sign the same request.
    """
    if why := why_not_name(project, person.user_id, person.side, by):
        raise NotAllowed(why)
    fields = rules.deputy_faults(
        rules.Standin(person.user.name, person.user_id, person.side, person.may_sign),
        rules.Standin(deputy.user.name, deputy.user_id, deputy.side, deputy.may_sign),
        period, reason, clock.today(project.zone),
    )  # fmt: skip
    if fields:
        raise Invalid(_(next(iter(fields.values()))), fields={key: _(text) for key, text in fields.items()})
    _refuse_taken(project, person, deputy, period)
    row = Deputy(project_id=project.id, user_id=person.user_id, deputy_id=deputy.user_id, named_by_id=by.user_id)
    row.from_on, row.until_on, row.reason = *period, reason.strip()
    db.session.add(row)
    record(events.DeputyNamed(project_id=project.id, subject=person.user.uid, by=by, name=person.user.name,
                              deputy=deputy.user.name, starts=row.from_on.isoformat(),
                              ends=row.until_on.isoformat(), reason=row.reason), row)  # fmt: skip
    db.session.flush()
    return row


def why_not_name(project: Project, user_id: int, side: Side, by: Actor) -> str:
    """Say why this person may not name or end a deputy of somebody; empty when they may."""
    if by.user_id == user_id or by.has_role(project.id, Role.PROJECT_MANAGER, side=side):
        return ""
    return str(_("A deputy is named by the person themselves, or by the project manager of their side."))


def _refuse_taken(project: Project, person: Membership, deputy: Membership, period: tuple[date, date]) -> None:
    start, end = period
    where = (Deputy.user_id == person.user_id, Deputy.from_on <= end, Deputy.until_on >= start)
    if present := db.session.scalar(_live(project).where(*where).limit(1)):
        sentence = _("%(name)s has a deputy on these days already: %(deputy)s. End that first, or choose other days.",
                     name=person.user.name, deputy=present.deputy.name)  # fmt: skip
        raise Invalid(sentence, fields={"from_on": sentence})
    if number := _both_asked(project, person, deputy):
        reference = written(project.key, Kind.SIGNOFF, number)
        sentence = _("Both are asked to sign %(reference)s. Name somebody who is not.", reference=reference)
        raise Invalid(sentence, fields={"deputy": sentence})


def _both_asked(project: Project, person: Membership, deputy: Membership) -> int | None:
    own, theirs = aliased(Signatory), aliased(Signatory)
    statement = (
        sa.select(Signoff.number)
        .join(own, (own.signoff_id == Signoff.id) & (own.user_id == person.user_id))
        .join(theirs, (theirs.signoff_id == Signoff.id) & (theirs.user_id == deputy.user_id))
        .where(Signoff.project_id == project.id, Signoff.state == SignoffState.REQUESTED)
    )
    return db.session.scalar(statement.order_by(Signoff.number).limit(1))


def _live(project: Project) -> sa.Select[Any]:
    """Select deputies that were not ended and whose last day is not over."""
    return sa.select(Deputy).where(*_is_live(project)).options(joinedload(Deputy.user), joinedload(Deputy.deputy))


def _is_live(project: Project) -> tuple[sa.ColumnElement[bool], ...]:
    today = clock.today(project.zone)
    return (Deputy.project_id == project.id, Deputy.ended_at.is_(None), Deputy.until_on >= today)


def current(project: Project) -> Sequence[Deputy]:
    """Return the deputies of today and later, the next ones first."""
    return db.session.scalars(_live(project).order_by(Deputy.from_on, Deputy.id)).all()


def get(project: Project, deputy_id: int) -> Deputy:
    """Return a deputy of a project, locked; refuse (NotFound) another."""
    statement = _live(project).where(Deputy.id == deputy_id).with_for_update(of=Deputy)
    found: Deputy | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def end(project: Project, row: Deputy, *, by: Actor, side: Side) -> None:
    """End a deputy before their last day. What they signed stays signed."""
    if why := why_not_name(project, row.user_id, side, by):
        raise NotAllowed(why)
    _end(row, by)


def _end(row: Deputy, by: Actor) -> None:
    if row.ended_at is not None:
        raise Refused(_("This has ended already."))
    row.ended_at = clock.now()
    told = events.DeputyEnded(
        project_id=row.project_id, subject=row.user.uid, by=by, name=row.user.name, deputy=row.deputy.name
    )
    record(told, row)


def on_right_gone(event: MemberRemoved | SigningRightWithdrawn) -> None:
    """End what rests on a right to sign that is gone: that of the person, and that of the deputy."""
    project = db.session.get_one(Project, event.project_id)
    theirs = sa.or_(Deputy.user_id == event.user_id, Deputy.deputy_id == event.user_id)
    for row in db.session.scalars(_live(project).where(theirs).order_by(Deputy.id).with_for_update(of=Deputy)).all():
        _end(row, event.by)


def with_deputies(project: Project, user_ids: Collection[int]) -> frozenset[int]:
    """Return people and everybody who may sign for them now or later: as signatories, all look at the same facts."""
    statement = sa.select(Deputy.deputy_id).where(*_is_live(project), Deputy.user_id.in_(user_ids))
    return frozenset(user_ids) | frozenset(db.session.scalars(statement))


def stands_for(project: Project, by: Actor, *, lock: bool = False) -> Mapping[int, Deputy]:
    """Return for whom a person may sign today, by user id; both must hold the right to sign."""
    theirs, own = aliased(Membership), aliased(Membership)
    statement = (
        _live(project)
        .join(theirs, (theirs.project_id == Deputy.project_id) & (theirs.user_id == Deputy.user_id))
        .join(own, (own.project_id == Deputy.project_id) & (own.user_id == Deputy.deputy_id))
        .where(Deputy.deputy_id == by.user_id, Deputy.from_on <= clock.today(project.zone))
        .where(theirs.may_sign, own.may_sign, theirs.side == own.side)
        .order_by(Deputy.id)
    )
    if lock:
        statement = statement.with_for_update(of=Deputy).execution_options(populate_existing=True)
    return {row.user_id: row for row in db.session.scalars(statement)}
