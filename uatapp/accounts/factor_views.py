"""Pages of the second step: the code at sign-in, setting it up, recovery codes, removing it."""

from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user

from uatapp.accounts import codes, factors, guessing, queries, rules, second_step, worked_example
from uatapp.accounts.events import CodeRefused
from uatapp.accounts.forms import CodeForm, ProveForm, SecondStepForm
from uatapp.accounts.models import SecondFactor, User
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.errors import Invalid, NotFound, Refused, TooMany
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.web.access import public, requires

bp = Blueprint("second_step", __name__)
FRESH = "fresh_factor"
ACTS = ("codes", "remove")


@bp.get("/sign-in/code")
@public("Asks for the second step of a sign-in whose password was right")
def ask() -> ResponseReturnValue:
    """Show the form for the code."""
    user = second_step.half()
    if user is None:
        return _over()
    return _ask(user, CodeForm(formdata=None, next=rules.safe_target(request.args.get("next"))))


def _over() -> ResponseReturnValue:
    session.pop(second_step.HALF, None)
    flash(_("This sign-in took too long, or was begun anew. Enter your password again."))
    return redirect(url_for("security.login", next=request.values.get("next") or None), 303)


def _ask(user: User, form: CodeForm, status: int = 200) -> ResponseReturnValue:
    hint = worked_example.code_of(user)
    return render_template("accounts/code.html", form=form, user=user, hint=hint), status


@bp.post("/sign-in/code")
@public("Takes the second step of a sign-in whose password was right")
def check() -> ResponseReturnValue:
    """Take the code, once, and begin the session."""
    user, form = second_step.half(), CodeForm()
    if user is None:
        return _over()
    if not form.validate():
        return _ask(user, form, 422)
    try:
        _prove(user, form.code.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _ask(user, form, 422)
    except TooMany as wait:
        form.form_errors.append(wait.message)
        return _waiting(user, form, wait.seconds)
    return _signed_in(user, rules.safe_target(form.next.data))


def _waiting(user: User, form: CodeForm, seconds: int) -> Response:
    answer = make_response(_ask(user, form, 429))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _prove(user: User, code: str) -> None:
    """Take the code of a half signed-in person. Each try is counted before it is judged; wrong ones are told."""
    key = guessing.place_of(user.email)
    guessing.check("code", guessing.address())
    tries = guessing.attempt("code", key)
    judged = factors.judge(user, None, code, by=SYSTEM)
    if judged in (factors.Judged.CODE, factors.Judged.RECOVERY_CODE):
        guessing.succeeded("code", key)
        return
    told = CodeRefused(project_id=None, subject=user.uid, by=SYSTEM, name=user.name, address=guessing.remote())
    guessing.failed("code", guessing.address(), telling=told)
    factors.tell_tries(user, "sign-in", tries)
    sentence = factors.used_code() if judged is factors.Judged.USED else factors.wrong_code()
    raise Invalid(sentence, fields={"code": sentence})


def _signed_in(user: Any, target: str) -> ResponseReturnValue:
    session.pop(second_step.HALF, None)
    login_user(user, authn_via=["password", "code"])
    return redirect(target, 303)


@bp.get("/account/second-step")
@requires(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Show how to set the second step up, or to move it to another phone."""
    return _show(SecondStepForm(formdata=None, next=rules.safe_target(request.args.get("next"))))


def _show(form: SecondStepForm, status: int = 200) -> ResponseReturnValue:
    user = queries.get_user(g.actor.user_id)
    if FRESH not in session:
        session[FRESH] = worked_example.new_secret(user)
    page = render_template(
        "accounts/second_step.html",
        form=form,
        shown=codes.show(session[FRESH], user.email),
        factor=queries.find_factor(user.id),
        must_have=factors.must_have(g.actor),
        asks_password=_asks_password(),
        hint=worked_example.code_of(user),
        first=worked_example.first_code(user),
        target=form.next.data or "/",
    )
    return page, status


def _asks_password() -> bool:
    """Say whether the password is asked for again: not in the first minutes after signing in."""
    row = getattr(session, "row", None)
    return row is None or clock.now() - row.created_at > second_step.VALID_FOR


@bp.post("/account/second-step")
@requires(Permission.SIGNED_IN)
def keep() -> ResponseReturnValue:
    """Keep the second step whose app shows a right code, and show the recovery codes, this once."""
    form, user = SecondStepForm(), queries.get_user(g.actor.user_id)
    secret = session.get(FRESH, "")
    try:
        if not form.validate() or not secret:
            return _show(form, 422)
        factors.check_first(secret, form.code.data or "")
        _check_owner(form, user, queries.find_factor(user.id))
        recovery = codes.new_recovery()
        with unit_of_work(g.actor):
            factors.set_up(queries.get_user(user.id), secret, form.code.data or "", recovery, by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _show(form, 422)
    session.pop(FRESH, None)
    return _recovery(recovery, rules.safe_target(form.next.data))


def _check_owner(form: SecondStepForm, user: User, factor: SecondFactor | None) -> None:
    """Refuse somebody at another's open session: a present step is moved with password and code, a first one
    needs the password unless it was given a moment ago."""
    password, proof = form.password.data or "", form.proof.data or ""
    if factor is not None:
        factors.prove(user, password, proof, by=g.actor)
    elif _asks_password():
        factors.prove_password(user, password)


def _recovery(recovery: codes.Recovery, target: str) -> ResponseReturnValue:
    return render_template("accounts/recovery_codes.html", codes=recovery.codes, target=target)


@bp.get("/account/second-step/<action:action>")
@requires(Permission.SIGNED_IN)
def confirm(action: str) -> ResponseReturnValue:
    """Ask for password and code before new recovery codes are made or the second step is removed."""
    return _confirm(action, ProveForm(formdata=None))


def _confirm(action: str, form: ProveForm, status: int = 200) -> ResponseReturnValue:
    _check_possible(action)
    hint = worked_example.code_of(queries.get_user(g.actor.user_id))
    return render_template("accounts/prove.html", form=form, action=action, hint=hint), status


def _check_possible(action: str) -> None:
    if action not in ACTS or queries.find_factor(g.actor.user_id) is None:
        raise NotFound
    if action == "remove" and factors.must_have(g.actor):
        raise Refused(factors.why_kept(g.actor))


@bp.post("/account/second-step/<action:action>")
@requires(Permission.SIGNED_IN)
def act(action: str) -> ResponseReturnValue:
    """Make new recovery codes, or remove the second step."""
    form = ProveForm()
    _check_possible(action)
    if not form.validate():
        return _confirm(action, form, 422)
    user = queries.get_user(g.actor.user_id)
    try:
        factors.prove(user, form.password.data or "", form.proof.data or "", by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _confirm(action, form, 422)
    return _renewed() if action == "codes" else _removed()


def _renewed() -> ResponseReturnValue:
    recovery = codes.new_recovery()
    with unit_of_work(g.actor):
        factors.renew_recovery(queries.get_user(g.actor.user_id), recovery, by=g.actor)
    return _recovery(recovery, url_for("account.show", _anchor="second-step"))


def _removed() -> ResponseReturnValue:
    with unit_of_work(g.actor):
        factors.remove(queries.get_user(g.actor.user_id), by=g.actor)
    flash(_("Your second step is removed. From now on your password is enough."), "done")
    return redirect(url_for("account.show", _anchor="second-step"), 303)
