"""Writing what a plan says: document versions byte for byte, requirements and their new versions, in bulk."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from uatapp.gherkin.model import Document as ParsedDocument
from uatapp.gherkin.model import Scenario
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import Base, db
from uatapp.kernel.references import Kind, take, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.requirements import service
from uatapp.requirements.content import content_of, tags_of_rows
from uatapp.requirements.events import DocumentsImported
from uatapp.requirements.models import (
    Document,
    DocumentVersion,
    Requirement,
    RequirementVersion,
    RequirementVersionState,
)
from uatapp.requirements.plans import UNNAMED, Plan
from uatapp.requirements.states import RequirementState, VersionState


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document that could be read, with its bytes."""

    document: ParsedDocument
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Filing:
    """Where new documents go, and whether what is new is sent for review at once."""

    unit_id: int | None = None
    process_id: int | None = None
    state: VersionState = VersionState.IN_REVIEW


@dataclass(frozen=True, slots=True)
class New:
    """A requirement by its id and number, of which a scenario becomes a version."""

    requirement_id: int
    number: int
    version: int
    path: str
    scenario: Scenario


@dataclass(slots=True)
class _Intake:
    """One import being written: what there was, what has been made, and what to tell."""

    project: Project
    by: Actor
    filing: Filing
    plan: Plan
    incoming: Mapping[str, "Incoming"]
    at: datetime = field(default_factory=clock.now)
    left: set[int] = field(default_factory=set)
    documents: dict[str, Document] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    rows: list[object] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    def add(self, rows: Sequence[object]) -> None:
        db.session.add_all(rows)
        self.rows += rows


def take_in(
    project: Project, plan: Plan, incoming: Mapping[str, Incoming], filing: Filing, *, by: Actor, unchanged: int = 0
) -> list[int]:
    """Write a plan in the open unit of work and tell it once; return the ids of the documents that came in."""
    paths = [path for path in sorted(incoming) if path not in plan.waiting]
    if not (paths or plan.gone):
        return []
    intake = _Intake(project, by, filing, plan, {path: incoming[path] for path in paths})
    if paths:
        _write_documents(intake)
    known = _known(plan)
    _create(intake)
    _update(intake, known)
    _remove(intake, known)
    _empty_documents(intake)
    db.session.flush()
    _tell(intake, plan.counts() + Counter(unchanged=unchanged))
    return [intake.documents[path].id for path in paths]


def _write_documents(intake: _Intake) -> None:
    project_id = intake.project.id
    stored = {
        d.path: d
        for d in db.session.scalars(sa.select(Document).where(Document.project_id == project_id).with_for_update())
    }
    came_from = {path: stored_id for stored_id, path in intake.plan.renamed_documents.items()}
    by_id = {d.id: d for d in stored.values()}
    last = _last_numbers(project_id, [stored[path].id for path in intake.incoming if path in stored])
    for path, item in intake.incoming.items():
        row = stored.get(path) or _new_document(intake, path, by_id.get(came_from.get(path, 0)))
        row.title, row.version_number = item.document.name[:300] or path, last.get(row.id, 0) + 1
        intake.documents[path] = row
    intake.add(list(intake.documents.values()))
    db.session.flush()
    _write_document_versions(intake)


def _new_document(intake: _Intake, path: str, before: Document | None) -> Document:
    """Make a document; a renamed one stays in its unit and process."""
    unit_id = before.unit_id if before else intake.filing.unit_id
    process_id = before.process_id if before else intake.filing.process_id
    return Document(project_id=intake.project.id, path=path, unit_id=unit_id, process_id=process_id, version_number=0)


def _last_numbers(project_id: int, document_ids: Sequence[int]) -> dict[int, int]:
    statement = (
        sa.select(DocumentVersion.document_id, sa.func.max(DocumentVersion.number))
        .where(DocumentVersion.project_id == project_id, DocumentVersion.document_id.in_(document_ids))
        .group_by(DocumentVersion.document_id)
    )
    return dict(db.session.execute(statement).tuples().all())


