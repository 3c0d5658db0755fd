"""A project and what is set up in it."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import Organisation, User
from uatapp.kernel.db import Audited, Base, InProject, created, inside, within
from uatapp.kernel.permissions import Role, Side


class Project(Audited, Base):
    """One piece of software that a customer takes from partners."""

    __tablename__ = "project"
    __table_args__ = (
        sa.CheckConstraint("length(key) BETWEEN 2 AND 8", "key"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", "name"),
        sa.CheckConstraint("pass_share BETWEEN 0 AND 100", "pass_share"),
        sa.CheckConstraint("length(id_example) <= 60", "id_example"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    zone: Mapped[str] = mapped_column(default="Europe/Berlin")
    pass_share: Mapped[int] = mapped_column(default=95)
    id_example: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = created()
    customer: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    partners: Mapped[list["ProjectPartner"]] = relationship(lazy="raise_on_sql", viewonly=True)
    parties = ""  # "Nordwind × Halden", set by find_project; survives the end of a transaction


class ProjectPartner(InProject, Audited, Base):
    """An organisation that implements."""

    __tablename__ = "project_partner"
    __table_args__ = within(sa.UniqueConstraint("project_id", "organisation_id"))

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class BusinessUnit(InProject, Audited, Base):
    """A part of the customer's business: order entry, billing, warehouse."""

    __tablename__ = "business_unit"
    __table_args__ = within(sa.UniqueConstraint("project_id", "name"))

    name: Mapped[str]


class BusinessProcess(InProject, Audited, Base):
    """What requirements are grouped by for the business."""

    __tablename__ = "business_process"
    __table_args__ = within(sa.UniqueConstraint("project_id", "name"))

    name: Mapped[str]


class Membership(InProject, Audited, Base):
    """A person in a project; the side follows from their organisation. Removed members keep their row."""

    __tablename__ = "membership"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "user_id"),
        inside("unit_id", "business_unit"),
        sa.CheckConstraint("NOT may_sign OR removed_at IS NULL", "signs_while_member"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    side: Mapped[Side]
    unit_id: Mapped[int | None]
    may_sign: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise_on_sql")
    unit: Mapped[BusinessUnit | None] = relationship(lazy="raise_on_sql", viewonly=True)
    roles: Mapped[list["MembershipRole"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")


class MembershipRole(InProject, Audited, Base):
    """One role of a member."""

    __tablename__ = "membership_role"
    __table_args__ = within(sa.UniqueConstraint("membership_id", "role"), inside("membership_id", "membership"))

    membership_id: Mapped[int]
    role: Mapped[Role]


class Environment(InProject, Audited, Base):
    """Where people test: address, sign-in hint, test data."""

    __tablename__ = "environment"
    __table_args__ = within(sa.UniqueConstraint("project_id", "name"))

    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    sign_in_hint: Mapped[str] = mapped_column(default="")
    test_data: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)


class Build(InProject, Audited, Base):
    """A delivered version of the software; `number` is the running order, which decides what is later."""

    __tablename__ = "build"
    __table_args__ = within(sa.UniqueConstraint("project_id", "number"), sa.UniqueConstraint("project_id", "name"))

    number: Mapped[int]
    name: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = created()


class OrganisationCalendar(Audited, Base):
    """When an organisation works: hours by weekday in its zone, as [[from, until], …] in minutes, from Monday on."""

    __tablename__ = "organisation_calendar"
    __table_args__ = (sa.UniqueConstraint("organisation_id"),)

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    zone: Mapped[str]
    week: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)


class OrganisationHoliday(Audited, Base):
    """A day off of an organisation; `closed_from` is the minute from which it is, 0 for the whole day."""

    __tablename__ = "organisation_holiday"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "day"),
        sa.CheckConstraint("closed_from BETWEEN 0 AND 1439", "closed_from"),
        sa.CheckConstraint("length(name) <= 80", "name"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    day: Mapped[date]
    name: Mapped[str] = mapped_column(default="")
    closed_from: Mapped[int] = mapped_column(default=0)


class Wave(InProject, Audited, Base):
    """A roll-out wave: business units that take the software over together."""

    __tablename__ = "wave"
    __table_args__ = within(sa.UniqueConstraint("project_id", "name"))

    name: Mapped[str]


class WaveUnit(InProject, Audited, Base):
    """A business unit in a wave."""

    __tablename__ = "wave_unit"
    __table_args__ = within(
        sa.UniqueConstraint("wave_id", "unit_id"), inside("wave_id", "wave"), inside("unit_id", "business_unit")
    )

    wave_id: Mapped[int]
    unit_id: Mapped[int]
    unit: Mapped[BusinessUnit] = relationship(lazy="raise_on_sql", viewonly=True)
