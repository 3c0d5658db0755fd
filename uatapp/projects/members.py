"""Use cases about members: invite, change, remove, and the right to sign."""

from collections.abc import Collection

from flask_babel import gettext as _

from uatapp.accounts import invitations
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.accounts.models import Organisation, User
from uatapp.jobs.service import send_mail
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.references import Kind, hold
from uatapp.kernel.uow import record
from uatapp.projects import queries, rules, service
from uatapp.projects.events import MemberChanged, MemberRemoved, SigningRightWithdrawn
from uatapp.projects.models import BusinessUnit, Membership, Project
from uatapp.web.links import absolute


def invite(
    project: Project, email: str, name: str, roles: Collection[Role], *, by: Actor, unit: BusinessUnit | None = None
) -> Membership:
    """Invite a person to the inviter's own side, by mail. Refuses an address of another organisation."""
    inviter = people.get_user(by.user_id or 0)
    _may_manage(by, project, service.side_of(project, inviter))
    organisation = inviter.organisation
    assert organisation is not None  # noqa: S101 - side_of refused a person without one
    return join(project, email, name, roles, organisation=organisation, by=by, unit=unit)


def join(
    project: Project,
    email: str,
    name: str,
    roles: Collection[Role],
    *,
    organisation: Organisation,
    by: Actor,
    unit: BusinessUnit | None = None,
) -> Membership:
    """Make a person of an organisation a member, known to us or not, and mail them. Who may is the caller's matter."""
    email = accounts.clean_email(email)
    user = people.find_user(email)
    if user is None:
        user = accounts.add_user(email, name, by=by, organisation=organisation)
    elif user.organisation_id != organisation.id:
        of = organisation.name
        sentence = _("%(email)s cannot be invited for %(of)s. Ask your administrator.", email=email, of=of)
        raise Invalid(sentence, fields={"email": sentence})
    member = service.add_member(project, user, roles, by=by, unit=unit)
    _mail(project, user, by)
    return member


def _mail(project: Project, user: User, by: Actor) -> None:
    if not user.password:
        invitations.invite(user, by=by, project_name=project.name)
        return
    subject = _("%(name)s has added you to %(project)s", name=by.name[:60], project=project.name[:60])
    link = absolute("home.enter", project=project.key)
    send_mail(user.email, subject, "added", name=user.name, by=by.name, project=project.name, link=link)


def invite_again(project: Project, member: Membership, *, by: Actor, mail: bool) -> str:
    """Make a fresh invitation link and mail or return it; earlier links are void. Refuses who is there already."""
    _may_manage(by, project, member.side)
    return invitations.invite(member.user, by=by, project_name=project.name, mail=mail)


def change(
    project: Project, member: Membership, roles: Collection[Role], unit: BusinessUnit | None, *, by: Actor
) -> None:
    """Give a member other roles or another unit. Refuses to leave a side without a project manager."""
    _may_manage(by, project, member.side)
    service.check_roles(member.side, roles)
    _keep_a_manager(member, roles)
    member.unit_id = unit.id if unit else None
    rows = service.set_roles(member, roles)
    told = MemberChanged(
        project_id=project.id,
        subject=member.user.uid,
        by=by,
        name=member.user.name,
        roles=tuple(role.value for role in sorted(set(roles))),
        unit=unit.name if unit else "",
    )
    record(told, member, *rows)


def _keep_a_manager(member: Membership, roles: Collection[Role]) -> None:
    had = [row.role for row in member.roles]
    reason = rules.why_not_lose_manager(had, roles, queries.count_managers(member.project_id, member.side))
    if reason:
        raise Refused(_(reason))


def remove(project: Project, member: Membership, *, by: Actor) -> None:
    """Take a member out of the project; what they did stays. Refuses a side's last project manager."""
    _may_manage(by, project, member.side)
    hold(project.id, Kind.SIGNOFF, alone=True)  # before the membership, as those who sign
    _keep_a_manager(member, ())
    member.removed_at, member.may_sign = clock.now(), False
    user = member.user
    record(MemberRemoved(project_id=project.id, subject=user.uid, by=by, name=user.name, user_id=user.id), member)
    db.session.flush()


def grant(project: Project, member: Membership, *, by: Actor) -> None:
    """Give a member the right to sign. Refuses all but the customer's project manager."""
    _may_grant(by, project)
    service.grant_signing_right(project, member, member.user, by=by)


def withdraw(project: Project, member: Membership, *, by: Actor) -> None:
    """Take the right to sign from a member. Refuses all but the customer's project manager."""
    _may_grant(by, project)
    hold(project.id, Kind.SIGNOFF, alone=True)  # before the membership, as those who sign
    if member.may_sign:
        member.may_sign, user = False, member.user
        told = SigningRightWithdrawn(project_id=project.id, subject=user.uid, by=by, name=user.name, user_id=user.id)
        record(told, member)


def _may_manage(by: Actor, project: Project, side: Side) -> None:
    if reason := rules.why_not_manage(by, project.id, side):
        raise NotAllowed(_(reason))


def _may_grant(by: Actor, project: Project) -> None:
    if reason := rules.why_not_grant(by, project.id):
        raise NotAllowed(_(reason))
