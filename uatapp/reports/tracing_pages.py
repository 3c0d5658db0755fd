"""Pages from the requirement to the signature: the matrix, gaps first, and what is agreed as a document to read."""

from collections import Counter
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from uatapp.accounts.turns import one_at_a_time
from uatapp.kernel import clock
from uatapp.kernel.paging import number_of, page_in, page_of
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.reports import baseline_sheet, living, tracing, tracing_sheet
from uatapp.reports.tracing import Wanted
from uatapp.reports.views import XLSX, bp
from uatapp.requirements.baselines import get_baseline
from uatapp.requirements.models import Requirement
from uatapp.requirements.reading import preview
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

# how a requirement stands → (kind of tag, words)
STANDS: dict[str, tuple[str, Any]] = {
    "uncovered": ("none", _l("No test")),
    "failed": ("failed", _l("Failed")),
    "blocked": ("blocked", _l("Blocked")),
    "stale": ("stale", _l("Changed since tested")),
    "not_run": ("quiet", _l("Not run")),
    "passed_with_remarks": ("remarks", _l("Passed with remarks")),
    "passed": ("passed", _l("Passed")),
    "not_applicable": ("na", _l("Does not apply")),
    "not_agreed": ("info", _l("Not agreed yet")),
}
SIZE = 20


def of_requirement(project: Project, requirement: Requirement) -> dict[str, Any]:
    """Return what the requirement's own page shows of its tests' results, problems and sign-offs."""
    trace = tracing.traces(project, [requirement])[requirement.id]
    return {
        "outcomes": {number: STANDS[outcome] for number, _title, outcome in trace.tests},
        "defects": trace.defects,
        "signed": trace.signed,
    }


def _wanted(project: Project) -> tuple[Wanted, dict[str, Any]]:
    """Return what was asked for, and what the filter's form needs."""
    units, processes = list_named(BusinessUnit, project.id), list_named(BusinessProcess, project.id)
    unit = request.args.get("unit", 0, type=row_number) or 0
    process = request.args.get("process", 0, type=row_number) or 0
    stands, words = request.args.get("stands", ""), request.args.get("q", "").strip()[:200]
    wanted = Wanted(unit or None, process or None, stands if stands in STANDS else "", words)
    return wanted, {"wanted": wanted, "units": units, "processes": processes, "stands": STANDS, "order": tracing.ORDER}


def _address(endpoint: str, wanted: Wanted) -> Any:
    given: dict[str, Any] = {"unit": wanted.unit_id, "process": wanted.process_id, "stands": wanted.stands}
    kept = {name: value for name, value in {**given, "q": wanted.words}.items() if value}
    return lambda n: url_for(endpoint, page=n, **kept)


@bp.get("/traceability")
@requires(Permission.PROJECT_READ)
def traceability(project: Project) -> ResponseReturnValue:
    """Show every requirement with its tests, the results that count, its open problems and what was signed."""
    wanted, shown = _wanted(project)
    number = number_of(request.args.get("page"))
    every = tracing.standing(project, wanted)
    totals = Counter(row.stands for row in every)
    chosen = [row for row in every if wanted.stands in ("", row.stands)]
    page = page_in(chosen, number, _address(".traceability", wanted))
    page = replace(page, rows=tracing.loaded(page.rows))
    traces = tracing.traces(project, [requirement for requirement, _row in page.rows])
    return render_template("reports/traceability.html", page=page, traces=traces, totals=totals, **shown)


@bp.get("/traceability.xlsx")
@requires(Permission.PROJECT_READ)
def traceability_xlsx(project: Project) -> ResponseReturnValue:
    """Give the same as an Excel file, all of it."""
    wanted, _shown = _wanted(project)
    name = f"{project.key} traceability {clock.today(project.zone).isoformat()}.xlsx"
    with one_at_a_time("results", g.actor):
        data = tracing_sheet.workbook(project, wanted, {key: str(words) for key, (_kind, words) in STANDS.items()})
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/requirements/baselines/<int:number>.xlsx")
@requires(Permission.PROJECT_READ)
def baseline_xlsx(project: Project, number: int) -> ResponseReturnValue:
    """Give a baseline as an Excel file: each requirement with its steps, who agreed and when."""
    found = get_baseline(project.id, number)
    with one_at_a_time("results", g.actor):
        data = baseline_sheet.workbook(project, found)
    name = f"{project.key} baseline {number}.xlsx"
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/agreed")
@requires(Permission.PROJECT_READ)
def agreed(project: Project) -> ResponseReturnValue:
    """Show what is agreed as a document to read, each requirement with how it stands today."""
    wanted, shown = _wanted(project)
    number = number_of(request.args.get("page"))
    page = page_of(living.agreed(project, wanted), number, _address(".agreed", wanted), SIZE)
    previews = {row[0].id: preview(row[1].content, row[1].name) for row in page.rows}
    traces = tracing.traces(project, [row[0] for row in page.rows])
    return render_template("reports/agreed.html", page=page, previews=previews, traces=traces, **shown)
