"""Which set of exit criteria counts: a project's, a cycle's own, and that of several cycles together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.criteria import rules
from uatapp.criteria.models import CriteriaAgreement, CriteriaProgress, CriteriaSet, CriteriaVersion
from uatapp.criteria.rules import Criterion
from uatapp.criteria.states import SetState
from uatapp.cycles.models import Cycle
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.permissions import Side
from uatapp.projects.models import Project


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who of a side agreed to a version, and when."""

    side: Side
    name: str
    at: datetime


def rows_of(version: CriteriaVersion | None, project: Project) -> tuple[Criterion, ...]:
    """Return the criteria of a version; without one, those that a project begins with."""
    if version is None:
        return rules.usual(project.pass_share)
    return tuple(Criterion.of_data(row) for row in version.rows)


def in_force(project: Project, cycle_ids: Collection[int] = ()) -> Mapping[int | None, CriteriaVersion]:
    """Return the agreed versions of the project (under None) and of these cycles, in one statement."""
    statement = (
        sa.select(CriteriaSet.cycle_id, CriteriaVersion)
        .join(CriteriaProgress, CriteriaProgress.set_id == CriteriaSet.id)
        .join(CriteriaVersion, CriteriaVersion.id == CriteriaProgress.version_id)
        .where(CriteriaSet.project_id == project.id, CriteriaProgress.state == SetState.AGREED)
        .where(sa.or_(CriteriaSet.cycle_id.is_(None), CriteriaSet.cycle_id.in_(cycle_ids)))
    )
    return {cycle_id: version for cycle_id, version in db.session.execute(statement)}


def of_project(project: Project) -> tuple[Criterion, ...]:
    """Return the criteria that both sides agreed for the project, else those that it begins with."""
    return rows_of(in_force(project).get(None), project)


def of_cycles(project: Project, cycle_ids: Collection[int]) -> tuple[Criterion, ...]:
    """Return the criteria of some cycles together: each once, the hardest bound. Of none: the project's.

    A cycle without criteria of its own (planned, or opened before there were any) goes by the project's.
    """
    found = in_force(project, cycle_ids)
    chosen = {found.get(cycle_id, found.get(None)) for cycle_id in cycle_ids} or {found.get(None)}
    ordered = sorted(chosen, key=lambda version: version.id if version else 0)
    return rules.together(rows_of(version, project) for version in ordered)


def find(project_id: int, cycle: Cycle | None, *, lock: bool = False) -> CriteriaSet | None:
    """Return the set of a project or of a cycle, None where nobody has proposed one."""
    where = CriteriaSet.cycle_id.is_(None) if cycle is None else CriteriaSet.cycle_id == cycle.id
    statement = sa.select(CriteriaSet).where(CriteriaSet.project_id == project_id, where)
    return db.session.scalar(statement.with_for_update() if lock else statement)


def history(found: CriteriaSet | None) -> Sequence[CriteriaProgress]:
    """Return every version of a set with its state, the newest first."""
    if found is None:
        return ()
    statement = sa.select(CriteriaProgress).where(CriteriaProgress.set_id == found.id)
    statement = statement.options(joinedload(CriteriaProgress.version)).order_by(CriteriaProgress.version_id.desc())
    return db.session.scalars(statement.limit(50).execution_options(populate_existing=True)).all()


def waiting(states: Iterable[CriteriaProgress]) -> CriteriaProgress | None:
    """Return the proposal that waits for an answer, of the versions of a set."""
    return next((row for row in states if row.state is SetState.PROPOSED), None)


def get_version(found: CriteriaSet | None, number: int) -> CriteriaProgress:
    """Return a version of a set by its number; refuse (NotFound) one that is not there."""
    statement = (
        sa.select(CriteriaProgress)
        .join(CriteriaVersion, CriteriaVersion.id == CriteriaProgress.version_id)
        .where(CriteriaProgress.set_id == (found.id if found else 0), CriteriaVersion.number == number)
        .options(joinedload(CriteriaProgress.version))
    )
    row = db.session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def agreed_by(project_id: int, versions: Collection[CriteriaVersion]) -> Mapping[str, Sequence[Agreed]]:
    """Return who agreed to these versions, by reference, the customer first; a copy by who agreed to its origin."""
    named = {version.reference: version.origin or version.reference for version in versions}
    statement = sa.select(CriteriaAgreement).where(
        CriteriaAgreement.project_id == project_id, CriteriaAgreement.version_reference.in_(named.values())
    )
    found: dict[str, list[Agreed]] = {}
    for row in db.session.scalars(statement.order_by(CriteriaAgreement.side)):
        found.setdefault(row.version_reference, []).append(Agreed(row.side, row.by_name, row.at))
    return {reference: found.get(origin, []) for reference, origin in named.items()}


def frozen(project: Project, cycle_ids: Collection[int]) -> list[dict[str, Any]]:
    """Return, as a request freezes it, which agreed sets the criteria of these cycles come from, and who agreed."""
    found = in_force(project, cycle_ids)
    chosen = {found.get(cycle_id, found.get(None)) for cycle_id in cycle_ids} - {None}
    versions = sorted((version for version in chosen if version), key=lambda version: version.id)
    people = agreed_by(project.id, versions)
    return [
        {
            "reference": version.reference,
            "origin": version.origin,
            "agreed": [
                {"side": one.side.value, "name": one.name, "at": clock.iso(one.at)} for one in people[version.reference]
            ],
        }
        for version in versions
    ]
