"""Certificates: what is printed, fixed with the last signature, and the sealed file. Append-only."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from uatapp.kernel.db import Base, Frozen, InProject, created, inside, within


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
