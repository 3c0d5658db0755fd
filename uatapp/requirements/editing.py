"""Typing a document in, and changing its text: the same intake as an import, for one document."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from uatapp.gherkin.decode import decode, unix_lines
from uatapp.gherkin.idtags import pattern_like
from uatapp.gherkin.model import Document as ParsedDocument
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.parse import parse
from uatapp.gherkin.spans import put_back
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, Stale
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Project
from uatapp.requirements import queries
from uatapp.requirements.archives import SUFFIX, Fault, odd_path
from uatapp.requirements.content import content_of
from uatapp.requirements.imports import Reading, alone, fault_of, plan_of
from uatapp.requirements.intake import Filing, Incoming, take_in
from uatapp.requirements.models import Document, DocumentVersion, Requirement
from uatapp.requirements.plans import Question
from uatapp.requirements.reading import Preview, preview
from uatapp.requirements.sheets import slug


class Undecided(Invalid):
    """What was written may be a requirement that there is already; whoever writes says so."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__(_("We are not sure which requirement is which. Please answer below; nothing was saved yet."))
        self.questions = questions


UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody typed: `seen` is the version it began with, 0 for a new document, or UNKNOWN."""

    path: str
    source: str
    seen: int = 0


def path_of(typed: str, source: str) -> str:
    """Return a document's path: as typed, or made of the feature's name. Refuses one that is none."""
    path = typed.strip() or _slug(source)
    path = path if path.lower().endswith(SUFFIX) else path + SUFFIX
    if reason := odd_path(path):
        raise Invalid(reason, fields={"path": reason})
    return path


def _slug(source: str) -> str:
    name = next((line.partition(":")[2] for line in source.splitlines() if ":" in line and line.strip()[:1] != "#"), "")
    return slug(name)


def text_of(version: DocumentVersion) -> str:
    """Return a version's text for the editor."""
    return decode(version.content)


def bytes_of(source: str, before: DocumentVersion | None) -> bytes:
    """Make bytes of what a browser sends: line ends and byte order mark stay as the document has them."""
    lines = _lines(source)
    if before is None:
        return (lines if lines.endswith("\n") else lines + "\n").encode()
    old = before.content
    if lines == _lines(text_of(before)):
        return old
    if old.count(b"\r\n") * 2 > old.count(b"\n"):
        lines = lines.replace("\n", "\r\n")
    mark = codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b""
    return mark + lines.encode()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def problem_of(project: Project, source: str, path: str) -> Fault | None:
    """Say why a text cannot be read, and where; None if it can."""
    try:
        parse(bytes_of(source, None), path, id_pattern=pattern_like(project.id_example))
    except ParseProblem as problem:
        return fault_of(path, problem)
    return None


def previews(source: str, path: str) -> list[Preview]:
    """Show each requirement of a text as its testers will see it. Raises ParseProblem."""
    document = parse(bytes_of(source, None), path)
    return [preview(content_of(s, document.language), s.name, s.line) for s in document.scenarios]


def with_earlier(project: Project, requirement: Requirement, number: int) -> str:
    """Return the present text of a requirement's document with the requirement as it was in an earlier version.

    What it shares with others, such as a Background, stays as it is now. Refuses (NotFound) a version that is not there.
    """
    newest = queries.newest_version(requirement.document_id)
    version, _same = queries.two_versions(requirement.id, (number, number))
    source = db.session.get_one(DocumentVersion, version.document_version_id)
    if newest is None:
        raise NotFound
    earlier = _parsed(project, source.content, source.path)
    at = next(s.position for s in earlier.scenarios if s.effective_hash == version.effective_hash)
    position = None if requirement.removal_asked else requirement.position
    return put_back(unix_lines(text_of(newest)), position, unix_lines(text_of(source)), at)


def save(
    project: Project, text: Text, filing: Filing, *, by: Actor, answers: Mapping[str, bool] | None = None
) -> Document:
    """Save a text as the document's next version in the open unit of work. The same bytes again change nothing.

    Refuses a taken path (new document), a text that cannot be read, and questions left open (Undecided);
    Stale where somebody saved another version since the text was opened.
    """
    by.require(Permission.REQUIREMENTS_EDIT, project.id)
    alone(project.id)
    document = queries.find_document(project.id, text.path)
    before = queries.newest_version(document.id) if document and document.version_number else None
    _check_seen(document, before, text)
    data = bytes_of(text.source, before)
    if document is not None and before is not None and before.content == data:
        return document
    incoming = Incoming(_parsed(project, data, text.path), data)
    reading = Reading({text.path: incoming})
    plan = plan_of(project.id, reading, answers or {})
    if plan.faults:
        raise Invalid(plan.faults[0].message, fields={"source": plan.faults[0].message})
    if plan.questions:
        raise Undecided(plan.questions)
    (document_id,) = take_in(project, plan, reading.incoming, filing, by=by)
    return db.session.get_one(Document, document_id)


def _parsed(project: Project, data: bytes, path: str) -> ParsedDocument:
    try:
        return parse(data, path, id_pattern=pattern_like(project.id_example))
    except ParseProblem as problem:
        fault = fault_of(path, problem)
        raise Invalid(fault.message, fields={"source": fault.message}) from problem


def _check_seen(document: Document | None, before: DocumentVersion | None, text: Text) -> None:
    number = document.version_number if document else 0
    if number == text.seen:
        return
    if text.seen == 0:
        sentence = _("There is a document %(path)s already. Change that one, or choose another name.", path=text.path)
        raise Invalid(sentence, fields={"path": sentence})
    theirs = text_of(before) if before else ""
    sentence = _("Look at both texts, then save the document again.")
    raise Stale(sentence, theirs=theirs, yours=text.source, version=number)
