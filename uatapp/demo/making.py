"""Makes the worked example through the same use cases as people use, with dates relative to today."""

import secrets
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask

from uatapp.accounts import service as accounts
from uatapp.accounts.models import User
from uatapp.demo import story
from uatapp.demo.people import CUSTOMER, PARTNER, PEOPLE, SHOWN, Person
from uatapp.demo.stage import KEY, NAME, ZONE, Stage
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.projects import queries, service
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.requirements import imports
from uatapp.requirements import service as requirements
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Requirement

# document → unit, business process, who approves
DOCUMENTS = {
    "order_entry.feature": ("Order entry", "Orders", "head"),
    "billing.feature": ("Billing", "Invoices and reminders", "billing_head"),
    "warehouse.feature": ("Warehouse", "Picking and shipping", "warehouse_head"),
}


def build(app: Flask) -> list[tuple[str, str, str]]:
    """Make the example in an empty database; return role, mail address and password of one person per role."""
    stage = Stage()
    stage.moment = datetime.now(ZoneInfo(ZONE)) - timedelta(days=40)
    passwords = _people(stage)
    _documents(stage)
    story.tell(stage)
    shown = [("Administrator", "admin@uatapp.example", passwords["admin"])]
    by_key = {person.key: person for person in PEOPLE}
    return shown + [(role, by_key[key].email, passwords[key]) for key, role in SHOWN.items()]


def _people(stage: Stage) -> dict[str, str]:
    passwords = {key: secrets.token_urlsafe(9) for key in ("admin", *(person.key for person in PEOPLE))}
    with stage.act("system"):
        admin = accounts.add_user("admin@uatapp.example", "Ada Lund", by=SYSTEM, is_admin=True)
        accounts.set_password(admin, passwords["admin"], how="set", by=SYSTEM)
        customer, partner = (
            accounts.add_organisation(CUSTOMER, by=SYSTEM),
            accounts.add_organisation(PARTNER, by=SYSTEM),
        )
        project = service.create_project(KEY, NAME, customer=customer, partners=[partner], by=SYSTEM, zone=ZONE)
        units = {name: service.add_unit(project, name, by=SYSTEM) for name, _process, _head in DOCUMENTS.values()}
        for person in PEOPLE:
            organisation = customer if person.organisation == CUSTOMER else partner
            user = accounts.add_user(
                person.email, person.name, by=SYSTEM, organisation=organisation, job_title=person.job_title
            )
            accounts.set_password(user, passwords[person.key], how="set", by=SYSTEM)
            db.session.flush()
            stage.ids[person.key] = user.id
            _join(project, user, person, units)
    return passwords


def _join(project: Project, user: User, person: Person, units: dict[str, BusinessUnit]) -> None:
    member = service.add_member(project, user, person.roles, by=SYSTEM, unit=units.get(person.unit))
    if person.signs:
        service.grant_signing_right(project, member, user, by=SYSTEM)


def _documents(stage: Stage) -> None:
    stage.day(-35)
    with stage.act("manager") as (_session, by):
        for _unit, process, _head in DOCUMENTS.values():
            service.add_process(stage.project, process, by=by)
    for name, (unit, process, _head) in DOCUMENTS.items():
        bring_in(stage, name, (files("uatapp.demo") / "documents" / name).read_bytes(), unit, process)
    stage.day(-33, 10)
    for unit, _process, head in DOCUMENTS.values():
        approve(stage, unit, head)


def bring_in(stage: Stage, path: str, content: bytes, unit: str, process: str) -> None:
    """Let the analyst import one document."""
    project = stage.project
    found_unit = queries.find_named(BusinessUnit, project.id, unit)
    found_process = queries.find_named(BusinessProcess, project.id, process)
    filing = Filing(found_unit.id if found_unit else None, found_process.id if found_process else None)
    with clock.at(stage.moment):
        imports.import_upload(project, Upload({path: content}), filing, by=stage.actor("analyst"))


def approve(stage: Stage, unit: str, head: str) -> None:
    """Let a head approve what waits in the unit's documents."""
    project = stage.project
    found = queries.find_named(BusinessUnit, project.id, unit)
    statement = (
        sa.select(Requirement.number, Requirement.latest_number)
        .join(Requirement.document)
        .where(Requirement.project_id == project.id, Requirement.latest_number > Requirement.approved_number)
        .where(sa.column("unit_id") == (found.id if found else None))
    )
    chosen = {number: latest for number, latest in db.session.execute(statement)}
    with stage.act(head) as (_session, by):
        requirements.decide_many(project, chosen, "approve", by=by)
