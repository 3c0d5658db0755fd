"""Pages of baselines: what was agreed when, under which name, and what has changed since."""

from collections import Counter
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.kernel.errors import Invalid
from uatapp.kernel.paging import number_of, page_in
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements import baselines
from uatapp.requirements.labels import KIND_TAGS, KINDS
from uatapp.requirements.models import Baseline
from uatapp.requirements.views import bp
from uatapp.web.access import requires
from uatapp.web.numbers import row_number


@bp.get("/baselines")
@requires(Permission.PROJECT_READ)
def list_baselines(project: Project) -> ResponseReturnValue:
    """List the baselines, and offer to keep what is agreed now."""
    return _listed(project)


def _listed(project: Project, fault: Invalid | None = None) -> ResponseReturnValue:
    page = render_template(
        "requirements/baselines.html",
        rows=baselines.list_baselines(project.id),
        agreed=len(baselines.agreed_now(project.id)),
        faults=fault.fields if fault else {},
        typed=request.form,
    )
    return page, fault.status if fault else 200


@bp.post("/baselines")
@requires(Permission.REQUIREMENTS_EDIT)
def name_baseline(project: Project) -> ResponseReturnValue:
    """Keep what is agreed now under a name."""
    try:
        with unit_of_work(g.actor):
            made = baselines.name(project, request.form.get("name", ""), request.form.get("note", ""), by=g.actor)
            number = made.number
    except Invalid as fault:
        return _listed(project, fault)
    flash(_("Kept. It never changes, whatever is edited from now on."), "done")
    return redirect(url_for(".show_baseline", number=number), 303)


@bp.get("/baselines/<int:number>")
@requires(Permission.PROJECT_READ)
def show_baseline(project: Project, number: int) -> ResponseReturnValue:
    """Show what a baseline holds."""
    found = baselines.get_baseline(project.id, number)
    address = number_of(request.args.get("page"))
    page = page_in(baselines.items_of(found), address, lambda n: url_for(".show_baseline", number=number, page=n))
    others = [row for row in baselines.list_baselines(project.id) if row.number != number]
    return render_template("requirements/baseline.html", baseline=found, page=page, others=others)


@bp.get("/baselines/<int:number>/difference")
@requires(Permission.PROJECT_READ)
def compare_baseline(project: Project, number: int) -> ResponseReturnValue:
    """Show what differs between a baseline and another one, or what is agreed now."""
    found = baselines.get_baseline(project.id, number)
    other_number = request.args.get("other", 0, type=row_number) or 0
    other: Baseline | None = baselines.get_baseline(project.id, other_number) if other_number else None
    new = baselines.items_of(other) if other else baselines.agreed_now(project.id)
    changes = baselines.difference(baselines.items_of(found), new)
    address = number_of(request.args.get("page"))
    where: dict[str, Any] = {"number": number, "other": other_number or None}
    return render_template(
        "requirements/baseline_difference.html",
        baseline=found,
        other=other,
        page=page_in(changes, address, lambda n: url_for(".compare_baseline", page=n, **where)),
        counts=Counter(one.kind for one in changes),
        kinds=KINDS,
        tags=KIND_TAGS,
    )
