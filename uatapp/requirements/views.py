"""Pages about requirements: the list, one requirement, and what waits for approval."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from uatapp.gherkin import comparing
from uatapp.kernel.errors import Invalid, NotFound, Stale
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.requirements import queries, reading, service
from uatapp.requirements.content import told_of
from uatapp.requirements.labels import STANDINGS
from uatapp.requirements.models import Document, Requirement
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

bp = Blueprint("requirements", __name__, url_prefix="/projects/<key:project>/requirements")


@dataclass(frozen=True, slots=True)
class Slots:
    """What higher packages show on these pages: a requirement's test cases, how many wait for a decision, its trace."""

    cases: Callable[[int], Sequence[Any]]
    count_suspect: Callable[[int], int]
    case_states: Any
    trace: Callable[[Project, Requirement], Mapping[str, Any]]


def slots() -> Slots:
    """Return what the composition root has put into the pages' slots."""
    found: Slots = current_app.extensions["requirements-slots"]
    return found


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List the documents with how their requirements stand; say first what waits for the viewer."""
    unit_id, process_id = _chosen("unit"), _chosen("process")
    statement = sa.select(Document).where(Document.project_id == project.id, Document.version_number > 0)
    if unit_id:
        statement = statement.where(Document.unit_id == unit_id)
    if process_id:
        statement = statement.where(Document.process_id == process_id)
    statement = statement.options(joinedload(Document.unit), joinedload(Document.process)).order_by(Document.path)
    kept: dict[str, Any] = {"unit": unit_id or None, "process": process_id or None}
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".index", page=n, **kept))
    return render_template("requirements/index.html", page=page, **_about(project))


def _chosen(name: str) -> int:
    return request.args.get(name, 0, type=row_number)


def _about(project: Project) -> dict[str, Any]:
    """What all lists show above: what waits, and the filters."""
    counts = reading.counts_by_document(project.id)
    return {
        "counts": counts,
        "totals": reading.totals(counts),
        "mine": reading.count_mine(project, g.actor),
        "suspect": slots().count_suspect(project.id),
        "units": list_named(BusinessUnit, project.id),
        "processes": list_named(BusinessProcess, project.id),
        "standings": STANDINGS,
        "unit_id": _chosen("unit"),
        "process_id": _chosen("process"),
    }


@bp.get("/find")
@requires(Permission.PROJECT_READ)
def find(project: Project) -> ResponseReturnValue:
    """List requirements by words or reference, unit, process and where they stand."""
    words, standing = request.args.get("q", "")[:200], request.args.get("standing", "")
    standing = standing if standing in STANDINGS else ""
    kept: dict[str, Any] = {
        "q": words or None,
        "standing": standing or None,
        "unit": _chosen("unit"),
        "process": _chosen("process"),
    }
    statement = reading.search(
        project.id,
        words,
        unit_id=_chosen("unit"),
        process_id=_chosen("process"),
        standing=standing,
        document_id=_chosen("document"),
    )
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".find", page=n, **kept))
    return render_template("requirements/find.html", page=page, words=words, standing=standing, **_about(project))


@bp.get("/waiting")
@requires(Permission.PROJECT_READ)
def waiting(project: Project) -> ResponseReturnValue:
    """Show what waits for approval, each as its testers will see it."""
    return _waiting(project)


def _waiting(project: Project, fault: Invalid | None = None, status: int = 200) -> ResponseReturnValue:
    document_id = _chosen("document")
    standing = g.actor.standing(project.id)
    statement = queries.waiting(project.id, standing.unit_id if standing else None)
    if document_id:
        statement = statement.where(Requirement.document_id == document_id)
    address = lambda n: url_for(".waiting", page=n, document=document_id or None)  # noqa: E731 - an address
    page = page_of(statement, number_of(request.args.get("page")), address)
    rows = reading.list_waiting(project, g.actor, page.rows)
    chosen = set(request.form.getlist("chosen"))
    answer = render_template(
        "requirements/waiting.html",
        page=page,
        rows=rows,
        chosen=chosen,
        fault=fault,
        reason=request.form.get("reason", ""),
        document_id=document_id,
        **_about(project),
    )
    return answer, status


@bp.post("/waiting/<action:action>")
@requires(Permission.REQUIREMENTS_APPROVE)
def decide(project: Project, action: str) -> ResponseReturnValue:
    """Approve, or ask for changes to, several at once: those whose version is still the one that was shown."""
    if action not in ("approve", "ask_for_changes"):
        raise NotFound
    try:
        with unit_of_work(g.actor):
            chosen = _numbers(request.form.getlist("chosen"))
            count = service.decide_many(project, chosen, action, request.form.get("reason", ""), by=g.actor)
    except Invalid as error:
        return _waiting(project, error, 422)
    if action == "approve":
        flash(ngettext("One requirement is agreed.", "%(num)s requirements are agreed.", count), "done")
    else:
        flash(_("Your reason was sent to whoever wrote them."), "done")
    return redirect(url_for(".waiting", document=_chosen("document") or None), 303)


def _numbers(raw: list[str]) -> dict[int, int]:
    """Read "number:version" pairs; what is odd is left out."""
    pairs = [value.partition(":") for value in raw[:500]]
    return {int(a): int(b) for a, _colon, b in pairs if a.isdecimal() and b.isdecimal() and len(a) < 10 and len(b) < 10}


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show a requirement as its testers see it, with its versions, its tests and what the viewer may do."""
    return _page(project, queries.get_requirement(project.id, number))


