"""What the command line does for people and projects, through the same use cases as the pages."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts import factors, invitations
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.accounts.models import Organisation, User
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound, Refused
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import queries, service
from uatapp.projects.models import Membership, MembershipRole, Project

IMPORTER = "import@uatapp.test"  # an address that never receives mail


@dataclass(frozen=True, slots=True)
class Added:
    """A person who was added; `link` lets them choose a password, "" when they have one."""

    email: str
    link: str


def add_user(email: str, name: str, *, admin: bool, password: str | None) -> Added:
    """Add a person with a password, or with a one-time link to choose one."""
    with unit_of_work(SYSTEM):
        if password is not None:
            accounts.check_password(password, name=name, email=email)
        user = accounts.add_user(email, name, by=SYSTEM, is_admin=admin)
        if password is not None:
            accounts.set_password(user, password, how="command", by=SYSTEM)
        link = invitations.invite(user, by=SYSTEM, mail=False) if password is None else ""
        return Added(user.email, link)


def reset_second_step(email: str) -> str:
    """Take a person's lost second step away; return the link (mailed as well) by which they begin anew."""
    with unit_of_work(SYSTEM):
        found = people.find_user(accounts.clean_email(email))
        if found is None:
            raise NotFound(_("There is no account for %(email)s.", email=email))
        return factors.reset(found, by=SYSTEM)


def add_project(key: str, name: str, customer: str, partners: tuple[str, ...]) -> Project:
    """Create a project with its parties; organisations that do not exist yet are added."""
    with unit_of_work(SYSTEM):
        parties = [accounts.add_organisation(party, by=SYSTEM) for party in (customer, *partners)]
        db.session.flush()
        return service.create_project(key, name, customer=parties[0], partners=parties[1:], by=SYSTEM)


def get_project(key: str) -> Project:
    """Return a project by its key; refuse one that is not there."""
    found = queries.find_project(key)
    if found is None:
        raise NotFound(_("There is no project %(key)s. `uatapp project list` shows them.", key=key))
    return found


def list_projects() -> list[dict[str, str]]:
    """Return all projects with their customers, by key."""
    statement = sa.select(Project.key, Project.name, Organisation.name.label("customer"))
    statement = statement.join(Organisation, Organisation.id == Project.customer_id).order_by(Project.key)
    return [dict(row._mapping) for row in db.session.execute(statement)]


def importer(project: Project, email: str | None) -> Actor:
    """Return who imports: the person named, else the project's first analyst, else a technical one made for it."""
    if email:
        user = people.find_user(accounts.clean_email(email))
        if user is None:
            raise Refused(_("There is no account for %(email)s.", email=email))
        return queries.actor_of(user)
    user = _first_analyst(project)
    if user is None:
        with unit_of_work(SYSTEM):
            _add_importer(project.id)
        user = _first_analyst(project)
    assert user is not None  # noqa: S101 - just added
    return queries.actor_of(user)


def _first_analyst(project: Project) -> User | None:
    return db.session.scalar(
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(MembershipRole, MembershipRole.membership_id == Membership.id)
        .where(Membership.project_id == project.id, Membership.removed_at.is_(None))
        .where(MembershipRole.role == Role.ANALYST)
        .order_by(Membership.id)
        .limit(1)
    )


def _add_importer(project_id: int) -> None:
    project = db.session.get_one(Project, project_id)
    customer = db.session.get_one(Organisation, project.customer_id)
    email = IMPORTER.replace("@", f"-{project.key.lower()}@")
    user = accounts.add_user(email, "Import from the command line", by=SYSTEM, organisation=customer)
    db.session.flush()
    service.add_member(project, user, (Role.ANALYST,), by=SYSTEM)
