"""What can happen to a project and its members."""

import re
from collections.abc import Collection
from typing import TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import Organisation, User
from uatapp.accounts.service import clean_name
from uatapp.audit.writer import open_chain
from uatapp.gherkin.idtags import is_example
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused, Stale
from uatapp.kernel.permissions import Role, Side, roles_of
from uatapp.kernel.references import Kind, take
from uatapp.kernel.uow import record
from uatapp.projects import queries
from uatapp.projects.events import (
    EnvironmentChanged,
    IdTagsChosen,
    MemberAdded,
    MemberReturned,
    ProjectCreated,
    SetUpAdded,
    SigningRightGranted,
)
from uatapp.projects.labels import ROLES
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

Row = TypeVar("Row", BusinessUnit, BusinessProcess, Environment, Build)
KEY = re.compile(r"[A-Z][A-Z0-9]{1,7}")
LONGEST_TEXT = 20_000


def create_project(
    key: str, name: str, *, customer: Organisation, partners: Collection[Organisation], by: Actor, zone: str = ""
) -> Project:
    """Create a project and open its audit chain. Refuses a taken or odd key, and a partner that is the customer."""
    _check_key(key)
    if not partners or customer in partners:
        sentence = _("A project needs a customer and, apart from it, at least one partner.")
        raise Invalid(sentence, fields={"partners": sentence})
    project = Project(key=key, name=clean_name(name), customer_id=customer.id, zone=zone or "Europe/Berlin")
    db.session.add(project)
    db.session.flush()
    rows = [ProjectPartner(project_id=project.id, organisation_id=partner.id) for partner in partners]
    db.session.add_all(rows)
    open_chain(key, project.id)
    names = tuple(partner.name for partner in partners)
    told = ProjectCreated(
        project_id=project.id, subject=key, by=by, name=project.name, customer=customer.name, partners=names
    )
    record(told, project, *rows)
    return project


def _check_key(key: str) -> None:
    if not KEY.fullmatch(key) or key == "SYSTEM":
        sentence = _("“%(key)s” cannot be a key. Use 2 to 8 capital letters and digits, such as OTC.", key=key[:20])
        raise Invalid(sentence, fields={"key": sentence})
    if queries.find_project(key):
        sentence = _("The key %(key)s is taken. Choose another.", key=key)
        raise Invalid(sentence, fields={"key": sentence})


def side_of(project: Project, user: User) -> Side:
    """Return the side that follows from a person's organisation; refuse one that is no party of the project."""
    if user.organisation_id == project.customer_id:
        return Side.CUSTOMER
    if user.organisation_id in queries.partner_ids(project.id):
        return Side.PARTNER
    raise Refused(_("%(name)s belongs to no organisation of this project.", name=user.name))


def add_member(
    project: Project, user: User, roles: Collection[Role], *, by: Actor, unit: BusinessUnit | None = None
) -> Membership:
    """Make a person a member, or take a removed one back. Refuses roles their side cannot hold, a second membership."""
    side = side_of(project, user)
    check_roles(side, roles)
    row = queries.find_membership(project.id, user.id)
    if row is not None and row.removed_at is None:
        raise Refused(_("%(name)s is already a member of this project.", name=user.name))
    kind: type[MemberAdded | MemberReturned] = MemberReturned if row is not None else MemberAdded
    if row is None:
        row = Membership(project_id=project.id, user_id=user.id, side=side)
        db.session.add(row)
    row.unit_id, row.removed_at, row.side = unit.id if unit else None, None, side
    db.session.flush()
    told = kind(
        project_id=project.id,
        subject=user.uid,
        by=by,
        name=user.name,
        side=side.value,
        roles=tuple(r.value for r in sorted(set(roles))),
        unit=unit.name if unit else "",
    )
    record(told, row, *set_roles(row, roles))
    return row


def set_roles(membership: Membership, roles: Collection[Role]) -> list[MembershipRole]:
    """Give a member exactly these roles; return the rows that came and went."""
    held = db.session.scalars(sa.select(MembershipRole).where(MembershipRole.membership_id == membership.id)).all()
    gone = [row for row in held if row.role not in roles]
    have = {row.role for row in held}
    new = [
        MembershipRole(project_id=membership.project_id, membership_id=membership.id, role=role)
        for role in sorted(set(roles) - have)
    ]
    for row in gone:
        db.session.delete(row)
    db.session.add_all(new)
    db.session.flush()
    return [*gone, *new]


def check_roles(side: Side, roles: Collection[Role]) -> None:
    """Refuse no role at all, and roles that a side cannot hold."""
    if not roles:
        raise Invalid(_("Choose at least one role."), fields={"roles": _("Choose at least one role.")})
    for role in roles:
        if role not in roles_of(side):
            sentence = _("%(role)s is not a role of this side.", role=ROLES[role])
            raise Invalid(sentence, fields={"roles": sentence})


