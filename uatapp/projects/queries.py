"""Reads about projects and who is in them."""

from collections.abc import Collection, Sequence
from typing import TypeVar

import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy.orm import joinedload, selectinload

from uatapp.accounts.models import Organisation, User
from uatapp.kernel.actor import Actor, Standing
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.permissions import Role, Side
from uatapp.projects.models import (
    Build,
    BusinessProcess,
    BusinessUnit,
    Environment,
    Membership,
    MembershipRole,
    Project,
    ProjectPartner,
)

PARTIES = " × "
Named = TypeVar("Named", BusinessUnit, BusinessProcess, Environment, Build)


def actor_of(user: User) -> Actor:
    """Picture a user as rules see them: one statement for all their standings."""
    statement = (
        sa.select(Membership.project_id, Membership.side, Membership.unit_id, Membership.may_sign, MembershipRole.role)
        .join(MembershipRole, MembershipRole.membership_id == Membership.id)
        .where(Membership.user_id == user.id, Membership.removed_at.is_(None))
    )
    standings: dict[int, Standing] = {}
    for project_id, side, unit_id, may_sign, role in db.session.execute(statement):
        roles = standings[project_id].roles if project_id in standings else frozenset()
        standings[project_id] = Standing(project_id, side, roles | {role}, unit_id, may_sign)
    request_id = g.get("request_id", "") if has_request_context() else ""
    organisation = user.organisation.name if user.organisation else ""
    return Actor(user.id, user.uid, user.name, organisation, user.is_admin, standings, request_id)


def find_project(key: str) -> Project | None:
    """Return a project with its parties' names; whether the viewer may know of it is decided by the caller."""
    project = db.session.scalar(sa.select(Project).where(Project.key == key).options(joinedload(Project.customer)))
    if project is not None:
        partner = sa.select(ProjectPartner.organisation_id).where(ProjectPartner.project_id == project.id)
        names = sa.select(Organisation.name).where(Organisation.id.in_(partner)).order_by(Organisation.name)
        project.parties = PARTIES.join([project.customer.name, *db.session.scalars(names)])
    return project


def list_members(project_id: int) -> Sequence[Membership]:
    """Return present members with user, unit and roles, by name."""
    return db.session.scalars(
        sa.select(Membership)
        .join(Membership.user)
        .where(Membership.project_id == project_id, Membership.removed_at.is_(None))
        .options(joinedload(Membership.user), joinedload(Membership.unit), selectinload(Membership.roles))
        .order_by(User.name, User.id)
    ).all()


def find_membership(project_id: int, user_id: int) -> Membership | None:
    """Return a person's membership, a removed one included."""
    statement = sa.select(Membership).where(Membership.project_id == project_id, Membership.user_id == user_id)
    return db.session.scalar(statement.options(selectinload(Membership.roles), joinedload(Membership.user)))


def partner_ids(project_id: int) -> frozenset[int]:
    """Return the ids of the partner organisations."""
    statement = sa.select(ProjectPartner.organisation_id).where(ProjectPartner.project_id == project_id)
    return frozenset(db.session.scalars(statement))


def list_partners(project_id: int) -> Sequence[str]:
    """Return the partners' names."""
    statement = sa.select(ProjectPartner).where(ProjectPartner.project_id == project_id)
    rows = db.session.scalars(statement.options(joinedload(ProjectPartner.organisation))).all()
    return sorted(row.organisation.name for row in rows)


def find_named(kind: type[Named], project_id: int, name: str) -> Named | None:
    """Return a unit, process, environment or build by its name."""
    return db.session.scalar(sa.select(kind).where(kind.project_id == project_id, kind.name == name))


def list_named(kind: type[Named], project_id: int) -> Sequence[Named]:
    """Return all units, processes or environments by name; builds newest first."""
    order = Build.number.desc() if kind is Build else kind.name
    return db.session.scalars(sa.select(kind).where(kind.project_id == project_id).order_by(order)).all()


def get_member(project_id: int, uid: str, *, lock: bool = False) -> Membership:
    """Return a present member by the person's public identity; refuse (NotFound) anybody else."""
    statement = (
        sa.select(Membership)
        .join(Membership.user)
        .where(Membership.project_id == project_id, User.uid == uid, Membership.removed_at.is_(None))
        .options(selectinload(Membership.roles), joinedload(Membership.user), joinedload(Membership.unit))
    )
    if lock:
        db.session.execute(sa.select(Project.id).where(Project.id == project_id).with_for_update())
    found = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def count_managers(project_id: int, side: Side) -> int:
    """Return how many project managers a side has, invited ones included."""
    statement = (
        sa.select(sa.func.count())
        .select_from(MembershipRole)
        .join(Membership, Membership.id == MembershipRole.membership_id)
        .where(Membership.project_id == project_id, Membership.side == side, Membership.removed_at.is_(None))
        .where(MembershipRole.role == Role.PROJECT_MANAGER)
    )
    return db.session.scalar(statement) or 0


def list_projects(project_ids: Collection[int]) -> Sequence[Project]:
    """Return these projects with their parties, by name."""
    return _with_parties(sa.select(Project).where(Project.id.in_(project_ids)).order_by(Project.name))


def list_all_projects() -> Sequence[Project]:
    """Return every project's name and parties, for administrators."""
    return _with_parties(sa.select(Project).order_by(Project.key))


def _with_parties(statement: sa.Select[Project]) -> Sequence[Project]:
    partners = selectinload(Project.partners).joinedload(ProjectPartner.organisation)
    found = db.session.scalars(statement.options(joinedload(Project.customer), partners)).all()
    for project in found:
        project.parties = _parties(project)
    return found


def _parties(project: Project) -> str:
    return PARTIES.join([project.customer.name, *sorted(partner.organisation.name for partner in project.partners)])


def list_managers(project_ids: Collection[int]) -> dict[int, list[tuple[Side, str]]]:
    """Return the project managers' sides and names, per project."""
    statement = (
        sa.select(Membership.project_id, Membership.side, User.name)
        .join(User, User.id == Membership.user_id)
        .join(MembershipRole, MembershipRole.membership_id == Membership.id)
        .where(Membership.project_id.in_(project_ids), Membership.removed_at.is_(None))
        .where(MembershipRole.role == Role.PROJECT_MANAGER)
        .order_by(Membership.side, User.name)
    )
    found: dict[int, list[tuple[Side, str]]] = {}
    for project_id, side, name in db.session.execute(statement):
        found.setdefault(project_id, []).append((side, name))
    return found


def get_environment(project_id: int, environment_id: int, *, lock: bool = False) -> Environment:
    """Return an environment of the project; refuse (NotFound) another's."""
    statement = sa.select(Environment).where(Environment.project_id == project_id, Environment.id == environment_id)
    found = db.session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound
    return found
