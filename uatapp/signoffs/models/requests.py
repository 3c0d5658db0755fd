"""Requests: what is asked of whom, over which scope (ordinary), and the scope as it was frozen (append-only)."""

import hashlib
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.cycles.models import Cycle
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import SignoffState


class Signoff(InProject, Audited, Base):
    """A request to decide on a frozen scope."""

    __tablename__ = "signoff"
    __table_args__ = within(sa.UniqueConstraint("project_id", "number"))

    number: Mapped[int]
    title: Mapped[str]
    state: Mapped[SignoffState] = mapped_column(default=SignoffState.REQUESTED)
    state_reason: Mapped[str] = mapped_column(default="")
    requested_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    requested_at: Mapped[datetime] = created()
    decided_at: Mapped[datetime | None]
    decide_by: Mapped[date | None]
    in_order: Mapped[bool] = mapped_column(default=False)
    requested_by: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)


class SignoffCycle(InProject, Audited, Base):
    """A cycle in the scope of a sign-off."""

    __tablename__ = "signoff_cycle"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id", "cycle_id"), inside("signoff_id", "signoff"), inside("cycle_id", "cycle")
    )

    signoff_id: Mapped[int]
    cycle_id: Mapped[int]
    cycle: Mapped[Cycle] = relationship(lazy="raise_on_sql", viewonly=True)


class Signatory(InProject, Audited, Base):
    """A person who is asked to sign."""

    __tablename__ = "signatory"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "user_id"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    position: Mapped[int]
    side: Mapped[Side]
    user: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)


class Snapshot(InProject, Frozen, Base):
    """The frozen scope: one canonical JSON document, stored once; people sign its SHA-256."""

    __tablename__ = "signoff_snapshot"
    __table_args__ = within(sa.UniqueConstraint("signoff_id"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    document: Mapped[bytes]
    sha256: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} scope"

    def frozen_content(self) -> dict[str, Any]:
        return {"signoff": self.signoff_reference, "sha256": hashlib.sha256(self.document).hexdigest()}


class SigningNonce(InProject, Base):
    """A one-time number shown with the signing form; used once, by one person, for one sign-off."""

    __tablename__ = "signing_nonce"
    __table_args__ = within(sa.UniqueConstraint("nonce"), inside("signoff_id", "signoff"))

    nonce: Mapped[str]
    signoff_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = created()
    used_at: Mapped[datetime | None]


class SignoffNote(InProject, Frozen, Base):
    """A question that a signatory asked back, or the answer."""

    __tablename__ = "signoff_note"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "number"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    number: Mapped[int]
    by_name: Mapped[str]
    by_side: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} note {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {"number": self.number, "by": self.by_name, "text": self.text}
