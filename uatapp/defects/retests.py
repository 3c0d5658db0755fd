"""What follows for tests from defects, and for defects from runs and builds: no test is left stranded."""

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.cycles import service as cycles
from uatapp.cycles.events import AssignmentsMade, BuildDeployed, Reassigned
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.cycles.states import ASSIGNMENT, AssignmentState, BlockCause
from uatapp.defects import events, queries, rules
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import DEFECT, DefectState, TriageOutcome
from uatapp.defects.telling import about, note
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.runs.events import RunSubmitted, RunVoided
from uatapp.runs.models import Run

_A, _S = AssignmentState, DefectState
HELD = frozenset({_A.FAILED, _A.BLOCKED, _A.WAITING_FOR_FIX, _A.WAITING_FOR_CHANGE, _A.RETEST_DUE})


def lead_on_all(defect: Defect, *, by: Actor) -> None:
    """Lead every test of a defect on; a duplicate's tests follow its original."""
    if defect.state is _S.ENDED and defect.outcome is TriageOutcome.DUPLICATE:
        _follow_original(defect, by)
    for link in queries.live_links(defect.id):
        lead_on(link.assignment_id, by=by)


def lead_on(assignment_id: int, *, by: Actor) -> None:
    """Move one test to where its defects leave it; a test that no defect holds stays as it is."""
    assignment = db.session.get_one(Assignment, assignment_id)
    if assignment.state not in HELD:
        return
    if assignment.state is _A.BLOCKED and assignment.blocked_by is not BlockCause.DEFECT:
        return
    links = queries.links_of_assignment(assignment_id)
    action = rules.next_step([_stopper(link) for link in links])
    found = ASSIGNMENT.find(assignment.state, action) if action else None
    if action and found is not None and found.target is not assignment.state:
        cycles.move(assignment, action, by=by, note=_explanation([link.defect for link in links], action))


def _stopper(link: DefectLink) -> rules.Stopper:
    fixed = link.defect.fixed_build.number if link.defect.fixed_build else 0
    passed = link.passed_build is not None and link.passed_build >= fixed
    return rules.Stopper(link.defect.state, link.defect.outcome, passed)


def _explanation(defects: list[Defect], action: str) -> str:
    told = [f"D{d.number}: {d.outcome_reason or d.fix_note}" for d in defects if d.outcome_reason or d.fix_note]
    return " ".join(told) if action in ("give_back", "offer_retest", "await_change") else ""


def _follow_original(defect: Defect, by: Actor) -> None:
    original = db.session.get_one(Defect, defect.duplicate_of_id)
    present = {link.assignment_id for link in queries.live_links(original.id)}
    project = db.session.get_one(Project, defect.project_id)
    for link in queries.links_of(defect.id):
        if link.assignment_id in present:
            continue
        copy = DefectLink(project_id=project.id, defect_id=original.id, assignment_id=link.assignment_id)
        copy.run_reference, copy.position = link.run_reference, link.position
        db.session.add(copy)
        test = written(project.key, Kind.TEST_CASE, link.assignment.item.test_case.number)
        record(about(events.DefectLinked, project, original, by, test=test), copy)
    db.session.flush()


def _moved(project: Project, defect: Defect, action: str, by: Actor, why: str = "") -> None:
    before, defect.state = defect.state, DefectState(DEFECT.after(defect.state, action))
    defect.version += 1
    told = {"move": action, "from_": before.value, "to": defect.state.value, "why": why}
    record(about(events.DefectMoved, project, defect, by, **told), defect)
    db.session.flush()


def put_in_retest(project: Project, defect: Defect, *, by: Actor) -> None:
    """The fix is in place: the defect is in retest, and its tests are due again."""
    _moved(project, defect, "deploy", by)
    for link in queries.links_of(defect.id):
        if link.passed_build is not None:
            link.passed_build = None
            record(about(events.DefectLinked, project, defect, by, test=link.run_reference), link)
    db.session.flush()
    lead_on_all(defect, by=by)


def on_deployed(event: BuildDeployed) -> None:
    """A build is in an environment: retests of what it fixes are due there."""
    project = db.session.get_one(Project, event.project_id)
    for defect in queries.fixed_and_waiting(project.id, event.environment_id, event.build_number):
        put_in_retest(project, defect, by=event.by)


