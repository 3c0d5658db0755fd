"""The page about the quality of a project's requirements, and its switches."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.gherkin.lint import RULES, Severity
from uatapp.kernel.errors import NotFound
from uatapp.kernel.paging import Page, number_of, page_in
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements import quality, wording
from uatapp.requirements.labels import SEVERITIES
from uatapp.requirements.views import bp
from uatapp.web.access import requires

SIZE, TWICE_SHOWN = 20, 50


@bp.get("/quality")
@requires(Permission.PROJECT_READ)
def show_quality(project: Project) -> ResponseReturnValue:
    """Show what could be better in the project's documents, worst first; of one rule, where one is chosen."""
    off, chosen = quality.switched_off(project.id), request.args.get("rule", "")
    every = quality.look(project.id, off)
    only = chosen if chosen in quality.SWITCHABLE and chosen not in off else ""
    rows = quality.of_rule(every, only) if only else every
    twice = quality.names_twice(project.id, off) if only in ("", quality.NAME_TWICE) else []
    return render_template(
        "requirements/quality.html",
        page=_page(rows, only),
        only=only,
        rules=[(rule, quality.count(every, rule.id), rule.id in off) for rule in RULES],
        title_of={rule.id: rule.title for rule in RULES},
        totals={severity: sum(row.counts.get(severity, 0) for row in every) for severity in Severity},
        severities=SEVERITIES,
        words=wording.words,
        twice=twice[:TWICE_SHOWN],
        twice_more=len(twice) - TWICE_SHOWN,
        twice_off=quality.NAME_TWICE in off,
    )


def _page(rows: list[quality.Quality], only: str) -> Page[quality.Quality]:
    address = number_of(request.args.get("page"))
    return page_in(rows, address, lambda n: url_for(".show_quality", page=n, rule=only or None), SIZE)


@bp.post("/quality/rules/<rule>")
@requires(Permission.PROJECT_SET_UP)
def switch_rule(project: Project, rule: str) -> ResponseReturnValue:
    """Let a rule count in this project, or not."""
    wanted = request.form.get("on", "")
    if wanted not in ("0", "1"):
        raise NotFound
    with unit_of_work(g.actor):
        quality.switch(project, rule, on=wanted == "1", by=g.actor)
    flash(
        _("The rule counts here again.") if wanted == "1" else _("The rule no longer counts in this project."), "done"
    )
    return redirect(url_for(".show_quality", _anchor="rules"), 303)
