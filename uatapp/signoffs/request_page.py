"""The page on which a decision is asked for: its choices, what it is filled with, and what it would freeze."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.criteria import queries as criteria
from uatapp.criteria.areas import Area
from uatapp.criteria.rules import CriterionResult, Facts
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.defects.models import Defect
from uatapp.defects.states import OPEN
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Side
from uatapp.projects.models import BusinessProcess, BusinessUnit, Membership, Project, Wave
from uatapp.projects.queries import list_members, list_named
from uatapp.projects.waves import list_waves
from uatapp.signoffs import asking, deputies, queries, scopes
from uatapp.signoffs.forms import RequestForm
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import ScopeKind
from uatapp.signoffs.still import Read
from uatapp.testcases.models import TestCase


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be frozen now."""

    name: str
    facts: Facts
    requirements: int
    open_problems: int
    results: Sequence[CriterionResult]


def form_for(project: Project, again: Signoff | None = None) -> RequestForm:
    """Return the form with its choices; filled as an earlier request was asked, where one is given."""
    form = RequestForm(data=_as_before(project, again) if again else None)
    form.scope.choices = _parts(project)
    form.cycles.choices = [(cycle.number, cycle.name) for cycle in _closed(project)]
    form.signatories.choices = [
        (m.id, f"{m.user.name}, {m.user.job_title or ''}".rstrip(", ")) for m in _signing(project)
    ]
    return form


def _closed(project: Project) -> Sequence[Cycle]:
    where = (Cycle.project_id == project.id, Cycle.state == CycleState.CLOSED)
    return db.session.scalars(sa.select(Cycle).where(*where).order_by(Cycle.number.desc())).all()


def _signing(project: Project) -> list[Membership]:
    """Return who may sign, the customer's people first."""
    found = [member for member in list_members(project.id) if member.may_sign]
    return sorted(found, key=lambda member: (member.side is not Side.CUSTOMER, member.user.name))


def sides_of(project: Project) -> Mapping[int, Side]:
    """Return the side of everybody who may sign, by membership."""
    return {member.id: member.side for member in _signing(project)}


def _parts(project: Project) -> list[tuple[str, str]]:
    """Return what can be asked about, as the select shows it."""
    parts = [
        (ScopeKind.CYCLES.value, _("Everything in the chosen cycles")),
        (ScopeKind.PROJECT.value, _("The whole project: every cycle that counts")),
    ]
    units, processes = list_named(BusinessUnit, project.id), list_named(BusinessProcess, project.id)
    parts += [(f"wave-{row.id}", _("Wave: %(name)s", name=row.name)) for row in list_waves(project.id)]
    parts += [(f"unit-{row.id}", _("Business unit: %(name)s", name=row.name)) for row in units]
    return parts + [(f"process-{row.id}", _("Business process: %(name)s", name=row.name)) for row in processes]


def scope_of(project: Project, value: str) -> scopes.Scope:
    """Return what a choice of the select means; the choices are this project's own."""
    kind, _dash, row_id = value.partition("-")
    if kind == ScopeKind.PROJECT:
        return scopes.of_project(project)
    makers = {
        ScopeKind.UNIT.value: lambda id_: scopes.of_unit(db.session.get_one(BusinessUnit, id_)),
        ScopeKind.PROCESS.value: lambda id_: scopes.of_process(db.session.get_one(BusinessProcess, id_)),
        ScopeKind.WAVE.value: lambda id_: scopes.of_wave(db.session.get_one(Wave, id_)),
    }
    return makers[kind](int(row_id)) if kind in makers else scopes.WHOLE


