"""Reads about people and organisations."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from uatapp.accounts.models import (
    CodeUse,
    Invitation,
    KeptForm,
    Organisation,
    Purpose,
    RecoveryCode,
    SecondFactor,
    User,
    UserSession,
)
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
    """Select users with when they were last here and since when they have a second step, by name."""
    seen = sa.select(sa.func.max(UserSession.seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    here = sa.type_coerce(seen, UserSession.seen_at.type).label("seen_at")
    statement = sa.select(User, here, SecondFactor.set_up_at)
    statement = statement.outerjoin(SecondFactor, SecondFactor.user_id == User.id)
    return statement.order_by(User.name, User.id)


def has_administrator() -> bool:
    """Say whether anybody administers this installation."""
    found = sa.select(User.id).where(User.is_admin.is_(True), User.active.is_(True)).limit(1)
    return db.session.scalar(found) is not None


def list_administrators() -> Sequence[User]:
    """Return the administrators who can sign in, by name."""
    where = (User.is_admin.is_(True), User.active.is_(True))
    return db.session.scalars(sa.select(User).where(*where).order_by(User.name, User.id)).all()


def find_factor(user_id: int, *, lock: bool = False) -> SecondFactor | None:
    """Return a person's second step as it is now."""
    statement = sa.select(SecondFactor).where(SecondFactor.user_id == user_id)
    statement = statement.execution_options(populate_existing=True)
    return db.session.scalar(statement.with_for_update() if lock else statement)


def count_recovery_codes(factor_id: int) -> int:
    """Return how many recovery codes are left."""
    where = (RecoveryCode.factor_id == factor_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode).where(*where)) or 0


def is_code_free(factor_id: int, step: int, recovery_hash: str) -> bool:
    """Say whether a recognised code was not used yet."""
    used = sa.select(CodeUse.id).where(CodeUse.factor_id == factor_id, CodeUse.step == step)
    if not recovery_hash:
        return db.session.scalar(used) is None
    where = (RecoveryCode.factor_id == factor_id, RecoveryCode.code_hash == recovery_hash)
    return db.session.scalar(sa.select(RecoveryCode.id).where(*where, RecoveryCode.used_at.is_(None))) is not None


def find_user_of_session(uniquifier: str) -> User | None:
    """Return the person who may sign in and whom sessions with this mark belong to."""
    where = (User.fs_uniquifier == uniquifier, User.active.is_(True))
    return db.session.scalar(sa.select(User).where(*where))


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
