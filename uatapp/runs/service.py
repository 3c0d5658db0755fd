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
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record
from uatapp.projects.models import Build, Project
from uatapp.runs import events, queries, reading, rules
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
    if not actor.may(Permission.RUNS_SUBMIT, assignment.project_id):
        return str(_("Only the customer’s testers record results."))
    if assignment.tester_id != actor.user_id:
        return str(_("This test is assigned to %(name)s.", name=assignment.tester.name))
    if assignment.state is AssignmentState.WITHDRAWN:
        return str(_("This test was taken off your list: %(why)s", why=assignment.note))
    if assignment.item.cycle.state is not CycleState.OPEN:
        return str(_("“%(name)s” is not open. Your project manager opens it.", name=assignment.item.cycle.name))
    return next((reason for guard in start_guards if (reason := guard(assignment, actor))), None)


def start(project: Project, assignment_id: int, *, by: Actor) -> RunDraft:
    """Open a run on the newest version and the build deployed now, or go on with the one that is open."""
    assignment = cycles.get_assignment(project.id, assignment_id, lock=True)
    if reason := why_not_start(assignment, by):
        raise NotAllowed(reason)
    if assignment.state in STARTABLE:
        move(assignment, "start", by=by, note=assignment.note)
    elif assignment.state is not AssignmentState.IN_PROGRESS:
        raise Refused(_("This test waits for something else now. Look at “My work”."))
    draft = queries.find_draft(project.id, assignment.id, by.user_id)
    return draft if draft is not None else _new_draft(assignment, by)


def _new_draft(assignment: Assignment, by: Actor) -> RunDraft:
    version = queries.current_version(assignment.item.test_case)
    draft = RunDraft(project_id=assignment.project_id, assignment_id=assignment.id, tester_id=by.user_id)
    draft.case_version_id, draft.build_id = version.id, assignment.item.cycle.build_id
    draft.answers, draft.saved_at = {}, clock.now()
    db.session.add(draft)
    db.session.flush()
    return draft


def save_draft(project: Project, assignment_id: int, told: rules.Told, version: int, *, by: Actor) -> int:
    """Keep what was typed so far; return the draft's new version. Refuses another's draft and a stale version.

    One short update, not audited; the version guards two windows against each other.
    """
    statement = (
        sa.update(RunDraft)
        .where(RunDraft.project_id == project.id, RunDraft.assignment_id == assignment_id)
        .where(RunDraft.tester_id == by.user_id, RunDraft.version == version)
        .values(version=version + 1, saved_at=clock.now(), **reading.columns(told))
        .returning(RunDraft.version)
    )
    saved = db.session.execute(statement).scalar()
    if saved is not None:
        return int(saved)
    draft = own_draft(project, assignment_id, by=by)
    _check_version(draft, told, version)
    return draft.version


def _check_version(draft: RunDraft, told: rules.Told, version: int) -> None:
    """Refuse what was written on top of an older draft, unless it says the same."""
    mine, theirs = reading.columns(told), reading.columns(reading.told_in(draft))
    if draft.version != version and mine != theirs:
        sentence = _("This test is open in another window, and something else was typed there. Both are shown below.")
        raise Stale(sentence, theirs=str(theirs), yours=str(mine), version=draft.version)


def own_draft(project: Project, assignment_id: int, *, by: Actor) -> RunDraft:
    """Return a person's own open run; refuse (NotFound) what is submitted, taken away or somebody else's."""
    draft = queries.find_draft(project.id, assignment_id, by.user_id)
    if draft is None:
        raise NotFound(_("This test is not open any more: it was submitted or taken away. Look at “My work”."))
    return draft


def add_evidence(project: Project, assignment_id: int, evidence: Evidence, position: int, *, by: Actor) -> None:
    """Add a file to an open run. Refuses a run of somebody else, or one that is submitted."""
    draft = own_draft(project, assignment_id, by=by)
    row = DraftEvidence(project_id=project.id, assignment_id=draft.assignment_id, evidence_id=evidence.id)
    row.tester_id = draft.tester_id
    row.position = position if 0 < position <= len(draft.case_version.steps) else 0
    db.session.add(row)


def remove_evidence(project: Project, assignment_id: int, token: str, *, by: Actor) -> None:
    """Take a file out of an open run; the file itself is kept as it was given."""
    draft = own_draft(project, assignment_id, by=by)
    wanted = sa.select(Evidence.id).where(Evidence.project_id == project.id, Evidence.token == token)
    where = (DraftEvidence.assignment_id == draft.assignment_id, DraftEvidence.tester_id == draft.tester_id)
    db.session.execute(sa.delete(DraftEvidence).where(*where, DraftEvidence.evidence_id.in_(wanted)))


