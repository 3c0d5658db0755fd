"""How each signatory proved who they were. Append-only, beside the signature; signatures of before have none."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from uatapp.kernel.db import Base, Frozen, InProject, created, inside, within
from uatapp.signoffs.states import Means


class SignatureProof(InProject, Frozen, Base):
    """What was checked in the request that signed: the password alone, or a code as well."""

    __tablename__ = "signature_proof"
    __table_args__ = within(sa.UniqueConstraint("signoff_id", "signer_uid"), inside("signoff_id", "signoff"))

    signoff_id: Mapped[int]
    signoff_reference: Mapped[str]
    signer_uid: Mapped[str]
    means: Mapped[Means]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.signoff_reference} proof {self.signer_uid}"

    def frozen_content(self) -> dict[str, Any]:
        return {"signoff": self.signoff_reference, "signer": self.signer_uid, "means": self.means.value}
