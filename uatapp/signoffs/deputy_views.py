"""The page of deputies: who signs for whom, until when; named and ended here."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.kernel import clock
from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Permission, Side
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Membership, Project
from uatapp.projects.queries import get_member, list_members
from uatapp.signoffs import deputies
from uatapp.signoffs.forms import DeputyForm
from uatapp.web.access import requires

bp = Blueprint("deputies", __name__, url_prefix="/projects/<key:project>/deputies")


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """Show who signs for whom from today on, and (to who may) the form to name one."""
    return _page(project, _form(project))


def _signing(project: Project) -> list[Membership]:
    return [member for member in list_members(project.id) if member.may_sign]


def _form(project: Project) -> DeputyForm:
    form = DeputyForm()
    signing = _signing(project)
    may = [m for m in signing if not deputies.why_not_name(project, m.user_id, m.side, g.actor)]
    nobody = ("", _("Choose a person"))
    form.person.choices = [nobody, *((m.user.uid, m.user.name) for m in may)] if may else []
    sides = {m.side for m in may}
    form.deputy.choices = [nobody, *((m.user.uid, m.user.name) for m in signing if m.side in sides)]
    return form


def _page(project: Project, form: DeputyForm, status: int = 200) -> ResponseReturnValue:
    rows, sides = deputies.current(project), {m.user_id: m.side for m in list_members(project.id)}
    may_end = [
        row.id
        for row in rows
        if not deputies.why_not_name(project, row.user_id, sides.get(row.user_id, Side.CUSTOMER), g.actor)
    ]
    today = clock.today(project.zone)
    page = render_template("signoffs/deputies.html", rows=rows, form=form, may_end=may_end, today=today)
    return page, status


@bp.post("/")
@requires(Permission.SIGNOFF_SIGN)
def add(project: Project) -> ResponseReturnValue:
    """Name a deputy."""
    form = _form(project)
    if not form.validate():
        return _page(project, form, 422)
    try:
        with unit_of_work(g.actor):
            person = get_member(
                project.id, form.person.data, lock=True
            )  # of two who name one, the second sees the first
            deputy = get_member(project.id, form.deputy.data)
            period = (form.from_on.data, form.until_on.data)
            deputies.name(project, person, deputy, period, form.reason.data, by=g.actor)
            names = {"deputy": deputy.user.name, "name": person.user.name}
    except Invalid as error:
        form.refuse(error)
        return _page(project, form, 422)
    flash(_("%(deputy)s signs for %(name)s on these days.", **names), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:deputy_id>/end")
@requires(Permission.SIGNOFF_SIGN)
def end(project: Project, deputy_id: int) -> ResponseReturnValue:
    """End a deputy today."""
    with unit_of_work(g.actor):
        row = deputies.get(project, deputy_id)
        sides = {m.user_id: m.side for m in list_members(project.id)}
        deputies.end(project, row, by=g.actor, side=sides.get(row.user_id, Side.CUSTOMER))
    flash(_("Ended. What was signed stays signed."), "done")
    return redirect(url_for(".index"), 303)
