"""Makes the worked example through the same use cases as people use, with dates relative to today."""

import json
import secrets
from pathlib import Path

from flask import Flask

from uatapp.accounts import codes, worked_example
from uatapp.accounts import service as accounts
from uatapp.accounts.models import User
from uatapp.demo import ourselves, papers, story
from uatapp.demo.people import CUSTOMER, PARTNER, PEOPLE, SHOWN, Person
from uatapp.demo.stage import KEY, NAME, ZONE, Stage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.projects import service
from uatapp.projects.models import BusinessUnit, Project


def build(app: Flask) -> list[tuple[str, str, str]]:
    """Make the example in an empty database; return role, mail address and password of one person per role."""
    stage = Stage(since=-40)
    passwords = stage.passwords = _people(stage)
    _second_steps(stage)
    papers.agree(stage)
    story.tell(stage)
    ourselves.show(stage)
    shown = [("Administrator", "admin@uatapp.example", passwords["admin"])]
    by_key = {person.key: person for person in PEOPLE}
    return shown + [(role, by_key[key].email, passwords[key]) for key, role in SHOWN.items()]


def sign_ins(app: Flask, kept: Path) -> str:
    """Say where the example is and how to sign in; make it, and keep its passwords in that file, on the first start."""
    if not kept.exists():
        rows = [list(row) for row in build(app)]
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(rows))
    lines = [f"  {role:<34} {email:<38} {password}" for role, email, password in json.loads(kept.read_text())]
    begin = f"\nOpen {app.config['UATAPP'].base_url}/ and sign in as\n"
    end = "\nWhere a page asks for a code from a phone, it shows the code here. Stop with Ctrl-C."
    return "\n".join([begin, *lines, end])


def _people(stage: Stage) -> dict[str, str]:
    passwords = {key: secrets.token_urlsafe(9) for key in ("admin", *(person.key for person in PEOPLE))}
    with stage.act("system"):
        admin = accounts.add_user("admin@uatapp.example", "Ada Lund", by=SYSTEM, is_admin=True)
        accounts.set_password(admin, passwords["admin"], how="set", by=SYSTEM)
        db.session.flush()
        stage.ids["admin"] = admin.id
        customer, partner = (
            accounts.add_organisation(CUSTOMER, by=SYSTEM),
            accounts.add_organisation(PARTNER, by=SYSTEM),
        )
        project = service.create_project(KEY, NAME, customer=customer, partners=[partner], by=SYSTEM, zone=ZONE)
        units = {name: service.add_unit(project, name, by=SYSTEM) for name in papers.HEADS}
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


def _second_steps(stage: Stage) -> None:
    """Give those who need one a second step whose codes the pages of the example show."""
    recovery = codes.new_recovery()
    for name in ("admin", *(person.key for person in PEOPLE if person.signs)):
        with stage.act("system", minutes=0):
            worked_example.set_up(db.session.get_one(User, stage.ids[name]), recovery)


def _join(project: Project, user: User, person: Person, units: dict[str, BusinessUnit]) -> None:
    member = service.add_member(project, user, person.roles, by=SYSTEM, unit=units.get(person.unit))
    if person.signs:
        service.grant_signing_right(project, member, user, by=SYSTEM)
