"""Pages on which documents come in: upload, report, typing in, editing; and a document's own page."""

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.gherkin.model import ParseProblem
from uatapp.kernel.errors import Invalid, NotFound, Stale
from uatapp.kernel.merging import Merge, merge
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.requirements import editing, quality, queries, reading, service, wording
from uatapp.requirements.editing import UNKNOWN, Text, Undecided
from uatapp.requirements.forms import DocumentForm
from uatapp.requirements.intake import Filing
from uatapp.requirements.labels import SEVERITIES, STANDINGS
from uatapp.requirements.models import Document, Requirement
from uatapp.requirements.states import VersionState
from uatapp.requirements.views import bp
from uatapp.web.access import requires
from uatapp.web.downloads import save_as
from uatapp.web.numbers import row_number

AT_ONCE = 200 * 1024
_AROUND, CHECKED = 2, 200_000
Place = TypeVar("Place", BusinessUnit, BusinessProcess)


def own_unit(project: Project) -> int | None:
    standing = g.actor.standing(project.id)
    return standing.unit_id if standing else None


def chosen_of(rows: Sequence[Place], field: str) -> Place | None:
    """Return the unit or process chosen in a field, None for "None yet"; refuse what is not offered."""
    raw = request.form.get(field, "")
    found = next((row for row in rows if str(row.id) == raw), None)
    if found is None and raw not in ("", "0"):
        raise Invalid(_("One of these units or processes is not of this project. Reload the page and choose again."))
    return found


@bp.get("/documents/<int:document_id>")
@requires(Permission.PROJECT_READ)
def document(project: Project, document_id: int) -> ResponseReturnValue:
    """Show a document: its requirements, where it belongs, its versions and its text."""
    found = queries.get_document(project.id, document_id)
    no_filter: dict[str, Any] = {"unit_id": None, "process_id": None, "standing": "", "document_id": document_id}
    statement = reading.search(project.id, "", **no_filter)
    address = number_of(request.args.get("page"))
    page = page_of(statement, address, lambda n: url_for(".document", document_id=document_id, page=n))
    newest = queries.newest_version(document_id)
    return render_template(
        "requirements/document.html",
        document=found,
        page=page,
        counts=reading.counts_by_document(project.id, [document_id]).get(document_id, {}),
        versions=queries.list_document_versions(document_id),
        source=editing.text_of(newest) if newest else "",
        unnumbered=len(queries.numbers_without_id(document_id)),
        standings=STANDINGS,
        units=list_named(BusinessUnit, project.id),
        processes=list_named(BusinessProcess, project.id),
    )


@bp.post("/documents/<int:document_id>/filing")
@requires(Permission.REQUIREMENTS_EDIT)
def filing(project: Project, document_id: int) -> ResponseReturnValue:
    """Put a document under another business unit or process."""
    with unit_of_work(g.actor):
        found = queries.get_document(project.id, document_id, lock=True)
        unit = chosen_of(list_named(BusinessUnit, project.id), "unit")
        process = chosen_of(list_named(BusinessProcess, project.id), "process")
        service.file_document(project, found, unit, process, by=g.actor)
    return redirect(url_for(".document", document_id=document_id), 303)


@bp.get("/documents/<int:document_id>/versions/<int:number>")
@requires(Permission.PROJECT_READ)
def download(project: Project, document_id: int, number: int) -> ResponseReturnValue:
    """Give one version of a document, byte for byte."""
    found = queries.get_document(project.id, document_id)
    version = queries.get_document_version(found.id, number)
    answer = Response(version.content, mimetype="application/octet-stream")
    name = version.path.rpartition("/")[2]
    save_as(answer, name)
    return answer


@bp.get("/new")
@requires(Permission.REQUIREMENTS_EDIT)
def new(project: Project) -> ResponseReturnValue:
    """Show an empty document to type into."""
    form = DocumentForm(formdata=None)
    form.offer(project)
    form.unit.data = own_unit(project) or 0
    return _editor(project, form, None)


@bp.get("/documents/<int:document_id>/edit")
@requires(Permission.REQUIREMENTS_EDIT)
def edit(project: Project, document_id: int) -> ResponseReturnValue:
    """Show a document's text for editing; with an earlier version of a requirement put in, where that is asked for."""
    found = queries.get_document(project.id, document_id)
    newest = queries.newest_version(document_id)
    if newest is None or not found.version_number:
        raise NotFound
    source, restored = editing.text_of(newest), _restored(project, document_id)
    if restored:
        source = editing.with_earlier(project, *restored)
    form = DocumentForm(
        formdata=None, data={"path": found.path, "source": source, "version_number": str(found.version_number)}
    )
    form.offer(project)
    return _editor(project, form, found, restored=restored)


def _restored(project: Project, document_id: int) -> tuple[Requirement, int] | None:
    """Return which requirement of a document is to be as it was, and in which version; None where nothing is asked."""
    number, version = (request.args.get(name, 0, type=row_number) or 0 for name in ("requirement", "version"))
    if not number or not version:
        return None
    found = queries.get_requirement(project.id, number)
    if found.document_id != document_id:
        raise NotFound
    return found, version


