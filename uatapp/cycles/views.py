"""Pages about cycles: planning, scope, assigning, deployments."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
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
from uatapp.cycles.states import ASSIGNMENT, CYCLE, CycleState
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build, BusinessProcess, BusinessUnit, Environment, Project
from uatapp.projects.queries import list_named
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

bp = Blueprint("cycles", __name__, url_prefix="/projects/<key:project>/cycles")


# What upper packages add: the outcomes of the tests of some cycles, counted by the rule of what counts.
counters: list[Callable[[Collection[int]], dict[int, dict[str, int]]]] = []
# What upper packages add: what is missing before a planned cycle opens, with the address at which it is mended.
missing: list[Callable[[Project, Cycle], tuple[str, str] | None]] = []
PAGE = 200


def _outcomes(cycles: Sequence[Cycle]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for count in counters:
        found |= count([cycle.id for cycle in cycles])
    return found


def _missing(project: Project, cycle: Cycle) -> list[tuple[str, str]]:
    if cycle.state is not CycleState.PLANNED:
        return []
    return [found for look in missing if (found := look(project, cycle))]


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List the cycles with how far each is."""
    cycles = queries.list_cycles(project.id)
    return render_template("cycles/index.html", cycles=cycles, outcomes=_outcomes(cycles), states=CYCLES)


def _form(project: Project) -> CycleForm:
    form = CycleForm()
    form.environment.choices = [(row.id, row.name) for row in list_named(Environment, project.id)]
    form.build.choices = [(row.id, row.name) for row in list_named(Build, project.id)]
    return form


@bp.get("/new")
@requires(Permission.CYCLES_MANAGE)
def new(project: Project) -> ResponseReturnValue:
    """Show the form for a cycle."""
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
    tester_id = request.args.get("tester", type=row_number)
    kept: dict[str, Any] = {"state": request.args.get("state", ""), "tester": tester_id}
    narrowed: dict[str, Any] = {"state": kept["state"], "tester_id": tester_id}
    page = page_of(
        queries.slots(cycle.id, **narrowed),
        number_of(request.args.get("page")),
        lambda n: url_for(".show", number=number, page=n, **kept),
        total=queries.count_slots(cycle.id, **narrowed),
    )
    today = clock.today(project.zone)
    return render_template(
        "cycles/show.html",
        cycle=cycle,
        page=page,
        kept=kept,
        counts=queries.progress([cycle.id]).get(cycle.id, {}),
        outcomes=_outcomes([cycle]).get(cycle.id, {}),
        missing=_missing(project, cycle),
        scope=queries.scope_counts(project.id, cycle.id),
        behind=queries.behind(cycle.id, today),
        today=today,
        deployments=queries.deployments(project.id, cycle.environment_id),
        builds=list_named(Build, project.id),
        testers=queries.testers(project.id),
        offered=CYCLE.offered(cycle.state),
        actions=ACTIONS,
        cycle_states=CYCLES,
        states=ASSIGNMENTS,
    )


def _filter(show: str = "") -> queries.Filter:
    """Read what the list of tests is narrowed to: from the form that was sent, else from the address."""
    values = request.form if request.method == "POST" else request.args
    ids = {f"{name}_id": values.get(name, type=row_number) for name in ("unit", "process", "document")}
    return queries.Filter(**ids, expression=values.get("expression", "").strip()[:500], show=values.get("show", show))


def _choices(project: Project) -> dict[str, Any]:
    """Return what a list of tests can be narrowed by."""
    return {
        "units": list_named(BusinessUnit, project.id),
        "processes": list_named(BusinessProcess, project.id),
        "documents": queries.documents(project.id),
    }


def _found(project: Project, cycle: Cycle, wanted: queries.Filter, endpoint: str) -> tuple[Any, Invalid | None]:
    """Return a page of the tests that a filter finds; with a faulty tag expression all of them and the fault."""
    number = number_of(request.args.get("page"))
    fault: Invalid | None = None
    try:
        statement: Any = queries.candidates(project.id, wanted, cycle.id)
    except Invalid as wrong:
        wanted, fault = replace(wanted, expression=""), wrong
        statement = queries.candidates(project.id, wanted, cycle.id)

    def address(n: int) -> str:
        return url_for(endpoint, number=cycle.number, page=n, **wanted.words())

    return page_of(statement, number, address, size=PAGE), fault


@bp.get("/<int:number>/scope")
@requires(Permission.CYCLES_MANAGE)
def scope(project: Project, number: int) -> ResponseReturnValue:
    """Choose what is tested: by tags, unit, process and document, or one by one."""
    cycle, wanted = queries.get_cycle(project.id, number), _filter()
    page, fault = _found(project, cycle, wanted, ".scope")
    return render_template(
        "cycles/scope.html",
        cycle=cycle,
        page=page,
        wanted=wanted,
        fault=fault,
        inside=queries.scope_ids(cycle.id),
        counts=queries.scope_counts(project.id, cycle.id),
        **_choices(project),
    ), (422 if fault else 200)


