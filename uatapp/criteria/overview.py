"""What the overview says: findings in words, open cycles with their days, what blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from uatapp.criteria.rules import CriterionResult
from uatapp.cycles.models import Assignment, Cycle
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, Severity
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects.models import Project

SHOWN = 6
DONE = (AssignmentState.PASSED, AssignmentState.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """An open cycle with how far it is."""

    cycle: Cycle
    done: int
    total: int
    days_left: int


def open_cycles(project_id: int) -> list[OpenCycle]:
    """Return open cycles with their progress, in three statements."""
    statement = sa.select(Cycle).where(Cycle.project_id == project_id, Cycle.state == CycleState.OPEN)
    statement = statement.options(joinedload(Cycle.environment), joinedload(Cycle.build)).order_by(Cycle.number)
    cycles = db.session.scalars(statement).all()
    done = sa.func.sum(sa.case((Assignment.outcome.is_not(None), 1), else_=0))
    live = Assignment.state != AssignmentState.WITHDRAWN
    counted = sa.select(Assignment.cycle_id, done, sa.func.count()).where(
        Assignment.cycle_id.in_([c.id for c in cycles]), live
    )
    found = {row[0]: (row[1], row[2]) for row in db.session.execute(counted.group_by(Assignment.cycle_id))}
    today = clock.today(db.session.get_one(Project, project_id).zone)
    return [OpenCycle(c, *found.get(c.id, (0, 0)), (c.ends_on - today).days) for c in cycles]


def finding(
    cycles: Sequence[OpenCycle], counts: Mapping[str, int], results: Sequence[CriterionResult]
) -> tuple[str, str]:
    """Return the heading and the sentence below it: what a person in a hurry must know."""
    total, unmet = sum(counts.values()), [row for row in results if not row.met]
    if not total:
        return _("Testing has not begun"), _("There are no results yet.")
    tried = total - counts.get("not_run", 0) - counts.get("stale", 0)
    below = _("%(tried)s of %(total)s tests have a result that counts.", tried=tried, total=total)
    if not unmet:
        return _("Everything that was agreed is met"), below
    if not cycles:
        return ngettext("One thing is missing", "%(num)s things are missing", len(unmet)), below
    days = min(cycle.days_left for cycle in cycles)
    if days < 0:
        return ngettext("One day over the planned end", "%(num)s days over the planned end", -days), below
    if days == 0:
        return _("The round ends today"), below
    return ngettext("One day left in this round", "%(num)s days left in this round", days), below


def problems(project_id: int) -> Sequence[tuple[Defect, int]]:
    """Return what blocks most: open defects with the number of tests they stop, worst first."""
    stops = sa.func.count(DefectLink.id)
    rank = sa.case({severity: n for n, severity in enumerate(Severity)}, value=Defect.severity)
    counted = (
        sa.select(Defect.id, stops.label("stops"))
        .outerjoin(DefectLink, DefectLink.defect_id == Defect.id)
        .where(Defect.project_id == project_id, Defect.state.in_(OPEN))
        .group_by(Defect.id)
        .subquery()
    )
    statement = sa.select(Defect, counted.c.stops).join(counted, counted.c.id == Defect.id)
    statement = statement.options(joinedload(Defect.owner)).order_by(rank, counted.c.stops.desc(), Defect.number)
    return [(defect, number) for defect, number in db.session.execute(statement.limit(SHOWN))]
