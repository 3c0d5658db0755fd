"""Pages on which files come in: the form, and the report that is looked at, answered, taken in and taken back."""

from collections import Counter
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.jobs.queries import has_failed
from uatapp.kernel.errors import Invalid
from uatapp.kernel.paging import Page, number_of, page_in
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.requirements import queries, reading, service, sheets, uploads
from uatapp.requirements.forms import UploadForm
from uatapp.requirements.intake import Filing
from uatapp.requirements.labels import KIND_TAGS, KINDS
from uatapp.requirements.models import ImportReport
from uatapp.requirements.uploads import Wish
from uatapp.requirements.views import bp
from uatapp.requirements.writing import chosen_of, own_unit
from uatapp.web.access import requires
from uatapp.web.downloads import save_as

SIZE, SHOWN = 50, 10


@bp.get("/upload")
@requires(Permission.REQUIREMENTS_EDIT)
def upload(project: Project) -> ResponseReturnValue:
    """Show the form that takes files; where there is something already, it offers to look first."""
    form = UploadForm(formdata=None)
    form.offer(project)
    form.unit.data, form.look.data = own_unit(project) or 0, queries.has_documents(project.id)
    return _form(project, form)


def _form(project: Project, form: UploadForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "requirements/upload.html", form=form, reports=queries.list_reports(project.id, SHOWN)
    ), status


@bp.post("/upload")
@requires(Permission.REQUIREMENTS_EDIT)
def receive(project: Project) -> ResponseReturnValue:
    """Take files in, or only look at them: small ones at once, archives and large ones by a job."""
    form = UploadForm()
    form.offer(project)
    files = [(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    if not form.validate() or not files:
        if not files:
            form.refuse(Invalid("", fields={"files": _("Choose at least one .feature file or a zip archive.")}))
        return _form(project, form, 422)
    filing = Filing(form.unit.data or None, form.business_process.data or None)
    name = files[0][0] if len(files) == 1 else _("%(n)s files", n=len(files))
    return _to(uploads.receive(project, files, filing, name, Wish(dry=bool(form.look.data)), by=g.actor))


def _to(report_id: int) -> ResponseReturnValue:
    return redirect(url_for(".report", report_id=report_id), 303)


@bp.get("/template.xlsx")
@requires(Permission.PROJECT_READ)
def template(project: Project) -> ResponseReturnValue:
    """Give the Excel file in which tests can be written, a row per step."""
    answer = Response(sheets.template(), mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    save_as(answer, "tests.xlsx")
    return answer


@bp.get("/imports/<int:report_id>")
@requires(Permission.PROJECT_READ)
def report(project: Project, report_id: int) -> ResponseReturnValue:
    """Show what an import did or would do, how far it is, or that it failed; documents get their unit and process here."""
    found = queries.get_report(project.id, report_id)
    documents = queries.list_documents_of(project.id, found.documents)
    return render_template(
        "requirements/report.html",
        report=found,
        failed=found.result is None and has_failed(uploads.dedupe(report_id)),
        documents=documents,
        counts=reading.counts_by_document(project.id, [d.id for d in documents]),
        units=list_named(BusinessUnit, project.id),
        processes=list_named(BusinessProcess, project.id),
        kinds=KINDS,
        tags=KIND_TAGS,
        page=_page(found),
        by_kind=Counter(row["kind"] for row in found.items),
        chosen=request.args.get("kind", ""),
        why_not_undo=uploads.why_not_undo(found),
        followed=queries.find_report_after(found),
    )


def _page(found: ImportReport) -> Page[dict[str, Any]]:
    kind = request.args.get("kind", "")
    rows = [row for row in found.items if kind not in KINDS or row["kind"] == kind]
    number = number_of(request.args.get("page"))
    return page_in(rows, number, lambda n: url_for(".report", report_id=found.id, page=n, kind=kind or None), SIZE)


@bp.post("/imports/<int:report_id>")
@requires(Permission.REQUIREMENTS_EDIT)
def file_report(project: Project, report_id: int) -> ResponseReturnValue:
    """Put each document of an import under the unit and process chosen for it."""
    units, processes = list_named(BusinessUnit, project.id), list_named(BusinessProcess, project.id)
    with unit_of_work(g.actor):
        found = queries.get_report(project.id, report_id)
        for document in queries.list_documents_of(project.id, found.documents):
            if f"unit-{document.id}" in request.form:
                unit, process = chosen_of(units, f"unit-{document.id}"), chosen_of(processes, f"process-{document.id}")
                service.file_document(project, document, unit, process, by=g.actor)
    flash(_("Saved."), "done")
    return _to(report_id)


@bp.post("/imports/<int:report_id>/take")
@requires(Permission.REQUIREMENTS_EDIT)
def take(project: Project, report_id: int) -> ResponseReturnValue:
    """Take in what was looked at, or what waited, with the answers given."""
    found = queries.get_report(project.id, report_id)
    given = {key[5:]: value == "yes" for key, value in request.form.items() if key.startswith("same-")}
    asked = {row["key"] for row in (found.result or {}).get("ask", ())}
    return _to(uploads.take(project, found, {key: given[key] for key in asked & given.keys()}, by=g.actor))


@bp.post("/imports/<int:report_id>/undo")
@requires(Permission.REQUIREMENTS_EDIT)
def undo(project: Project, report_id: int) -> ResponseReturnValue:
    """Bring the texts back as they were before an import."""
    return _to(uploads.undo(project, queries.get_report(project.id, report_id), by=g.actor))


@bp.post("/documents/<int:document_id>/numbers")
@requires(Permission.REQUIREMENTS_EDIT)
def write_numbers(project: Project, document_id: int) -> ResponseReturnValue:
    """Write the requirements' numbers into a document, so that they are recognised whatever is edited in it."""
    found = queries.get_document(project.id, document_id)
    return _to(uploads.write_numbers(project, [found], by=g.actor))


@bp.post("/documents/<int:document_id>/versions/<int:number>/restore")
@requires(Permission.REQUIREMENTS_EDIT)
def restore(project: Project, document_id: int, number: int) -> ResponseReturnValue:
    """Make an earlier version of a document its next one."""
    return _to(uploads.restore(project, queries.get_document(project.id, document_id), number, by=g.actor))
