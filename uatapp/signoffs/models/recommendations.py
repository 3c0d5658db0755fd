"""What each side's project manager recommends to those who decide. Append-only; the newest of a side counts."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from uatapp.kernel import clock
from uatapp.kernel.db import Base, Frozen, InProject, created, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import Stance


class Recommendation(InProject, Frozen, Base):
    """A project manager's word to the sponsors."""

    __tablename__ = "recommendation"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"), sa.CheckConstraint("length(text) <= 4000", "text")
    )

    number: Mapped[int]
    reference: Mapped[str]
    side: Mapped[Side]
    stance: Mapped[Stance]
    text: Mapped[str]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return self.reference

    def frozen_content(self) -> dict[str, Any]:
        return {
            "side": self.side.value,
            "stance": self.stance.value,
            "text": self.text,
            "by": self.by_uid,
            "name": self.by_name,
            "at": clock.iso(self.at),
        }
