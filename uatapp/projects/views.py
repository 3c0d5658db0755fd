"""Pages about a project's people and what is set up in it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.kernel.errors import Invalid, Stale
from uatapp.kernel.permissions import Permission, Role, roles_of
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members as people
from uatapp.projects import queries, rules, service, waves
from uatapp.projects.forms import (
    BuildForm,
    ChangedEnvironmentForm,
    EnvironmentForm,
    IdTagsForm,
    InviteForm,
    MemberForm,
    NamedForm,
    WaveForm,
)
from uatapp.projects.labels import DUTIES, ROLES, SIDES
from uatapp.projects.models import Build, BusinessProcess, BusinessUnit, Environment, Membership, Project
from uatapp.web.access import requires
from uatapp.web.forms import Form

bp = Blueprint("projects", __name__, url_prefix="/projects/<key:project>")
AnyForm = TypeVar("AnyForm", InviteForm, MemberForm)
TEXTS = ("address", "sign_in_hint", "test_data")


@bp.get("/members")
@requires(Permission.PROJECT_READ)
def members(project: Project) -> ResponseReturnValue:
    """Show who is in the project, on which side, as what, and who may sign."""
    return _members(project, _choices(project, InviteForm(formdata=None)))


def _members(
    project: Project, form: InviteForm, status: int = 200, link: tuple[Membership, str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "projects/members.html",
        form=form,
        link=link,
        members=queries.list_members(project.id),
        roles=ROLES,
        duties=DUTIES,
        sides=SIDES,
        may_manage=g.actor.may(Permission.MEMBERS_MANAGE, project.id),
        own_side=g.actor.standing(project.id).side,
        may_grant=rules.why_not_grant(g.actor, project.id) is None,
    )
    return page, status


def _choices(project: Project, form: AnyForm, member: Membership | None = None) -> AnyForm:
    side = member.side if member else g.actor.standing(project.id).side
    form.roles.choices = [(role.value, ROLES[role]) for role in roles_of(side)]
    offered: list[tuple[str, str]] = [("", _("No unit"))]
    offered += [(str(row.id), row.name) for row in queries.list_named(BusinessUnit, project.id)]
    form.unit.choices = offered
    return form


def _chosen(project: Project, form: AnyForm) -> tuple[list[Role], BusinessUnit | None]:
    wanted = form.unit.data or ""
    known = {str(row.id): row for row in queries.list_named(BusinessUnit, project.id)}
    return [Role(role) for role in form.roles.data or []], known.get(wanted)


@bp.post("/members")
@requires(Permission.MEMBERS_MANAGE)
def invite(project: Project) -> ResponseReturnValue:
    """Invite a person by mail."""
    form = _choices(project, InviteForm())
    try:
        if not form.validate():
            return _members(project, form, 422)
        with unit_of_work(g.actor):
            roles, unit = _chosen(project, form)
            people.invite(project, form.email.data, form.name.data, roles, by=g.actor, unit=unit)
    except Invalid as error:
        form.refuse(error)
        return _members(project, form, 422)
    flash(_("%(email)s has a mail with a link. It works for 14 days.", email=form.email.data), "done")
    return redirect(url_for(".members"), 303)


@bp.get("/members/<uid>")
@requires(Permission.MEMBERS_MANAGE)
def member(project: Project, uid: str) -> ResponseReturnValue:
    """Show one member with what the viewer may change."""
    found = queries.get_member(project.id, uid)
    given = {"roles": [row.role.value for row in found.roles], "unit": str(found.unit_id or "")}
    return _member(project, found, _choices(project, MemberForm(formdata=None, data=given), found))


def _member(project: Project, found: Membership, form: MemberForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "projects/member.html",
        member=found,
        form=form,
        roles=ROLES,
        duties=DUTIES,
        sides=SIDES,
        why_not=rules.why_not_manage(g.actor, project.id, found.side),
        may_grant=rules.why_not_grant(g.actor, project.id) is None,
        is_self=found.user_id == g.actor.user_id,
    )
    return page, status


@bp.post("/members/<uid>")
@requires(Permission.MEMBERS_MANAGE)
def change_member(project: Project, uid: str) -> ResponseReturnValue:
    """Give a member other roles or another unit."""
    found = queries.get_member(project.id, uid)
    form = _choices(project, MemberForm(), found)
    try:
        if not form.validate():
            return _member(project, found, form, 422)
        with unit_of_work(g.actor):
            roles, unit = _chosen(project, form)
            people.change(project, queries.get_member(project.id, uid, lock=True), roles, unit, by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _member(project, queries.get_member(project.id, uid), form, 422)
    flash(_("Changed."), "done")
    return redirect(url_for(".members"), 303)


@bp.post("/members/<uid>/remove")
@requires(Permission.MEMBERS_MANAGE)
def remove_member(project: Project, uid: str) -> ResponseReturnValue:
    """Take a member out of the project."""
    with unit_of_work(g.actor):
        found = queries.get_member(project.id, uid, lock=True)
        name, is_self = found.user.name, found.user_id == g.actor.user_id
        people.remove(project, found, by=g.actor)
    flash(_("%(name)s is no longer in this project. What they did stays.", name=name), "done")
    return redirect(url_for("home.index") if is_self else url_for(".members"), 303)


@bp.post("/members/<uid>/invitation")
@requires(Permission.MEMBERS_MANAGE)
def invite_again(project: Project, uid: str) -> ResponseReturnValue:
    """Mail a fresh invitation, or show its link once, to be handed over."""
    mail = request.form.get("how") != "link"
    with unit_of_work(g.actor):
        found = queries.get_member(project.id, uid, lock=True)
        name = found.user.name
        link = people.invite_again(project, found, by=g.actor, mail=mail)
    if mail:
        flash(_("%(name)s has a new mail. Earlier links no longer work.", name=name), "done")
        return redirect(url_for(".members"), 303)
    shown = (queries.get_member(project.id, uid), link)
    return _members(project, _choices(project, InviteForm(formdata=None)), link=shown)


@bp.post("/members/<uid>/signing-right")
@requires(Permission.SIGNING_RIGHT_GRANT)
def signing_right(project: Project, uid: str) -> ResponseReturnValue:
    """Give a member the right to sign, or take it."""
    act = people.grant if request.form.get("give") == "1" else people.withdraw
    with unit_of_work(g.actor):
        act(project, queries.get_member(project.id, uid, lock=True), by=g.actor)
    return redirect(url_for(".member", uid=uid), 303)


@bp.get("/set-up")
@requires(Permission.PROJECT_SET_UP)
def set_up(project: Project) -> ResponseReturnValue:
    """Show units, waves, business processes, environments and builds."""
    return _set_up(project)


def _set_up(project: Project, status: int = 200, **refused: Form) -> ResponseReturnValue:
    forms: dict[str, Form] = {kind: form_of(formdata=None, prefix="") for kind, (form_of, _add) in ADDED.items()}
    forms |= refused
    forms.setdefault("id_tags", IdTagsForm(formdata=None, prefix="", data={"example": project.id_example}))
    units = queries.list_named(BusinessUnit, project.id)
    forms["wave"].units.choices = [(row.id, row.name) for row in units]
    for kind, form in forms.items():
        form.set_apart(kind)
    page = render_template(
        "projects/set_up.html",
        forms=forms,
        id_example=project.id_example,
        units=units,
        waves=waves.list_waves(project.id),
        processes=queries.list_named(BusinessProcess, project.id),
        environments=queries.list_named(Environment, project.id),
        builds=queries.list_named(Build, project.id),
    )
    return page, status


def _add_environment(project: Project, form: Any) -> None:
    texts = {name: form[name].data or "" for name in TEXTS}
    service.add_environment(project, form.name.data, by=g.actor, **texts)


def _keep_wave(project: Project, form: Any) -> None:
    units = [row for row in queries.list_named(BusinessUnit, project.id) if row.id in (form.units.data or [])]
    waves.keep_wave(project, form.name.data, units, by=g.actor)


ADDED: dict[str, tuple[type[Form], Callable[[Project, Any], object]]] = {
    "unit": (NamedForm, lambda p, f: service.add_unit(p, f.name.data, by=g.actor)),
    "wave": (WaveForm, _keep_wave),
    "process": (NamedForm, lambda p, f: service.add_process(p, f.name.data, by=g.actor)),
    "environment": (EnvironmentForm, _add_environment),
    "build": (BuildForm, lambda p, f: service.add_build(p, f.name.data, by=g.actor, notes=f.notes.data or "")),
}


@bp.post("/set-up/<any(unit, wave, process, environment, build):kind>")
@requires(Permission.PROJECT_SET_UP)
def add(project: Project, kind: str) -> ResponseReturnValue:
    """Add a unit, a wave, a business process, an environment or a build."""
    form_of, take = ADDED[kind]
    form = form_of()
    if isinstance(form, WaveForm):
        form.units.choices = [(row.id, row.name) for row in queries.list_named(BusinessUnit, project.id)]
    try:
        if not form.validate():
            return _set_up(project, 422, **{kind: form})
        with unit_of_work(g.actor):
            take(project, form)
    except Invalid as error:
        form.refuse(error)
        return _set_up(project, 422, **{kind: form})
    return redirect(url_for(".set_up", _anchor=f"{kind}s"), 303)


@bp.post("/set-up/id-tags")
@requires(Permission.PROJECT_SET_UP)
def choose_id_tags(project: Project) -> ResponseReturnValue:
    """Choose which tags are ids of requirements."""
    form = IdTagsForm()
    try:
        with unit_of_work(g.actor):
            service.choose_id_tags(project, form.example.data or "", by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _set_up(project, 422, id_tags=form)
    flash(_("Saved. It counts for documents that come in from now on."), "done")
    return redirect(url_for(".set_up", _anchor="id_tags"), 303)


@bp.get("/set-up/environments/<int:environment_id>")
@requires(Permission.PROJECT_SET_UP)
def environment(project: Project, environment_id: int) -> ResponseReturnValue:
    """Show an environment to change it."""
    found = queries.get_environment(project.id, environment_id)
    was = {f"was_{name}": text for name, text in _texts(found).items()}
    return _environment(found, ChangedEnvironmentForm(formdata=None, obj=found, data=was))


def _texts(found: Environment) -> dict[str, str]:
    return {name: getattr(found, name) for name in TEXTS}


def _environment(
    found: Environment, form: ChangedEnvironmentForm, status: int = 200, stale: Stale | None = None
) -> ResponseReturnValue:
    both = form.merge(_texts(found)) if stale else {}
    page = render_template("projects/environment.html", environment=found, form=form, stale=stale, both=both)
    return page, status


@bp.post("/set-up/environments/<int:environment_id>")
@requires(Permission.PROJECT_SET_UP)
def change_environment(project: Project, environment_id: int) -> ResponseReturnValue:
    """Save how testers reach an environment; of two who save, the second sees both texts."""
    form = ChangedEnvironmentForm()
    texts = {name: form[name].data or "" for name in TEXTS}
    try:
        with unit_of_work(g.actor):
            found = queries.get_environment(project.id, environment_id, lock=True)
            service.change_environment(found, version=form.version.data or 0, by=g.actor, **texts)
    except Invalid as error:
        form.refuse(error)
        return _environment(queries.get_environment(project.id, environment_id), form, 422)
    except Stale as error:
        form.version.data, form.version.raw_data = error.version, None
        return _environment(queries.get_environment(project.id, environment_id), form, 409, error)
    flash(_("Saved. Testers see it at once."), "done")
    return redirect(url_for(".set_up", _anchor="environments"), 303)
