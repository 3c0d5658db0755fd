"""Writing what a plan says: document versions byte for byte, requirements and their new versions, in bulk."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from uatapp.gherkin.model import Document as ParsedDocument
from uatapp.gherkin.model import Scenario
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
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
from uatapp.requirements.planning import UNNAMED, Plan
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


@dataclass(slots=True)
class _Intake:
    """One import being written: what there was, what has been made, and what to tell."""

    project: Project
    by: Actor
    filing: Filing
    plan: Plan
    incoming: Mapping[str, "Incoming"]
    left: set[int] = field(default_factory=set)
    documents: dict[str, Document] = field(default_factory=dict)
    versions: dict[str, DocumentVersion] = field(default_factory=dict)
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
    if not paths:
        return []
    intake = _Intake(project, by, filing, plan, {path: incoming[path] for path in paths})
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
    for path in intake.incoming:
        intake.documents[path] = stored.get(path) or _new_document(intake, path, by_id.get(came_from.get(path, 0)))
    intake.add([d for d in intake.documents.values() if d.id is None])
    db.session.flush()
    last = _last_numbers(project_id, [d.id for d in intake.documents.values()])
    for path, item in intake.incoming.items():
        _write_document(intake, path, item, last.get(intake.documents[path].id, 0) + 1)
    db.session.flush()


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


def _write_document(intake: _Intake, path: str, item: Incoming, number: int) -> None:
    row = intake.documents[path]
    row.title, row.version_number = item.document.name[:300] or path, number
    version = DocumentVersion(
        project_id=intake.project.id,
        document_id=row.id,
        path=path,
        number=number,
        content=item.data,
        sha256=item.sha256,
        author_id=intake.by.user_id,
        author_uid=intake.by.uid,
    )
    intake.add([version])
    intake.versions[path] = version
    intake.rows.append(row)
    intake.items.append(version.frozen_ref())


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
        Requirement(project_id=intake.project.id, number=first + n, latest_number=1, approved_number=0)
        for n in range(len(created))
    ]
    for row, (path, scenario) in zip(rows, created, strict=True):
        row.state, row.removal_asked = RequirementState.ACTIVE, False
        _describe(row, scenario, intake.documents[path].id)
    intake.add(rows)
    db.session.flush()
    news = [(row, path, scenario) for row, (path, scenario) in zip(rows, created, strict=True)]
    _write_versions(intake, news)
    intake.items += [f"{service.reference(intake.project, row)} created" for row in rows]


def _describe(row: Requirement, scenario: Scenario, document_id: int) -> bool:
    """Bring what is not versioned up to date: name, place, tags. Says whether anything changed."""
    wanted = {
        "document_id": document_id,
        "rule": scenario.rule,
        "name": scenario.name or UNNAMED,
        "position": scenario.position,
        "id_tag": scenario.id_tag,
        "tags": list(scenario.tags),
        "row_tags": list(tags_of_rows(scenario)),
        "identity_hash": scenario.identity_hash,
    }
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return bool(changed)


def _update(intake: _Intake, known: Mapping[int, Requirement]) -> None:
    """Bring recognised requirements up to date; where the effective text differs, a new version begins."""
    latest = _latest_hashes(list(known))
    news: list[tuple[Requirement, str, Scenario]] = []
    for item in intake.plan.recognised:
        row = known[item.requirement_id]
        intake.left.add(row.document_id)
        changed = _describe(row, item.scenario, intake.documents[item.path].id)
        if row.removal_asked:
            row.removal_asked, row.removal_by_id, changed = False, None, True
        back = row.state is RequirementState.RETIRED
        if back or latest[row.id] != item.scenario.effective_hash:
            row.latest_number += 1
            news.append((row, item.path, item.scenario))
            changed = True
        if changed:
            intake.rows.append(row)
            intake.items.append(f"{service.reference(intake.project, row)} {item.kind}")
    superseded = service.supersede_undecided([row.id for row, _path, _scenario in news])
    intake.rows += superseded
    _write_versions(intake, news)


def _latest_hashes(ids: Sequence[int]) -> dict[int, str]:
    newest = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.latest_number
    )
    statement = sa.select(Requirement.id, RequirementVersion.effective_hash).join(RequirementVersion, newest)
    return dict(db.session.execute(statement.where(Requirement.id.in_(ids))).tuples().all())


def _write_versions(intake: _Intake, news: Sequence[tuple[Requirement, str, Scenario]]) -> None:
    versions = [_version(intake, row, path, scenario) for row, path, scenario in news]
    intake.add(versions)
    db.session.flush()
    states = [{"project_id": v.project_id, "version_id": v.id, "state": intake.filing.state} for v in versions]
    if states:
        db.session.execute(sa.insert(RequirementVersionState), states)
        intake.rows.append(RequirementVersionState)


def _version(intake: _Intake, row: Requirement, path: str, scenario: Scenario) -> RequirementVersion:
    document_version = intake.versions[path]
    return RequirementVersion(
        project_id=intake.project.id,
        requirement_id=row.id,
        reference=written(intake.project.key, Kind.REQUIREMENT, row.number),
        number=row.latest_number,
        document_version_id=document_version.id,
        name=row.name,
        text=scenario.effective_text,
        content=content_of(scenario, intake.incoming[path].document.language),
        effective_hash=scenario.effective_hash,
        author_id=intake.by.user_id,
        author_uid=intake.by.uid,
    )


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
    """Note that a document is gone: it was renamed, or its last scenario has gone into others."""
    db.session.flush()
    renamed = set(intake.plan.renamed_documents)
    left = (renamed | intake.left) - {d.id for d in intake.documents.values()}
    holds = sa.select(Requirement.document_id).where(Requirement.state == RequirementState.ACTIVE)
    statement = sa.select(Document).where(Document.id.in_(left), Document.version_number > 0)
    for row in db.session.scalars(statement.where(sa.or_(Document.id.in_(renamed), Document.id.not_in(holds)))):
        row.version_number = 0
        intake.rows.append(row)
        intake.items.append(f"document {row.path} gone")


def _tell(intake: _Intake, counts: Counter[str]) -> None:
    names = list(intake.documents)
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
