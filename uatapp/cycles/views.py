"""Pages about cycles: planning, scope, assigning, deployments."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from uatapp.cycles import assigning, queries, service
from uatapp.cycles.forms import CycleForm
from uatapp.cycles.labels import ACTIONS, ASSIGNMENTS, CYCLES
from uatapp.cycles.models import Assignment, Cycle
from uatapp.cycles.states import CYCLE
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, NotFound
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build, BusinessProcess, BusinessUnit, Environment, Project
from uatapp.projects.queries import list_named
from uatapp.requirements.models import Document
from uatapp.testcases.models import TestCase
from uatapp.web.access import requires

bp = Blueprint("cycles", __name__, url_prefix="/projects/<key:project>/cycles")


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List the cycles with how far each is."""
    cycles = queries.list_cycles(project.id)
    progress = queries.progress([cycle.id for cycle in cycles])
    return render_template("cycles/index.html", cycles=cycles, progress=progress, states=CYCLES)


def _form(project: Project) -> CycleForm:
    form = CycleForm()
    form.environment.choices = [(row.id, row.name) for row in list_named(Environment, project.id)]
    form.build.choices = [(row.id, row.name) for row in list_named(Build, project.id)]
    return form


@bp.get("/new")
@requires(Permission.CYCLES_MANAGE)
def new(project: Project) -> ResponseReturnValue:
    return render_template("cycles/new.html", form=_form(project))


