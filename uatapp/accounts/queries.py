"""Reads about people and organisations."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from uatapp.accounts.models import Invitation, KeptForm, Organisation, Purpose, User, UserSession
from uatapp.accounts.sessions import IDLE, KEPT_AFTER
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound


def fresh_uniquifier() -> str:
    """Return a new value that ties sessions to a user; changing it ends them all."""
    return secrets.token_hex(32)


def hash_of(token: str) -> str:
    """Return what is kept of a one-time link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_organisation(name: str) -> Organisation | None:
    return db.session.scalar(sa.select(Organisation).where(Organisation.name == name))


def list_organisations() -> Sequence[Organisation]:
    """Return all organisations by name."""
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.name)).all()


def find_user(email: str) -> User | None:
    """Return the user of a cleaned mail address."""
    return db.session.scalar(sa.select(User).where(User.email == email))


def get_user(user_id: int) -> User:
    return db.session.get_one(User, user_id)


def get_user_by_uid(uid: str) -> User:
    """Return a user by the public identity; refuse (NotFound) an unknown one."""
    found = db.session.scalar(sa.select(User).where(User.uid == uid))
    if found is None:
        raise NotFound
    return found


def people() -> sa.Select[Any]:
    """Select users with their organisation's name and when they were last here, by name."""
    seen = sa.select(sa.func.max(UserSession.seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    statement = sa.select(User, sa.type_coerce(seen, UserSession.seen_at.type).label("seen_at"))
    return statement.order_by(User.name, User.id)


def has_administrator() -> bool:
    """Say whether anybody administers this installation."""
    found = sa.select(User.id).where(User.is_admin.is_(True), User.active.is_(True)).limit(1)
    return db.session.scalar(found) is not None


def find_invitation(token: str, purpose: Purpose, *, lock: bool = False) -> Invitation | None:
    """Return the open invitation of a link: neither used nor expired."""
    statement = sa.select(Invitation).where(
        Invitation.token_hash == hash_of(token),
        Invitation.purpose == purpose,
        Invitation.used_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    return db.session.scalar(statement.with_for_update() if lock else statement)


def list_sessions(user_id: int) -> Sequence[UserSession]:
    """Return a person's sessions that are not over, the latest used first."""
    now = clock.now()
    return db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .where(UserSession.seen_at > now - IDLE, UserSession.expires_at > now)
        .order_by(UserSession.seen_at.desc())
        .limit(50)
    ).all()


def list_kept(user_id: int) -> Sequence[KeptForm]:
    """Return the forms kept for a person, the newest first."""
    since = clock.now() - KEPT_AFTER
    where = (KeptForm.user_id == user_id, KeptForm.created_at > since)
    return db.session.scalars(sa.select(KeptForm).where(*where).order_by(KeptForm.id.desc())).all()


def find_kept(user_id: int | None, kept_id: int) -> KeptForm | None:
    """Return a kept form of this very person, not older than a day."""
    where = (KeptForm.id == kept_id, KeptForm.user_id == user_id, KeptForm.created_at > clock.now() - KEPT_AFTER)
    return db.session.scalar(sa.select(KeptForm).where(*where))