def submit(project: Project, assignment_id: int, told: rules.Told, *, by: Actor, version: int | None = None) -> Run:
    """Submit a run: frozen from now on. Refuses missing answers, a stale draft, and what `why_not_start` refuses."""
    assignment = cycles.get_assignment(project.id, assignment_id, lock=True)
    draft = own_draft(project, assignment_id, by=by)
    if reason := why_not_start(assignment, by):
        raise NotAllowed(reason)
    if version is not None:
        _check_version(draft, told, version)
    outcome = _outcome(told, draft)
    run, rows = _frozen(project, assignment, draft, told, outcome, by)
    _take_over(assignment, run, draft.build.number)
    move(assignment, _ACTIONS[outcome], by=by, note=told.reason.strip())
    if outcome is Outcome.BLOCKED:
        assignment.blocked_by = run.blocked_by
    record(_submitted(run, draft.build, by), run, *rows, assignment)
    _forget(draft)
    testcases.settle(assignment.item.test_case_id, run.case_version_number, by)
    _back_if_stale(assignment, run, by)
    return run


def _outcome(told: rules.Told, draft: RunDraft) -> Outcome:
    positions = rules.asked(draft.case_version.steps)
    if fields := rules.faults(told, positions):
        raise Invalid(_(next(iter(fields.values()))), fields={k: str(_(v)) for k, v in fields.items()})
    outcome = rules.outcome(told, positions)
    if outcome is None:
        raise Invalid(_("Answer the steps first."))
    return outcome


def _submitted(run: Run, build: Build, by: Actor) -> events.RunSubmitted:
    return events.RunSubmitted(
        project_id=run.project_id,
        subject=run.reference,
        by=by,
        run_id=run.id,
        assignment_id=run.assignment_id,
        build_number=build.number,
        build=build.name,
        outcome=run.outcome.value,
        version=run.case_version_number,
    )


def _forget(draft: RunDraft) -> None:
    where = (DraftEvidence.assignment_id == draft.assignment_id, DraftEvidence.tester_id == draft.tester_id)
    db.session.execute(sa.delete(DraftEvidence).where(*where))
    db.session.delete(draft)
    db.session.flush()


def _back_if_stale(assignment: Assignment, run: Run, by: Actor) -> None:
    """A run that was open while its test changed for good does not count: the new version is to do."""
    if run.case_version_number < assignment.item.test_case.valid_from:
        words = _("The requirement changed while you tested it. Please test the new version as well.")
        move(assignment, "give_back", by=by, note=words)


def _frozen(
    project: Project, assignment: Assignment, draft: RunDraft, told: rules.Told, outcome: Outcome, by: Actor
) -> tuple[Run, list[StepResult | RunEvidence]]:
    version, attempt = draft.case_version, assignment.run_count + 1
    run = Run(
        project_id=project.id,
        reference=f"{version.reference}.{assignment.item.cycle.number}.{by.uid[:6]}.{attempt}",
        assignment_id=assignment.id,
        attempt=attempt,
        case_version_id=version.id,
        case_reference=version.reference,
        case_version_number=version.number,
        build_id=draft.build_id,
        build_name=draft.build.name,
        tester_id=by.user_id,
        tester_uid=by.uid,
        tester_name=by.name,
        started_at=draft.started_at,
        submitted_at=clock.now(),
        outcome=outcome,
        blocked_by=(told.blocked_by or BlockCause.OTHER) if outcome is Outcome.BLOCKED else None,
        remark=told.remark.strip(),
        reason=told.reason.strip() if outcome in (Outcome.BLOCKED, Outcome.NOT_APPLICABLE) else "",
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
            remark=told.remarks.get(position, "").strip(),
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
        for row in queries.draft_evidence(run.assignment_id, run.tester_id)
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
    last = queries.last_valid(assignment.id)
    if last is None or last.id != run.id:
        raise Refused(_("Only your last result can be taken back."))
    if queries.find_draft(project.id, assignment.id, by.user_id):
        raise Refused(_("You have begun this test again. Submit that one instead."))
    row = RunVoid(project_id=project.id, run_id=run.id, run_reference=run.reference, by_id=by.user_id)
    row.by_name, row.reason = by.name, reason.strip()
    db.session.add(row)
    before = queries.last_valid(assignment.id, but=run.id)
    number = db.session.get_one(Build, before.build_id).number if before else None
    _take_over(assignment, before, number)
    if assignment.state not in (AssignmentState.TO_DO, AssignmentState.WITHDRAWN):
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
