"""Sign-offs: the request (ordinary) and what was frozen, signed, waived, promised and issued (append-only)."""

import hashlib
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.cycles.models import Cycle
from uatapp.kernel import clock
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import Decision, SignoffState


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


class Certificate(InProject, Frozen, Base):
    """The certificate of a decided sign-off: what is printed, fixed in the transaction of the last signature.

    `facts` is the canonical JSON that the PDF is made from; `check_code` has 128 random bits.
    """

    __tablename__ = "certificate"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id"), sa.UniqueConstraint("check_code"), inside("signoff_id", "signoff")
    )

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    number: Mapped[str]
    check_code: Mapped[str]
    facts: Mapped[bytes]
    facts_sha256: Mapped[str]
    issued_at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"certificate {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "signoff": self.signoff_reference,
            "number": self.number,
            "check_code_sha256": hashlib.sha256(self.check_code.encode()).hexdigest(),
            "facts_sha256": hashlib.sha256(self.facts).hexdigest(),
        }


class CertificateFile(InProject, Frozen, Base):
    """The sealed PDF, stored once under its hash."""

    __tablename__ = "certificate_file"
    __table_args__ = within(sa.UniqueConstraint("certificate_id"), inside("certificate_id", "certificate"))

    certificate_id: Mapped[int]
    certificate_number: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"certificate {self.certificate_number} file"

    def frozen_content(self) -> dict[str, Any]:
        return {"number": self.certificate_number, "sha256": self.sha256, "size": self.size}
