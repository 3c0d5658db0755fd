"""The runner: start, keep, add files, submit, take back; and the page of a submitted run."""

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.cycles import queries as cycles
from uatapp.cycles.states import AssignmentState, BlockCause, Outcome
from uatapp.evidence import answers
from uatapp.evidence import service as evidence
from uatapp.kernel import clock
from uatapp.kernel.errors import DomainError, Invalid, NoRoom, NotFound, Stale, TooLarge
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.runs import queries, reading, rules, service
from uatapp.runs.labels import OUTCOMES
from uatapp.runs.rules import Told
from uatapp.web.access import requires
from uatapp.web.filters import when
from uatapp.web.forms import AlreadySent
from uatapp.web.numbers import row_number

Page = ResponseReturnValue
bp = Blueprint("runs", __name__, url_prefix="/projects/<key:project>/runs")


@bp.post("/start/<int:assignment_id>")
@requires(Permission.RUNS_SUBMIT)
def start(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Open a test, or go on with it."""
    with unit_of_work(g.actor):
        service.start(project, assignment_id, by=g.actor)
    return redirect(url_for(".runner", assignment_id=assignment_id), 303)


@bp.get("/open/<int:assignment_id>")
@requires(Permission.RUNS_SUBMIT)
def runner(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Show the open test step by step."""
    return _runner(project, assignment_id)


def _runner(project: Project, assignment_id: int, told: Told | None = None, fault: DomainError | None = None) -> Page:
    """Show the open test with what the draft keeps, or with what was just sent and why it was refused."""
    assignment = cycles.get_assignment(project.id, assignment_id)
    draft = queries.find_draft(project.id, assignment_id, g.actor.user_id)
    if draft is None:
        return redirect(url_for("inbox.my_work"), 303)
    steps = numbered(draft.case_version.steps)
    theirs = reading.told_in(draft)
    told, both = reading.merged(theirs, told) if told and isinstance(fault, Stale) else (told or theirs, {})
    page = render_template(
        "runs/runner.html",
        assignment=assignment,
        environment=assignment.item.cycle.environment,
        draft=draft,
        groups=[(kind, list(rows)) for kind, rows in groupby(steps, lambda step: step["kind"])],
        asked=rules.asked(draft.case_version.steps),
        files=queries.draft_evidence(assignment_id, g.actor.user_id),
        told=told,
        theirs=theirs if isinstance(fault, Stale) else None,
        both=both,
        fault=fault,
        faults=fault.fields if isinstance(fault, Invalid) else {},
        newer=assignment.item.test_case.version_number > draft.case_version.number,
    )
    return page, fault.status if fault else 200


def numbered(steps: list[Any]) -> list[dict[str, Any]]:
    """Return the steps with their positions, which are the numbers that people see."""
    return [{**step, "number": position} for position, step in enumerate(steps, 1)]


def _told(project: Project, assignment_id: int) -> Told:
    """Read what was sent about one's own open test; "all as expected" answers what is left."""
    draft = service.own_draft(project, assignment_id, by=g.actor)
    positions = rules.asked(draft.case_version.steps)
    told = reading.told_by(request.form, positions)
    return reading.as_expected(told, positions) if request.form.get("do") == "all" else told


def _version() -> int:
    return request.form.get("version", 0, type=row_number)


@bp.post("/open/<int:assignment_id>/draft")
@requires(Permission.RUNS_SUBMIT)
def save(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Keep what was typed so far; answers when it was saved and the draft's new version."""
    with unit_of_work(g.actor):
        told = _told(project, assignment_id)
        new = service.save_draft(project, assignment_id, told, _version(), by=g.actor)
    return jsonify(version=new, saved=when(clock.now()).rpartition(", ")[2])


@bp.post("/open/<int:assignment_id>/files")
@requires(Permission.RUNS_SUBMIT)
def add_files(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Add screenshots and files to the open test; one bad file does not lose the good ones."""
    try:
        for sentence in _take_files(project, assignment_id):
            flash(sentence, "error")
    except NoRoom as full:
        return _runner(project, assignment_id, _told(project, assignment_id), full)
    return _keep(project, assignment_id, url_for(".runner", assignment_id=assignment_id, _anchor="files"))


def _keep(project: Project, assignment_id: int, target: str) -> Page:
    """Save what was sent, and go on; when another window saved in between, show both."""
    told = _told(project, assignment_id)
    try:
        with unit_of_work(g.actor):
            service.save_draft(project, assignment_id, told, _version(), by=g.actor)
    except Stale as stale:
        return _runner(project, assignment_id, told, stale)
    return redirect(target, 303)


def _take_files(project: Project, assignment_id: int) -> list[str]:
    """Take each file in by itself; return what was refused. A form that was sent before is answered as then."""
    faults = []
    for upload in request.files.getlist("files"):
        if not upload.filename:
            continue
        try:
            with unit_of_work(g.actor):
                taken = evidence.take(project, upload.filename, upload.read(), by=g.actor)
                position = request.form.get("position", 0, type=row_number)
                service.add_evidence(project, assignment_id, taken, position, by=g.actor)
        except AlreadySent:
            raise
        except (Invalid, TooLarge) as refusal:
            faults.append(refusal.message)
    return faults


@bp.post("/open/<int:assignment_id>/files/<token>/remove")
@requires(Permission.RUNS_SUBMIT)
def remove_file(project: Project, assignment_id: int, token: str) -> ResponseReturnValue:
    """Take a file out of the open test."""
    with unit_of_work(g.actor):
        service.remove_evidence(project, assignment_id, token, by=g.actor)
    return _keep(project, assignment_id, url_for(".runner", assignment_id=assignment_id, _anchor="files"))


@bp.get("/open/<int:assignment_id>/files/<token>")
@requires(Permission.RUNS_SUBMIT)
def draft_file(project: Project, assignment_id: int, token: str) -> ResponseReturnValue:
    """Give a file of one's own open test."""
    service.own_draft(project, assignment_id, by=g.actor)
    found = queries.find_draft_file(assignment_id, g.actor.user_id, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")


@bp.get("/open/<int:assignment_id>/submit")
@requires(Permission.RUNS_SUBMIT)
def after_submit(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Lead back to the test, or to the work that is left, whoever reloads the page of a refused submission."""
    return redirect(url_for(".runner", assignment_id=assignment_id), 303)


@bp.post("/open/<int:assignment_id>/submit")
@requires(Permission.RUNS_SUBMIT)
def submit(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Submit the test and lead on: to the report when something was wrong, else to the next test."""
    told = None
    try:
        faults = _take_files(project, assignment_id)
        if (wish := request.form.get("do", "")) in ("later", "all"):
            return _put_aside(project, assignment_id, wish)
        if faults:
            raise Invalid(" ".join(faults))
        with unit_of_work(g.actor):
            told = _told(project, assignment_id)
            run = service.submit(project, assignment_id, told, by=g.actor, version=_version())
            reference, outcome, cause = run.reference, run.outcome, run.blocked_by
    except (AlreadySent, NotFound):
        raise
    except DomainError as refusal:
        return _runner(project, assignment_id, told or _told(project, assignment_id), refusal)
    flash(_("Submitted: %(outcome)s.", outcome=OUTCOMES[outcome][1]), "done")
    if outcome is Outcome.FAILED or cause is BlockCause.DEFECT:
        return redirect(url_for("defects.new", run=reference), 303)
    return redirect(url_for("inbox.my_work"), 303)


def _put_aside(project: Project, assignment_id: int, wish: str) -> Page:
    if wish == "all":
        return _keep(project, assignment_id, url_for(".runner", assignment_id=assignment_id, _anchor="submit"))
    flash(_("Saved. You can go on later, on any device."), "done")
    return _keep(project, assignment_id, url_for("inbox.my_work"))


@bp.get("/<path:reference>/files/<token>")
@requires(Permission.RUNS_READ)
def file(project: Project, reference: str, token: str) -> ResponseReturnValue:
    """Give a file of a submitted run."""
    found = queries.find_file(queries.get_run(project.id, reference).id, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")


@bp.post("/<path:reference>/void")
@requires(Permission.RUNS_SUBMIT)
def void(project: Project, reference: str) -> ResponseReturnValue:
    """Take an own result back."""
    try:
        with unit_of_work(g.actor):
            assignment = service.void(project, reference, request.form.get("reason", "")[:2000], by=g.actor)
            again, assignment_id = assignment.state is AssignmentState.TO_DO, assignment.id
    except Invalid as error:
        return _run_page(project, reference, error)
    flash(_("Taken back. The test is on your list again."), "done")
    if again and request.form.get("again"):
        return redirect(url_for(".runner", assignment_id=assignment_id), 303)
    return redirect(url_for("inbox.my_work"), 303)


@bp.get("/<path:reference>")
@requires(Permission.RUNS_READ)
def show(project: Project, reference: str) -> ResponseReturnValue:
    """Show a submitted run."""
    return _run_page(project, reference)


def _run_page(project: Project, reference: str, fault: Invalid | None = None) -> Page:
    run = queries.get_run(project.id, reference)
    slip = clock.now() - run.submitted_at <= rules.SLIP
    page = render_template(
        "runs/show.html",
        run=run,
        steps=numbered(run.case_version.steps),
        results={row.position: row for row in run.steps},
        voided=queries.find_void(run.id),
        outcomes=OUTCOMES,
        mine=run.tester_id == g.actor.user_id,
        slip=slip,
        others=queries.attempts(run.assignment_id),
        fault=fault,
    )
    return page, fault.status if fault else 200
