"""An upload from its arrival to its report: looked at first, taken in with answers, taken back; an earlier text restored.

Each of these is one import with a report of its own. Small ones are done at once, large ones by a job.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.gherkin.decode import unix_lines
from uatapp.gherkin.idtags import pattern_like, with_ids
from uatapp.gherkin.parse import parse
from uatapp.jobs.service import queue
from uatapp.kernel import storage
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements import archives, editing, imports, queries
from uatapp.requirements.archives import Upload
from uatapp.requirements.imports import Answers, Outcome, Progress
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Document, DocumentVersion, ImportReport

KIND = "requirements.import"
AT_ONCE = 200 * 1024
Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Wish:
    """How an upload is to be treated: only looked at (`dry`), as earlier texts that come `back`, with `answers`.

    `after` is the report that it goes on from.
    """

    dry: bool = False
    back: bool = False
    answers: Answers | None = None
    after: ImportReport | None = None


def dedupe(report_id: int) -> str:
    """Return the one name of the job that completes a report."""
    return f"{KIND}-{report_id}"


def receive(project: Project, files: Files, filing: Filing, name: str, wish: Wish, *, by: Actor) -> int:
    """Keep an upload, import it now or by a job, and return its report's id. Refuses (Full) where there is no room."""
    by.require(imports.PERMISSION, project.id)
    report = _report(project, filing, name, wish, by)
    report.upload_sha256 = _kept(files)
    small = sum(len(data) for _name, data in files) <= AT_ONCE and not any(_is_zip(*file) for file in files)
    return _begin(project, report, by, small=small)


def _kept(files: Files) -> str:
    packed = imports.packed(files)
    storage.check_room(len(packed))
    return storage.put(packed)


def _is_zip(name: str, data: bytes) -> bool:
    return name.lower().endswith(".zip") or data[:4] == b"PK\x03\x04"


def _report(project: Project, filing: Filing, name: str, wish: Wish, by: Actor) -> ImportReport:
    report = ImportReport(project_id=project.id, by_id=by.user_id, upload_name=name[:200], upload_sha256="")
    report.unit_id, report.process_id = filing.unit_id, filing.process_id
    report.dry, report.back, report.answers = wish.dry, wish.back, dict(wish.answers or {})
    report.after_id = wish.after.id if wish.after else None
    return report


def _begin(project: Project, report: ImportReport, by: Actor, *, small: bool) -> int:
    if small:
        perform(report, by)
        return report.id
    with unit_of_work(by):
        db.session.add(report)
        db.session.flush()
        title = _("Import of requirements into %(key)s", key=project.key)  # administrators read it, not the file's name
        queue(KIND, dedupe=dedupe(report.id), title=title, report_id=report.id)
        return report.id


def perform(report: ImportReport, by: Actor, progress: Progress | None = None) -> None:
    """Do what a report is about, and complete it in the same unit of work; a dry one changes nothing else."""
    project = db.session.get_one(Project, report.project_id)
    filing = Filing(report.unit_id, report.process_id)

    def finish(outcome: Outcome) -> None:
        _refuse_changed(report, outcome)
        kept = db.session.merge(report) if report.id else report
        kept.result, kept.documents = outcome.result, outcome.documents
        kept.items, kept.touched = outcome.items, outcome.touched
        db.session.add(kept)

    by.require(imports.PERMISSION, project.id)
    again = partial(imports.import_upload, by=by, answers=report.answers, progress=progress)
    if not report.dry:
        again(project, upload_of(report), filing, finish=finish)
        return
    outcome = again(project, upload_of(report), filing, dry_run=True)
    with unit_of_work(by):
        finish(outcome)


def _refuse_changed(report: ImportReport, outcome: Outcome) -> None:
    """Undo a taking back that came after somebody's save: here, under the project's lock, nobody can come between."""
    if not (report.back and report.after_id):
        return
    taken_back = db.session.get_one(ImportReport, report.after_id)
    after = {document_id: number for document_id, _before, number in taken_back.touched}
    for document_id, before, _number in outcome.touched:
        if before != after.get(document_id, before):
            raise Refused(_changed_since(db.session.get_one(Document, document_id).path))


def upload_of(report: ImportReport) -> Upload:
    """Return what a report imports: what was uploaded, or the texts before another import. Refuses as `undo` does."""
    if report.back and report.after_id:
        return _before(db.session.get_one(ImportReport, report.after_id))
    upload = archives.from_uploads(imports.unpacked(storage.get(report.upload_sha256)))
    upload.back = report.back
    return upload


