"""What can happen to a cycle: planned, scoped, opened, closed, reopened, dropped; and deployments."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.service import clean_name
from uatapp.cycles import events, queries
from uatapp.cycles.assigning import move
from uatapp.cycles.models import Assignment, Cycle, CycleItem, Deployment
from uatapp.cycles.states import CYCLE, CycleState
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.references import Kind, take, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Build, Environment, Project
from uatapp.testcases import service as testcases
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState

__all__ = ["change_scope", "deploy", "make", "move", "open_guards", "take_action", "take_out"]

# What upper packages add: a refusal where something is missing before a cycle opens (its exit criteria agreed).
open_guards: list[Callable[[Project, Cycle], None]] = []


def make(
    project: Project, name: str, environment: Environment, build: Build, starts_on: date, ends_on: date, *, by: Actor
) -> Cycle:
    """Plan a cycle on a build in an environment. Refuses an end before the start."""
    if ends_on < starts_on:
        sentence = _("The last day is before the first. Choose a later one.")
        raise Invalid(sentence, fields={"ends_on": sentence})
    cycle = Cycle(project_id=project.id, number=take(project.id, Kind.CYCLE), name=clean_name(name))
    cycle.environment_id, cycle.begun_build_id, cycle.build_id = environment.id, build.id, build.id
    cycle.starts_on, cycle.ends_on = starts_on, ends_on
    db.session.add(cycle)
    db.session.flush()
    told = events.CycleMade(
        project_id=project.id,
        subject=f"{project.key} cycle {cycle.number}",
        by=by,
        name=cycle.name,
        build=build.name,
        environment=environment.name,
        starts=starts_on.isoformat(),
        ends=ends_on.isoformat(),
    )
    record(told, cycle)
    return cycle


def change_scope(
    project: Project,
    cycle: Cycle,
    case_ids: Collection[int],
    *,
    by: Actor,
    expression: str = "",
    only_add: bool = False,
) -> int:
    """Make the scope just these test cases (or add them); return how many are new. What has assignments stays in.

    Refuses a cycle that is closed or dropped, and retired or foreign test cases.
    """
    _check_changeable(cycle)
    wanted, present = set(case_ids), set(queries.scope_ids(cycle.id))
    new = sorted(wanted - present)
    _check_own(project, new)
    db.session.add_all(CycleItem(project_id=project.id, cycle_id=cycle.id, test_case_id=n) for n in new)
    if expression and new:
        cycle.scope_expression = expression
    _tell_scope(project, cycle, new, "into", by)
    if not only_add:
        take_out(project, cycle, present - wanted, by=by)
    db.session.flush()
    testcases.take_into_use(project, new, by)
    return len(new)


def _check_changeable(cycle: Cycle) -> None:
    if cycle.state not in (CycleState.PLANNED, CycleState.OPEN):
        raise Refused(_("“%(name)s” is %(state)s; its scope stays as it is.", name=cycle.name, state=cycle.state.value))


def _check_own(project: Project, case_ids: Collection[int]) -> None:
    statement = sa.select(TestCase.id).where(TestCase.project_id == project.id, TestCase.state != CaseState.RETIRED)
    if set(case_ids) - set(db.session.scalars(statement)):
        raise Invalid(_("One of these tests is retired or not of this project. Reload the page and choose again."))


def take_out(project: Project, cycle: Cycle, case_ids: Collection[int], *, by: Actor) -> int:
    """Take test cases out of the scope; return how many stay because they are assigned."""
    _check_changeable(cycle)
    wanted = set(case_ids)
    if not wanted:
        return 0
    inside = sa.select(CycleItem).where(CycleItem.cycle_id == cycle.id)
    assigned = sa.exists().where(Assignment.item_id == CycleItem.id)
    free = [row for row in db.session.scalars(inside.where(~assigned)) if row.test_case_id in wanted]
    stay = wanted & queries.scope_ids(cycle.id) - {row.test_case_id for row in free}
    for row in free:
        db.session.delete(row)
    _tell_scope(project, cycle, [row.test_case_id for row in free], "out of", by)
    db.session.flush()
    return len(stay)


def _tell_scope(project: Project, cycle: Cycle, case_ids: list[int], direction: str, by: Actor) -> None:
    if not case_ids:
        return
    wanted = set(case_ids)
    everything = sa.select(TestCase.id, TestCase.number).where(TestCase.project_id == project.id)
    numbers = sorted(number for case_id, number in db.session.execute(everything) if case_id in wanted)
    told = events.ScopeChanged(
        project_id=project.id,
        subject=f"{project.key} cycle {cycle.number}",
        by=by,
        name=cycle.name,
        count=len(case_ids),
        direction=direction,
        items=tuple(written(project.key, Kind.TEST_CASE, n) for n in numbers),
    )
    record(told, cycle, CycleItem)


_TOLD = {"open": events.CycleOpened, "close": events.CycleClosed, "drop": events.CycleDropped}


def take_action(project: Project, cycle: Cycle, action: str, *, by: Actor, reason: str = "") -> None:
    """Open, close, reopen (with a reason) or drop a cycle."""
    target = CycleState(CYCLE.after(cycle.state, action))
    common: dict[str, Any] = {"project_id": project.id, "subject": f"{project.key} cycle {cycle.number}", "by": by}
    if action == "open" and not queries.scope_ids(cycle.id):
        raise Refused(_("“%(name)s” has no tests yet. Choose its scope first.", name=cycle.name))
    for guard in open_guards if action == "open" else ():
        guard(project, cycle)
    cycle.state = target
    if action == "reopen":
        if not reason.strip():
            raise Invalid(_("Say why it is reopened."), fields={"reason": _("Say why it is reopened.")})
        cycle.closed_at = None
        told = events.CycleReopened(**common, cycle_id=cycle.id, name=cycle.name, why=reason.strip())
        record(told, cycle)
        return
    if action == "open":
        cycle.opened_at = clock.now()
    if action == "close":
        cycle.closed_at = clock.now()
    record(_TOLD[action](**common, cycle_id=cycle.id, name=cycle.name), cycle)


def deploy(project: Project, build: Build, environment: Environment, *, by: Actor) -> Deployment:
    """Record that a build is in an environment: cycles that run there go on with it, retests become due."""
    row = Deployment(project_id=project.id, build_id=build.id, environment_id=environment.id, by_id=by.user_id)
    db.session.add(row)
    running = (CycleState.PLANNED, CycleState.OPEN)
    statement = sa.select(Cycle).where(Cycle.project_id == project.id, Cycle.environment_id == environment.id)
    cycles = db.session.scalars(statement.where(Cycle.state.in_(running)).with_for_update()).all()
    for cycle in cycles:
        cycle.build_id = build.id
    db.session.flush()
    told = events.BuildDeployed(
        project_id=project.id,
        subject=build.name,
        by=by,
        build_id=build.id,
        environment_id=environment.id,
        build_number=build.number,
        build=build.name,
        environment=environment.name,
    )
    record(told, row, *cycles)
    return row
