"""Flask-Security, set up so that its changes run in our unit of work and are told as our events."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, Response, flash, g, get_flashed_messages, make_response, redirect, request, session, url_for
from flask_login import user_logged_out
from flask_security import (
    MailUtil,
    PasswordUtil,
    Security,
    SQLAlchemyUserDatastore,
    hash_password,
    password_changed,
    password_reset,
    user_authenticated,
)
from flask_security.utils import get_message

from uatapp.accounts import forms, guessing, invitations, queries, rules, second_step, service, sessions
from uatapp.accounts.events import PasswordSet, SignedIn, SignedOut
from uatapp.accounts.models import Invitation, Purpose, Role, User
from uatapp.config import Settings
from uatapp.jobs.service import send_mail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record, unit_of_work
from uatapp.web.links import absolute

ACCESS: dict[str, Permission | str] = {
    "security.login": "Whoever has an account signs in here",
    "security.logout": "Ends whatever session there is",
    "security.forgot_password": "Whoever forgot the password cannot sign in",
    "security.reset_password": "Opened with the secret of a reset mail",
    "security.change_password": Permission.SIGNED_IN,
}
_MODELS: tuple[Any, Any] = (User, Role)
RESET_GONE = "This link was used, is older than an hour, or a newer mail has been sent. Ask for a new one."
CHANGING = ("forgot_password", "reset_password", "change_password", "logout")


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's store; what it calls commit is the unit of work's, opened around its endpoints."""

    def commit(self) -> None:
        db.session.flush()


class Outbox(MailUtil):
    """Its mails go through our outbox, in the transaction that wants them."""

    def send_mail(self, template: str, subject: str, recipient: Any, *rest: Any, **context: Any) -> None:
        link = absolute("security.reset_password", token=context["reset_token"])
        hash_password("as long as for an address that we do not know")
        invitations.keep_reset(context["user"], context["reset_token"])
        send_mail(str(recipient), str(subject), "reset", name=context["user"].name, link=link)


class Passwords(PasswordUtil):
    """Our rules for passwords, wherever Flask-Security checks one."""

    def validate(self, password: str, is_register: bool, **given: Any) -> tuple[list[str] | None, str]:
        user = given["user"]
        weak = service.why_weak(password, name=user.name, email=user.email, of=user.organisation)
        return [weak] if weak else None, self.normalize(password)


