"""Problems in a few calls, through the same use cases as people."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests.factories import flow
from tests.world import World
from uatapp.cycles.models import Assignment
from uatapp.defects import queries, service
from uatapp.defects.models import Defect
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build
from uatapp.projects.queries import find_named
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer


def failed(world: World, count: int = 1, testers: tuple[str, ...] = ("tester",)) -> Run:
    """Open a cycle in which the first tester's first test has failed."""
    flow.open_cycle(world, flow.make_cases(world, count), testers)
    return fail(world, flow.assignments(world, testers[0])[0], by=testers[0])


def fail(world: World, assignment: Assignment, *, by: str = "tester", remark: str = "The total is wrong") -> Run:
    return flow.run(world, assignment, StepAnswer.NOT_AS_EXPECTED, by=by, remark=remark)


def report(
    world: World,
    run: Run | None = None,
    severity: Severity = Severity.MAJOR,
    *,
    by: str = "tester",
    title: str = "The total is wrong",
) -> int:
    """Report a problem; return its number."""
    run_id = run.id if run else None
    with unit_of_work(world.actor(by)):
        seen = db.session.get_one(Run, run_id) if run_id else None
        return service.raise_defect(world.project, service.Report(title, severity), by=world.actor(by), run=seen).number


def act(world: World, who: str, number: int, use_case: Callable[..., Any], *words: Any, **more: Any) -> None:
    """Take one action on a problem, as a person."""
    with unit_of_work(world.actor(who)):
        defect = queries.get_defect(world.project.id, number, lock=True)
        use_case(world.project, defect, *words, by=world.actor(who), **more)


def fix(world: World, number: int, build: str, *, who: str = "engineer") -> None:
    """Say that a problem is fixed in a build, which is made where it is missing."""
    build_id = (find_named(Build, world.project.id, build) or flow.new_build(world, build)).id
    with unit_of_work(world.actor(who)):
        defect = queries.get_defect(world.project.id, number, lock=True)
        service.fix(world.project, defect, db.session.get_one(Build, build_id), "Repaired", by=world.actor(who))


def deploy(world: World, build: str) -> None:
    found = find_named(Build, world.project.id, build)
    assert found is not None
    flow.deploy(world, found)


def fixed(world: World, number: int, build: str = "1.1") -> None:
    """Accept, fix and deploy."""
    act(world, "lead", number, service.accept)
    fix(world, number, build)
    deploy(world, build)


def get(world: World, number: int) -> Defect:
    """Return a problem as the database has it now."""
    db.session.rollback()
    return queries.get_defect(world.project.id, number)


def newest(world: World, tester: str = "tester") -> Assignment:
    """Return a tester's newest test as the database has it now."""
    db.session.rollback()
    return flow.assignments(world, tester)[-1]


def count(world: World) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Defect)) or 0
