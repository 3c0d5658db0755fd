"""The flow in a few calls, through the same use cases as people: approved tests, an open cycle, runs."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from tests.factories import agreeing
from tests.world import World
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment, Cycle
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import service as projects
from uatapp.projects.models import Build, BusinessProcess, Environment
from uatapp.projects.queries import find_named
from uatapp.requirements import imports
from uatapp.requirements import service as requirements
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Requirement
from uatapp.runs import rules
from uatapp.runs import service as runs
from uatapp.runs.models import Run
from uatapp.runs.queries import get_version
from uatapp.runs.states import StepAnswer
from uatapp.testcases.models import TestCase

SCENARIO = """
  {tags}
  Scenario: Order {n} is saved
    Given customer {n} exists
    When you enter an order for customer {n}
    And you save the order
    Then the order has the status "{status}"
    And the total is {n}.00
"""


def feature(count: int, *, tags: str = "@must", status: str = "Released", first: int = 1) -> bytes:
    """Write a document with some scenarios that differ in a number."""
    scenarios = (SCENARIO.format(n=n, tags=tags, status=status) for n in range(first, first + count))
    return ("Feature: Orders\n" + "".join(scenarios)).encode()


def bring_in(
    world: World,
    content: bytes,
    path: str = "orders.feature",
    by: str = "analyst",
    unit: str = "Order entry",
    head: str = "head",
) -> None:
    """Import a document and have its head approve everything that waits."""
    process = find_named(BusinessProcess, world.project.id, "Order to cash")
    filing = Filing(world.unit(unit).id, process.id if process else None)
    result = imports.import_upload(world.project, Upload({path: content}), filing, by=world.actor(by)).result
    assert not result["errors"], result
    approve_all(world, head)


def approve_all(world: World, by: str = "head") -> None:
    statement = sa.select(Requirement.number, Requirement.latest_number).where(
        Requirement.project_id == world.project.id, Requirement.latest_number > Requirement.approved_number
    )
    chosen = {number: latest for number, latest in db.session.execute(statement)}
    with unit_of_work(world.actor(by)):
        requirements.decide_many(world.project, chosen, "approve", by=world.actor(by))


def make_cases(world: World, count: int, *, tags: str = "@must") -> list[TestCase]:
    """Make approved requirements with one test case each."""
    bring_in(world, feature(count, tags=tags))
    return cases(world)


def cases(world: World) -> list[TestCase]:
    """Return all test cases of the project."""
    where = TestCase.project_id == world.project.id
    return list(db.session.scalars(sa.select(TestCase).where(where).order_by(TestCase.number)))


def environment(world: World) -> Environment:
    found = find_named(Environment, world.project.id, "UAT-2")
    if found:
        return found
    with unit_of_work(world.actor("manager")):
        hints = {"address": "https://uat2.example", "sign_in_hint": "order.clerk2", "test_data": "Customer 40012"}
        return projects.add_environment(world.project, "UAT-2", by=world.actor("manager"), **hints)


def new_build(world: World, name: str) -> Build:
    with unit_of_work(world.actor("manager")):
        return projects.add_build(world.project, name, by=world.actor("manager"))


def open_cycle(
    world: World, cases: Sequence[TestCase], testers: Sequence[str] = ("tester",), name: str = "Cycle 1"
) -> Cycle:
    """Plan, scope, assign and open a cycle on build 1.0 (or the newest); both sides agree its exit criteria."""
    agreeing.agree(world)
    by, place = world.actor("manager"), environment(world)
    build = find_named(Build, world.project.id, "1.0") or new_build(world, "1.0")
    today = clock.today(world.project.zone)
    with unit_of_work(by):
        project = world.project
        cycle = cycling.make(project, name, place, build, today, today + timedelta(days=14), by=by)
        cycling.change_scope(project, cycle, [case.id for case in cases], by=by)
        members = [m for m in cycles.testers(project.id) if m.user_id in [world.user_ids[t] for t in testers]]
        if members:
            assigning.assign(project, cycle, [case.id for case in cases], members, by=by, due_on=today)
        cycling.take_action(project, cycle, "open", by=by)
        return cycle


def assignments(world: World, tester: str = "tester") -> list[Assignment]:
    where = (Assignment.project_id == world.project.id, Assignment.tester_id == world.user_ids[tester])
    return list(db.session.scalars(sa.select(Assignment).where(*where).order_by(Assignment.id)))


def run(
    world: World,
    assignment: Assignment,
    answer: StepAnswer = StepAnswer.AS_EXPECTED,
    *,
    by: str = "tester",
    remark: str = "",
    reason: str = "",
    not_applicable: bool = False,
) -> Run:
    """Start and submit a run; the last step gets the answer, all others are as expected."""
    actor, assignment_id = world.actor(by), assignment.id
    with unit_of_work(actor):
        draft = runs.start(world.project, assignment_id, by=actor)
        version_id = draft.case_version_id
    positions = rules.asked(get_version(version_id).steps)
    answers = dict.fromkeys(positions, StepAnswer.AS_EXPECTED)
    answers[positions[-1]] = answer
    told = rules.Told(answers, {positions[-1]: remark} if remark else {}, reason=reason, not_applicable=not_applicable)
    with unit_of_work(actor):
        return runs.submit(world.project, assignment_id, told, by=actor)


def deploy(world: World, build: Build) -> None:
    place, build_id = environment(world), build.id
    with unit_of_work(world.actor("manager")):
        again = db.session.get_one(Build, build_id)
        cycling.deploy(world.project, again, db.session.get_one(Environment, place.id), by=world.actor("manager"))


def close(world: World, cycle: Cycle) -> None:
    number = cycle.number
    with unit_of_work(world.actor("manager")):
        again = cycles.get_cycle(world.project.id, number, lock=True)
        cycling.take_action(world.project, again, "close", by=world.actor("manager"))