def _write_document_versions(intake: _Intake) -> None:
    rows = [_document_version(intake, path, item) for path, item in intake.incoming.items()]
    _insert(intake, DocumentVersion, rows)
    versions = [DocumentVersion(**row) for row in rows]  # for their fingerprints; what is stored is stored
    intake.rows += versions
    intake.items += [version.frozen_ref() for version in versions]
    newest = sa.select(DocumentVersion.path, sa.func.max(DocumentVersion.id)).group_by(DocumentVersion.path)
    newest = newest.where(DocumentVersion.document_id.in_([row["document_id"] for row in rows]))
    intake.versions = dict(db.session.execute(newest).tuples().all())


def _document_version(intake: _Intake, path: str, item: Incoming) -> dict[str, Any]:
    row = intake.documents[path]
    return {
        "project_id": intake.project.id,
        "document_id": row.id,
        "path": path,
        "number": row.version_number,
        "content": item.data,
        "sha256": item.sha256,
        "author_id": intake.by.user_id,
        "author_uid": intake.by.uid,
        "at": intake.at,
    }


def _known(plan: Plan) -> dict[int, Requirement]:
    """Load the requirements that the plan is about, locked."""
    ids = [item.requirement_id for item in plan.recognised] + plan.removed
    statement = sa.select(Requirement).where(Requirement.id.in_(ids)).with_for_update()
    return {row.id: row for row in db.session.scalars(statement)}


def _create(intake: _Intake) -> None:
    created = intake.plan.created
    if not created:
        return
    first = take(intake.project.id, Kind.REQUIREMENT, len(created))
    rows = [
        {"project_id": intake.project.id, "number": first + n, **_described(scenario, intake.documents[path].id)}
        for n, (path, scenario) in enumerate(created)
    ]
    _insert(intake, Requirement, rows)
    numbered = Requirement.project_id == intake.project.id, Requirement.number.between(first, first + len(rows) - 1)
    ids = db.session.scalars(sa.select(Requirement.id).where(*numbered).order_by(Requirement.number))
    news = [New(i, first + n, 1, *created[n]) for n, i in enumerate(ids)]
    _write_versions(intake, news)
    intake.items += [f"{written(intake.project.key, Kind.REQUIREMENT, new.number)} created" for new in news]


