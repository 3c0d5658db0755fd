"""What signatories put their name to: signatures, waivers, conditions. All append-only."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel import clock
from uatapp.kernel.db import Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import Decision


class Signature(InProject, Frozen, Base):
    """One person's signed decision, with everything that the paper prints."""

    __tablename__ = "signature"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "user_id"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    signer_uid: Mapped[str]
    printed_name: Mapped[str]
    job_title: Mapped[str]
    organisation: Mapped[str]
    side: Mapped[Side]
    decision: Mapped[Decision]
    statement: Mapped[str]
    statement_version: Mapped[str]
    reasons: Mapped[str] = mapped_column(default="")
    snapshot_sha256: Mapped[str]
    at: Mapped[datetime] = created()
    zone: Mapped[str]
    address_hash: Mapped[str] = mapped_column(default="")

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} signature {self.signer_uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "signoff": self.signoff_reference,
            "signer": self.signer_uid,
            "name": self.printed_name,
            "job_title": self.job_title,
            "organisation": self.organisation,
            "side": self.side.value,
            "decision": self.decision.value,
            "statement": self.statement,
            "statement_version": self.statement_version,
            "reasons": self.reasons,
            "snapshot_sha256": self.snapshot_sha256,
            "at": clock.iso(self.at),
            "zone": self.zone,
        }


class Waiver(InProject, Frozen, Base):
    """A signatory's named reason for accepting an unmet criterion."""

    __tablename__ = "waiver"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "criterion", "by_uid"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    criterion: Mapped[str]
    criterion_title: Mapped[str]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} waiver {self.criterion} {self.by_uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {"criterion": self.criterion, "title": self.criterion_title, "by": self.by_name, "reason": self.reason}


class Condition(InProject, Frozen, Base):
    """What is still owed under an acceptance with conditions."""

    __tablename__ = "condition"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "number"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    workaround: Mapped[str] = mapped_column(default="")
    set_by_uid: Mapped[str]
    set_by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} condition {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "text": self.text,
            "owner": self.owner,
            "due": self.due_on.isoformat(),
            "workaround": self.workaround,
            "by": self.set_by_name,
        }
