"""What became of a condition: its state (ordinary), and what was said and shown about it (append-only)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import ConditionState


class ConditionProgress(InProject, Audited, Base):
    """Where a condition stands, beside its frozen row; without a row it is open."""

    __tablename__ = "condition_progress"
    __table_args__ = within(sa.UniqueConstraint("condition_id"), inside("condition_id", "condition"))

    condition_id: Mapped[int]
    state: Mapped[ConditionState] = mapped_column(default=ConditionState.OPEN)
    changed_at: Mapped[datetime] = created()


class ConditionNote(InProject, Frozen, Base):
    """What a person said when they reported a condition done, closed it, sent it back or opened it again."""

    __tablename__ = "condition_note"
    __table_args__ = within(sa.UniqueConstraint("condition_id", "number"), inside("condition_id", "condition"))

    condition_id: Mapped[int]
    condition_reference: Mapped[str]
    number: Mapped[int]
    action: Mapped[str]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    by_side: Mapped[Side]
    text: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"{self.condition_reference} note {self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "action": self.action,
            "by": self.by_uid,
            "by_name": self.by_name,
            "side": self.by_side.value,
            "text": self.text,
            "at": clock.iso(self.at),
        }


class ConditionEvidence(InProject, Frozen, Base):
    """A file that shows that a condition is fulfilled; `note_number` names the report it came with."""

    __tablename__ = "condition_evidence"
    __table_args__ = within(
        sa.UniqueConstraint("condition_id", "evidence_id"),
        inside("condition_id", "condition"),
        inside("evidence_id", "evidence"),
    )

    condition_id: Mapped[int]
    condition_reference: Mapped[str]
    evidence_id: Mapped[int]
    evidence_token: Mapped[str]
    note_number: Mapped[int]
    evidence: Mapped[Evidence] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"{self.condition_reference} evidence {self.evidence_token}"

    def frozen_content(self) -> dict[str, Any]:
        return {"token": self.evidence_token, "note": self.note_number}


class ConditionReminder(InProject, Base):
    """A reminder that went out: 0 before the due date, then one number for each week overdue."""

    __tablename__ = "condition_reminder"
    __table_args__ = within(
        sa.UniqueConstraint("condition_id", "stage"),
        inside("condition_id", "condition"),
        sa.CheckConstraint("stage >= 0", "stage"),
    )

    condition_id: Mapped[int]
    stage: Mapped[int]
    at: Mapped[datetime] = created()