def settings(config: Settings) -> dict[str, Any]:
    """Return Flask-Security's settings."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": "uatapp",
        "SECURITY_PASSWORD_LENGTH_MIN": rules.SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKD",
        # of the hash in a reset link; a slow one would tell who has an account
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_RESET_URL": "/reset",
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_POST_RESET_VIEW": "/sign-in",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RESET_PASSWORD_WITHIN": rules.RESET_VALID_FOR,
        "SECURITY_FRESHNESS": timedelta(minutes=-1),
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": "Choose a new password",
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_CACHE_CONTROL": None,  # our own headers say it, in a form that browsers read
        "SECURITY_TOTP_ISSUER": "uatapp",
        "SECURITY_TOTP_SECRETS": {"1": config.secret()},
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_MSG_PASSWORD_RESET_REQUEST": (
            "If there is an account for this address, a mail is on its way. Its link works for one hour.",
            "done",
        ),
        "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": ("Your new password is set. Sign in with it.", "done"),
        "SECURITY_MSG_PASSWORD_RESET_EXPIRED": (RESET_GONE, "error"),
        "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": (RESET_GONE, "error"),
        "SECURITY_MSG_PASSWORD_CHANGE": ("Your password is changed. All your other sessions have ended.", "done"),
        "SESSION_PROTECTION": None,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def install(app: Flask, config: Settings) -> None:
    """Plug Flask-Security in: our forms, our sessions, our unit of work around what it changes."""
    app.config.update(settings(config))
    app.config.setdefault("DECLARED_ACCESS", {}).update(ACCESS)
    app.config["DATASTORE"] = datastore = Datastore(db, *_MODELS)
    app.session_interface = sessions.TableSessions(config.secure)
    app.before_request(sessions.refuse_unread)
    security = Security(
        app,
        datastore,
        login_form=forms.SignInForm,
        forgot_password_form=forms.ForgottenForm,
        reset_password_form=forms.NewPasswordForm,
        change_password_form=forms.OwnPasswordForm,
        mail_util_cls=Outbox,
        password_util_cls=Passwords,
    )
    security.two_factor_plugins = second_step.SecondStep()
    security.want_json(lambda request: False)
    app.extensions["security"].login_manager._request_callback = None  # no tokens: a person has a session
    app.view_functions["security.reset_password"] = _by_newest_link(app.view_functions["security.reset_password"])
    for name in CHANGING:
        app.view_functions[f"security.{name}"] = _in_unit_of_work(app.view_functions[f"security.{name}"])
    app.view_functions["security.login"] = _answering(app.view_functions["security.login"])
    for signal, react in REACTIONS:
        signal.connect(react, app)


View = Callable[..., Any]


def _in_unit_of_work(view: View) -> View:
    """Run what a view changes as one unit of work; what must outlive a refusal is counted afterwards."""

    @wraps(view)
    def run(**values: Any) -> Any:
        if request.method != "POST":
            return view(**values)
        with unit_of_work(g.actor or SYSTEM):
            answer = make_response(view(**values))
        g.pop("after_unit", lambda: None)()
        return _mended(answer)

    return run


def _by_newest_link(view: View) -> View:
    """Let a new password be chosen by the link of the newest mail only, and once."""

    @wraps(view)
    def run(token: str) -> Any:
        if queries.find_invitation(token, Purpose.JOIN, lock=request.method == "POST"):
            return view(token=token)
        flash(*get_message("INVALID_RESET_PASSWORD_TOKEN"))
        return redirect(url_for("security.forgot_password"))

    return run


def _answering(view: View) -> View:
    @wraps(view)
    def run(**values: Any) -> Any:
        answer = make_response(view(**values))
        if request.method == "POST" and answer.status_code == 302:
            target = rules.safe_target(request.form.get("next") or request.args.get("next"))
            answer.location = second_step.onward(target)
        return _mended(answer)

    return run


def _mended(answer: Response) -> Response:
    """Give a refused form its status, and a redirect after a change the one that browsers follow with GET."""
    if request.method == "POST" and answer.status_code == 302:
        answer.status_code = 303
    elif "form_status" in g:
        answer.status_code = g.form_status
        if "retry_after" in g:
            answer.headers["Retry-After"] = str(g.retry_after)
    elif request.method == "POST" and answer.status_code == 200:
        shown: Any = get_flashed_messages(with_categories=True)
        for kind, message in shown:
            flash(message, kind)  # the page that took them is not the one that is seen
        return make_response("", 303, {"Location": url_for("security.forgot_password")})
    return answer


def as_actor(user: User) -> Actor:
    """Picture a person who acts on their own account."""
    return Actor(user.id, user.uid, user.name, is_admin=user.is_admin)


def _signed_in(app: Flask, user: User, authn_via: list[str] | None = None, **rest: Any) -> None:
    """Begin a session: a new secret against forged forms, and what the layout needs."""
    _new_secret(user)
    session["look"], session["zone"] = user.look, user.zone
    if authn_via == ["change"]:
        return
    told = SignedIn(project_id=None, subject=user.uid, by=as_actor(user), address=guessing.remote())
    with unit_of_work(SYSTEM):
        guessing.remember_place(user.email)
        user.current_login_at = clock.now().replace(tzinfo=None)
        record(told, user)


def _new_secret(user: User) -> None:
    """Renew the secret against forged forms; a session that ran out keeps its own for the same person's open forms."""
    ended: sessions.Kept | None = getattr(session, "ended", None)
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    if ended is not None and ended.user_id == user.id and "csrf_token" in ended.data:
        session["csrf_token"] = ended.data["csrf_token"]


def _signed_out(app: Flask, user: Any = None, **rest: Any) -> None:
    if isinstance(getattr(user, "uid", None), str):
        record(SignedOut(project_id=None, subject=user.uid, by=as_actor(user)))


def _password_reset(app: Flask, user: User, **rest: Any) -> None:
    _told_password(user, "reset")


def _password_changed(app: Flask, user: User, **rest: Any) -> None:
    _told_password(user, "changed")


def _told_password(user: User, how: str) -> None:
    sessions.end_all(user)
    invitations.use_up(user)
    record(PasswordSet(project_id=None, subject=user.uid, by=as_actor(user), how=how), user, Invitation)
    key = user.email
    g.after_unit = lambda: guessing.succeeded("sign-in", key, guessing.place_of(key))


REACTIONS = (
    (user_authenticated, _signed_in),
    (user_logged_out, _signed_out),
    (password_reset, _password_reset),
    (password_changed, _password_changed),
)
