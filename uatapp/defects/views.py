"""Pages about defects."""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.defects import queries, reading, retests, rules, service
from uatapp.defects.forms import PersistForm, ReportForm
from uatapp.defects.labels import OUTCOMES, SEVERITIES, STATES
from uatapp.defects.models import Defect
from uatapp.defects.states import NOT_OPEN, OPEN, Severity, TriageOutcome
from uatapp.evidence import answers
from uatapp.evidence import service as evidence
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, Stale
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build, Project
from uatapp.projects.queries import find_named
from uatapp.runs.models import Run
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

bp = Blueprint("defects", __name__, url_prefix="/projects/<key:project>/defects")


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List defects, the open ones first asked for, worst first."""
    shown = request.args.get("show", "open")
    statement = sa.select(Defect).where(Defect.project_id == project.id).options(joinedload(Defect.owner))
    if shown != "all":
        statement = statement.where(Defect.state.in_(NOT_OPEN if shown == "ended" else OPEN))
    severity = request.args.get("severity", "")
    if severity in set(Severity):
        statement = statement.where(Defect.severity == Severity(severity))
    rank = sa.case({s: n for n, s in enumerate(Severity)}, value=Defect.severity)
    statement = statement.order_by(rank, Defect.priority.asc().nulls_last(), Defect.number)
    kept: dict[str, Any] = {"show": shown, "severity": severity}
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".index", page=n, **kept))
    counts = reading.counts(project.id)
    return render_template("defects/index.html", page=page, counts=counts, states=STATES, severities=SEVERITIES, **kept)


@bp.get("/new")
@requires(Permission.DEFECT_RAISE)
def new(project: Project) -> ResponseReturnValue:
    """Show the form; from a run it is filled in with what the tester saw."""
    run = _run(project, request.args.get("run", ""))
    form = ReportForm(formdata=None, data=reading.prefilled(run) if run else None)
    return _new_page(project, form, run)


def _new_page(project: Project, form: ReportForm, run: Run | None, status: int = 200) -> ResponseReturnValue:
    known = reading.known(project, run) if run else []
    persisting = reading.in_retest(run) if run else []
    page = render_template(
        "defects/new.html", form=form, run=run, known=known, persisting=persisting, severities=SEVERITIES, states=STATES
    )
    return page, status


def _run(project: Project, reference: str) -> Run | None:
    if not reference:
        return None
    run = reading.find_run(project.id, reference)
    if run is None or not reading.may_see_run(g.actor, run):
        raise NotFound
    return run


@bp.post("/new")
@requires(Permission.DEFECT_RAISE)
def create(project: Project) -> ResponseReturnValue:
    """Report a defect with its files; what is refused is shown beside what was typed."""
    form = ReportForm()
    run = _run(project, form.run.data or "")
    if not form.validate():
        return _new_page(project, form, run, 422)
    report = service.Report(
        form.title.data, Severity(form.severity.data), form.description.data or "", position=form.position.data or 0
    )
    try:
        with unit_of_work(g.actor):
            files = [f for f in request.files.getlist("files") if f.filename]
            taken = [evidence.take(project, f.filename or "", f.read(), by=g.actor) for f in files]
            taken += reading.evidence_of(run) if run else []
            defect = service.raise_defect(project, report, by=g.actor, run=run, evidence=taken)
            number = defect.number
    except Invalid as error:
        form.refuse(error)
        return _new_page(project, form, run, 422)
    flash(_("Thank you. The team has your report, D%(n)s.", n=number), "done")
    return redirect(url_for(".show", number=number), 303)


@bp.post("/known")
@requires(Permission.DEFECT_RAISE)
def known(project: Project) -> ResponseReturnValue:
    """Say that a failed test is stopped by a known problem."""
    run = _run(project, request.form.get("run", ""))
    if run is None:
        raise NotFound
    with unit_of_work(g.actor):
        defect = queries.get_defect(project.id, request.form.get("defect", 0, type=row_number), lock=True)
        service.link_run(project, defect, run, by=g.actor)
        number = defect.number
    return redirect(url_for(".show", number=number), 303)


@bp.post("/persisting")
@requires(Permission.RUNS_SUBMIT)
def persisting(project: Project) -> ResponseReturnValue:
    """After a failed retest: reopen the problems that are still there."""
    run = _run(project, request.form.get("run", ""))
    if run is None or run.tester_id != g.actor.user_id:
        raise NotFound
    form = PersistForm()
    form.persists.choices = [(d.number, d.title) for d in reading.in_retest(run)]
    if not form.validate() or not form.persists.data:
        flash(_("Choose the problems that are still there, or report a new one below."), "error")
        return redirect(url_for(".new", run=run.reference), 303)
    with unit_of_work(g.actor):
        chosen = [queries.get_defect(project.id, number, lock=True) for number in form.persists.data]
        retests.persists(project, run, chosen, form.why.data or run.remark, by=g.actor)
    flash(_("Noted. The team sees that it is still wrong."), "done")
    return redirect(url_for("inbox.my_work"), 303)


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show a defect with its story and what the viewer may do now."""
    return _page(project, queries.get_defect(project.id, number))


