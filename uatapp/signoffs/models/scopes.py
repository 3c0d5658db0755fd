"""What part of the project a request asks about, and how many of a side must sign (ordinary).

A request without a row in `signoff_scope` asks about its cycles, whole; without one in `signoff_quorum`, of all.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from uatapp.kernel.db import Audited, Base, InProject, inside, within
from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import ScopeKind


class SignoffScope(InProject, Audited, Base):
    """What a request asks about, with the name that it had when it was asked."""

    __tablename__ = "signoff_scope"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id"),
        inside("signoff_id", "signoff"),
        inside("process_id", "business_process"),
        inside("wave_id", "wave"),
        sa.CheckConstraint("(kind = 'process') = (process_id IS NOT NULL)", "process"),
        sa.CheckConstraint("(kind = 'wave') = (wave_id IS NOT NULL)", "wave"),
    )

    signoff_id: Mapped[int]
    kind: Mapped[ScopeKind]
    name: Mapped[str]
    process_id: Mapped[int | None]
    wave_id: Mapped[int | None]


class SignoffUnit(InProject, Audited, Base):
    """A business unit that a request asks about: the one chosen, or those of the wave when it was asked."""

    __tablename__ = "signoff_unit"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id", "unit_id"),
        inside("signoff_id", "signoff"),
        inside("unit_id", "business_unit"),
    )

    signoff_id: Mapped[int]
    unit_id: Mapped[int]


class SignoffQuorum(InProject, Audited, Base):
    """How many of a side's signatories are enough."""

    __tablename__ = "signoff_quorum"
    __table_args__ = within(
        sa.UniqueConstraint("signoff_id", "side"),
        inside("signoff_id", "signoff"),
        sa.CheckConstraint("least >= 1", "least"),
    )

    signoff_id: Mapped[int]
    side: Mapped[Side]
    least: Mapped[int]
