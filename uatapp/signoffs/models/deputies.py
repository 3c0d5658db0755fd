"""Deputies (ordinary), for whom a deputy signed, and who agreed to sign electronically (append-only)."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within


class Deputy(InProject, Audited, Base):
    """Who may sign for somebody from one day to another, both included."""

    __tablename__ = "deputy"
    __table_args__ = within(
        sa.CheckConstraint("from_on <= until_on", "period"),
        sa.CheckConstraint("user_id <> deputy_id", "somebody_else"),
        sa.Index("ix_deputy_deputy", "project_id", "deputy_id"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str]
    named_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    named_at: Mapped[datetime] = created()
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=user_id)
    deputy: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True, foreign_keys=deputy_id)


class SignatureFor(InProject, Frozen, Base):
    """Says that a signature was given for somebody else, by whom they had named."""

    __tablename__ = "signature_for"
    __table_args__ = within(
        sa.UniqueConstraint("signature_id"),
        sa.UniqueConstraint("signoff_id", "for_user_id"),
        inside("signoff_id", "signoff"),
        inside("signature_id", "signature"),
    )

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    signature_id: Mapped[int]
    signer_uid: Mapped[str]
    for_user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    for_uid: Mapped[str]
    for_name: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} signature {self.signer_uid} for {self.for_uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "signoff": self.signoff_reference,
            "signer": self.signer_uid,
            "for": self.for_uid,
            "for_name": self.for_name,
            "from": self.from_on.isoformat(),
            "until": self.until_on.isoformat(),
        }


class Consent(Frozen, Base):
    """A person's agreement to sign electronically, with the words agreed to; asked once for each version."""

    __tablename__ = "consent"
    __table_args__ = (sa.UniqueConstraint("user_id", "version"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    uid: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"consent {self.version} {self.uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "person": self.uid,
            "name": self.name,
            "version": self.version,
            "text": self.text,
            "at": clock.iso(self.at),
        }