def _page(
    project: Project, requirement: Requirement, fault: Invalid | Stale | None = None, status: int = 200
) -> ResponseReturnValue:
    versions = queries.list_requirement_versions(requirement.id)
    newest, state = versions[0]
    shown = next((v for v, _s in versions if v.number == request.args.get("version", 0, type=row_number)), newest)
    agreed = next((v for v, _s in versions if v.number == requirement.approved_number), None)
    before = agreed if agreed is not None and agreed.id != shown.id else None
    author_id = reading.author_of_change(requirement, newest)
    answer = render_template(
        "requirements/show.html",
        requirement=requirement,
        reference=service.reference(project, requirement),
        versions=versions,
        stories=reading.stories(versions),
        newest=newest,
        state=state,
        shown=shown,
        agreed=agreed,
        lines=reading.compared_content(before.content, shown.content) if before else [],
        preview=reading.preview(shown.content, requirement.name),
        offered=reading.offered(project, requirement, newest, state, g.actor),
        who=reading.who_approves(project, requirement.document, author_id),
        cases=slots().cases(requirement.id),
        case_states=slots().case_states,
        trace=slots().trace(project, requirement),
        standing=_standing(requirement, state.state.value),
        standings=STANDINGS,
        fault=None if isinstance(fault, Stale) else fault,
        stale=fault if isinstance(fault, Stale) else None,
        typed=request.form,
    )
    return answer, status


@bp.get("/<int:number>/compare")
@requires(Permission.PROJECT_READ)
def compare(project: Project, number: int) -> ResponseReturnValue:
    """Show what changed between two versions: what counts and the newest, where none is chosen."""
    requirement = queries.get_requirement(project.id, number)
    first = request.args.get("old", requirement.approved_number or 1, type=row_number)
    second = request.args.get("new", requirement.latest_number, type=row_number)
    old, new = queries.two_versions(requirement.id, (first, second))
    difference = comparing.compare(told_of(old.content), told_of(new.content))
    about = {"reference": service.reference(project, requirement), "old": old, "new": new, "difference": difference}
    said = reading.said_of(difference)
    return render_template("requirements/compare.html", requirement=requirement, said=said, **about)


def _standing(requirement: Requirement, state: str) -> str:
    if requirement.state.value == "retired":
        return "retired"
    return "removal_asked" if requirement.removal_asked else state


@bp.post("/<int:number>/<action:action>")
@requires(Permission.PROJECT_READ)
def act(project: Project, number: int, action: str) -> ResponseReturnValue:
    """Take one action on a requirement; the lifecycle and the rules decide whether, and for whom."""
    try:
        with unit_of_work(g.actor):
            requirement = queries.get_requirement(project.id, number, lock=True)
            version = request.form.get("version", 0, type=row_number)
            service.decide(project, requirement, action, request.form.get("reason", ""), by=g.actor, version=version)
    except (Invalid, Stale) as error:
        return _page(project, queries.get_requirement(project.id, number), error, error.status)
    return redirect(url_for(".show", number=number), 303)