@bp.post("/new")
@requires(Permission.CYCLES_MANAGE)
def create(project: Project) -> ResponseReturnValue:
    """Plan a cycle, then choose its scope."""
    form = _form(project)
    if not form.validate():
        return render_template("cycles/new.html", form=form), 422
    try:
        with unit_of_work(g.actor):
            environment = db.session.get_one(Environment, form.environment.data)
            build = db.session.get_one(Build, form.build.data)
            dates = (form.starts_on.data, form.ends_on.data)
            number = service.make(project, form.name.data, environment, build, *dates, by=g.actor).number
    except Invalid as error:
        form.refuse(error)
        return render_template("cycles/new.html", form=form), 422
    return redirect(url_for(".scope", number=number), 303)


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show a cycle: how far, who has what, deployments."""
    cycle = queries.get_cycle(project.id, number)
    kept: dict[str, Any] = {"state": request.args.get("state", ""), "tester": request.args.get("tester", type=int)}
    slots = queries.slots(cycle.id, state=kept["state"], tester_id=kept["tester"])
    page = page_of(
        slots, number_of(request.args.get("page")), lambda n: url_for(".show", number=number, page=n, **kept)
    )
    return render_template(
        "cycles/show.html",
        cycle=cycle,
        page=page,
        kept=kept,
        counts=queries.progress([cycle.id]).get(cycle.id, {}),
        in_scope=len(queries.scope_ids(cycle.id)),
        deployments=queries.deployments(project.id, cycle.environment_id),
        builds=list_named(Build, project.id),
        testers=queries.testers(project.id),
        offered=CYCLE.offered(cycle.state),
        actions=ACTIONS,
        cycle_states=CYCLES,
        states=ASSIGNMENTS,
    )


@bp.get("/<int:number>/scope")
@requires(Permission.CYCLES_MANAGE)
def scope(project: Project, number: int) -> ResponseReturnValue:
    return _scope_page(project, queries.get_cycle(project.id, number))


def _scope_page(
    project: Project, cycle: Cycle, fault: Invalid | None = None, found: list[int] | None = None
) -> ResponseReturnValue:
    expression = request.values.get("expression", cycle.scope_expression)
    return render_template(
        "cycles/scope.html",
        cycle=cycle,
        rows=db.session.execute(_filtered(project)).all(),
        inside=frozenset(found) if found is not None else queries.scope_ids(cycle.id),
        units=list_named(BusinessUnit, project.id),
        processes=list_named(BusinessProcess, project.id),
        expression=expression,
        found=found,
        fault=fault,
    ), (422 if fault else 200)


def _filtered(project: Project) -> sa.Select[Any]:
    statement = queries.candidates(project.id)
    unit, process = request.values.get("unit", type=int), request.values.get("process", type=int)
    statement = statement.where(Document.unit_id == unit) if unit else statement
    return statement.where(Document.process_id == process) if process else statement


@bp.post("/<int:number>/scope")
@requires(Permission.CYCLES_MANAGE)
def save_scope(project: Project, number: int) -> ResponseReturnValue:
    """Find tests by a tag expression, or take the ticked ones into the scope."""
    cycle = queries.get_cycle(project.id, number)
    expression = request.form.get("expression", "").strip()[:500]
    try:
        if request.form.get("do") == "find":
            found = queries.matching_tags(project.id, expression) if expression else []
            return _scope_page(project, cycle, found=found)
        chosen = request.form.getlist("cases", type=int)
        shown = set(request.form.getlist("shown", type=int))
        with unit_of_work(g.actor):
            cycle = queries.get_cycle(project.id, number, lock=True)
            kept = queries.scope_ids(cycle.id) - shown
            service.change_scope(project, cycle, {*chosen, *kept}, by=g.actor, expression=expression)
    except Invalid as error:
        return _scope_page(project, queries.get_cycle(project.id, number), error)
    return redirect(url_for(".assign", number=number), 303)


@bp.get("/<int:number>/assign")
@requires(Permission.CYCLES_MANAGE)
def assign(project: Project, number: int) -> ResponseReturnValue:
    return _assign_page(project, queries.get_cycle(project.id, number))


def _assign_page(project: Project, cycle: Cycle, fault: DomainError | None = None) -> ResponseReturnValue:
    statement = _filtered(project).where(TestCase.id.in_(queries.scope_ids(cycle.id)))
    counts = _testers_per_case(cycle)
    return render_template(
        "cycles/assign.html",
        cycle=cycle,
        rows=db.session.execute(statement).all(),
        counts=counts,
        testers=queries.testers(project.id),
        units=list_named(BusinessUnit, project.id),
        typed=request.form,
        fault=fault,
    ), (422 if fault else 200)


def _testers_per_case(cycle: Cycle) -> dict[int, int]:
    statement = queries.slots(cycle.id).with_only_columns(TestCase.id, sa.func.count(Assignment.id)).order_by(None)
    return {case_id: number for case_id, number in db.session.execute(statement.group_by(TestCase.id))}


@bp.post("/<int:number>/assign")
@requires(Permission.CYCLES_MANAGE)
def save_assignments(project: Project, number: int) -> ResponseReturnValue:
    """Assign the ticked tests to the ticked testers."""
    case_ids = request.form.getlist("cases", type=int)
    members = assigning.list_members(project, request.form.getlist("testers", type=int))
    try:
        due = _date(request.form.get("due_on", ""))
        with unit_of_work(g.actor):
            cycle = queries.get_cycle(project.id, number, lock=True)
            made = assigning.assign(project, cycle, case_ids, members, by=g.actor, due_on=due)
    except Invalid as error:
        return _assign_page(project, queries.get_cycle(project.id, number), error)
    for warning in assigning.warnings(project, case_ids, assigning.list_members(project, [m.id for m in members])):
        flash(_("%(name)s %(why)s", name=warning.tester, why=warning.text), "warning")
    flash(ngettext("One test was assigned.", "%(num)s tests were assigned.", made), "done")
    return redirect(url_for(".show", number=number), 303)


def _date(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError as wrong:
        sentence = _("“%(raw)s” is not a day. Use the form 2026-11-30.", raw=raw[:20])
        raise Invalid(sentence, fields={"due_on": sentence}) from wrong


@bp.post("/<int:number>/<action:action>")
@requires(Permission.CYCLES_MANAGE)
def act(project: Project, number: int, action: str) -> ResponseReturnValue:
    """Open, close, reopen or drop."""
    if action not in ACTIONS:
        raise NotFound
    with unit_of_work(g.actor):
        cycle = queries.get_cycle(project.id, number, lock=True)
        service.take_action(project, cycle, action, by=g.actor, reason=request.form.get("reason", "")[:2000])
    return redirect(url_for(".show", number=number), 303)


@bp.post("/<int:number>/deployments")
@requires(Permission.DEPLOY)
def deploy(project: Project, number: int) -> ResponseReturnValue:
    """Record that a build is in this cycle's environment."""
    build_id = request.form.get("build", type=int)
    with unit_of_work(g.actor):
        cycle = queries.get_cycle(project.id, number)
        where = (Build.project_id == project.id, Build.id == build_id)
        build = db.session.scalar(sa.select(Build).where(*where))
        if build is None:
            raise Invalid(_("Choose the build that was deployed."))
        service.deploy(project, build, cycle.environment, by=g.actor)
        name = build.name
    flash(_("%(build)s is recorded. Retests of what it fixes are with their testers.", build=name), "done")
    return redirect(url_for(".show", number=number), 303)


@bp.get("/assignments/<int:assignment_id>")
@requires(Permission.CYCLES_MANAGE)
def assignment(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Show one assignment with what can be done about it."""
    row = queries.get_assignment(project.id, assignment_id)
    testers = [member for member in queries.testers(project.id) if member.user_id != row.tester_id]
    return render_template("cycles/assignment.html", row=row, testers=testers, states=ASSIGNMENTS)


@bp.post("/assignments/<int:assignment_id>/<action:action>")
@requires(Permission.CYCLES_MANAGE)
def change_assignment(project: Project, assignment_id: int, action: str) -> ResponseReturnValue:
    """Give a test to somebody else, take it away, or give it back to its tester."""
    reason = request.form.get("reason", "")[:2000]
    members = assigning.list_members(project, request.form.getlist("tester", type=int))
    with unit_of_work(g.actor):
        row = queries.get_assignment(project.id, assignment_id, lock=True)
        number = row.item.cycle.number
        if action == "reassign":
            if not members:
                raise Invalid(_("Choose who takes the test over."))
            assigning.reassign(project, row, members[0], reason, by=g.actor)
        elif action == "withdraw":
            assigning.withdraw(row, reason, by=g.actor)
        elif action == "send_back":
            assigning.send_back(row, reason, by=g.actor)
        else:
            raise NotFound
    return redirect(url_for(".show", number=number), 303)
