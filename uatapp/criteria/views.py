"""The project's overview: progress, exit criteria, what blocks."""

import sqlalchemy as sa
from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from uatapp.criteria import queries, sets
from uatapp.criteria.overview import finding, open_cycles, problems
from uatapp.defects.labels import SEVERITIES
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Permission, Role
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement
from uatapp.runs import counting
from uatapp.web.access import requires

bp = Blueprint("criteria", __name__, url_prefix="/projects/<key:project>")


@bp.get("/overview")
@requires(Permission.PROJECT_READ)
def overview(project: Project) -> ResponseReturnValue:
    """Show where the project stands, for everybody in it."""
    cycle_ids = queries.live_cycle_ids(project.id)
    cycles = open_cycles(project.id)
    facts, results = queries.evaluated(project, cycle_ids, rows=sets.of_project(project))
    exists = sa.select(sa.exists().where(Requirement.project_id == project.id))
    return render_template(
        "criteria/overview.html",
        cycles=cycles,
        results=results,
        counts=facts.outcomes,
        total=facts.total,
        heading=finding(cycles, facts.outcomes, results),
        problems=problems(project.id),
        severities=SEVERITIES,
        rule=counting.RULE,
        has_requirements=bool(db.session.scalar(exists)),
        is_tester=g.actor.has_role(project.id, Role.TESTER, Role.SUPER_USER),
    )
