"""Pages about one's own account, and the one-time links that lead to one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user

from uatapp.accounts import guessing, invitations, queries, second_step, service
from uatapp.accounts.forms import AcceptForm, ProfileForm, SetUpForm
from uatapp.accounts.models import Invitation, Purpose, User
from uatapp.accounts.security import as_actor
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.web.access import public, requires

bp = Blueprint("account", __name__)
links = Blueprint("invitation", __name__)


@bp.app_template_filter()
def browser(agent: str) -> str:
    """Name a browser and its system, as far as people tell them apart."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
        *(("Mac OS", "Mac"), ("Linux", "Linux")),
    )
    name = next((words for mark, words in names if mark in agent), None)
    system = next((words for mark, words in systems if mark in agent), None)
    return " · ".join(part for part in (name, system) if part) or _("A browser we do not know")


@bp.get("/account")
@requires(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show what one says of oneself, and where one is signed in."""
    return _account(ProfileForm(formdata=None, obj=queries.get_user(g.actor.user_id)))


def _account(form: ProfileForm, status: int = 200) -> ResponseReturnValue:
    user_id = g.actor.user_id
    page = render_template(
        "accounts/account.html",
        form=form,
        user=queries.get_user(user_id),
        sessions=queries.list_sessions(user_id),
        this_session=getattr(getattr(session, "row", None), "id", 0),
        kept=queries.list_kept(user_id),
        **second_step.shown(g.actor),
    )
    return page, status


@bp.post("/account")
@requires(Permission.SIGNED_IN)
def change() -> ResponseReturnValue:
    """Save what one says of oneself."""
    form = ProfileForm()
    try:
        if not form.validate():
            return _account(form, 422)
        with unit_of_work(g.actor):
            user = queries.get_user(g.actor.user_id)
            given = {name: form[name].data or "" for name in ("name", "job_title", "zone", "look")}
            service.change_profile(user, by=g.actor, **given)
            session["look"], session["zone"] = user.look, user.zone
    except Invalid as error:
        form.refuse(error)
        return _account(form, 422)
    flash(_("Saved."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/account/sessions/<int:session_id>/end")
@requires(Permission.SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with unit_of_work(g.actor):
        service.end_session(queries.get_user(g.actor.user_id), session_id, by=g.actor)
    return redirect(url_for(".show", _anchor="sessions"), 303)


@bp.get("/kept/<int:kept_id>")
@requires(Permission.SIGNED_IN)
def kept(kept_id: int) -> ResponseReturnValue:
    """Show what was kept of a form when one's session had ended, to send it now."""
    found = queries.find_kept(g.actor.user_id, kept_id)
    if found is None:
        raise NotFound(_("What we had kept for you is not there any more: it was sent before, or is a day old."))
    return render_template("accounts/kept.html", kept=found)


@links.get("/invitation/<token>")
@public("Opened with the secret of an invitation")
def accept(token: str) -> ResponseReturnValue:
    """Show the form by which an invited person chooses a password."""
    user = _invited(token)
    return _accept(user, AcceptForm(formdata=None, obj=user))


def _accept(user: User, form: AcceptForm, status: int = 200) -> ResponseReturnValue:
    return render_template("accounts/accept.html", user=user, form=form), status


def _invited(token: str) -> User:
    invitation = _known(token, Purpose.JOIN)
    if invitation is None or invitation.user_id is None:
        raise NotFound(invitations.gone())
    user = queries.get_user(invitation.user_id)
    if user.password:
        raise NotFound(invitations.gone())
    return user


def _known(token: str, purpose: Purpose) -> Invitation | None:
    """Find a link's invitation; whoever tries many that are none is slowed down."""
    guessing.check("invitation", guessing.address())
    found = queries.find_invitation(token, purpose) if len(token) < 100 else None
    if found is None:
        guessing.failed("invitation", guessing.address())
    return found


@links.post("/invitation/<token>")
@public("Sent with the secret of an invitation")
def take_up(token: str) -> ResponseReturnValue:
    """Set the password, and begin."""
    user, form = _invited(token), AcceptForm()
    refusal = _enter(form, lambda: invitations.take_up(token, form.name.data, form.password.data, own_actor=as_actor))
    return _accept(user, form, 422) if refusal else redirect(second_step.onward(url_for("home.index")), 303)


def _enter(form: AcceptForm, act: Callable[[], User]) -> bool:
    """Run a use case that gives somebody a password, and sign them in. Says whether it was refused."""
    if not form.validate():
        return True
    try:
        with unit_of_work(SYSTEM):
            user_id = act().id
    except Invalid as error:
        form.refuse(error)
        return True
    user: Any = queries.get_user(user_id)
    login_user(user, authn_via=["invitation"])
    return False


@links.get("/set-up/<token>")
@public("Opened with the one-time link printed where the installation runs")
def set_up(token: str) -> ResponseReturnValue:
    """Show the form by which the first administrator begins."""
    _check_set_up(token)
    return _set_up(SetUpForm(formdata=None))


def _set_up(form: SetUpForm, status: int = 200) -> ResponseReturnValue:
    return render_template("accounts/set_up.html", form=form), status


def _check_set_up(token: str) -> None:
    if _known(token, Purpose.SET_UP) is None or queries.has_administrator():
        raise NotFound


@links.post("/set-up/<token>")
@public("Sent with the one-time link printed where the installation runs")
def found(token: str) -> ResponseReturnValue:
    """Make the first administrator, and begin."""
    _check_set_up(token)
    form = SetUpForm()
    refusal = _enter(form, lambda: invitations.set_up(token, form.name.data, form.email.data, form.password.data))
    return _set_up(form, 422) if refusal else redirect(second_step.onward(url_for("home.index")), 303)
