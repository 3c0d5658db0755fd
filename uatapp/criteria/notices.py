"""Mails about exit criteria to the project managers: what waits for their answer, and what was answered."""

from typing import Any

from flask_babel import gettext as _

from uatapp.criteria.models import CriteriaProgress, CriteriaVersion
from uatapp.criteria.states import SetState
from uatapp.cycles.models import Cycle
from uatapp.jobs.service import send_mail
from uatapp.kernel.actor import Actor
from uatapp.kernel.permissions import Role, Side
from uatapp.projects.models import Membership, Project
from uatapp.projects.queries import list_members
from uatapp.web.links import absolute


def _speakers(project: Project, by: Actor) -> list[Membership]:
    """Return who speaks for a side, without whoever just acted: its project managers, else its sponsors."""
    active = [member for member in list_members(project.id) if member.user.active]
    found: list[Membership] = []
    for side in Side:
        for role in (Role.PROJECT_MANAGER, Role.SPONSOR):
            chosen = [m for m in active if m.side is side and role in {held.role for held in m.roles}]
            found += chosen
            if chosen:
                break
    return [member for member in found if member.user_id != by.user_id]


def _send(project: Project, cycle: Cycle | None, people: list[Membership], subject: str, line: str) -> None:
    where: dict[str, Any] = {"cycle": cycle.number} if cycle else {}
    link = absolute("criteria.agreed", project=project.key, **where)
    for member in people:
        send_mail(
            member.user.email, subject, "criteria", name=member.user.name, line=line, project=project.name, link=link
        )


def proposed(project: Project, cycle: Cycle | None, version: CriteriaVersion, by: Actor) -> None:
    """Tell the project managers of both sides that criteria were proposed; the other side answers."""
    subject = _("%(reference)s: please answer", reference=version.reference)
    line = _(
        "%(name)s proposed what must be true before the software is accepted. It counts when both sides have agreed.",
        name=by.name,
    )
    others = [member for member in _speakers(project, by) if member.side is not version.side]
    _send(project, cycle, others, subject, line)
    own = [member for member in _speakers(project, by) if member.side is version.side]
    _send(project, cycle, own, _("%(reference)s was proposed", reference=version.reference), line)


def answered(project: Project, cycle: Cycle | None, found: CriteriaProgress, by: Actor) -> None:
    """Tell the project managers of both sides what became of a proposal."""
    reference = found.version.reference
    lines = {
        SetState.AGREED: _("%(name)s agreed. The new exit criteria count from now on.", name=by.name),
        SetState.DECLINED: _("%(name)s declined. What counted until now still does.", name=by.name),
        SetState.WITHDRAWN: _("%(name)s took the proposal back. What counted until now still does.", name=by.name),
    }
    subjects = {
        SetState.AGREED: _("%(reference)s: agreed by both sides", reference=reference),
        SetState.DECLINED: _("%(reference)s: declined", reference=reference),
        SetState.WITHDRAWN: _("%(reference)s: taken back", reference=reference),
    }
    _send(project, cycle, _speakers(project, by), subjects[found.state], lines[found.state])
