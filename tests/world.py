"""A small world for tests: one project of two parties with a person per role, made through the use cases."""

import contextvars
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web import pages
from uatapp.accounts import codes
from uatapp.accounts import service as accounts
from uatapp.accounts.events import SecondFactorSetUp
from uatapp.accounts.models import CodeUse, Organisation, SecondFactor, User
from uatapp.accounts.queries import find_factor
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects import queries, service
from uatapp.projects.models import BusinessUnit, Project
from uatapp.signoffs import consents

PASSWORD = "a long enough password"

# name in tests → (printed name, organisation, roles, unit)
PEOPLE: dict[str, tuple[str, str, tuple[Role, ...], str]] = {
    "analyst": ("Anna Analyst", "Nordwind", (Role.ANALYST,), "Order entry"),
    "analyst2": ("Ove Olsen", "Nordwind", (Role.ANALYST,), "Billing"),
    "tester": ("Marta Lindqvist", "Nordwind", (Role.TESTER,), "Order entry"),
    "tester2": ("Tom Berg", "Nordwind", (Role.TESTER,), "Billing"),
    "super_user": ("Jonas Weber", "Nordwind", (Role.SUPER_USER,), "Order entry"),
    "head": ("Hedda Holm", "Nordwind", (Role.DEPARTMENT_HEAD,), "Order entry"),
    "billing_head": ("Bill Lund", "Nordwind", (Role.DEPARTMENT_HEAD,), "Billing"),
    "manager": ("Anders Vik", "Nordwind", (Role.PROJECT_MANAGER,), ""),
    "sponsor": ("Henrik Dahl", "Nordwind", (Role.SPONSOR,), ""),
    "sponsor2": ("Birgit Aune", "Nordwind", (Role.SPONSOR,), ""),
    "auditor": ("Astrid Moe", "Nordwind", (Role.AUDITOR,), ""),
    "lead": ("Mark Ellery", "Halden", (Role.LEAD,), ""),
    "engineer": ("Priya Nair", "Halden", (Role.ENGINEER,), ""),
    "partner_manager": ("Paula Stone", "Halden", (Role.PROJECT_MANAGER,), ""),
    "partner_sponsor": ("Percy Ash", "Halden", (Role.SPONSOR,), ""),
}
SIGNERS = ("sponsor", "sponsor2", "manager")
WITH_SECOND_STEP = (*SIGNERS, "partner_sponsor", "admin")


class Browser(FlaskClient):
    """A test client whose requests share nothing with the test, as those of a real server do; it checks every page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own; afterwards the test reads the database anew."""
        if not has_app_context():  # a redirect followed within the first request's context
            return super().open(*args, **kwargs)
        answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if _is_page(answer):
            place, hostile = f"{answer.request.method} {answer.request.path}", self.application.config.get("HOSTILE")
            pages.check(place, answer.status_code, answer.text, hostile=bool(hostile))
        if "events" not in db.session().info:
            db.session.rollback()
        return answer


def _is_page(answer: TestResponse) -> bool:
    if answer.request.method == "HEAD" or "HX-Redirect" in answer.headers:
        return False
    return answer.mimetype == "text/html" and not 300 <= answer.status_code < 400


