"""Reads about test cases."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.requirements.models import Document, Requirement
from uatapp.testcases.models import CarryOver, TestCase, TestCaseVersion
from uatapp.testcases.states import CaseState


def tags_of(requirement: Requirement, case: TestCase) -> tuple[str, ...]:
    """Return a case's tags: those above it, its scenario's and its Examples block's."""
    return all_tags(requirement.tags, requirement.row_tags, case.block)


def all_tags(tags: Sequence[str], row_tags: Sequence[Sequence[str]], block: int) -> tuple[str, ...]:
    """Return a requirement's tags with those of one of its Examples blocks."""
    return tuple(dict.fromkeys((*tags, *(row_tags[block] if block < len(row_tags) else ()))))


def get_case(project_id: int, number: int) -> TestCase:
    """Return a test case with its requirement and document; refuse one that is not there."""
    document = joinedload(TestCase.requirement).joinedload(Requirement.document)
    deep = document.options(joinedload(Document.unit), joinedload(Document.process))
    where = (TestCase.project_id == project_id, TestCase.number == number)
    found = db.session.scalar(sa.select(TestCase).where(*where).options(deep))
    if found is None:
        raise NotFound
    return found


def get_version(test_case_id: int, number: int) -> TestCaseVersion:
    """Return one version of a test case; refuse one that is not there."""
    where = (TestCaseVersion.test_case_id == test_case_id, TestCaseVersion.number == number)
    found = db.session.scalar(sa.select(TestCaseVersion).where(*where))
    if found is None:
        raise NotFound
    return found


def list_versions(test_case_id: int) -> Sequence[TestCaseVersion]:
    """Return all versions of a test case, newest first."""
    where = TestCaseVersion.test_case_id == test_case_id
    return db.session.scalars(sa.select(TestCaseVersion).where(where).order_by(TestCaseVersion.number.desc())).all()


def list_carry_overs(test_case_id: int) -> Sequence[CarryOver]:
    """Return the decisions by which results stand, newest first."""
    where = CarryOver.test_case_id == test_case_id
    return db.session.scalars(sa.select(CarryOver).where(where).order_by(CarryOver.to_number.desc())).all()


def of_requirement(requirement_id: int) -> Sequence[TestCase]:
    """Return a requirement's test cases in their order, retired ones last."""
    retired = sa.case((TestCase.state == CaseState.RETIRED, 1), else_=0)
    statement = sa.select(TestCase).where(TestCase.requirement_id == requirement_id)
    return db.session.scalars(statement.order_by(retired, TestCase.position, TestCase.number)).all()


def count_suspect(project_id: int) -> int:
    """Count the test cases that wait for a decision."""
    where = (TestCase.project_id == project_id, TestCase.state == CaseState.SUSPECT)
    return db.session.scalar(sa.select(sa.func.count()).select_from(TestCase).where(*where)) or 0


def suspects(project_id: int) -> Any:
    """Select (TestCase, Requirement, old version, new version) of what waits for a decision.

    The old version is the newest one before the change that results may count on.
    """
    new, old = aliased(TestCaseVersion), aliased(TestCaseVersion)
    return (
        sa.select(TestCase, Requirement, old, new)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(new, (new.test_case_id == TestCase.id) & (new.number == TestCase.version_number))
        .join(old, (old.test_case_id == TestCase.id) & (old.number == TestCase.valid_from))
        .where(TestCase.project_id == project_id, TestCase.state == CaseState.SUSPECT)
        .order_by(Requirement.number, TestCase.position, TestCase.number)
    )


def listed(project_id: int, state: str, words: str) -> Any:
    """Select (TestCase, Requirement) in the documents' order, by state and by words or reference."""
    statement = (
        sa.select(TestCase, Requirement)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(TestCase.project_id == project_id)
        .order_by(Document.path, Requirement.position, Requirement.number, TestCase.position, TestCase.number)
    )
    statement = statement.where(TestCase.state == state if state else TestCase.state != CaseState.RETIRED)
    for word in words.split()[:8]:
        escaped = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        said: sa.ColumnElement[bool] = sa.func.lower(TestCase.title).like(f"%{escaped}%", escape="\\")
        digits = word.upper().rpartition("T")[2]
        if digits.isascii() and digits.isdigit() and len(digits) < 9:
            said = sa.or_(said, TestCase.number == int(digits))
        statement = statement.where(said)
    return statement


def counts(project_id: int) -> dict[str, int]:
    """Count a project's test cases by state."""
    statement = sa.select(TestCase.state, sa.func.count()).where(TestCase.project_id == project_id)
    rows = db.session.execute(statement.group_by(TestCase.state))
    return {state.value: count for state, count in rows}
