"""Mails about requests: to who is asked, to who need not sign any more, to everybody when one ends unsigned; and
what project managers recommend, to everybody who signs."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.jobs.service import send_mail
from uatapp.kernel.db import db
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import deputies, queries
from uatapp.signoffs.events import RecommendationGiven, SignoffMoved, SignoffRequested
from uatapp.signoffs.labels import STANCES
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState, Stance
from uatapp.web.links import absolute

_S = SignoffState
ENDED = (_S.LAPSED, _S.WITHDRAWN)
DECIDED = (_S.ACCEPTED, _S.ACCEPTED_WITH_CONDITIONS, _S.REJECTED)


def on_requested(event: SignoffRequested) -> None:
    """Tell the signatories, and who signs for them, that they are asked."""
    project, signoff = _about(event)
    ids = deputies.with_deputies(project, [row.user_id for row in queries.signatories(signoff.id)])
    subject = _("%(reference)s: your decision is asked for", reference=event.subject)
    why = _("%(name)s asks you to decide on “%(what)s”.", name=event.by.name, what=signoff.title)
    if signoff.decide_by:
        why += " " + _("Please decide by %(day)s.", day=signoff.decide_by.isoformat())
    _send(project, signoff, ids, subject, why, _("Read what was tested and what was not, and decide:"))


def on_moved(event: SignoffMoved) -> None:
    """Tell who is concerned how a request ended; a lapse says by what."""
    if event.from_ != _S.REQUESTED:
        return
    project, signoff = _about(event)
    seats = queries.seats(signoff.id)
    if event.to in ENDED:
        ids = {*(seat.user_id for seat in seats), signoff.requested_by_id}
        word = _("has lapsed") if event.to == _S.LAPSED else _("was taken back")
        subject = _("%(reference)s %(word)s", reference=event.subject, word=word)
        why = _("“%(what)s” %(word)s: %(why)s", what=signoff.title, word=word, why=event.why)
        _send(
            project,
            signoff,
            ids,
            subject,
            why,
            _("Nothing can be signed there any more. What was asked stays readable:"),
        )
    elif event.to in DECIDED:
        _decided(event, project, signoff, {seat.user_id for seat in seats if not seat.signed})


def _decided(event: SignoffMoved, project: Project, signoff: Signoff, unsigned: set[int]) -> None:
    subject = _("%(reference)s is decided", reference=event.subject)
    why = _("“%(what)s” is decided.", what=signoff.title)
    _send(
        project, signoff, unsigned, subject, why, _("Your signature is not needed any more. Read how it was decided:")
    )
    asker = {signoff.requested_by_id} - unsigned
    _send(project, signoff, asker, subject, why, _("Read how it was decided:"))


def on_recommended(event: RecommendationGiven) -> None:
    """Tell everybody who signs what a project manager recommends."""
    project = db.session.get_one(Project, event.project_id)
    where = (Membership.project_id == project.id, Membership.may_sign, Membership.removed_at.is_(None))
    ids = set(db.session.scalars(sa.select(Membership.user_id).where(*where))) - {event.by.user_id}
    subject = _("%(project)s: what %(name)s recommends", project=project.name, name=event.by.name)
    why = _("%(name)s: %(what)s.", name=event.by.name, what=STANCES[Stance(event.stance)][1])
    why += f" “{event.text}”" if event.text else ""
    _mail(
        ids,
        subject,
        why,
        _("Read what is met and what is missing:"),
        absolute("signoffs.readiness", project=project.key),
    )


def _about(event: SignoffRequested | SignoffMoved) -> tuple[Project, Signoff]:
    return db.session.get_one(Project, event.project_id), db.session.get_one(Signoff, event.signoff_id)


def _send(project: Project, signoff: Signoff, ids: Iterable[int], subject: str, why: str, what: str) -> None:
    _mail(ids, subject, why, what, absolute("signoffs.show", project=project.key, number=signoff.number))


def _mail(ids: Iterable[int], subject: str, why: str, what: str, link: str) -> None:
    where = (User.id.in_(sorted(ids)), User.active.is_(True))
    for user in db.session.scalars(sa.select(User).where(*where).order_by(User.id)).all():
        send_mail(user.email, subject, "signoff", name=user.name, why=why, what=what, link=link)