def _as_before(project: Project, again: Signoff) -> dict[str, object]:
    scope, asked = scopes.scope_of(again.id), [row.user_id for row in queries.signatories(again.id)]
    row_id = next(iter(scope.area.unit_ids), None) if scope.kind is ScopeKind.UNIT else None
    row_id = row_id or scope.wave_id or scope.area.process_id
    numbers = sa.select(Cycle.number).where(Cycle.id.in_(queries.cycle_ids(again.id)))
    quorum = queries.quorum(again.id)
    return {
        "title": again.title,
        "scope": f"{scope.kind.value}-{row_id}" if row_id else scope.kind.value,
        "cycles": list(db.session.scalars(numbers)),
        "signatories": [member.id for member in _signing(project) if member.user_id in asked],
        "in_order": again.in_order,
        "least_customer": quorum.get(Side.CUSTOMER),
        "least_partner": quorum.get(Side.PARTNER),
    }


def places(project: Project, again: Signoff | None) -> dict[int, str]:
    """Return the numbers in which people sign: as typed, or as they were in an earlier request."""
    if again is None:
        return {m.id: request.form.get(f"place-{m.id}", "")[:3] for m in _signing(project)}
    positions = {row.user_id: row.position for row in queries.signatories(again.id)}
    return {m.id: str(positions.get(m.user_id, "")) if again.in_order else "" for m in _signing(project)}


def preview(project: Project, form: RequestForm) -> Preview:
    """Count what the form as it stands would freeze; without a choice of cycles, all closed ones."""
    chosen = set(form.cycles.data or [])
    cycle_ids = [cycle.id for cycle in _closed(project) if not chosen or cycle.number in chosen]
    scope = scope_of(project, form.scope.data or "")
    asked = [m.user_id for m in _signing(project) if m.id in (form.signatories.data or [])]
    signing = deputies.with_deputies(project, asked) if asked else frozenset()
    facts, results = criteria.evaluated(project, cycle_ids, signing, scope.area)
    return Preview(
        scope.name, facts, _requirements(cycle_ids, scope.area), _open(project, cycle_ids, scope.area), results
    )


def _requirements(cycle_ids: Sequence[int], area: Area) -> int:
    rows = criteria.scope(cycle_ids, (), area).subquery()
    statement = sa.select(sa.func.count(TestCase.requirement_id.distinct())).join(rows, rows.c.id == TestCase.id)
    return db.session.scalar(statement) or 0


def _open(project: Project, cycle_ids: Sequence[int], area: Area) -> int:
    where = (Defect.project_id == project.id, Defect.state.in_(OPEN), criteria.concerns(cycle_ids, area))
    return db.session.scalar(sa.select(sa.func.count(Defect.id)).where(*where)) or 0


def look_ahead(project: Project, form: RequestForm) -> Read:
    """Read what the form asks about, before the unit of work in which it is asked."""
    cycles = db.session.scalars(_cycles(project, form)).all()
    return asking.look_ahead(project, cycles, _members(project, form), scope_of(project, form.scope.data or ""))


def ask(project: Project, form: RequestForm, *, by: Actor, ahead: Read) -> Signoff:
    """Ask for the decision as the form says; the cycles are locked, so that none is reopened meanwhile."""
    cycles = db.session.scalars(_cycles(project, form).with_for_update()).all()
    scope = scope_of(project, form.scope.data or "")
    terms = asking.Terms(scope, bool(form.in_order.data), form.quorum(), form.decide_by.data)
    return asking.ask(project, form.title.data, cycles, _members(project, form), terms, by=by, ahead=ahead)


def _cycles(project: Project, form: RequestForm) -> sa.Select[Cycle]:
    where = (Cycle.project_id == project.id, Cycle.number.in_(form.cycles.data or []))
    return sa.select(Cycle).where(*where).order_by(Cycle.number)


def _members(project: Project, form: RequestForm) -> list[Membership]:
    where = (Membership.project_id == project.id, Membership.id.in_(form.signatories.data or []))
    members = db.session.scalars(sa.select(Membership).where(*where).options(joinedload(Membership.user))).all()
    typed = places(project, None)
    return sorted(members, key=lambda m: (_place(typed.get(m.id, "")), m.side is not Side.CUSTOMER, m.user.name))


def _place(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() else 1000
