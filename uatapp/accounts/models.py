"""Users, organisations, and what keeps their access safe."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_security.models import fsqla
from flask_security.models import fsqla_v3 as v3
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.kernel.db import Audited, Base, created, db

fsqla.FsModels.set_db_info(db, user_table_name="user", role_table_name="role")  # type: ignore[no-untyped-call]

if TYPE_CHECKING:

    class _RoleColumns:
        """What Flask-Security's role mixin declares, as the type checker is to see it."""

    class _UserColumns:
        """What Flask-Security's user mixin declares, as the type checker is to see it."""

        email: Mapped[str]
        password: Mapped[str | None]
        active: Mapped[bool]
        fs_uniquifier: Mapped[str]
        current_login_at: Mapped[datetime | None]
        is_authenticated: bool
else:
    _RoleColumns, _UserColumns = v3.FsRoleMixin, v3.FsUserMixin


class Organisation(Audited, Base):
    """A customer or a partner."""

    __tablename__ = "organisation"
    __table_args__ = (sa.CheckConstraint("length(name) BETWEEN 1 AND 120", "name"),)

    name: Mapped[str] = mapped_column(unique=True)


class Role(Base, _RoleColumns):
    """Flask-Security's role; roles in projects are memberships', so this table stays empty."""

    __tablename__ = "role"


def _uid() -> str:
    return secrets.token_hex(8)


class User(Audited, Base, _UserColumns):
    """A person. `uid` is public and never reused; `active` is false until the invitation is taken up."""

    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", "name"),
        sa.CheckConstraint("look IN ('auto', 'light', 'dark')", "look"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=_uid)
    name: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    is_admin: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(default="Europe/Berlin")
    look: Mapped[str] = mapped_column(default="auto")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined", innerjoin=False)
    webauthn = None  # passkeys have no table until they are offered

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    @property
    def signed_in_at(self) -> datetime | None:
        """Return when this person signed in last; the library's column has no zone."""
        return self.current_login_at.replace(tzinfo=UTC) if self.current_login_at else None


class Purpose(StrEnum):
    """What a one-time link is for."""

    JOIN = "join"
    SET_UP = "set_up"


_SET_UP = sa.text("purpose = 'set_up'")


class Invitation(Audited, Base):
    """A link that lets a person choose a password, the first or a new one; used once. Only the token's hash is kept.

    There is at most one row for setting the installation up: whoever takes it locks it, so that two
    first set-ups make one administrator.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        sa.Index("uq_invitation_set_up", "purpose", unique=True, sqlite_where=_SET_UP, postgresql_where=_SET_UP),
        sa.CheckConstraint("(purpose = 'set_up') = (user_id IS NULL)", "whose"),
    )

    purpose: Mapped[Purpose] = mapped_column(default=Purpose.JOIN)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[str]
    created_at: Mapped[datetime] = created()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UserSession(Base):
    """A browser's session on the server, so that it can be ended; the cookie holds a secret whose hash is here."""

    __tablename__ = "user_session"
    __table_args__ = (sa.Index("ix_user_session_seen", "seen_at"),)

    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    data: Mapped[str]
    created_at: Mapped[datetime] = created()
    seen_at: Mapped[datetime] = created()
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(default="")


class SecondFactor(Audited, Base):
    """A person's second step at sign-in and signing: an app's secret, encrypted, and the salt of the recovery codes."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), unique=True)
    secret: Mapped[str]
    salt: Mapped[str]
    set_up_at: Mapped[datetime] = created()


class RecoveryCode(Audited, Base):
    """A code for the day on which the phone is away: kept as a hash, used once."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("factor_id", "code_hash"),)

    factor_id: Mapped[int] = mapped_column(sa.ForeignKey("second_factor.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class CodeUse(Base):
    """A code of an app that was used: each step of thirty seconds counts once, whoever sends it how often."""

    __tablename__ = "code_use"
    __table_args__ = (sa.UniqueConstraint("factor_id", "step"),)

    factor_id: Mapped[int] = mapped_column(sa.ForeignKey("second_factor.id"))
    step: Mapped[int]
    at: Mapped[datetime] = created()


class Guess(Base):
    """Failed tries, counted per purpose and key (an account or an address, as a hash); known places; turns held."""

    __tablename__ = "guess"
    __table_args__ = (sa.UniqueConstraint("purpose", "key"),)

    purpose: Mapped[str]
    key: Mapped[str]
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = created()


class KeptForm(Base):
    """What a person typed into a form of ours when their session had ended; kept 24 hours for them alone."""

    __tablename__ = "kept_form"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    path: Mapped[str]
    fields: Mapped[list[Any]]
    files: Mapped[list[Any]]
    size: Mapped[int]
    created_at: Mapped[datetime] = created()