def on_run_submitted(event: RunSubmitted) -> None:
    """A passed run on a build that has the fix closes defects whose tests have now all passed."""
    if event.outcome not in ("passed", "passed_with_remarks"):
        return
    project = db.session.get_one(Project, event.project_id)
    run = db.session.get_one(Run, event.run_id)
    for link in queries.links_of_assignment(event.assignment_id):
        defect = link.defect
        if defect.state is _S.IN_RETEST and defect.fixed_build and event.build_number >= defect.fixed_build.number:
            _passed(project, link, run, event)


def _passed(project: Project, link: DefectLink, run: Run, event: RunSubmitted) -> None:
    link.passed_build = event.build_number
    told = {"test": run.case_reference, "build": run.build_name, "result": "passed"}
    record(about(events.DefectRetested, project, link.defect, event.by, **told), link)
    db.session.flush()
    assert link.defect.fixed_build is not None  # noqa: S101 - checked by the caller
    passed = [other.passed_build for other in queries.live_links(link.defect_id)]
    if rules.all_passed(passed, link.defect.fixed_build.number):
        _moved(project, link.defect, "close", event.by)
        lead_on_all(link.defect, by=event.by)


def persists(project: Project, run: Run, defects: list[Defect], why: str, *, by: Actor) -> None:
    """A failed retest names which of its defects persist: those are reopened, and that is counted."""
    for defect in defects:
        defect.reopened_count += 1
        told = {"test": run.case_reference, "build": run.build_name, "result": "failed"}
        record(about(events.DefectRetested, project, defect, by, **told), defect)
        _moved(project, defect, "reopen", by, why)
        if why.strip():
            note(project, defect, "reopen", why.strip(), by)
        lead_on_all(defect, by=by)
    lead_on(run.assignment_id, by=by)


def on_run_voided(event: RunVoided) -> None:
    """A voided pass no longer proves a fix: what it closed is in retest again."""
    project = db.session.get_one(Project, event.project_id)
    for link in queries.links_of_assignment(event.assignment_id):
        if link.passed_build is None:
            continue
        link.passed_build = None
        told = {"test": event.subject, "build": "", "result": "taken back"}
        record(about(events.DefectRetested, project, link.defect, event.by, **told), link)
        if link.defect.state is _S.CLOSED:
            _moved(project, link.defect, "retest_again", event.by)


def on_assignments_made(event: AssignmentsMade) -> None:
    """Cases in a later cycle take the links of their unclosed defects along, to the same tester where possible."""
    project = db.session.get_one(Project, event.project_id)
    case_ids = db.session.scalars(sa.select(CycleItem.test_case_id).where(CycleItem.cycle_id == event.cycle_id)).all()
    for link in queries.open_links_of_cases(project.id, case_ids, event.cycle_id):
        target = _successor(link, event.cycle_id)
        if target is not None:
            _take_along(project, link, target, event.by)


def on_reassigned(event: Reassigned) -> None:
    """A test that was opened anew for somebody else takes along what its defects are linked to."""
    if event.assignment_id == event.old_id:
        return
    project = db.session.get_one(Project, event.project_id)
    target = db.session.get_one(Assignment, event.assignment_id)
    for link in queries.links_of_assignment(event.old_id):
        if link.defect.state is not _S.CLOSED:
            _take_along(project, link, target, event.by)


def _successor(link: DefectLink, cycle_id: int) -> Assignment | None:
    statement = (
        sa.select(Assignment)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .where(CycleItem.cycle_id == cycle_id, CycleItem.test_case_id == link.assignment.item.test_case_id)
        .where(Assignment.state != _A.WITHDRAWN)
        .order_by(Assignment.tester_id != link.assignment.tester_id, Assignment.id)
    )
    return db.session.scalars(statement.limit(1)).first()


def _take_along(project: Project, link: DefectLink, target: Assignment, by: Actor) -> None:
    where = (DefectLink.defect_id == link.defect_id, DefectLink.assignment_id == target.id)
    test = link.run_reference or "a test"
    if db.session.scalar(sa.select(DefectLink.id).where(*where)) is not None:
        db.session.delete(link)
    else:
        link.assignment_id, link.passed_build = target.id, None
    record(about(events.DefectLinked, project, link.defect, by, test=test), link)
    db.session.flush()
    if link.defect.state in rules.BEING_FIXED and target.state is _A.TO_DO:
        cycles.move(target, "await_fix", by=by)


def refuse_fixer(assignment: Assignment, actor: Actor) -> str | None:
    """Whoever fixed a defect never retests it."""
    if actor.user_id in queries.fixers_in_retest(assignment.id):
        return str(_("You fixed a problem that this test checks. Somebody else has to test it again."))
    return None
