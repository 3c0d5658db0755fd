"""The sponsor's page: can we accept, what is missing, what was not tested, what would be signed."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from uatapp.kernel import clock
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.permissions import Permission, Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.labels import SIDES
from uatapp.projects.models import Project
from uatapp.runs import counting
from uatapp.signoffs import missing, readiness, recommending, service, since
from uatapp.signoffs.labels import STANCES
from uatapp.signoffs.states import Stance
from uatapp.signoffs.views import bp
from uatapp.web.access import requires
from uatapp.web.forms import Form
from uatapp.web.numbers import row_number


class RecommendationForm(Form):
    """What a project manager recommends."""

    stance = RadioField(
        _l("What do you recommend?"),
        choices=[(stance.value, words) for stance, (_kind, words) in STANCES.items()],
        validators=[InputRequired(_l("Choose what you recommend."))],
    )
    text = TextAreaField(_l("In your words"), description=_l("The sponsors read it, and it stands on what they sign."))


@bp.get("/readiness", endpoint="readiness")
@requires(Permission.PROJECT_READ)
def show_readiness(project: Project) -> ResponseReturnValue:
    """Answer whether the project, or one cycle of it, can be accepted, for everybody in it."""
    return _page(project, RecommendationForm(formdata=None))


def _page(project: Project, form: RecommendationForm, status: int = 200) -> ResponseReturnValue:
    cycles = readiness.cycles_of(project.id)
    wanted = request.args.get("cycle", 0, type=row_number)
    chosen = [cycle for cycle in cycles if wanted in (0, cycle.number)]
    if wanted and not chosen:
        raise NotFound
    page = render_template(
        "signoffs/readiness.html", form=form, cycles=cycles, wanted=wanted, **_facts(project, [c.id for c in chosen])
    )
    return page, status


def _facts(project: Project, cycle_ids: list[int]) -> dict[str, Any]:
    outcomes, results = readiness.evaluated(project, cycle_ids)
    may_read = g.actor.may(Permission.RUNS_READ, project.id)
    standing, deferred = readiness.standing(project.id), readiness.deferred(project.id)
    gaps = sum(outcomes.get(word, 0) for word in readiness.NOT_TRIED) + len(standing) + len(deferred)
    return {
        "verdict": readiness.verdict(outcomes, results, gaps),
        "outcomes": outcomes,
        "total": sum(outcomes.values()),
        "results": results,
        "today": clock.today(project.zone),
        "owed": missing.owed(project, cycle_ids, names=may_read),
        "left_out": readiness.left_out(cycle_ids) if may_read else {},
        "standing": standing,
        "deferred": deferred,
        "waived": readiness.waived(project.id),
        "difference": since.difference(project, cycle_ids),
        "recommendations": recommending.newest(project.id),
        "may_recommend": g.actor.may(Permission.SIGNOFF_REQUEST, project.id),
        "is_sponsor": g.actor.has_role(project.id, Role.SPONSOR),
        "mine": service.whose_turn(project, g.actor),
        "stances": STANCES,
        "sides": SIDES,
        "rule": counting.RULE,
    }


@bp.post("/readiness/recommendation", endpoint="recommend")
@requires(Permission.SIGNOFF_REQUEST)
def recommend(project: Project) -> ResponseReturnValue:
    """Say what the own side's project manager recommends."""
    form = RecommendationForm()
    if not form.validate():
        return _page(project, form, 422)
    try:
        with unit_of_work(g.actor):
            recommending.recommend(project, Stance(form.stance.data), form.text.data or "", by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _page(project, form, 422)
    flash(_("The sponsors read it on this page."), "done")
    return redirect(url_for(".readiness", _anchor="recommended"), 303)
