"""What can happen to a run: started, kept as a draft, submitted, taken back."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.cycles import queries as cycles
from uatapp.cycles.assigning import move
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState, BlockCause, CycleState, Outcome
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused, Stale
from uatapp.kernel.uow import record
from uatapp.projects.models import Build, Project
from uatapp.runs import events, queries, rules
from uatapp.runs.models import DraftEvidence, Run, RunDraft, RunEvidence, RunVoid, StepResult
from uatapp.runs.states import StepAnswer
from uatapp.testcases import service as testcases

# What upper packages add: reasons why this person may not run this test (whoever fixed it, for one).
start_guards: list[Callable[[Assignment, Actor], str | None]] = []

STARTABLE = (AssignmentState.TO_DO, AssignmentState.RETEST_DUE)
_ACTIONS = {
    Outcome.PASSED: "pass",
    Outcome.PASSED_WITH_REMARKS: "pass",
    Outcome.FAILED: "fail",
    Outcome.BLOCKED: "block",
    Outcome.NOT_APPLICABLE: "not_apply",
}


def why_not_start(assignment: Assignment, actor: Actor) -> str | None:
    """Return why this person cannot run this test now, None when they can."""
    if assignment.tester_id != actor.user_id:
        return _("This test is assigned to %(name)s.", name=assignment.tester.name)
    if assignment.item.cycle.state is not CycleState.OPEN:
        return _("“%(name)s” is not open. Your project manager opens it.", name=assignment.item.cycle.name)
    for guard in start_guards:
        if reason := guard(assignment, actor):
            return reason
    return None


def start(project: Project, assignment_id: int, *, by: Actor) -> RunDraft:
    """Open a run on the newest version and the build deployed now, or go on with the one that is open."""
    assignment = cycles.get_assignment(project.id, assignment_id, lock=True)
    if reason := why_not_start(assignment, by):
        raise NotAllowed(reason)
    draft = queries.find_draft(assignment.id)
    if draft is not None:
        return draft
    if assignment.state not in STARTABLE:
        raise Refused(_("This test waits for something else now. Look at “My work”."))
    move(assignment, "start", by=by, note=assignment.note)
    version = queries.current_version(assignment.item.test_case)
    draft = RunDraft(project_id=project.id, assignment_id=assignment.id, tester_id=by.user_id)
    draft.case_version_id, draft.build_id = version.id, assignment.item.cycle.build_id
    draft.answers, draft.saved_at = {}, clock.now()
    db.session.add(draft)
    db.session.flush()
    return draft


def save_draft(
    project: Project, assignment_id: int, answers: dict[str, Any], texts: dict[str, str], version: int, *, by: Actor
) -> int:
    """Keep what was typed so far; return the draft's new version. Refuses another's draft and a stale version.

    One short update, not audited; the version guards two tabs against each other.
    """
    statement = (
        sa.update(RunDraft)
        .where(RunDraft.project_id == project.id, RunDraft.assignment_id == assignment_id)
        .where(RunDraft.tester_id == by.user_id, RunDraft.version == version)
        .values(answers=answers, version=version + 1, saved_at=clock.now(), **texts)
        .returning(RunDraft.version)
    )
    saved = db.session.execute(statement).scalar()
    if saved is not None:
        return int(saved)
    present = queries.find_draft(assignment_id)
    if present is None or present.tester_id != by.user_id:
        raise Refused(_("This test is not open any more. What you see was submitted or taken away."))
    sentence = _("This test is open in another window, and more was typed there. Reload this page to see it.")
    raise Stale(sentence, theirs=str(present.answers), yours=str(answers), version=present.version)


def add_evidence(project: Project, assignment_id: int, evidence: Evidence, position: int, *, by: Actor) -> None:
    """Add a file to an open run. Refuses a run of somebody else, or one that is submitted."""
    draft = _own_draft(project, assignment_id, by)
    row = DraftEvidence(project_id=project.id, assignment_id=draft.assignment_id, evidence_id=evidence.id)
    row.position = position
    db.session.add(row)


def remove_evidence(project: Project, assignment_id: int, token: str, *, by: Actor) -> None:
    """Take a file out of an open run; the file itself is kept as it was given."""
    draft = _own_draft(project, assignment_id, by)
    wanted = sa.select(Evidence.id).where(Evidence.project_id == project.id, Evidence.token == token)
    where = (DraftEvidence.assignment_id == draft.assignment_id, DraftEvidence.evidence_id.in_(wanted))
    db.session.execute(sa.delete(DraftEvidence).where(*where))


def _own_draft(project: Project, assignment_id: int, by: Actor) -> RunDraft:
    draft = queries.find_draft(assignment_id)
    if draft is None or draft.project_id != project.id or draft.tester_id != by.user_id:
        raise Refused(_("This test is not open any more. Open it from “My work”."))
    return draft


def submit(project: Project, assignment_id: int, told: rules.Told, *, by: Actor) -> Run:
    """Submit a run: frozen from now on. Refuses missing answers, and what `why_not_start` refuses."""
    assignment = cycles.get_assignment(project.id, assignment_id, lock=True)
    if reason := why_not_start(assignment, by):
        raise NotAllowed(reason)
    draft = _own_draft(project, assignment_id, by)
    version = queries.get_version(draft.case_version_id)
    positions = rules.asked(version.steps)
    if fields := rules.faults(told, positions):
        raise Invalid(_(next(iter(fields.values()))), fields={k: _(v) for k, v in fields.items()})
    outcome = rules.outcome(told, positions)
    if outcome is None:
        raise Invalid(_("Answer the steps first."))
    run, rows = _frozen(project, assignment, draft, told, outcome, by)
    build = db.session.get_one(Build, draft.build_id)
    event = events.RunSubmitted(
        project_id=project.id,
        subject=run.reference,
        by=by,
        run_id=run.id,
        assignment_id=assignment.id,
        build_number=build.number,
        build=build.name,
        outcome=outcome.value,
        version=version.number,
    )
    _take_over(assignment, run, build.number)
    move(assignment, _ACTIONS[outcome], by=by, note=told.reason.strip())
    if outcome is Outcome.BLOCKED:
        assignment.blocked_by = told.blocked_by or BlockCause.OTHER
    record(event, run, *rows, assignment)
    db.session.execute(sa.delete(DraftEvidence).where(DraftEvidence.assignment_id == assignment.id))
    db.session.delete(draft)
    db.session.flush()
    testcases.settle(assignment.item.test_case_id, version.number, by)
    return run


def _frozen(
    project: Project, assignment: Assignment, draft: RunDraft, told: rules.Told, outcome: Outcome, by: Actor
) -> tuple[Run, list[StepResult | RunEvidence]]:
    version = queries.get_version(draft.case_version_id)
    attempt = assignment.run_count + 1
    run = Run(
        project_id=project.id,
        reference=f"{version.reference}.{assignment.item.cycle.number}.{by.uid[:6]}.{attempt}",
        assignment_id=assignment.id,
        attempt=attempt,
        case_version_id=version.id,
        case_reference=version.reference,
        case_version_number=version.number,
        build_id=draft.build_id,
        build_name=db.session.get_one(Build, draft.build_id).name,
        tester_id=by.user_id,
        tester_uid=by.uid,
        tester_name=by.name,
        started_at=draft.started_at,
        submitted_at=clock.now(),
        outcome=outcome,
        blocked_by=(told.blocked_by or BlockCause.OTHER) if outcome is Outcome.BLOCKED else None,
        remark=told.remark.strip()[: rules.LONGEST],
        reason=told.reason.strip()[: rules.LONGEST],
    )
    db.session.add(run)
    db.session.flush()
    rows = [*_steps(run, told, version.steps), *_files(run)]
    db.session.add_all(rows)
    return run, rows


def _steps(run: Run, told: rules.Told, steps: list[Any]) -> list[StepResult | RunEvidence]:
    return [
        StepResult(
            project_id=run.project_id,
            run_id=run.id,
            run_reference=run.reference,
            position=position,
            answer=told.answers.get(position, StepAnswer.NOT_DONE),
            remark=told.remarks.get(position, "").strip()[: rules.LONGEST],
        )
        for position in rules.asked(steps)
    ]


def _files(run: Run) -> list[StepResult | RunEvidence]:
    return [
        RunEvidence(
            project_id=run.project_id,
            run_id=run.id,
            run_reference=run.reference,
            evidence_id=row.evidence_id,
            evidence_token=row.evidence.token,
            position=row.position,
        )
        for row in queries.draft_evidence(run.assignment_id)
    ]


def _take_over(assignment: Assignment, run: Run | None, build_number: int | None) -> None:
    """Write the last run that counts into its assignment."""
    if run is not None and run.attempt > assignment.run_count:
        assignment.run_count = run.attempt
    assignment.outcome = run.outcome if run else None
    assignment.run_version = run.case_version_number if run else None
    assignment.run_build = build_number
    assignment.run_at = run.submitted_at if run else None


def void(project: Project, reference: str, reason: str, *, by: Actor) -> Assignment:
    """Take an own result back: it stays readable, counts no more, and the test is to do again.

    Refuses others, a closed cycle, a result that was followed by another, and after ten minutes a missing reason.
    """
    run = queries.get_run(project.id, reference)
    assignment = cycles.get_assignment(project.id, run.assignment_id, lock=True)
    is_open = assignment.item.cycle.state is CycleState.OPEN
    why_not = rules.why_not_void(run.submitted_at, clock.now(), run.tester_id == by.user_id, reason, is_open)
    if why_not:
        raise Invalid(_(why_not), fields={"reason": _(why_not)})
    if run.attempt != assignment.run_count or queries.is_void(run.id) or queries.find_draft(assignment.id):
        raise Refused(_("Only your last result can be taken back."))
    row = RunVoid(project_id=project.id, run_id=run.id, run_reference=run.reference, by_id=by.user_id)
    row.by_name, row.reason = by.name, reason.strip()
    db.session.add(row)
    before = queries.last_valid(assignment.id, but=run.id)
    number = db.session.get_one(Build, before.build_id).number if before else None
    _take_over(assignment, before, number)
    if assignment.state is not AssignmentState.TO_DO:
        move(assignment, "give_back", by=by, note=_("You took your result back."))
    told = events.RunVoided(
        project_id=project.id,
        subject=run.reference,
        by=by,
        run_id=run.id,
        assignment_id=assignment.id,
        why=reason.strip() or _("Own slip."),
    )
    record(told, row, assignment)
    return assignment
