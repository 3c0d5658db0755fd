"""Reads about documents and requirements."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload, load_only

from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.projects.queries import list_members
from uatapp.requirements.models import (
    Document,
    DocumentVersion,
    ImportReport,
    Requirement,
    RequirementVersion,
    RequirementVersionState,
)
from uatapp.requirements.rules import Person
from uatapp.requirements.states import RequirementState, VersionState

UNDECIDED = (VersionState.DRAFT, VersionState.IN_REVIEW)


def people(project_id: int) -> list[Person]:
    """Return the members as rules see them."""
    return [
        Person(m.user_id, m.user.name, m.side, frozenset(held.role for held in m.roles), m.unit_id)
        for m in list_members(project_id)
    ]


def get_document(project_id: int, document_id: int, *, lock: bool = False) -> Document:
    """Return a document with its unit and process; refuse one that is not there."""
    statement = sa.select(Document).where(Document.project_id == project_id, Document.id == document_id)
    if lock:
        statement = statement.with_for_update()
    else:
        statement = statement.options(joinedload(Document.unit), joinedload(Document.process))
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def find_document(project_id: int, path: str) -> Document | None:
    """Return a document by its path, also one whose text has gone."""
    return db.session.scalar(sa.select(Document).where(Document.project_id == project_id, Document.path == path))


def newest_version(document_id: int) -> DocumentVersion | None:
    """Return a document's newest version with its bytes."""
    statement = sa.select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return db.session.scalar(statement.order_by(DocumentVersion.number.desc()).limit(1))


def get_document_version(document_id: int, number: int) -> DocumentVersion:
    """Return one version with its bytes; refuse one that is not there."""
    where = (DocumentVersion.document_id == document_id, DocumentVersion.number == number)
    found = db.session.scalar(sa.select(DocumentVersion).where(*where))
    if found is None:
        raise NotFound
    return found


def list_document_versions(document_id: int) -> Sequence[DocumentVersion]:
    """Return a document's versions without their bytes, newest first, with who made them."""
    light = load_only(DocumentVersion.number, DocumentVersion.path, DocumentVersion.at, DocumentVersion.sha256)
    statement = sa.select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    statement = statement.options(light, joinedload(DocumentVersion.author))
    return db.session.scalars(statement.order_by(DocumentVersion.number.desc())).all()


def get_requirement(project_id: int, number: int, *, lock: bool = False) -> Requirement:
    """Return a requirement with its document, unit and process; refuse one that is not there."""
    statement = sa.select(Requirement).where(Requirement.project_id == project_id, Requirement.number == number)
    document = joinedload(Requirement.document)
    deep = document.options(joinedload(Document.unit), joinedload(Document.process))
    statement = statement.with_for_update() if lock else statement.options(deep)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def list_requirement_versions(requirement_id: int) -> Sequence[tuple[RequirementVersion, RequirementVersionState]]:
    """Return a requirement's versions with where each stands, newest first."""
    statement = (
        sa.select(RequirementVersion, RequirementVersionState)
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .where(RequirementVersion.requirement_id == requirement_id)
        .options(joinedload(RequirementVersion.author), joinedload(RequirementVersionState.decided_by))
        .order_by(RequirementVersion.number.desc())
    )
    return [(version, state) for version, state in db.session.execute(statement)]


def two_versions(requirement_id: int, numbers: tuple[int, int]) -> tuple[RequirementVersion, RequirementVersion]:
    """Return two versions of a requirement, in the order asked for; refuse one that is not there."""
    where = (RequirementVersion.requirement_id == requirement_id, RequirementVersion.number.in_(numbers))
    found = {row.number: row for row in db.session.scalars(sa.select(RequirementVersion).where(*where))}
    if not set(numbers) <= set(found):
        raise NotFound
    return found[numbers[0]], found[numbers[1]]


def latest() -> sa.ColumnElement[bool]:
    """Say which version of a requirement is its newest, for a join."""
    return (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.latest_number
    )


