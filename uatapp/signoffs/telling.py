"""Mails about acts and conditions: who is asked to sign, what was signed, what falls due."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from uatapp.accounts.models import User
from uatapp.jobs.registry import job
from uatapp.jobs.service import send_mail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import Project
from uatapp.projects.queries import find_project, list_members
from uatapp.signoffs import events, owing, queries, register
from uatapp.signoffs.labels import ACTS
from uatapp.signoffs.models import ConditionReminder, SignedAct, Signoff
from uatapp.signoffs.states import ActKind, ConditionState
from uatapp.web.links import absolute

DAILY = "conditions.remind"


def ask_to_sign(project: Project, act: SignedAct, people: Iterable[User], *, by: Actor) -> None:
    """Ask people by mail to sign an act."""
    for person in people:
        words = _("%(name)s asks you to sign: %(what)s.", name=by.name, what=str(ACTS[act.kind]).lower())
        _send(
            project,
            person.email,
            person.name,
            act,
            _("Your signature is asked for: %(what)s", what=act.reference),
            words,
        )


def tell_signed(project: Project, signoff: Signoff, act: SignedAct, *, by: Actor) -> None:
    """Tell the signatories and both project managers that an act was signed by all."""
    what = act.signoff_reference  # words that people typed stay out of mails: administrators see them waiting
    reasons = {
        ActKind.CLOSING: _("All its conditions are fulfilled: %(what)s is accepted without conditions.", what=what),
        ActKind.RECONFIRMATION: _("%(what)s was confirmed again with what has changed.", what=what),
        ActKind.WITHDRAWAL: _("%(name)s has withdrawn the acceptance %(what)s.", name=by.name, what=what),
    }
    subject = _("%(reference)s: %(what)s", reference=act.reference, what=str(ACTS[act.kind]).lower())
    present = {member.user_id for member in list_members(project.id)}
    people = {seat.user_id: (seat.user.name, seat.user.email) for seat in queries.signatories(signoff.id)}
    people |= {user_id: (name, email) for user_id, _side, name, email in register.managers(project.id)}
    for user_id, (name, email) in people.items():
        if user_id != by.user_id and user_id in present:
            _send(project, email, name, act, subject, reasons[act.kind])


def _send(project: Project, email: str, name: str, act: SignedAct, subject: str, words: str) -> None:
    number = int(act.signoff_reference.rpartition("-S")[2])
    link = absolute("signoffs.act", project=project.key, number=number, act_number=act.number)
    send_mail(email, subject, "signoff_act", name=name, words=words, project=project.name, link=link)


# ---- what falls due ----


@job(DAILY, daily=_l("Reminding of conditions that fall due"))
def remind() -> None:
    """Remind of every open condition that falls due within three days or is overdue, once a week; twice changes nothing."""
    keys = list(db.session.scalars(sa.select(Project.key).order_by(Project.id)))
    db.session.rollback()
    for key in keys:
        with unit_of_work(SYSTEM):
            project = find_project(key)
            if project is not None:
                _remind_in(project)


def _remind_in(project: Project) -> None:
    today = clock.today(project.zone)
    rows = [row for row in register.unsettled(project) if row.state is ConditionState.OPEN]
    due = [(row, stage) for row in rows if (stage := owing.stage(row.condition.due_on, today)) is not None]
    ids = [row.condition.id for row, _stage in due]
    where = ConditionReminder.condition_id.in_(ids)
    sent = set(
        db.session.execute(sa.select(ConditionReminder.condition_id, ConditionReminder.stage).where(where)).tuples()
    )
    for row, stage in due:
        if (row.condition.id, stage) not in sent:
            _remind_of(project, row, stage)


def _remind_of(project: Project, row: register.Owed, stage: int) -> None:
    db.session.add(ConditionReminder(project_id=project.id, condition_id=row.condition.id, stage=stage))
    people = _people(project, row)
    link = absolute(
        "signoffs.condition", project=project.key, number=row.signoff.number, condition_number=row.condition.number
    )
    when = register.due_words(row.condition.due_on, row.late)
    subject = _("%(when)s: a condition of %(signoff)s", when=when, signoff=row.condition.signoff_reference)
    for name, email in people:
        send_mail(
            email, subject, "condition_due", name=name, what=register.reference(row.condition), when=when,
            project=project.name, link=link,
        )  # fmt: skip
    told = events.ConditionReminded(
        project_id=project.id,
        subject=register.reference(row.condition),
        by=SYSTEM,
        count=len(people),
        due=row.condition.due_on.isoformat(),
    )
    record(told)


def _people(project: Project, row: register.Owed) -> Sequence[tuple[str, str]]:
    """Return whom to remind: the owner, if it is a person here, and the project managers of both sides."""
    people = {user_id: (name, email) for user_id, _side, name, email in register.managers(project.id)}
    if row.owner.user_id is not None:
        owner = db.session.scalars(
            sa.select(User).where(User.id == row.owner.user_id).options(joinedload(User.organisation))
        ).one()
        people[owner.id] = (owner.name, owner.email)
    return list(people.values())
