"""What a request asks about: closed cycles, and the part of the business whose requirements count in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.criteria.areas import EVERYTHING, Area
from uatapp.criteria.queries import live_cycle_ids
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.kernel.db import Base, db
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project, Wave, WaveUnit
from uatapp.requirements.models import Requirement
from uatapp.requirements.states import RequirementState
from uatapp.signoffs.models import Signoff, SignoffCycle, SignoffScope, SignoffUnit
from uatapp.signoffs.states import ScopeKind


@dataclass(frozen=True, slots=True)
class Scope:
    """What part is asked about; `name` is what the unit, process or wave is called now."""

    kind: ScopeKind = ScopeKind.CYCLES
    name: str = ""
    area: Area = field(default=EVERYTHING)
    wave_id: int | None = None


WHOLE = Scope()


def of_unit(unit: BusinessUnit) -> Scope:
    return Scope(ScopeKind.UNIT, unit.name, Area(frozenset({unit.id})))


def of_process(process: BusinessProcess) -> Scope:
    return Scope(ScopeKind.PROCESS, process.name, Area(process_id=process.id))


def of_wave(wave: Wave) -> Scope:
    """Ask about the units of a wave as they are now; a later change of the wave changes no request."""
    units = db.session.scalars(sa.select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id))
    return Scope(ScopeKind.WAVE, wave.name, Area(frozenset(units)), wave.id)


def of_project(project: Project) -> Scope:
    return Scope(ScopeKind.PROJECT, project.name)


def faults(project: Project, scope: Scope, cycles: Sequence[Cycle]) -> dict[str, str]:
    """Return what is wrong with a scope, by field: open cycles, none, some left out of the whole project, nothing."""
    for cycle in cycles:
        if cycle.state is not CycleState.CLOSED:
            return {"cycles": _("“%(name)s” is not closed. Close it first.", name=cycle.name)}
    if scope.kind is ScopeKind.PROJECT and (left := _left_out(project, cycles)):
        words = _("“%(name)s” counts for the whole project. Close it if it is open, and choose it too.", name=left)
        return {"cycles": words}
    if not cycles:
        return {"cycles": _("Choose at least one closed cycle.")}
    if not scope.area.is_everything and not _holds_anything(project, scope.area):
        return {"scope": _("There is no approved requirement in “%(name)s”. Choose another part.", name=scope.name)}
    return {}


def _left_out(project: Project, cycles: Sequence[Cycle]) -> str | None:
    missing = set(live_cycle_ids(project.id)) - {cycle.id for cycle in cycles}
    return db.session.scalar(sa.select(Cycle.name).where(Cycle.id.in_(missing)).order_by(Cycle.number).limit(1))


def _holds_anything(project: Project, area: Area) -> bool:
    active = (Requirement.state == RequirementState.ACTIVE, Requirement.approved_number > 0)
    where = (Requirement.project_id == project.id, *active, Requirement.id.in_(area.requirements()))
    return db.session.scalar(sa.select(Requirement.id).where(*where).limit(1)) is not None


def store(signoff: Signoff, scope: Scope, cycles: Sequence[Cycle]) -> list[Base]:
    """Write down what a request asks about; return the rows."""
    common = {"project_id": signoff.project_id, "signoff_id": signoff.id}
    rows: list[Base] = [SignoffCycle(**common, cycle_id=cycle.id) for cycle in cycles]
    if scope.kind is not ScopeKind.CYCLES:
        place = {"process_id": scope.area.process_id, "wave_id": scope.wave_id}
        rows.append(SignoffScope(**common, kind=scope.kind, name=scope.name, **place))
    rows += [SignoffUnit(**common, unit_id=unit_id) for unit_id in sorted(scope.area.unit_ids)]
    db.session.add_all(rows)
    return rows


def scope_of(signoff_id: int) -> Scope:
    """Return what a request asks about."""
    return scopes_of([signoff_id])[signoff_id]


def scopes_of(signoff_ids: Collection[int]) -> Mapping[int, Scope]:
    """Return what several requests ask about, in two statements."""
    stored = sa.select(SignoffScope).where(SignoffScope.signoff_id.in_(signoff_ids))
    rows = {row.signoff_id: row for row in db.session.scalars(stored)}
    units: dict[int, set[int]] = {}
    held = sa.select(SignoffUnit.signoff_id, SignoffUnit.unit_id).where(SignoffUnit.signoff_id.in_(signoff_ids))
    for signoff_id, unit_id in db.session.execute(held):
        units.setdefault(signoff_id, set()).add(unit_id)
    return {id_: _scope(rows.get(id_), frozenset(units.get(id_, ()))) for id_ in signoff_ids}


def _scope(row: SignoffScope | None, unit_ids: frozenset[int]) -> Scope:
    if row is None:
        return WHOLE
    return Scope(row.kind, row.name, Area(unit_ids, row.process_id), row.wave_id)


def cycles_of(signoff_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return the ids of the cycles of several requests, in one statement."""
    statement = sa.select(SignoffCycle.signoff_id, SignoffCycle.cycle_id)
    found: dict[int, set[int]] = {signoff_id: set() for signoff_id in signoff_ids}
    for signoff_id, cycle_id in db.session.execute(statement.where(SignoffCycle.signoff_id.in_(signoff_ids))):
        found[signoff_id].add(cycle_id)
    return {signoff_id: frozenset(cycle_ids) for signoff_id, cycle_ids in found.items()}


def covered(signoff_id: int, earlier_ids: Collection[int]) -> frozenset[int]:
    """Return those of some earlier requests whose scope is the one of this request, or within it."""
    every = {signoff_id, *earlier_ids}
    cycles, scopes = cycles_of(every), scopes_of(every)
    mine, area = cycles[signoff_id], scopes[signoff_id].area
    return frozenset(
        id_ for id_ in earlier_ids if id_ != signoff_id and cycles[id_] <= mine and area.covers(scopes[id_].area)
    )
