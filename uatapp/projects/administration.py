"""Pages of the installation's administrators. They see names of projects and people, never a project's content."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.accounts import factors, invitations
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.accounts.events import TriesTold
from uatapp.accounts.forms import AdministratorForm, OrganisationForm
from uatapp.audit import queries as audit
from uatapp.kernel import clock
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import founding, queries
from uatapp.projects.forms import ProjectForm
from uatapp.projects.labels import SIDES
from uatapp.web.access import requires

TRIES_SHOWN_FOR = timedelta(days=14)
bp = Blueprint("administration", __name__, url_prefix="/administration")


@bp.get("/")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """List the projects by name, with their parties and project managers."""
    projects = queries.list_all_projects()
    managers = queries.list_managers([project.id for project in projects])
    return render_template("administration/index.html", projects=projects, managers=managers, sides=SIDES)


@bp.get("/projects/new")
@requires(Permission.ADMINISTER)
def new_project() -> ResponseReturnValue:
    """Show the form for a project."""
    return _new_project(ProjectForm(formdata=None))


def _new_project(form: ProjectForm, status: int = 200) -> ResponseReturnValue:
    names = [row.name for row in people.list_organisations()]
    return render_template("administration/new_project.html", form=form, organisations=names), status


@bp.post("/projects/new")
@requires(Permission.ADMINISTER)
def create_project() -> ResponseReturnValue:
    """Create a project with its parties, and invite its first project managers."""
    form = ProjectForm()
    try:
        if not form.validate():
            return _new_project(form, 422)
        with unit_of_work(g.actor):
            founding.found(_founded(form), by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _new_project(form, 422)
    flash(_("%(name)s is there. Its project managers have a mail with a link.", name=form.name.data), "done")
    return redirect(url_for(".index"), 303)


def _founded(form: ProjectForm) -> founding.Founded:
    partners = tuple(line.strip() for line in (form.partners.data or "").splitlines() if line.strip())
    return founding.Founded(
        key=(form.key.data or "").strip().upper(),
        name=form.name.data or "",
        customer=form.customer.data or "",
        partners=partners,
        zone=form.zone.data,
        customer_manager=(form.customer_name.data or "", form.customer_email.data or ""),
        partner_manager=(form.partner_name.data or "", form.partner_email.data or ""),
    )


@bp.get("/organisations")
@requires(Permission.ADMINISTER)
def organisations() -> ResponseReturnValue:
    """List the organisations."""
    return _organisations(OrganisationForm(formdata=None))


def _organisations(form: OrganisationForm, status: int = 200) -> ResponseReturnValue:
    found = people.list_organisations()
    return render_template("administration/organisations.html", form=form, organisations=found), status


@bp.post("/organisations")
@requires(Permission.ADMINISTER)
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = OrganisationForm()
    try:
        if not form.validate():
            return _organisations(form, 422)
        with unit_of_work(g.actor):
            accounts.add_organisation(form.name.data, by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _organisations(form, 422)
    return redirect(url_for(".organisations"), 303)


@bp.get("/people")
@requires(Permission.ADMINISTER)
def users() -> ResponseReturnValue:
    """List everybody with an account."""
    return _users(AdministratorForm(formdata=None))


def _users(form: AdministratorForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    page = page_of(people.people(), number_of(request.args.get("page")), lambda n: url_for(".users", page=n))
    return render_template(
        "administration/users.html", page=page, form=form, me=g.actor.user_id, tries=_tries(), **more
    ), status


def _tries() -> list[audit.Told]:
    """Return who was told of many wrong tries in the last days."""
    return audit.lately("system", TriesTold.action, since=clock.now() - TRIES_SHOWN_FOR)


@bp.post("/people")
@requires(Permission.ADMINISTER)
def invite_administrator() -> ResponseReturnValue:
    """Invite another administrator."""
    form = AdministratorForm()
    try:
        if not form.validate():
            return _users(form, 422)
        with unit_of_work(g.actor):
            user = accounts.add_user(form.email.data, form.name.data, by=g.actor, is_admin=True)
            invitations.invite(user, by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _users(form, 422)
    flash(_("%(email)s has a mail with a link. It works for 14 days.", email=form.email.data), "done")
    return redirect(url_for(".users"), 303)


ACTS: dict[str, Callable[..., object]] = {
    "stop": accounts.stop_access,
    "give": accounts.give_access,
    "name": accounts.name_administrator,
    "dismiss": accounts.dismiss_administrator,
    "invite": invitations.invite,
    "reset": factors.reset,
}


@bp.post("/people/<uid>/<action:action>")
@requires(Permission.ADMINISTER)
def act(uid: str, action: str) -> ResponseReturnValue:
    """Stop or give access, name or dismiss an administrator, or mail a fresh invitation."""
    take = ACTS.get(action)
    if take is None:
        raise NotFound
    with unit_of_work(g.actor):
        take(people.get_user_by_uid(uid), by=g.actor)
    flash(_("Done."), "done")
    return redirect(url_for(".users"), 303)


@bp.app_context_processor
def tabs() -> dict[str, Any]:
    """Give the administration's templates their tabs; other packages' pages appear when they are plugged in."""
    offered = (
        ("administration.index", _("Projects")),
        ("administration.organisations", _("Organisations")),
        ("administration.users", _("People")),
        ("access_review.index", _("Access")),
        ("jobs_pages.index", _("Jobs")),
        ("jobs_pages.mails", _("Outgoing mail")),
    )
    shown = [(endpoint, words) for endpoint, words in offered if endpoint in current_app.view_functions]
    return {"administration_tabs": shown if request and request.blueprint in (bp.name, "access_review") else []}
