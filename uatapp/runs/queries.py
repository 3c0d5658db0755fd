"""Reads about runs and drafts."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from uatapp.cycles.models import Assignment, CycleItem
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.runs.models import DraftEvidence, Run, RunDraft, RunEvidence, RunVoid
from uatapp.testcases.models import TestCase, TestCaseVersion


def find_draft(project_id: int, assignment_id: int, tester_id: int | None) -> RunDraft | None:
    """Return a tester's open run of an assignment with its version and build."""
    where = (RunDraft.project_id == project_id, RunDraft.assignment_id == assignment_id)
    statement = sa.select(RunDraft).where(*where, RunDraft.tester_id == tester_id)
    return db.session.scalar(statement.options(joinedload(RunDraft.case_version), joinedload(RunDraft.build)))


def current_version(case: TestCase) -> TestCaseVersion:
    where = (TestCaseVersion.test_case_id == case.id, TestCaseVersion.number == case.version_number)
    return db.session.scalars(sa.select(TestCaseVersion).where(*where)).one()


def get_version(version_id: int) -> TestCaseVersion:
    return db.session.get_one(TestCaseVersion, version_id)


def draft_evidence(assignment_id: int, tester_id: int | None) -> Sequence[DraftEvidence]:
    """Return the files a tester added to an open run."""
    where = (DraftEvidence.assignment_id == assignment_id, DraftEvidence.tester_id == tester_id)
    statement = sa.select(DraftEvidence).where(*where)
    return db.session.scalars(statement.options(joinedload(DraftEvidence.evidence)).order_by(DraftEvidence.id)).all()


def get_run(project_id: int, reference: str) -> Run:
    """Return a submitted run with steps, files and test; refuse (NotFound) what is not there."""
    statement = sa.select(Run).where(Run.project_id == project_id, Run.reference == reference)
    item = joinedload(Run.assignment).joinedload(Assignment.item)
    run = db.session.scalar(
        statement.options(
            selectinload(Run.steps),
            selectinload(Run.evidence).joinedload(RunEvidence.evidence),
            joinedload(Run.case_version),
            item.joinedload(CycleItem.test_case),
            item.joinedload(CycleItem.cycle),
        )
    )
    if run is None:
        raise NotFound
    return run


def find_void(run_id: int) -> RunVoid | None:
    return db.session.scalar(sa.select(RunVoid).where(RunVoid.run_id == run_id))


def last_valid(assignment_id: int, *, but: int = 0) -> Run | None:
    """Return the newest run that is not voided (apart from one)."""
    voided = sa.exists().where(RunVoid.run_id == Run.id)
    statement = sa.select(Run).where(Run.assignment_id == assignment_id, Run.id != but, ~voided)
    return db.session.scalars(statement.order_by(Run.attempt.desc()).limit(1)).first()


def attempts(assignment_id: int) -> Sequence[tuple[Run, RunVoid | None]]:
    """Return all attempts at an assignment, newest first, each with its voiding."""
    statement = (
        sa.select(Run, RunVoid)
        .outerjoin(RunVoid, RunVoid.run_id == Run.id)
        .where(Run.assignment_id == assignment_id)
        .order_by(Run.attempt.desc())
    )
    return [(run, void) for run, void in db.session.execute(statement)]


def find_file(run_id: int, token: str) -> Evidence | None:
    statement = sa.select(Evidence).join(RunEvidence, RunEvidence.evidence_id == Evidence.id)
    return db.session.scalar(statement.where(RunEvidence.run_id == run_id, Evidence.token == token))


def find_draft_file(assignment_id: int, tester_id: int | None, token: str) -> Evidence | None:
    """Return a file of a tester's own open run."""
    where = (DraftEvidence.assignment_id == assignment_id, DraftEvidence.tester_id == tester_id)
    statement = sa.select(Evidence).join(DraftEvidence, DraftEvidence.evidence_id == Evidence.id)
    return db.session.scalar(statement.where(*where, Evidence.token == token))