def take(project: Project, report: ImportReport, answers: Mapping[str, bool], *, by: Actor) -> int:
    """Import a kept upload (again) with answers to its questions; return the new report's id.

    Refuses what was never kept.
    """
    by.require(imports.PERMISSION, project.id)
    if not report.upload_sha256:
        raise Refused(_("These files are no longer here. Please upload them again."))
    wish = Wish(answers={**report.answers, **answers}, after=report)
    again = _report(project, Filing(report.unit_id, report.process_id), report.upload_name, wish, by)
    again.upload_sha256 = report.upload_sha256
    small = sum(len(data) for data in upload_of(again).files.values()) <= AT_ONCE
    return _begin(project, again, by, small=small)


# ---- taking back ----


def why_not_undo(report: ImportReport) -> str | None:
    """Say why an import cannot be taken back; None if it can."""
    if report.dry or not report.touched:
        return str(_("It changed nothing."))
    after = {document_id: number for document_id, _before, number in report.touched}
    rows = db.session.execute(
        sa.select(Document.id, Document.path, Document.version_number).where(Document.id.in_(after))
    )
    changed = sorted(path for document_id, path, number in rows if number != after[document_id])
    return _changed_since(changed[0]) if changed else None


def _changed_since(path: str) -> str:
    return str(_("%(path)s was changed since. Restore an earlier version on the document’s own page.", path=path))


def undo(project: Project, report: ImportReport, *, by: Actor) -> int:
    """Import the texts as they were before an import; return the new report's id.

    Requirements that it brought are proposed to be retired. Refuses where a document was changed since.
    """
    by.require(imports.PERMISSION, project.id)
    wish = Wish(back=True, after=report)
    back = _report(project, Filing(report.unit_id, report.process_id), report.upload_name, wish, by)
    small = sum(len(data) for data in _before(report).files.values()) <= AT_ONCE
    return _begin(project, back, by, small=small)


def _before(report: ImportReport) -> Upload:
    if reason := why_not_undo(report):
        raise Refused(reason)
    pairs = [(document_id, number) for document_id, number, _after in report.touched]
    wanted = sa.tuple_(DocumentVersion.document_id, DocumentVersion.number).in_(pairs)
    statement = sa.select(Document.path, DocumentVersion.content).join(
        Document, Document.id == DocumentVersion.document_id
    )
    files = dict(db.session.execute(statement.where(wanted)).tuples().all())
    made = sa.select(Document.path).where(Document.id.in_([document_id for document_id, number in pairs if not number]))
    return Upload(files, whole=True, back=True, gone=frozenset(db.session.scalars(made)))


def restore(project: Project, document: Document, number: int, *, by: Actor) -> int:
    """Bring an earlier version of a document back as its next one; return the report's id.

    Refuses (NotFound) a version that is not there, and one whose text is the present one.
    """
    version = queries.get_document_version(document.id, number)
    by.require(imports.PERMISSION, project.id)
    newest = queries.newest_version(document.id)
    if document.version_number and newest and newest.sha256 == version.sha256:
        raise Refused(_("This is the text that counts now. There is nothing to restore."))
    name = _("Version %(n)s of %(path)s", n=number, path=document.path)
    report = _report(project, Filing(document.unit_id, document.process_id), name, Wish(back=True), by)
    report.upload_sha256 = _kept([("version.zip", zipped([(document.path, version.content)]))])
    return _begin(project, report, by, small=len(version.content) <= AT_ONCE)


def write_numbers(project: Project, documents: Sequence[Document], *, by: Actor) -> int:
    """Write the number of each requirement that has no id of its own into its document, as a tag that is an id.

    Returns the report's id. Refuses where every requirement has one.
    """
    by.require(imports.PERMISSION, project.id)
    texts = [(document.path, text) for document in documents if (text := _numbered(project, document))]
    if not texts:
        raise Refused(_("Every requirement has an id in its document already."))
    name = documents[0].path if len(documents) == 1 else _("%(n)s files", n=len(texts))
    report = _report(project, Filing(), _("Numbers written into %(name)s", name=name), Wish(), by)
    report.upload_sha256 = _kept([("documents.zip", zipped(texts))])
    return _begin(project, report, by, small=sum(len(data) for _path, data in texts) <= AT_ONCE)


def _numbered(project: Project, document: Document) -> bytes:
    """Return a document's bytes with the missing ids, nothing where none is missing."""
    newest = queries.newest_version(document.id)
    wanted = queries.numbers_without_id(document.id)
    if newest is None or not document.version_number or not wanted:
        return b""
    text = unix_lines(editing.text_of(newest))
    parsed = parse(newest.content, document.path, id_pattern=pattern_like(project.id_example))
    ids = {s.line: f"@id:{project.key}-R{wanted[s.position]}" for s in parsed.scenarios if s.position in wanted}
    return editing.bytes_of(with_ids(text, ids), newest)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack documents with their whole paths, as people upload them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            archive.writestr(path, data)
    return made.getvalue()
