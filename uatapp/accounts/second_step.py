"""Between password and code: who gave the right password is nobody yet, and leads on to the page that asks for the code.

Also where a sign-in leads whoever must have a second step and has none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.tf_plugin import TfPlugin

from uatapp.accounts import factors, guessing, queries
from uatapp.accounts.events import PasswordGiven
from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.errors import NotAllowed
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record, unit_of_work
from uatapp.web.access import access_of

HALF = "half_signed_in"
VALID_FOR = timedelta(minutes=10)


class SecondStep(TfPlugin):
    """What Flask-Security asks after a right password: whether there is a second step, and where it is."""

    def tf_enter(self, user: Any, remember_me: Any, primary_authn_via: str, next_loc: Any) -> Any:
        """Begin the second step of whoever has one; None lets the sign-in go through."""
        if queries.find_factor(user.id) is None:
            return None
        begin(user)
        return redirect(url_for("second_step.ask"))


def begin(user: User) -> None:
    """Note in the session, and tell, whose password was right. The session is still nobody's."""
    session[HALF] = {"who": user.fs_uniquifier, "at": clock.now().timestamp()}
    told = PasswordGiven(project_id=None, subject=user.uid, by=SYSTEM, name=user.name, address=guessing.remote())
    with unit_of_work(SYSTEM):
        record(told)


def half() -> User | None:
    """Return who gave the right password within the last minutes, may still sign in, and has a second step."""
    noted = session.get(HALF)
    if not noted or clock.now() - datetime.fromtimestamp(noted["at"], clock.now().tzinfo) > VALID_FOR:
        return None
    user = queries.find_user_of_session(noted["who"])
    return user if user is not None and queries.find_factor(user.id) is not None else None


def onward(target: str) -> str:
    """Return where a right password, or a whole sign-in, leads on its way to a page."""
    if HALF in session:
        return url_for("second_step.ask", next=target if target != "/" else None)
    actor = _load_actor()
    if actor is not None and factors.lacks(actor):
        return url_for("second_step.show", next=target if target != "/" else None)
    return target


def shown(actor: Actor) -> dict[str, Any]:
    """Return what the page of one's account says of the second step."""
    factor = queries.find_factor(actor.user_id or 0)
    left = queries.count_recovery_codes(factor.id) if factor else 0
    must = factors.must_have(actor)
    return {
        "factor": factor,
        "codes_left": left,
        "must_have": must,
        "why_kept": factors.why_kept(actor) if must else "",
    }


def _load_actor() -> Actor | None:
    load: Callable[[], Actor | None] = current_app.extensions["uatapp-load-actor"]
    return load()


def install(app: Flask, *, load_actor: Callable[[], Actor | None]) -> None:
    """Let nobody who must have a second step and has none do what it protects. Comes after the check of access."""
    app.extensions["uatapp-load-actor"] = load_actor

    @app.before_request
    def lead_to_set_up() -> ResponseReturnValue | None:
        if g.actor is None or not _is_protected() or not factors.lacks(g.actor):
            return None
        if request.method != "GET":
            raise NotAllowed(_("First set up your second step, under “Your account”. Then send this again."))
        target = url_for("second_step.show", next=request.full_path.rstrip("?"))
        if request.headers.get("HX-Request"):
            return Response(status=401, headers={"HX-Redirect": target})
        return redirect(target, 303)


def _is_protected() -> bool:
    """Say whether this address waits for the second step: administrators' pages; where everybody needs one, all but one's own account."""
    declared = access_of(current_app, request.endpoint or "")
    if not isinstance(declared, Permission) or declared is Permission.SIGNED_IN:
        return False
    return declared is Permission.ADMINISTER or current_app.config["UATAPP"].second_factor == "everybody"