def _insert(intake: _Intake, kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many plain rows without making objects of them, and tell of their table."""
    db.session.execute(sa.insert(kind), rows)
    intake.rows.append(kind)


def _describe(row: Requirement, scenario: Scenario, document_id: int) -> bool:
    """Bring what is not versioned up to date. Says whether anything changed."""
    wanted = _described(scenario, document_id)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return bool(changed)


def _described(scenario: Scenario, document_id: int) -> dict[str, Any]:
    """Return what is not versioned: name, place, tags."""
    return {
        "document_id": document_id,
        "rule": scenario.rule,
        "name": scenario.name or UNNAMED,
        "position": scenario.position,
        "id_tag": scenario.id_tag,
        "tags": list(scenario.tags),
        "row_tags": list(tags_of_rows(scenario)),
        "identity_hash": scenario.identity_hash,
    }


def _update(intake: _Intake, known: Mapping[int, Requirement]) -> None:
    """Bring recognised requirements up to date; where the effective text differs, a new version begins."""
    latest = _latest_hashes(list(known))
    news: list[New] = []
    for item in intake.plan.recognised:
        row = known[item.requirement_id]
        intake.left.add(row.document_id)
        changed = _describe(row, item.scenario, intake.documents[item.path].id)
        if row.removal_asked:
            row.removal_asked, row.removal_by_id, changed = False, None, True
        back = row.state is RequirementState.RETIRED
        if back or latest[row.id] != item.scenario.effective_hash:
            row.latest_number += 1
            news.append(New(row.id, row.number, row.latest_number, item.path, item.scenario))
            changed = True
        if changed:
            intake.rows.append(row)
            intake.items.append(f"{service.reference(intake.project, row)} {item.kind}")
    superseded = service.supersede_undecided([new.requirement_id for new in news])
    intake.rows += superseded
    _write_versions(intake, news)


def _latest_hashes(ids: Sequence[int]) -> dict[int, str]:
    newest = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.latest_number
    )
    statement = sa.select(Requirement.id, RequirementVersion.effective_hash).join(RequirementVersion, newest)
    return dict(db.session.execute(statement.where(Requirement.id.in_(ids))).tuples().all())


def _write_versions(intake: _Intake, news: Sequence[New]) -> None:
    if not news:
        return
    rows = [_version(intake, new) for new in news]
    _insert(intake, RequirementVersion, rows)
    intake.rows += [RequirementVersion(**row) for row in rows]  # for their fingerprints; what is stored is stored
    made = RequirementVersion.document_version_id.in_(intake.versions.values())
    stated = sa.exists().where(RequirementVersionState.version_id == RequirementVersion.id)
    ids = db.session.scalars(sa.select(RequirementVersion.id).where(made, ~stated).order_by(RequirementVersion.id))
    state = {"project_id": intake.project.id, "state": intake.filing.state}
    _insert(intake, RequirementVersionState, [{**state, "version_id": i} for i in ids])


def _version(intake: _Intake, new: New) -> dict[str, Any]:
    return {
        "project_id": intake.project.id,
        "requirement_id": new.requirement_id,
        "reference": written(intake.project.key, Kind.REQUIREMENT, new.number),
        "number": new.version,
        "document_version_id": intake.versions[new.path],
        "name": new.scenario.name or UNNAMED,
        "text": new.scenario.effective_text,
        "content": content_of(new.scenario, intake.incoming[new.path].document.language),
        "effective_hash": new.scenario.effective_hash,
        "author_id": intake.by.user_id,
        "author_uid": intake.by.uid,
        "at": intake.at,
    }


def _remove(intake: _Intake, known: Mapping[int, Requirement]) -> None:
    """Ask for the retirement of what its document no longer has; until a head approves, it counts."""
    now = {old_id: intake.documents[path].id for old_id, path in intake.plan.renamed_documents.items()}
    for requirement_id in intake.plan.removed:
        row = known[requirement_id]
        row.document_id = now.get(row.document_id, row.document_id)
        row.removal_asked, row.removal_by_id = True, intake.by.user_id
        intake.rows.append(row)
        intake.items.append(f"{service.reference(intake.project, row)} removed")


def _empty_documents(intake: _Intake) -> None:
    """Note that a document is gone: it was renamed, taken out, or its last scenario has gone into others."""
    db.session.flush()
    where = Document.project_id == intake.project.id, Document.path.in_(intake.plan.gone)
    renamed = {*intake.plan.renamed_documents, *db.session.scalars(sa.select(Document.id).where(*where))}
    left = (renamed | intake.left) - {d.id for d in intake.documents.values()}
    holds = sa.select(Requirement.document_id).where(Requirement.state == RequirementState.ACTIVE)
    statement = sa.select(Document).where(Document.id.in_(left), Document.version_number > 0)
    for row in db.session.scalars(statement.where(sa.or_(Document.id.in_(renamed), Document.id.not_in(holds)))):
        row.version_number = 0
        intake.rows.append(row)
        intake.items.append(f"document {row.path} gone")


def _tell(intake: _Intake, counts: Counter[str]) -> None:
    names = list(intake.documents) or sorted(intake.plan.gone)
    told = DocumentsImported(
        project_id=intake.project.id,
        subject=f"document {names[0]}" if len(names) == 1 else intake.project.key,
        by=intake.by,
        items=tuple(intake.items),
        documents=len(names),
        created=counts["created"],
        unchanged=counts["unchanged"],
        edited=counts["edited"],
        renamed=counts["renamed"],
        moved=counts["moved"],
        removed=counts["removed"],
    )
    record(told, *intake.rows)
