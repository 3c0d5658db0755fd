"""Reports to take away."""

from io import BytesIO

from flask import Blueprint, g, request, send_file
from flask.typing import ResponseReturnValue

from uatapp.accounts.turns import one_at_a_time
from uatapp.cycles.queries import get_cycle
from uatapp.kernel import clock
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Project
from uatapp.reports import results
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

bp = Blueprint("reports", __name__, url_prefix="/projects/<key:project>")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/results.xlsx")
@requires(Permission.RUNS_READ)
def results_xlsx(project: Project) -> ResponseReturnValue:
    """Give all executed results, or one cycle's, as an Excel file."""
    number = request.args.get("cycle", type=row_number)
    cycle_id = get_cycle(project.id, number).id if number else None
    name = f"{project.key} results {clock.today(project.zone).isoformat()}.xlsx"
    with one_at_a_time("results", g.actor):
        data = results.workbook(project, cycle_id)
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)