def grant_signing_right(project: Project, membership: Membership, user: User, *, by: Actor) -> None:
    """Let a member sign; an act of its own, told with who granted it. Refuses a person who has not signed in yet."""
    if not user.active:
        raise Refused(_("%(name)s has not accepted the invitation yet.", name=user.name))
    if not membership.may_sign:
        membership.may_sign = True
        told = SigningRightGranted(project_id=project.id, subject=user.uid, by=by, name=user.name)
        record(told, membership)


def add_unit(project: Project, name: str, *, by: Actor) -> BusinessUnit:
    """Add a business unit; return the present one when the name is taken."""
    name = clean_name(name)
    if present := queries.find_named(BusinessUnit, project.id, name):
        return present
    return _added(BusinessUnit(project_id=project.id, name=name), "unit", name, by)


def add_process(project: Project, name: str, *, by: Actor) -> BusinessProcess:
    """Add a business process; return the present one when the name is taken."""
    name = clean_name(name)
    if present := queries.find_named(BusinessProcess, project.id, name):
        return present
    return _added(BusinessProcess(project_id=project.id, name=name), "business process", name, by)


def add_environment(
    project: Project, name: str, *, by: Actor, address: str = "", sign_in_hint: str = "", test_data: str = ""
) -> Environment:
    """Add an environment. Refuses a taken name, and an address that is not http or https."""
    name = clean_name(name)
    if queries.find_named(Environment, project.id, name):
        sentence = _("There is already an environment %(name)s.", name=name)
        raise Invalid(sentence, fields={"name": sentence})
    check_address(address)
    check_texts(sign_in_hint=sign_in_hint, test_data=test_data)
    row = Environment(project_id=project.id, name=name, address=address.strip(), sign_in_hint=sign_in_hint.strip())
    row.test_data = test_data.strip()
    return _added(row, "environment", name, by)


def check_address(address: str) -> None:
    """Refuse an address that is not http or https; an empty one is allowed."""
    if address.strip() and not re.match(r"https?://[^\s/]", address.strip()):
        sentence = _("“%(address)s” is not a web address. It starts with https:// or http://.", address=address[:80])
        raise Invalid(sentence, fields={"address": sentence})


def check_texts(**texts: str) -> None:
    """Refuse a text of over 20,000 characters."""
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            sentence = _("Use at most %(longest)s characters. This text has %(n)s.", longest=LONGEST_TEXT, n=len(text))
            raise Invalid(sentence, fields={field: sentence})


def change_environment(
    environment: Environment, *, address: str, sign_in_hint: str, test_data: str, version: int, by: Actor
) -> None:
    """Change how testers reach an environment. Refuses (Stale) when somebody saved it in the meantime."""
    check_address(address)
    check_texts(sign_in_hint=sign_in_hint, test_data=test_data)
    if environment.version != version:
        theirs = "\n".join((environment.address, environment.sign_in_hint, environment.test_data))
        yours = "\n".join((address, sign_in_hint, test_data))
        sentence = _("Look at both texts, then save %(name)s again.", name=environment.name)
        raise Stale(sentence, theirs=theirs, yours=yours, version=environment.version)
    environment.address, environment.sign_in_hint = address.strip(), sign_in_hint.strip()
    environment.test_data, environment.version = test_data.strip(), version + 1
    told = EnvironmentChanged(project_id=environment.project_id, subject=environment.name, by=by, name=environment.name)
    record(told, environment)


def choose_id_tags(project: Project, example: str, *, by: Actor) -> None:
    """Let tags like an example be ids of requirements; "" takes that back. Refuses what cannot be an example."""
    example = example.strip()
    if example and not is_example(example):
        sentence = _("Write one of your tags, with its @ and a number in it, such as @S-103.1.")
        raise Invalid(sentence, fields={"example": sentence})
    if project.id_example != example:
        project.id_example = example
        record(IdTagsChosen(project_id=project.id, subject=project.key, by=by, example=example or "@id:…"), project)


def add_build(project: Project, name: str, *, by: Actor, notes: str = "") -> Build:
    """Register a build after all earlier ones. Refuses a taken name."""
    name = clean_name(name)
    if queries.find_named(Build, project.id, name):
        sentence = _("There is already a build %(name)s.", name=name)
        raise Invalid(sentence, fields={"name": sentence})
    check_texts(notes=notes)
    row = Build(project_id=project.id, number=take(project.id, Kind.BUILD), name=name, notes=notes.strip())
    return _added(row, "build", name, by)


def _added(row: Row, kind: str, name: str, by: Actor) -> Row:
    db.session.add(row)
    db.session.flush()
    record(SetUpAdded(project_id=row.project_id, subject=name, by=by, kind=kind, name=name), row)
    return row
