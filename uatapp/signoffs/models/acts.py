"""Acts after signing: one table for the three kinds, its signatures and its addendum (append-only), its state beside it."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel import clock
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import ActKind, ActState


class SignedAct(InProject, Frozen, Base):
    """What is to be signed after a decision: one canonical JSON document, stored once; people sign its SHA-256."""

    __tablename__ = "signed_act"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "number"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    number: Mapped[int]
    reference: Mapped[str]
    kind: Mapped[ActKind]
    document: Mapped[bytes]
    sha256: Mapped[str]
    opened_by_uid: Mapped[str]
    opened_by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.reference} act"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "number": self.number,
            "kind": self.kind.value,
            "by": self.opened_by_uid,
            "by_name": self.opened_by_name,
            "at": clock.iso(self.at),
            "sha256": hashlib.sha256(self.document).hexdigest(),
        }


class ActProgress(InProject, Audited, Base):
    """Where an act stands, beside its frozen row."""

    __tablename__ = "act_progress"
    __table_args__ = within(sa.UniqueConstraint("act_id"), inside("act_id", "signed_act"))

    act_id: Mapped[int]
    state: Mapped[ActState] = mapped_column(default=ActState.OPEN)
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]


class ActSignature(InProject, Frozen, Base):
    """One person's signature on an act, with everything that the paper prints.

    `waived` names what the person accepts without, each with a reason: [{"reference", "title", "reason"}].
    """

    __tablename__ = "act_signature"
    __table_args__ = within(sa.UniqueConstraint("act_id", "user_id"), inside("act_id", "signed_act"))

    act_id: Mapped[int]
    act_reference: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    signer_uid: Mapped[str]
    printed_name: Mapped[str]
    job_title: Mapped[str]
    organisation: Mapped[str]
    side: Mapped[Side]
    statement: Mapped[str]
    statement_version: Mapped[str]
    waived: Mapped[list[Any]] = mapped_column(default=list)
    document_sha256: Mapped[str]
    at: Mapped[datetime] = created()
    zone: Mapped[str]

    def frozen_ref(self) -> str:
        return f"{self.act_reference} signature {self.signer_uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "act": self.act_reference,
            "signer": self.signer_uid,
            "name": self.printed_name,
            "job_title": self.job_title,
            "organisation": self.organisation,
            "side": self.side.value,
            "statement": self.statement,
            "statement_version": self.statement_version,
            "waived": self.waived,
            "document_sha256": self.document_sha256,
            "at": clock.iso(self.at),
            "zone": self.zone,
        }


class Addendum(InProject, Frozen, Base):
    """The paper of an act that all have signed: what is printed, fixed in the transaction of the last signature."""

    __tablename__ = "addendum"
    __table_args__ = within(
        sa.UniqueConstraint("act_id"), sa.UniqueConstraint("check_code"), inside("act_id", "signed_act")
    )

    act_id: Mapped[int]
    act_reference: Mapped[str]
    number: Mapped[str]
    check_code: Mapped[str]
    facts: Mapped[bytes]
    facts_sha256: Mapped[str]
    issued_at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"addendum {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "act": self.act_reference,
            "number": self.number,
            "check_code_sha256": hashlib.sha256(self.check_code.encode()).hexdigest(),
            "facts_sha256": hashlib.sha256(self.facts).hexdigest(),
        }


class AddendumFile(InProject, Frozen, Base):
    """The sealed PDF of an addendum, stored once under its hash."""

    __tablename__ = "addendum_file"
    __table_args__ = within(sa.UniqueConstraint("addendum_id"), inside("addendum_id", "addendum"))

    addendum_id: Mapped[int]
    addendum_number: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"addendum {self.addendum_number} file"

    def frozen_content(self) -> dict[str, Any]:
        return {"number": self.addendum_number, "sha256": self.sha256, "size": self.size}
