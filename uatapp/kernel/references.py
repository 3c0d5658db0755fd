"""Running references (PAY-R12) that never change and are never reused, from a counter row per project and kind."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel.db import Base, InProject, db


class Kind(StrEnum):
    """What carries a reference; the value is its letter (cycles and builds count without a letter of their own)."""

    REQUIREMENT = "R"
    TEST_CASE = "T"
    DEFECT = "D"
    SIGNOFF = "S"
    CYCLE = "cycle"
    BUILD = "build"


class ReferenceCounter(InProject, Base):
    """The last number given, per project and kind."""

    __tablename__ = "reference_counter"
    __table_args__ = (sa.UniqueConstraint("project_id", "kind"), sa.CheckConstraint("last >= 0", "last"))

    kind: Mapped[Kind]
    last: Mapped[int] = mapped_column(default=0)


def take(project_id: int, kind: Kind, count: int = 1) -> int:
    """Take `count` numbers in the open transaction and return the first; concurrent takers wait, none repeats."""
    session = db.session()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(ReferenceCounter.__table__).values(project_id=project_id, kind=kind, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["project_id", "kind"], set_={"last": ReferenceCounter.last + count}
    )
    last: int = session.execute(statement.returning(ReferenceCounter.__table__.c.last)).scalar_one()
    return last - count + 1


def written(project_key: str, kind: Kind, number: int) -> str:
    """Write a reference as people read it."""
    return f"{project_key}-{kind.value}{number}"
