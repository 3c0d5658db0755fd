"""Importing and exporting documents: read, match with what is stored, write once; the same bytes back."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.gherkin.idtags import pattern_like
from uatapp.gherkin.match import Known
from uatapp.gherkin.model import Document as ParsedDocument
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.parse import parse
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import Named, find_named
from uatapp.requirements import archives, items, planning
from uatapp.requirements.archives import Fault, Upload
from uatapp.requirements.content import stored_body
from uatapp.requirements.intake import Filing, Incoming, take_in
from uatapp.requirements.models import Document, DocumentVersion, Requirement, RequirementVersion
from uatapp.requirements.planning import Stored
from uatapp.requirements.plans import KINDS, UNNAMED, Plan, StoredDocument, StoredScenario
from uatapp.requirements.states import RequirementState

Progress = Callable[[int, int], None]
Finish = Callable[["Outcome"], None]
Answers = Mapping[str, bool]
PERMISSION = Permission.REQUIREMENTS_EDIT
_AT_ONCE = 2_000
NOTHING = ParsedDocument("", "en", "", "", (), (), "")


@dataclass(slots=True)
class Reading:
    """An upload as read: what is new or changed, what is stored already byte for byte, what cannot be read."""

    incoming: dict[str, Incoming] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0
    whole: bool = False
    back: bool = False
    gone: frozenset[str] = frozenset()

    @property
    def present(self) -> set[str]:
        return {*self.same, *(fault.path for fault in self.faults)}

    @property
    def languages(self) -> dict[str, str]:
        return {path: item.document.language for path, item in self.incoming.items()}

    @property
    def says_something(self) -> bool:
        return bool(self.incoming or self.gone)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do: counts, the documents that came in, and what happened to which requirement.

    `touched`: [document id, version number before, version number after]; 0 where there is none.
    """

    result: dict[str, Any]
    documents: list[int]
    items: list[dict[str, Any]]
    touched: list[list[int]]


