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
from uatapp.kernel.errors import DomainError, Invalid, NotFound
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.runs import queries, reading, rules, service
from uatapp.runs.labels import OUTCOMES
from uatapp.runs.models import RunDraft
from uatapp.web.access import requires
from uatapp.web.filters import when

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


def _runner(
    project: Project, assignment_id: int, fault: DomainError | None = None, status: int = 200
) -> ResponseReturnValue:
    assignment = cycles.get_assignment(project.id, assignment_id)
    draft = queries.find_draft(assignment_id)
    if assignment.tester_id != g.actor.user_id:
        raise NotFound
    if draft is None:
        return redirect(url_for("inbox.my_work"), 303)
    steps = numbered(draft.case_version.steps)
    page = render_template(
        "runs/runner.html",
        assignment=assignment,
        case=assignment.item.test_case,
        environment=assignment.item.cycle.environment,
        draft=draft,
        groups=[(kind, list(rows)) for kind, rows in groupby(steps, lambda step: step["kind"])],
        asked=rules.asked(draft.case_version.steps),
        files=queries.draft_evidence(assignment_id),
        typed=reading.typed(draft, request.form),
        fault=fault,
        newer=assignment.item.test_case.version_number > draft.case_version.number,
        is_retest=assignment.run_count > 0,
    )
    return page, status


def numbered(steps: list[Any]) -> list[dict[str, Any]]:
    """Return the steps with their positions, which are the numbers that people see."""
    return [{**step, "number": position} for position, step in enumerate(steps, 1)]


def _told(draft: RunDraft) -> rules.Told:
    return reading.told_by(request.form, rules.asked(draft.case_version.steps))


def _draft(project: Project, assignment_id: int) -> RunDraft:
    draft = queries.find_draft(assignment_id)
    if draft is None or draft.project_id != project.id or draft.tester_id != g.actor.user_id:
        raise NotFound(_("This test is not open any more. What you see was submitted or taken away."))
    return draft


@bp.post("/open/<int:assignment_id>/draft")
@requires(Permission.RUNS_SUBMIT)
def save(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Keep what was typed so far; answers when it was saved and the draft's new version."""
    told = _told(_draft(project, assignment_id))
    version = request.form.get("version", 0, type=int)
    texts = {"remark": told.remark, "reason": told.reason}
    with unit_of_work(g.actor):
        new = service.save_draft(project, assignment_id, reading.kept(told), texts, version, by=g.actor)
    return jsonify(version=new, saved=when(clock.now()).rpartition(", ")[2])


@bp.post("/open/<int:assignment_id>/files")
@requires(Permission.RUNS_SUBMIT)
def add_files(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Add screenshots and files to the open test; one bad file does not lose the good ones."""
    told = _told(_draft(project, assignment_id))
    faults = _take_files(project, assignment_id)
    if "version" in request.form:
        version, texts = request.form.get("version", 0, type=int), {"remark": told.remark, "reason": told.reason}
        with unit_of_work(g.actor):
            service.save_draft(project, assignment_id, reading.kept(told), texts, version, by=g.actor)
    for sentence in faults:
        flash(sentence, "error")
    return redirect(url_for(".runner", assignment_id=assignment_id, _anchor="files"), 303)


def _take_files(project: Project, assignment_id: int) -> list[str]:
    faults = []
    for upload in request.files.getlist("files"):
        if not upload.filename:
            continue
        try:
            with unit_of_work(g.actor):
                taken = evidence.take(project, upload.filename, upload.read(), by=g.actor)
                position = request.form.get("position", 0, type=int)
                service.add_evidence(project, assignment_id, taken, position, by=g.actor)
        except DomainError as refusal:
            faults.append(refusal.message)
    return faults


@bp.post("/open/<int:assignment_id>/files/<token>/remove")
@requires(Permission.RUNS_SUBMIT)
def remove_file(project: Project, assignment_id: int, token: str) -> ResponseReturnValue:
    with unit_of_work(g.actor):
        service.remove_evidence(project, assignment_id, token, by=g.actor)
    return redirect(url_for(".runner", assignment_id=assignment_id, _anchor="files"), 303)


@bp.get("/open/<int:assignment_id>/files/<token>")
@requires(Permission.RUNS_SUBMIT)
def draft_file(project: Project, assignment_id: int, token: str) -> ResponseReturnValue:
    """Give a file of one's own open test."""
    _draft(project, assignment_id)
    found = queries.find_draft_file(assignment_id, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")


@bp.post("/open/<int:assignment_id>/submit")
@requires(Permission.RUNS_SUBMIT)
def submit(project: Project, assignment_id: int) -> ResponseReturnValue:
    """Submit the test and lead on: to the report when something was wrong, else to the next test."""
    if request.form.get("do") == "save":
        return _save_and_show(project, assignment_id)
    told = _told(_draft(project, assignment_id))
    faults = _take_files(project, assignment_id)
    if faults:
        return _runner(project, assignment_id, Invalid(faults[0]), 422)
    try:
        with unit_of_work(g.actor):
            run = service.submit(project, assignment_id, told, by=g.actor)
            reference, outcome, cause = run.reference, run.outcome, run.blocked_by
    except Invalid as error:
        return _runner(project, assignment_id, error, 422)
    flash(_("Submitted: %(outcome)s.", outcome=OUTCOMES[outcome][1]), "done")
    if outcome is Outcome.FAILED or cause is BlockCause.DEFECT:
        return redirect(url_for("defects.new", run=reference), 303)
    return redirect(url_for("inbox.my_work"), 303)


def _save_and_show(project: Project, assignment_id: int) -> ResponseReturnValue:
    save(project=project, assignment_id=assignment_id)
    flash(_("Saved. You can go on later, on any device."), "done")
    return redirect(url_for("inbox.my_work"), 303)


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
        return _run_page(project, reference, error, 422)
    flash(_("Taken back. The test is on your list again."), "done")
    if again and request.form.get("again"):
        return redirect(url_for(".runner", assignment_id=assignment_id), 303)
    return redirect(url_for("inbox.my_work"), 303)


@bp.get("/<path:reference>")
@requires(Permission.RUNS_READ)
def show(project: Project, reference: str) -> ResponseReturnValue:
    """Show a submitted run."""
    return _run_page(project, reference)


def _run_page(project: Project, reference: str, fault: Invalid | None = None, status: int = 200) -> ResponseReturnValue:
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
        fault=fault,
    )
    return page, status
