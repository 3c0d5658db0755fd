"""Mails about the acceptance window: to those who are asked to sign, and to the project managers of both sides."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from flask_babel import format_date
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.jobs.service import send_mail
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Membership, MembershipRole, Project
from uatapp.signoffs.models import AcceptanceTerms, AcceptanceTermsState, Signatory, Signoff
from uatapp.signoffs.states import TermsState
from uatapp.web.links import absolute


def day(value: date) -> str:
    """Write a date that the contract attaches something to: never “today”."""
    return str(format_date(value, "EEEE, d MMMM yyyy"))


def _managers(project_id: int) -> list[User]:
    statement = (
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(MembershipRole, MembershipRole.membership_id == Membership.id)
        .where(Membership.project_id == project_id, Membership.removed_at.is_(None), User.active)
        .where(MembershipRole.role == Role.PROJECT_MANAGER)
        .order_by(User.id)
    )
    return list(db.session.scalars(statement))


def _signatories(signoff: Signoff) -> list[User]:
    """Return who is asked to sign and still a member."""
    statement = (
        sa.select(User)
        .join(Signatory, Signatory.user_id == User.id)
        .join(Membership, sa.and_(Membership.user_id == User.id, Membership.project_id == Signatory.project_id))
        .where(Signatory.signoff_id == signoff.id, Membership.removed_at.is_(None), User.active)
        .order_by(Signatory.position)
    )
    return list(db.session.scalars(statement))


def _mail(people: Iterable[User], subject: str, lines: list[str], link: str) -> int:
    once = list(dict.fromkeys(people))
    for user in once:
        send_mail(user.email, subject, "acceptance", name=user.name, lines=lines, link=link)
    return len(once)


def about(project: Project, signoff: Signoff, subject: str, lines: list[str]) -> int:
    """Tell everybody whom a request's window concerns; return how many there are."""
    reference = written(project.key, Kind.SIGNOFF, signoff.number)
    people = [*_signatories(signoff), *_managers(project.id)]
    link = absolute("signoffs.show", project=project.key, number=signoff.number)
    return _mail(people, f"{reference}: {subject}", [f"{reference} {signoff.title}", *lines], link)


def before(project: Project, signoff: Signoff, silence_on: date) -> int:
    """Tell, long before, from when silence counts."""
    lines = [
        _("From %(day)s the contract treats silence as acceptance.", day=day(silence_on)),
        _(
            "Nothing is signed by itself. Whoever is asked to sign can accept, accept with conditions, reject or ask back."
        ),
        _("From that day on, the partner’s project manager may record that it is deemed accepted, not signed."),
    ]
    return about(project, signoff, _("silence counts from %(day)s", day=day(silence_on)), lines)


def reached(project: Project, signoff: Signoff, silence_on: date) -> int:
    """Tell, on the day, that silence counts now."""
    lines = [
        _(
            "The review window has ended without a decision. Since %(day)s the contract treats silence as acceptance.",
            day=day(silence_on),
        ),
        _("Nothing was signed. You can still sign or reject, as long as nothing else is recorded."),
        _("The partner’s project manager may now record that it is deemed accepted, not signed."),
    ]
    return about(project, signoff, _("the review window has ended"), lines)


def moved(project: Project, signoff: Signoff, silence_on: date | None, why: str) -> int:
    """Tell that the date on which silence counts has changed, or stands still."""
    if silence_on is None:
        subject, sentence = _("the review window is paused"), _("The days do not count until it goes on.")
    else:
        subject = _("silence counts from %(day)s", day=day(silence_on))
        sentence = _("From %(day)s the contract treats silence as acceptance.", day=day(silence_on))
    return about(project, signoff, subject, [why, sentence])


def proposed(project: Project, terms: AcceptanceTerms, by: Actor) -> None:
    """Tell the project managers that an acceptance window waits for the other side's answer."""
    line = _("%(name)s has proposed an acceptance window of %(n)s working days.", name=by.name, n=terms.review_days)
    answer = _("The other side’s project manager agrees or declines.")
    _mail(_managers(project.id), _("Acceptance window proposed"), [project.name, line, answer], _terms_page(project))


def answered(project: Project, state: AcceptanceTermsState, by: Actor) -> None:
    """Tell the project managers what became of a proposal."""
    words = {
        TermsState.AGREED: _("Both sides have agreed. It counts for requests made from now on."),
        TermsState.DECLINED: _("%(name)s has declined it: %(reason)s", name=by.name, reason=state.reason),
    }.get(state.state, _("%(name)s has taken it back.", name=by.name))
    _mail(_managers(project.id), _("Acceptance window: answer"), [project.name, words], _terms_page(project))


def _terms_page(project: Project) -> str:
    return absolute("signoffs.terms", project=project.key)
