"""The audit trail of a project, for project managers and auditors."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from uatapp.audit import queries, story
from uatapp.audit.queries import Wanted
from uatapp.kernel.db import db
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.web.access import requires

bp = Blueprint("audit_pages", __name__, url_prefix="/projects/<key:project>/audit")
FILTERS = ("person", "subject", "since", "until")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def index(project: Any) -> ResponseReturnValue:
    """Tell what happened, the newest first, filtered by person, thing and period."""
    wanted = _wanted()
    statement = queries.entries(project.key, wanted, project.zone)
    asked: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    page = page_of(statement, number_of(request.args.get("page")), url=lambda n: url_for(".index", **asked, page=n))
    templates = story.sentences()
    told = queries.read(project.key, [row for (row,) in page.rows])
    return render_template(
        "audit/index.html",
        page=page,
        lines=[story.line(entry, templates) for entry in told],
        wanted=wanted,
        filtered=wanted != Wanted(),
        people=queries.list_people(project.key),
        head=queries.find_head(project.key),
    )


@bp.get("/trail.jsonl")
@requires(Permission.AUDIT_READ)
def export(project: Any) -> ResponseReturnValue:
    """Hand over the whole chain, with what is needed to check it again elsewhere."""
    key = g.project.key
    answer = Response(queries.lines(db.engine, key), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}-audit.jsonl"'
    return answer


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "").strip()[:80] for name in FILTERS}
    return Wanted(given["person"], given["subject"], _day(given["since"]), _day(given["until"]))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
