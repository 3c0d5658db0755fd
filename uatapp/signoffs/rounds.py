"""Rounds of cure and retest: requests over the same tests that ended without acceptance, and what was retested since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from uatapp.cycles.models import Assignment, CycleItem
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.runs.models import Run
from uatapp.signoffs.models import Signoff, SignoffCycle
from uatapp.signoffs.states import SignoffState

ENDED = (SignoffState.REJECTED, SignoffState.LAPSED, SignoffState.WITHDRAWN)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Round:
    """An earlier request over some of the same tests; `retests` were recorded between it and the next request."""

    reference: str
    number: int
    state: SignoffState
    reason: str
    requested_at: datetime
    retests: int


def earlier(project: Project, signoff: Signoff) -> list[Round]:
    """Return the rounds before a request, the oldest first."""
    found = _before(project, signoff)
    edges = [*(row.requested_at for row in found), signoff.requested_at]
    retests = _retests(_cases_of(signoff.id), list(zip(edges, edges[1:], strict=False))) if found else []
    return [
        Round(
            written(project.key, Kind.SIGNOFF, row.number),
            row.number,
            row.state,
            row.state_reason,
            row.requested_at,
            count,
        )
        for row, count in zip(found, retests, strict=True)
    ]


def _cases_of(signoff_id: int) -> sa.Select[Any]:
    """Select the test cases in the scope of a request."""
    statement = sa.select(CycleItem.test_case_id).join(SignoffCycle, SignoffCycle.cycle_id == CycleItem.cycle_id)
    return statement.where(SignoffCycle.signoff_id == signoff_id)


def _before(project: Project, signoff: Signoff) -> Sequence[Signoff]:
    shares = (
        sa.select(SignoffCycle.signoff_id)
        .join(CycleItem, CycleItem.cycle_id == SignoffCycle.cycle_id)
        .where(CycleItem.test_case_id.in_(_cases_of(signoff.id)))
    )
    statement = (
        sa.select(Signoff)
        .where(Signoff.project_id == project.id, Signoff.number < signoff.number)
        .where(Signoff.state.in_(ENDED), Signoff.id.in_(shares))
        .order_by(Signoff.number.desc())
        .limit(SHOWN)
    )
    return db.session.scalars(statement).all()[::-1]


def _retests(cases: sa.Select[Any], spans: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """Count the further runs of these tests within each span of time, in one statement."""
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((Run.submitted_at.between(first, last), 1), else_=0)), 0)
        for first, last in spans
    ]
    statement = (
        sa.select(*sums)
        .select_from(Run)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .where(CycleItem.test_case_id.in_(cases), Run.submitted_at >= spans[0][0])
    )
    return [int(count) for count in db.session.execute(statement).one()]
