"""One-time links: inviting a person, taking the invitation up, a forgotten password, and setting the installation up."""

import secrets
from collections.abc import Callable

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts import queries, rules, service
from uatapp.accounts.events import InvitationMade, InvitationTaken, SetUpLinkTaken
from uatapp.accounts.models import Invitation, Purpose, User
from uatapp.jobs.service import send_mail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound, Refused
from uatapp.kernel.uow import record
from uatapp.web.links import absolute


def invite(user: User, *, by: Actor, project_name: str = "", mail: bool = True) -> str:
    """Make a person's one-time link, void the earlier ones, mail it (or not), and return it. Refuses a present user."""
    if user.password:
        raise Refused(_("%(name)s can already sign in.", name=user.name))
    link = fresh_link(user, by=by, how="mail" if mail else "link")
    if mail:
        subject = _("%(name)s invites you to %(project)s", name=by.name[:60], project=(project_name or "uatapp")[:60])
        send_mail(user.email, subject, "invitation", name=user.name, by=by.name, project=project_name, link=link)
    return link


def fresh_link(user: User, *, by: Actor, how: str) -> str:
    """Make the one link by which a person chooses their password, in the open unit of work; earlier ones are void."""
    token = secrets.token_urlsafe(32)
    old = db.session.scalars(sa.select(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None)))
    voided = [_void(row) for row in old]
    row = Invitation(user_id=user.id, token_hash=queries.hash_of(token), invited_by=by.name)
    row.expires_at = clock.now() + rules.INVITATION_VALID_FOR
    db.session.add(row)
    told = InvitationMade(project_id=None, subject=user.uid, by=by, name=user.name, how=how)
    record(told, row, *voided)
    return absolute("invitation.accept", token=token)


def _void(row: Invitation) -> Invitation:
    row.expires_at = min(row.expires_at, clock.now())
    return row


def take_up(token: str, name: str, password: str, *, own_actor: Callable[[User], Actor]) -> User:
    """Let the invited person in with a password of their own. Refuses (NotFound) a used or expired link."""
    invitation = queries.find_invitation(token, Purpose.JOIN, lock=True)
    if invitation is None or invitation.user_id is None:
        raise NotFound(gone())
    user = queries.get_user(invitation.user_id)
    if user.password:
        raise NotFound(gone())
    service.check_password(password, name=name, email=user.email, of=user.organisation)
    user.name, invitation.used_at = service.clean_name(name), clock.now()
    by = own_actor(user)
    record(InvitationTaken(project_id=None, subject=user.uid, by=by, name=user.name), invitation, user)
    service.set_password(user, password, how="invitation", by=by)
    return user


def gone() -> str:
    """Say why a link leads nowhere, without saying whether it ever led anywhere."""
    return str(_("This link has been used or is too old. Ask your project manager for a new one."))


def keep_reset(user: User, token: str) -> None:
    """Make this the one link by which a person may choose a new password: earlier ones are forgotten."""
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    db.session.execute(sa.delete(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None)))
    row = Invitation(user_id=user.id, token_hash=queries.hash_of(token), invited_by=SYSTEM.name)
    row.expires_at = clock.now() + rules.RESET_VALID_FOR
    db.session.add(row)


def use_up(user: User) -> None:
    """Let no link of a person who has a new password lead anywhere."""
    where = (Invitation.user_id == user.id, Invitation.used_at.is_(None))
    db.session.execute(sa.update(Invitation).where(*where).values(used_at=clock.now()))


def set_up(token: str, name: str, email: str, password: str) -> User:
    """Make the first administrator. Refuses (NotFound) once there is one; of two at a time one succeeds."""
    invitation = queries.find_invitation(token, Purpose.SET_UP, lock=True)
    if invitation is None or queries.has_administrator():
        raise NotFound
    service.check_password(password, name=name, email=email)
    user = service.add_user(email, name, by=SYSTEM, is_admin=True)
    invitation.used_at = clock.now()
    told = SetUpLinkTaken(project_id=None, subject=user.uid, by=SYSTEM, name=user.name)
    record(told, invitation)
    service.set_password(user, password, how="set_up", by=SYSTEM)
    return user
