"""The first page after sign-in: the projects one is in, or the only one at once."""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from uatapp.accounts import queries as people
from uatapp.kernel.actor import Actor
from uatapp.kernel.permissions import Permission, Role
from uatapp.projects import queries
from uatapp.projects.labels import ROLES, SIDES
from uatapp.projects.models import Project
from uatapp.web.access import requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Lead into the only project; show all of several; say what happens next where there is none."""
    actor: Actor = g.actor
    projects = queries.list_projects(list(actor.standings))
    if len(projects) == 1 and "all" not in request.args:
        return redirect(first_page(actor, projects[0]), 303)
    if not projects and actor.is_admin:
        return redirect(url_for("administration.index"), 303)
    kept = people.list_kept(actor.user_id or 0)
    return render_template(
        "home.html", projects=projects, standings=actor.standings, roles=ROLES, sides=SIDES, kept=kept
    )


@bp.get("/projects/<key:project>/")
@requires(Permission.PROJECT_READ)
def enter(project: Project) -> ResponseReturnValue:
    """Lead to where this person begins in the project."""
    return redirect(first_page(g.actor, project), 303)


def first_page(actor: Actor, project: Project) -> str:
    """Return where a member begins: testers with their work, sponsors with readiness, all others with the overview."""
    own = {"inbox.my_work": (Role.TESTER, Role.SUPER_USER), "signoffs.readiness": (Role.SPONSOR,)}
    offered = [page for page, roles in own.items() if actor.has_role(project.id, *roles)]
    offered += ["criteria.overview", "projects.members"]
    endpoint = next(name for name in offered if name in current_app.view_functions)
    return url_for(endpoint, project=project.key)
