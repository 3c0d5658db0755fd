"""Requests in a few calls: two units with results, sign-off asked about a part, signed by whoever is told."""

from typing import Any

import sqlalchemy as sa

from tests.factories import flow, problems
from tests.signoffs.test_signing import bound
from tests.world import World
from uatapp.cycles.models import Cycle
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import waves
from uatapp.projects.models import BusinessProcess, Membership
from uatapp.projects.queries import find_membership, find_named
from uatapp.signoffs import queries, scopes, service
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision


def two_units(world: World) -> None:
    """Order entry passes its two tests, Billing fails one of its two; a minor problem; the cycle stays open."""
    flow.bring_in(world, flow.feature(2))
    bills = flow.feature(2, first=11).replace(b"Orders", b"Bills")
    flow.bring_in(world, bills, "bills.feature", "analyst2", "Billing", "billing_head")
    flow.open_cycle(world, flow.cases(world))
    *passed, failing = flow.assignments(world)
    for assignment in passed:
        flow.run(world, assignment)
    problems.report(world, problems.fail(world, failing), Severity.MINOR)


def close(world: World, number: int = 1) -> None:
    flow.close(world, db.session.scalars(sa.select(Cycle).where(Cycle.number == number)).one())


def part(world: World, words: str) -> scopes.Scope:
    """Return the scope that a sentence names."""
    kind, _space, name = words.partition(" ")
    if kind == "unit":
        return scopes.of_unit(world.unit(name))
    if kind == "process":
        process = find_named(BusinessProcess, world.project.id, name)
        assert process is not None
        return scopes.of_process(process)
    return scopes.of_project(world.project) if words == "whole project" else scopes.WHOLE


def wave(world: World, name: str, *units: str) -> scopes.Scope:
    """Name a wave; return the scope of it."""
    with unit_of_work(world.actor("manager")):
        row = waves.keep_wave(world.project, name, [world.unit(unit) for unit in units], by=world.actor("manager"))
        return scopes.of_wave(row)


def members(world: World, *names: str) -> list[Membership]:
    found = [find_membership(world.project.id, world.user_ids[name]) for name in names]
    return [member for member in found if member]


def ask(world: World, *names: str, cycles: tuple[int, ...] = (1,), **terms: Any) -> int:
    """Ask for sign-off on cycle 1; return the number."""
    with unit_of_work(world.actor("manager")):
        where = (Cycle.project_id == world.project.id, Cycle.number.in_(cycles))
        chosen = db.session.scalars(sa.select(Cycle).where(*where).order_by(Cycle.number)).all()
        asked, by = members(world, *names), world.actor("manager")
        return service.request(world.project, "Order to cash", chosen, asked, by=by, **terms).number


def sign(world: World, name: str, number: int, choice: Choice | None = None, **more: Any) -> None:
    """Sign as a person; without a choice, accept with a reason for whatever is not met."""
    seen = bound(world, name, number)
    unmet = [row["code"] for row in document(world, number)["criteria"] if not row["met"]]
    choice = choice or Choice(Decision.ACCEPTED, waivers=tuple((code, "We work round it") for code in unmet))
    with unit_of_work(world.actor(name)):
        service.sign(world.project, number, choice, by=world.actor(name), **seen, **more)


def document(world: World, number: int) -> dict[str, Any]:
    """Return what was frozen."""
    return queries.document_of(queries.get_snapshot(queries.get_signoff(world.project.id, number).id))