@bp.post("/<int:number>/scope")
@requires(Permission.CYCLES_MANAGE)
def save_scope(project: Project, number: int) -> ResponseReturnValue:
    """Take the ticked tests in and the others of the page out, or all that the filter finds."""
    wish, wanted = request.form.get("do", "page"), _filter()
    chosen = set(request.form.getlist("cases", type=row_number))
    dropped = set(request.form.getlist("shown", type=row_number)) - chosen
    with unit_of_work(g.actor):
        cycle = queries.get_cycle(project.id, number, lock=True)
        if wish in ("all_in", "all_out"):
            everything = set(queries.matching_ids(project.id, wanted, cycle.id))
            chosen, dropped = (everything, set()) if wish == "all_in" else (set(), everything)
        text = wanted.expression if wish == "all_in" else ""
        service.change_scope(project, cycle, chosen, by=g.actor, expression=text, only_add=True)
        stay = service.take_out(project, cycle, dropped, by=g.actor)
    if stay:
        flash(
            ngettext("One test stays in: it is assigned.", "%(num)s tests stay in: they are assigned.", stay), "warning"
        )
    if wish == "next":
        return redirect(url_for(".assign", number=number), 303)
    flash(_("The scope is saved."), "done")
    return redirect(url_for(".scope", number=number, page=request.args.get("page"), **wanted.words()), 303)


@bp.get("/<int:number>/assign")
@requires(Permission.CYCLES_MANAGE)
def assign(project: Project, number: int) -> ResponseReturnValue:
    """Choose who tests what, and until when."""
    return _assign_page(project, queries.get_cycle(project.id, number))


def _assign_page(project: Project, cycle: Cycle, refusal: Invalid | None = None) -> ResponseReturnValue:
    wanted = _filter("in")
    page, fault = _found(project, cycle, replace(wanted, show=wanted.show or "in"), ".assign")
    fault = refusal or fault
    return render_template(
        "cycles/assign.html",
        cycle=cycle,
        page=page,
        wanted=wanted,
        names=queries.tester_names(cycle.id),
        authors=queries.authors(cycle.id),
        testers=queries.testers(project.id),
        typed=request.form,
        fault=fault,
        **_choices(project),
    ), (422 if fault else 200)


@bp.post("/<int:number>/assign")
@requires(Permission.CYCLES_MANAGE)
def save_assignments(project: Project, number: int) -> ResponseReturnValue:
    """Assign the ticked tests, or all that the filter finds, to the ticked testers or to those of each unit."""
    try:
        due = _date(request.form.get("due_on", ""))
        with unit_of_work(g.actor):
            cycle = queries.get_cycle(project.id, number, lock=True)
            case_ids = _tests_to_assign(project, cycle)
            members = assigning.list_members(project, request.form.getlist("testers", type=row_number))
            if request.form.get("whom") == "units":
                made = assigning.assign_by_unit(project, cycle, case_ids, by=g.actor, due_on=due)
                members = list(queries.testers(project.id))
            else:
                made = assigning.assign(project, cycle, case_ids, members, by=g.actor, due_on=due)
            cautions = assigning.warnings(project, cycle, members)
    except Invalid as error:
        return _assign_page(project, queries.get_cycle(project.id, number), error)
    for caution in cautions:
        flash(_("%(name)s %(why)s", name=caution.tester, why=caution.text), "warning")
    flash(ngettext("One test was assigned.", "%(num)s tests were assigned.", made), "done")
    return redirect(url_for(".show", number=number), 303)


def _tests_to_assign(project: Project, cycle: Cycle) -> list[int]:
    if request.form.get("which") == "found":
        wanted = _filter("in")
        return queries.matching_ids(project.id, replace(wanted, show=wanted.show or "in"), cycle.id)
    return request.form.getlist("cases", type=row_number)


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
    build_id = request.form.get("build", type=row_number)
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
    return _assignment_page(project, assignment_id)


def _assignment_page(project: Project, assignment_id: int, fault: Invalid | None = None) -> ResponseReturnValue:
    row = queries.get_assignment(project.id, assignment_id)
    return render_template(
        "cycles/assignment.html",
        row=row,
        testers=[member for member in queries.testers(project.id) if member.user_id != row.tester_id],
        states=ASSIGNMENTS,
        offered={transition.action for transition in ASSIGNMENT.offered(row.state)},
        fault=fault,
        typed=request.form,
    ), (422 if fault else 200)


@bp.post("/assignments/<int:assignment_id>/<action:action>")
@requires(Permission.CYCLES_MANAGE)
def change_assignment(project: Project, assignment_id: int, action: str) -> ResponseReturnValue:
    """Give a test to somebody else, take it away, or give it back to its tester."""
    try:
        with unit_of_work(g.actor):
            row = queries.get_assignment(project.id, assignment_id, lock=True)
            number = row.item.cycle.number
            _change(project, row, action, request.form.get("reason", "")[:2000])
    except Invalid as error:
        return _assignment_page(project, assignment_id, error)
    return redirect(url_for(".show", number=number), 303)


def _change(project: Project, row: Assignment, action: str, reason: str) -> None:
    members = assigning.list_members(project, request.form.getlist("tester", type=row_number))
    if action == "reassign":
        if not members:
            sentence = _("Choose who takes the test over.")
            raise Invalid(sentence, fields={"tester": sentence})
        assigning.reassign(project, row, members[0], reason, by=g.actor)
    elif action == "withdraw":
        assigning.withdraw(row, reason, by=g.actor)
    elif action == "send_back":
        assigning.send_back(row, reason, by=g.actor)
    else:
        raise NotFound
