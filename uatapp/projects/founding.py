"""Founding a project: its parties and its first project managers, in one act of an administrator."""

from dataclasses import dataclass

from flask_babel import gettext as _

from uatapp.accounts import service as accounts
from uatapp.accounts.models import Organisation
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Role
from uatapp.projects import members, service
from uatapp.projects.models import Project


@dataclass(frozen=True, slots=True)
class Founded:
    """What an administrator typed; managers are (name, mail address)."""

    key: str
    name: str
    customer: str
    partners: tuple[str, ...]
    zone: str
    customer_manager: tuple[str, str]
    partner_manager: tuple[str, str]


def found(given: Founded, *, by: Actor) -> Project:
    """Create a project with organisations, old or new, and invite a first project manager for each side."""
    customer = _organisation(given.customer, "customer", by)
    partners = [_organisation(name, "partners", by) for name in given.partners]
    project = service.create_project(
        given.key, given.name, customer=customer, partners=list(dict.fromkeys(partners)), by=by, zone=given.zone
    )
    db.session.flush()
    _manager(project, given.customer_manager, customer, "customer", by)
    _manager(project, given.partner_manager, partners[0], "partner", by)
    return project


def _organisation(name: str, field: str, by: Actor) -> Organisation:
    try:
        return accounts.add_organisation(name, by=by)
    except Invalid as error:
        raise Invalid(error.message, fields={field: error.message}) from error


def _manager(project: Project, person: tuple[str, str], of: Organisation, side: str, by: Actor) -> None:
    name, email = person
    try:
        members.join(project, email, name, (Role.PROJECT_MANAGER,), organisation=of, by=by)
    except Invalid as error:
        fields = {f"{side}_{field}": sentence for field, sentence in error.fields.items() if field in ("name", "email")}
        raise Invalid(error.message or _("Please check this."), fields=fields) from error
