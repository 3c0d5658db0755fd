"""How each light went: noted once a day and when a set or a cycle changes, one row per set, criterion and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from uatapp.criteria import queries, sets
from uatapp.criteria.events import CriteriaMoved
from uatapp.criteria.models import CriteriaProgress, CriteriaSet, CriterionLight
from uatapp.criteria.rules import CriterionResult
from uatapp.criteria.states import SetState
from uatapp.cycles.events import CycleClosed, CycleOpened
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.jobs.queueing import queue
from uatapp.jobs.registry import job
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project

DAILY, ONE = "criteria.note", "criteria.note_project"
DAYS = 90  # shown


@job(DAILY, daily=_l("Noting how the exit criteria stand"))
def note_all() -> None:
    """Note the lights of every project that has agreed criteria; twice on a day changes nothing but to the newest."""
    agreed = sa.select(CriteriaProgress.project_id).where(CriteriaProgress.state == SetState.AGREED)
    project_ids = list(db.session.scalars(agreed.distinct().order_by(CriteriaProgress.project_id)))
    db.session.rollback()
    for project_id in project_ids:
        note(project_id)


@job(ONE)
def note(project_id: int) -> None:
    """Note the lights of a project: of its own set over the cycles that count, and of each open or just closed cycle."""
    project = db.session.get_one(Project, project_id)
    seen = _looks(project)
    day = clock.today(project.zone)
    db.session.rollback()
    with unit_of_work(SYSTEM):
        for set_id, results in seen.items():
            _write(project_id, set_id, day, results)


def _looks(project: Project) -> Mapping[int, Sequence[CriterionResult]]:
    statement: Any = (
        sa.select(CriteriaSet, Cycle)
        .join(CriteriaProgress, CriteriaProgress.set_id == CriteriaSet.id)
        .outerjoin(Cycle, Cycle.id == CriteriaSet.cycle_id)
        .where(CriteriaSet.project_id == project.id, CriteriaProgress.state == SetState.AGREED)
    )
    found: dict[int, Sequence[CriterionResult]] = {}
    for of, cycle in db.session.execute(statement).all():
        if cycle is None:
            live = queries.live_cycle_ids(project.id)
            found[of.id] = queries.evaluated(project, live, rows=sets.of_project(project))[1]
        elif _is_of_interest(project, cycle):
            found[of.id] = queries.evaluated(project, [cycle.id])[1]
    return found


def _is_of_interest(project: Project, cycle: Cycle) -> bool:
    """Say whether a cycle's lights can still change: it is open, or was closed today."""
    if cycle.state is CycleState.CLOSED and cycle.closed_at is not None:
        return cycle.closed_at.astimezone(ZoneInfo(project.zone)).date() >= clock.today(project.zone)
    return cycle.state is CycleState.OPEN


def _write(project_id: int, set_id: int, day: date, results: Sequence[CriterionResult]) -> None:
    # held, so that two that note the same day come one after the other
    db.session.execute(sa.select(CriteriaSet.id).where(CriteriaSet.id == set_id).with_for_update(key_share=True))
    where = (CriterionLight.set_id == set_id, CriterionLight.day == day)
    present = {row.code: row for row in db.session.scalars(sa.select(CriterionLight).where(*where))}
    for result in results:
        row = present.get(result.code) or CriterionLight(
            project_id=project_id, set_id=set_id, code=result.code, day=day
        )
        row.met, row.nothing, row.value, row.required = result.met, result.nothing, result.value, result.required
        row.measure, row.bound = result.measure, result.bound
        db.session.add(row)


def _soon(project_id: int | None) -> None:
    hour = clock.now().strftime("%Y-%m-%dT%H")
    queue(
        ONE, dedupe=f"{ONE}:{project_id}:{hour}", title=_("Noting how the exit criteria stand"), project_id=project_id
    )


def on_cycle_changed(event: CycleOpened | CycleClosed) -> None:
    """Note the lights soon, once an hour at most."""
    _soon(event.project_id)


def on_criteria_moved(event: CriteriaMoved) -> None:
    """Note the lights soon when a set begins to count."""
    if event.to == SetState.AGREED:
        _soon(event.project_id)


def history(set_id: int, code: str) -> Sequence[CriterionLight]:
    """Return how a light went, the newest 90 days on which it was noted, the earliest first."""
    where: Any = (CriterionLight.set_id == set_id, CriterionLight.code == code)
    statement = sa.select(CriterionLight).where(*where).order_by(CriterionLight.day.desc()).limit(DAYS)
    return list(reversed(db.session.scalars(statement).all()))