def state_of_latest() -> sa.ColumnElement[str]:
    """Return SQL for where a requirement stands: retired, removal_asked, or its newest version's state."""
    return sa.case(
        (Requirement.state == RequirementState.RETIRED, "retired"),
        (Requirement.removal_asked, "removal_asked"),
        else_=sa.cast(RequirementVersionState.state, sa.String),
    )


def with_state(project_id: int) -> Any:
    """Select (Requirement, where it stands) of a project; the caller narrows and orders."""
    return (
        sa.select(Requirement, state_of_latest().label("standing"))
        .join(RequirementVersion, latest())
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .join(Document, Document.id == Requirement.document_id)
        .where(Requirement.project_id == project_id)
    )


def waiting(project_id: int, unit_id: int | None = None) -> Any:
    """Select (Requirement, version, state) of what waits for an approver: reviews and retirements, by document.

    Those of the unit come first: a head's own; without one, documents that have none.
    """
    first = Document.unit_id.is_(None) if unit_id is None else Document.unit_id == unit_id
    in_review = RequirementVersionState.state == VersionState.IN_REVIEW
    removal = Requirement.removal_asked & (Requirement.state == RequirementState.ACTIVE)
    return (
        sa.select(Requirement, RequirementVersion, RequirementVersionState)
        .join(RequirementVersion, latest())
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .join(Document, Document.id == Requirement.document_id)
        .where(Requirement.project_id == project_id, sa.or_(in_review, removal))
        .options(joinedload(Requirement.document), joinedload(RequirementVersion.author))
        .order_by(sa.case((first, 0), else_=1), Document.path, Requirement.position, Requirement.number)
    )


def versions_numbered(
    wanted: Collection[tuple[int, int]],
) -> dict[int, RequirementVersion]:
    """Return versions by their requirement, for (requirement id, version number) pairs."""
    if not wanted:
        return {}
    pair = sa.tuple_(RequirementVersion.requirement_id, RequirementVersion.number)
    rows = db.session.scalars(sa.select(RequirementVersion).where(pair.in_(list(wanted))))
    return {row.requirement_id: row for row in rows}


def get_report(project_id: int, report_id: int) -> ImportReport:
    """Return an import's report; refuse one that is not there."""
    where = (ImportReport.project_id == project_id, ImportReport.id == report_id)
    found = db.session.scalar(sa.select(ImportReport).where(*where))
    if found is None:
        raise NotFound
    return found


def find_report_after(report: ImportReport) -> ImportReport | None:
    """Return the newest report that goes on from another one: its upload was taken in again, or taken back."""
    where = ImportReport.project_id == report.project_id, ImportReport.after_id == report.id
    return db.session.scalar(sa.select(ImportReport).where(*where).order_by(ImportReport.id.desc()).limit(1))


def list_reports(project_id: int, most: int) -> Sequence[ImportReport]:
    """Return the newest reports of a project."""
    statement = sa.select(ImportReport).where(ImportReport.project_id == project_id)
    heavy = ImportReport.items, ImportReport.touched
    options = [defer(column) for column in heavy]
    return db.session.scalars(statement.options(*options).order_by(ImportReport.id.desc()).limit(most)).all()


def numbers_without_id(document_id: int) -> dict[int, int]:
    """Return the numbers of a document's requirements that have no id of their own, by their position in it."""
    where = (
        Requirement.document_id == document_id,
        Requirement.id_tag.is_(None),
        Requirement.state == RequirementState.ACTIVE,
        Requirement.removal_asked.is_(False),
    )
    statement = sa.select(Requirement.position, Requirement.number).where(*where)
    return dict(db.session.execute(statement).tuples().all())


def has_documents(project_id: int) -> bool:
    """Say whether anything has come in yet."""
    return db.session.scalar(sa.select(sa.exists().where(Document.project_id == project_id))) is True


def list_documents_of(project_id: int, ids: Collection[int]) -> Sequence[Document]:
    """Return documents by id, by path, with unit and process."""
    statement = sa.select(Document).where(Document.project_id == project_id, Document.id.in_(ids))
    return db.session.scalars(statement.order_by(Document.path)).all()
