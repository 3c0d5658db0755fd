"""The database: one declarative base, types, and the helpers that declare keys within a project."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from uatapp.kernel import clock

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An instant: stored in UTC, given back with its zone on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Instants need a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


_ENUM = sa.Enum(StrEnum, values_callable=_values, native_enum=False, create_constraint=True, length=40)


TYPES: dict[Any, Any] = {
    datetime: UTCDateTime(),
    StrEnum: _ENUM,
    str: sa.Text(),
    bytes: sa.LargeBinary(),
    dict[str, Any]: sa.JSON(),
    list[Any]: sa.JSON(),
}


class Declarative(DeclarativeBase):
    """What every mapped class has: an integer key, and our types."""

    registry = registry(metadata=sa.MetaData(naming_convention=NAMES), type_annotation_map=TYPES)

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


db = SQLAlchemy(model_class=Declarative, disable_autonaming=True)

if TYPE_CHECKING:
    Base = Declarative
else:
    Base = db.Model


class Audited:
    """Mixin: rows whose every change must be told by an event in the same transaction."""


class Frozen(Audited):
    """Mixin: append-only rows. The database refuses UPDATE and DELETE; the audit chain holds their hash.

    A subclass says how it is named (`frozen_ref`) and what it contains (`frozen_content`), both
    without row ids, so that `verify` can compute the hash again.
    """

    def frozen_ref(self) -> str:
        raise TypeError(f"{type(self).__name__} does not say how it is frozen")

    def frozen_content(self) -> dict[str, Any]:
        raise TypeError(f"{type(self).__name__} does not say how it is frozen")


class InProject:
    """Mixin: a row that belongs to a project, addressable by (project_id, id)."""

    @declared_attr
    def project_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("project.id"), index=True, sort_order=-9)


def within(*constraints: sa.Constraint | sa.Index) -> tuple[Any, ...]:
    """Return table arguments of a class in a project: UNIQUE (project_id, id) plus the given ones."""
    return (sa.UniqueConstraint("project_id", "id"), *constraints)


def inside(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Declare a foreign key that cannot leave its project: (project_id, column) → table."""
    return sa.ForeignKeyConstraint(["project_id", column], [f"{table}.project_id", f"{table}.id"])


def created() -> Mapped[datetime]:
    return mapped_column(default=clock.now)


def enum_of(kind: type[StrEnum], name: str) -> sa.Enum:
    """Return the column type of a second column of the same enum in a table; `name` names its CHECK."""
    return sa.Enum(kind, values_callable=_values, native_enum=False, create_constraint=True, length=40, name=name)