def import_paths(
    project: Project,
    paths: Sequence[Path],
    by: Actor,
    unit: str | None = None,
    process: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Import files, folders and archives from the disk; return the counts of `uatapp import --json`.

    `unit` and `process` are names. `progress` is called with the number of documents read and of all.
    Opens its own unit of work; a dry run changes nothing. Refuses an unknown unit or process.
    """
    by.require(PERMISSION, project.id)
    filing = Filing(_named(BusinessUnit, project, unit), _named(BusinessProcess, project, process))
    upload = archives.from_paths([Path(path) for path in paths])
    return import_upload(project, upload, filing, by=by, dry_run=dry_run, progress=progress).result


def _named(kind: type[Named], project: Project, name: str | None) -> int | None:
    if not name:
        return None
    found = find_named(kind, project.id, name)
    if found is None:
        raise Invalid(_("There is no “%(name)s” in this project. Add it on the set-up page first.", name=name))
    return found.id


def import_upload(
    project: Project,
    upload: Upload,
    filing: Filing,
    *,
    by: Actor,
    dry_run: bool = False,
    answers: Answers | None = None,
    progress: Progress | None = None,
    finish: Finish | None = None,
) -> Outcome:
    """Import what was handed over in a unit of work of its own; return what came of it. `answers` settle questions.

    `finish` is called with that before the unit of work ends. Nothing new, and no `finish`: no unit of work.
    """
    project_id, key = project.id, project.key
    reading = read(project_id, upload, progress, pattern_like(project.id_example))
    if dry_run or not (reading.says_something or finish):
        plan = plan_of(project_id, reading, answers)
        return Outcome(result_of(key, reading, plan), [], items.of_plan(project_id, plan, reading.languages), [])
    with unit_of_work(by):
        project = alone(project_id)
        plan = plan_of(project_id, reading, answers)
        told, before = items.of_plan(project_id, plan, reading.languages), _versions(project_id)
        documents = take_in(project, plan, reading.incoming, filing, by=by, unchanged=reading.unchanged)
        items.number(project_id, told)
        touched = [[i, before.get(i, 0), now] for i, now in _versions(project_id).items() if before.get(i, 0) != now]
        outcome = Outcome(result_of(key, reading, plan), documents, told, touched)
        if finish:
            finish(outcome)
    return outcome


def _versions(project_id: int) -> dict[int, int]:
    """Return the number of each document's newest version by the document's id."""
    statement = sa.select(Document.id, Document.version_number).where(Document.project_id == project_id)
    return dict(db.session.execute(statement).tuples().all())


def alone(project_id: int) -> Project:
    """Let one import of a project after the other see what is stored; others may write elsewhere meanwhile."""
    return db.session.get_one(Project, project_id, with_for_update={"key_share": True})


def read(project_id: int, upload: Upload, progress: Progress | None = None, id_pattern: str | None = None) -> Reading:
    """Parse what is not stored already byte for byte; one fault for each document that cannot be read."""
    faulty = {fault.path for fault in upload.faults}
    reading = Reading(faults=list(upload.faults), whole=upload.whole, back=upload.back, gone=upload.gone)
    stored = _stored_hashes(project_id)
    for number, (path, data) in enumerate(sorted(upload.files.items())):
        if path not in faulty:
            _read_one(reading, path, data, stored, id_pattern)
        if progress:
            progress(number + 1, len(upload.files))
    reading.unchanged = _count_scenarios(project_id, reading.same)
    return reading


def _read_one(reading: Reading, path: str, data: bytes, stored: Mapping[str, str], id_pattern: str | None) -> None:
    if stored.get(path) == hashlib.sha256(data).hexdigest():
        reading.same.append(path)
        return
    try:
        reading.incoming[path] = Incoming(parse(data, path, id_pattern=id_pattern), data)
    except ParseProblem as problem:
        reading.faults.append(fault_of(path, problem))


def fault_of(path: str, problem: ParseProblem) -> Fault:
    """Put a parse problem into the reader's language."""
    sentence = _(problem.template, **problem.values) if problem.values else problem.message
    return Fault(path, problem.line, problem.column, sentence)


def _stored_hashes(project_id: int) -> dict[str, str]:
    """Return each stored document's path with the hash of its newest bytes."""
    newest = (DocumentVersion.document_id == Document.id) & (DocumentVersion.number == Document.version_number)
    statement = sa.select(Document.path, DocumentVersion.sha256).join(DocumentVersion, newest)
    rows = db.session.execute(statement.where(Document.project_id == project_id))
    return dict(rows.tuples().all())


def _count_scenarios(project_id: int, paths: Collection[str]) -> int:
    if not paths:
        return 0
    statement = (
        sa.select(Document.path, sa.func.count())
        .join(Requirement, Requirement.document_id == Document.id)
        .where(Document.project_id == project_id, Requirement.removal_asked.is_(False))
        .where(Requirement.state == RequirementState.ACTIVE)
        .group_by(Document.path)
    )
    counts = dict(db.session.execute(statement).tuples().all())
    return sum(counts.get(path, 0) for path in paths)


def plan_of(project_id: int, reading: Reading, answers: Answers | None = None) -> Plan:
    """Say what importing would do now."""
    if not reading.says_something:
        return Plan()
    documents = {path: item.document for path, item in reading.incoming.items()}
    documents |= dict.fromkeys(reading.gone, NOTHING)
    stored = _stored(project_id, reading.present)
    plan = planning.plan(stored, documents, whole=reading.whole, answers=answers)
    if plan.questions and reading.back:
        plan = planning.plan(stored, documents, whole=reading.whole, answers=_as_they_were(plan))
    for fault in plan.faults:
        reading.incoming.pop(fault.path, None)
    plan.gone = set(reading.gone) - plan.waiting
    return plan


def _as_they_were(plan: Plan) -> Answers:
    """Answer questions about earlier texts: a requirement is the one that said just that before."""
    ids = {question.requirement_id for question in plan.questions}
    columns = RequirementVersion.requirement_id, RequirementVersion.effective_hash
    said = set(db.session.execute(sa.select(*columns).where(columns[0].in_(ids))).tuples())
    return {q.key: (q.requirement_id, q.scenario.effective_hash) in said for q in plan.questions}


def _stored(project_id: int, present: Collection[str]) -> Stored:
    statement = sa.select(Document.id, Document.path).where(Document.project_id == project_id)
    documents = [StoredDocument(i, path, path in present) for i, path in db.session.execute(statement)]
    columns = (Requirement.id, Requirement.number, Requirement.document_id, Requirement.name, Requirement.id_tag)
    rest = (Requirement.identity_hash, Requirement.state, Requirement.removal_asked)
    rows = db.session.execute(sa.select(*columns, *rest).where(Requirement.project_id == project_id))
    scenarios = [
        StoredScenario(i, number, document_id, name, tag, identity, state is RequirementState.ACTIVE, asked)
        for i, number, document_id, name, tag, identity, state, asked in rows
    ]
    return Stored(documents, scenarios, _known)


def _known(wanted: Collection[int]) -> list[Known]:
    """Read requirements as matching needs them: with the body of their newest version."""
    found: list[Known] = []
    ids = sorted(wanted)
    for start in range(0, len(ids), _AT_ONCE):
        found += _known_rows(ids[start : start + _AT_ONCE])
    return found


def _known_rows(ids: Sequence[int]) -> Iterator[Known]:
    newest = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.latest_number
    )
    statement = (
        sa.select(Requirement, Document.path, RequirementVersion.effective_hash, RequirementVersion.content)
        .join(Document, Document.id == Requirement.document_id)
        .join(RequirementVersion, newest)
        .where(Requirement.id.in_(ids))
    )
    for row, path, effective_hash, content in db.session.execute(statement):
        name = "" if row.name == UNNAMED else row.name
        body = stored_body(content)
        yield Known(row.id, path, row.rule, name, row.position, row.id_tag, row.identity_hash, effective_hash, body)


def result_of(project_key: str, reading: Reading, plan: Plan) -> dict[str, Any]:
    """Return the counts in scenarios, what is asked, and one error a document."""
    counts = plan.counts()
    counts["unchanged"] += reading.unchanged
    result: dict[str, Any] = {kind: counts[kind] for kind in KINDS}
    result["ask"] = [question.as_row(project_key) for question in plan.questions]
    faults = sorted([*reading.faults, *plan.faults], key=lambda fault: fault.path)
    result["errors"] = [fault.as_row() for fault in faults]
    return result


def export(project: Project, folder: Path) -> int:
    """Write the newest bytes of every document into a folder; return how many. Refuses paths out of it."""
    newest = (DocumentVersion.document_id == Document.id) & (DocumentVersion.number == Document.version_number)
    statement = sa.select(Document.path, DocumentVersion.content).join(DocumentVersion, newest)
    statement = statement.where(Document.project_id == project.id).order_by(Document.path)
    root = Path(folder).resolve()
    count = 0
    for path, content in db.session.execute(statement.execution_options(yield_per=50)):
        target = (root / path).resolve()
        if not target.is_relative_to(root):
            raise Refused(_("%(path)s would leave the folder. Nothing more was written.", path=path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        count += 1
    return count


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack uploaded files into one archive, to be kept until a job imports them."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(files):
            archive.writestr(f"{number}/{name}", data)
    return kept.getvalue()


def unpacked(kept: bytes) -> list[tuple[str, bytes]]:
    """Give back uploaded files as they were packed."""
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        return [(entry.filename.partition("/")[2], archive.read(entry)) for entry in archive.infolist()]
