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


def hold(project_id: int, kind: Kind, *, alone: bool) -> None:
    """Take part in a turn about a kind of thing until the commit: alone, or beside others who do not want to be alone.

    The counter's row is what is held, so that nothing else of the project waits. SQLite has one writer anyway.
    """
    session = db.session()
    if session.get_bind().dialect.name != "postgresql":
        return
    turn = (session.get_transaction(), project_id, kind, alone)
    if session.info.get("turn") == turn:
        return
    own = sa.select(ReferenceCounter.id).where(ReferenceCounter.project_id == project_id, ReferenceCounter.kind == kind)
    own = own.with_for_update(key_share=True) if alone else own.with_for_update(read=True)
    if session.execute(own).first() is None:
        row = postgresql.insert(ReferenceCounter).values(project_id=project_id, kind=kind, last=0)
        session.execute(row.on_conflict_do_nothing(index_elements=["project_id", "kind"]))
        session.execute(own)
    session.info["turn"] = turn


def written(project_key: str, kind: Kind, number: int) -> str:
    """Write a reference as people read it."""
    return f"{project_key}-{kind.value}{number}"