@dataclass
class World:
    """Names of people to their user ids, and how to act as them. Use inside an application context."""

    app: Flask
    user_ids: dict[str, int] = field(default_factory=dict)

    @property
    def second_step(self) -> str:
        """Return the one secret of everybody's app here, as it is kept."""
        kept: str = self.app.extensions.setdefault("test-secret", codes.kept_secret(b"everybody's test key"))
        return kept

    @property
    def project(self) -> Project:
        found = queries.find_project("PAY")
        assert found is not None
        return found

    def user(self, name: str) -> User:
        return db.session.get_one(User, self.user_ids[name])

    def actor(self, name: str) -> Actor:
        """Return a person as rules see them now."""
        return queries.actor_of(self.user(name))

    def code(self, name: str) -> str:
        """Return a code of a person's second step that is right now and not used; set it up where they have none.

        A code works once: the next one, which is right for longest, or the present one; when both are used, they count
        as not used again.
        """
        user_id = self.user_ids[name]
        if find_factor(user_id) is None:
            with unit_of_work(SYSTEM):
                _second_step(user_id, self.second_step)
        factor = find_factor(user_id)
        assert factor is not None
        used = set(db.session.scalars(sa.select(CodeUse.step).where(CodeUse.factor_id == factor.id)))
        now = codes.step_at(clock.now())
        free = next((step for step in (now + 1, now) if step not in used), None)
        if free is None:
            db.session.rollback()
            with unit_of_work(SYSTEM) as session:
                session.execute(sa.delete(CodeUse).where(CodeUse.factor_id == factor.id))
            free = now + 1
        secret = factor.secret
        db.session.rollback()
        return codes.code_at(secret, free)

    def unit(self, name: str) -> BusinessUnit:
        found = queries.find_named(BusinessUnit, self.project.id, name)
        assert found is not None
        return found

    def client(self, name: str | None = None) -> Browser:
        """Return a browser in which a person is signed in."""
        client = Browser(self.app, self.app.response_class, use_cookies=True)
        if name is not None:
            uniquifier = self.user(name).fs_uniquifier
            db.session.rollback()
            with client.session_transaction(base_url=self.app.config["UATAPP"].base_url) as session:
                session.update(_user_id=uniquifier, _fresh=True, fs_cc="set")
        return client


def build(app: Flask, password_hash: str, *, consented: bool = True) -> World:
    """Make the project PAY (Nordwind × Halden), the foreign project OTH (Sunrise × Halden), an administrator.

    Everybody in PAY but the head has agreed to sign electronically, unless told otherwise.
    """
    world = World(app)
    with unit_of_work(SYSTEM):
        parties = {n: accounts.add_organisation(n, by=SYSTEM) for n in ("Nordwind", "Halden", "Sunrise")}
        world.user_ids["admin"] = _person("admin", "Ada Admin", None, password_hash, is_admin=True)
        _project(world, "PAY", parties["Nordwind"], parties["Halden"], password_hash)
        _stranger(world, parties, password_hash)
        for name in PEOPLE if consented else ():
            if name != "head":
                consents.agree(world.actor(name))
        for name in WITH_SECOND_STEP:
            _second_step(world.user_ids[name], world.second_step)
    return world


def _second_step(user_id: int, secret: str) -> None:
    """Give somebody a second step, as if set up before; recovery codes they have none."""
    user = db.session.get_one(User, user_id)
    row = SecondFactor(user_id=user_id, secret=secret, salt="00" * 16)
    db.session.add(row)
    record(SecondFactorSetUp(project_id=None, subject=user.uid, by=SYSTEM, name=user.name, how="new"), row)


def _person(name: str, printed: str, of: Organisation | None, password_hash: str, is_admin: bool = False) -> int:
    user = accounts.add_user(
        f"{name.replace('_', '.')}@example.com", printed, by=SYSTEM, organisation=of, is_admin=is_admin
    )
    user.password, user.active = password_hash, True
    db.session.flush()
    return user.id


def _project(world: World, key: str, customer: Organisation, partner: Organisation, password_hash: str) -> None:
    project = service.create_project(key, "Order to cash", customer=customer, partners=[partner], by=SYSTEM)
    db.session.flush()
    units = {n: service.add_unit(project, n, by=SYSTEM) for n in ("Order entry", "Billing", "Warehouse")}
    service.add_process(project, "Order to cash", by=SYSTEM)
    for name, (printed, of, roles, unit) in PEOPLE.items():
        world.user_ids[name] = _person(name, printed, customer if of == "Nordwind" else partner, password_hash)
        member = service.add_member(project, world.user(name), roles, by=SYSTEM, unit=units.get(unit))
        if name in SIGNERS or name == "partner_sponsor":
            service.grant_signing_right(project, member, world.user(name), by=SYSTEM)


def _stranger(world: World, parties: dict[str, Organisation], password_hash: str) -> None:
    other = service.create_project(
        "OTH", "CANARY secret project", customer=parties["Sunrise"], partners=[parties["Halden"]], by=SYSTEM
    )
    world.user_ids["stranger"] = _person("stranger", "Stan Stranger", parties["Sunrise"], password_hash)
    everything = (Role.ANALYST, Role.TESTER, Role.PROJECT_MANAGER, Role.DEPARTMENT_HEAD, Role.SPONSOR, Role.AUDITOR)
    service.add_member(other, world.user("stranger"), everything, by=SYSTEM)