def _editor(
    project: Project,
    form: DocumentForm,
    document: Document | None,
    *,
    status: int = 200,
    previewing: bool = False,
    stale: Stale | None = None,
    both: Merge | None = None,
    questions: Any = (),
    restored: tuple[Requirement, int] | None = None,
) -> ResponseReturnValue:
    source = form.source.data or ""
    found = _looked_at(project, source)
    fault = found["fault_here"]
    answer = render_template(
        "requirements/edit.html",
        form=form,
        document=document,
        fault=fault if status != 200 or previewing else None,
        around=_lines_around(source, fault.line) if fault else [],
        **found,
        stale=stale,
        both=both,
        questions=questions,
        restored=restored,
        typed=request.form,
        rows=min(40, max(16, source.count("\n") + 3)),
    )
    return answer, status


def _looked_at(project: Project, source: str) -> dict[str, Any]:
    """Say where a text cannot be read, or how testers will see it and what could be better."""
    fault = editing.problem_of(project, source, "text") if source.strip() else None
    unread = fault is not None or not source.strip()
    return {
        "fault_here": fault,
        "shown": [] if unread else _previews(source),
        "findings": [] if fault else wording.told(source, quality.switched_off(project.id)),
        "severities": SEVERITIES,
    }


@bp.post("/check")
@requires(Permission.REQUIREMENTS_EDIT)
def check(project: Project) -> ResponseReturnValue:
    """Say what the editor shows beside a text while it is typed; nothing is kept."""
    source = request.form.get("source", "")
    if len(source) > CHECKED:
        sentence = _("The text is too long to be looked at while you type. Press “Show as the tester will see it”.")
        raise Invalid(sentence, fields={"source": sentence})
    return {"html": render_template("requirements/_checked.html", **_looked_at(project, source))}


def _previews(source: str) -> list[reading.Preview]:
    try:
        return editing.previews(source, "text")[: reading.SHOWN_ROWS]
    except ParseProblem:
        return []


def _lines_around(source: str, line: int) -> list[tuple[int, str]]:
    """Return the lines about a place with their numbers, to be shown beside the problem."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = max(0, line - 1 - _AROUND)
    return [(first + n + 1, text[:300]) for n, text in enumerate(lines[first : line + _AROUND])]


@bp.post("/new")
@requires(Permission.REQUIREMENTS_EDIT)
def create(project: Project) -> ResponseReturnValue:
    """Save a new document, or show how testers will see it."""
    return _save(project, None)


@bp.post("/documents/<int:document_id>/edit")
@requires(Permission.REQUIREMENTS_EDIT)
def change(project: Project, document_id: int) -> ResponseReturnValue:
    """Save a document's next version, or show how testers will see it."""
    return _save(project, queries.get_document(project.id, document_id))


def _save(project: Project, document: Document | None) -> ResponseReturnValue:
    form = DocumentForm()
    form.offer(project)
    pressed = request.form.get("do", "")
    if wording.is_press(pressed):
        form.source.data = wording.mend(form.source.data or "", pressed)
    if pressed == "preview" or wording.is_press(pressed):
        fault = form.source.data and editing.problem_of(project, form.source.data, "text")
        return _editor(project, form, document, status=422 if fault else 200, previewing=True)
    if document is not None:
        form.unit.data, form.business_process.data = document.unit_id or 0, document.process_id or 0
        form.path.data, form.path.validators = document.path, ()  # a stored document keeps its name
    if not form.validate():
        return _editor(project, form, document, status=422)
    try:
        saved_id = _saved(project, form, document.path if document else None)
    except Undecided as open_questions:
        return _editor(project, form, document, status=422, questions=open_questions.questions)
    except Invalid as error:
        form.refuse(error)
        return _editor(project, form, document, status=422)
    except Stale as stale:
        return _merged(project, form, document, stale)
    return redirect(url_for(".document", document_id=saved_id), 303)


def _merged(project: Project, form: DocumentForm, document: Document | None, stale: Stale) -> ResponseReturnValue:
    """Show what was saved meanwhile, what was typed, and both put together."""
    both = merge(stale.theirs, stale.yours, _began_with(document, form.version_number.data or "", stale.version))
    form.source.data, form.version_number.data = both.text, str(stale.version)
    return _editor(project, form, document, status=409, stale=stale, both=both)


def _began_with(document: Document | None, seen: str, newest: int) -> str | None:
    """Return the text that the editor was opened with."""
    if document is None or not seen.isdecimal() or len(seen) > 9 or not 0 < int(seen) < newest:
        return None
    return editing.text_of(queries.get_document_version(document.id, int(seen)))


def _saved(project: Project, form: DocumentForm, path: str | None) -> int:
    """Save what was typed; `path` is a stored document's."""
    source = form.source.data or ""
    seen = form.version_number.data or "0"
    number = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    if path is None:
        text = Text(editing.path_of(form.path.data or "", source), source, number)
    else:
        text = Text(path, source, number or UNKNOWN)
    state = VersionState.DRAFT if request.form.get("do") == "draft" else VersionState.IN_REVIEW
    filing = Filing(form.unit.data or None, form.business_process.data or None, state)
    answers = {k[5:]: v == "yes" for k, v in request.form.items() if k.startswith("same-") and v in ("yes", "no")}
    with unit_of_work(g.actor):
        return editing.save(project, text, filing, by=g.actor, answers=answers).id