def _page(
    project: Project, defect: Defect, fault: Invalid | Stale | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "defects/show.html",
        defect=defect,
        links=queries.links_of(defect.id),
        notes=reading.notes(defect.id),
        files=reading.files(defect.id),
        offered=reading.offered(project, defect, g.actor),
        builds=reading.builds(project.id),
        original=reading.original(defect),
        fault=fault,
        faults=fault.fields if isinstance(fault, Invalid) else {},
        stale=fault if isinstance(fault, Stale) else None,
        typed=request.form,
        states=STATES,
        severities=SEVERITIES,
        outcomes=OUTCOMES,
        may_answer=not rules.why_not("agree_severity", g.actor, project.id, defect.reporter_id),
        may_see_runs=g.actor.may(Permission.RUNS_READ, project.id),
    )
    return page, status


@bp.post("/<int:number>/<action:action>")
@requires(Permission.PROJECT_READ)
def act(project: Project, number: int, action: str) -> ResponseReturnValue:
    """Take one action; the lifecycle and the rules decide whether it is possible, and for whom."""
    take = ACTS.get(action)
    if take is None:
        raise NotFound
    try:
        with unit_of_work(g.actor):
            defect = queries.get_defect(project.id, number, lock=True)
            if "version" in request.form:
                service.check_version(defect, request.form.get("version", 0, type=row_number), _typed())
            take(project, defect)
    except Invalid as error:
        return _page(project, queries.get_defect(project.id, number), error, 422)
    except Stale as error:
        return _page(project, queries.get_defect(project.id, number), error, error.status)
    return redirect(url_for(".show", number=number), 303)


def _typed() -> str:
    return "\n".join(v for k, v in request.form.items() if k not in ("csrf_token", "form_key", "version") and v)


def _text(name: str) -> str:
    return request.form.get(name, "")[:20_000]


def _propose(project: Project, defect: Defect) -> None:
    raw = _text("outcome")
    if raw not in set(TriageOutcome):
        sentence = _("Choose what it is.")
        raise Invalid(sentence, fields={"outcome": sentence})
    original = _named(project, _text("duplicate_of"))
    outcome, reason, sentence = TriageOutcome(raw), _text("reason"), _text("sentence")
    service.propose(project, defect, outcome, reason, by=g.actor, sentence=sentence, duplicate_of=original)


def _named(project: Project, typed: str) -> Defect | None:
    """Return the defect that a person means by PAY-D7, D7, d7 or 7."""
    found = re.fullmatch(rf"(?:(?:{project.key}-)?D)?([0-9]{{1,9}})", typed.strip().upper())
    where = (Defect.project_id == project.id, Defect.number == int(found[1] if found else 0))
    return db.session.scalar(sa.select(Defect).where(*where))


def _fix(project: Project, defect: Defect) -> None:
    build = find_named(Build, project.id, _text("build"))
    if build is None:
        sentence = _("Choose the build that has the fix.")
        raise Invalid(sentence, fields={"build": sentence})
    service.fix(project, defect, build, _text("note"), by=g.actor)


def _accept(project: Project, defect: Defect) -> None:
    priority = request.form.get("priority", type=row_number)
    service.accept(
        project, defect, by=g.actor, priority=priority if priority in range(1, 5) else None, note=_text("note")
    )


def _severity(project: Project, defect: Defect) -> None:
    raw = _text("severity")
    if raw in set(Severity):
        service.set_severity(project, defect, Severity(raw), _text("reason"), by=g.actor)


ACTS: dict[str, Callable[[Project, Defect], Any]] = {
    "accept": _accept,
    "propose": _propose,
    "agree": lambda p, d: service.agree(p, d, by=g.actor),
    "contest": lambda p, d: service.contest(p, d, _text("reason"), by=g.actor),
    "decide_defect": lambda p, d: service.decide(p, d, True, _text("reason"), by=g.actor),
    "uphold": lambda p, d: service.decide(p, d, False, _text("reason"), by=g.actor),
    "start_work": lambda p, d: service.start_work(p, d, by=g.actor),
    "fix": _fix,
    "defer": lambda p, d: service.defer(p, d, _text("reason"), _text("workaround"), by=g.actor),
    "withdraw": lambda p, d: service.withdraw(p, d, by=g.actor),
    "confirm": lambda p, d: service.confirm(p, d, by=g.actor),
    "still_wrong": lambda p, d: service.still_wrong(p, d, _text("reason"), by=g.actor),
    "comment": lambda p, d: service.discuss(p, d, _text("text"), by=g.actor),
    "severity": _severity,
    "agree_severity": lambda p, d: service.answer_severity(p, d, True, by=g.actor),
    "keep_severity": lambda p, d: service.answer_severity(p, d, False, by=g.actor),
}


@bp.get("/<int:number>/files/<token>")
@requires(Permission.PROJECT_READ)
def file(project: Project, number: int, token: str) -> ResponseReturnValue:
    """Give a file that shows this defect."""
    found = reading.find_file(project.id, number, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")


@bp.get("/<int:number>/runs/<path:reference>")
@requires(Permission.PROJECT_READ)
def seen_in(project: Project, number: int, reference: str) -> ResponseReturnValue:
    """Show the run in which a defect was seen: lead and engineer read results through their defects."""
    defect = queries.get_defect(project.id, number)
    run = reading.find_run(project.id, reference)
    linked = run is not None and any(link.run_reference == reference for link in queries.links_of(defect.id))
    if run is None or not linked:
        raise NotFound
    return render_template("defects/seen_in.html", defect=defect, run=run)
