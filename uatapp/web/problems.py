"""Refusals become a page, or problem+json for programs, here and nowhere else."""

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from uatapp.kernel import engine
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, NotAllowed, TooMany

log = structlog.get_logger()
AGAIN_SECONDS = 5

TEXTS = {
    400: ("This request is not complete", "Go back, reload the page and try again."),
    403: ("You may not do this", "Your project manager can give you the role that includes it."),
    404: ("Page not found", "There is nothing at this address, or it is not meant for you."),
    405: ("This is not possible here", "Go back and use the buttons of the page."),
    413: ("This is too large", "A file may have 10 MB, all files together 40 MB."),
    429: ("Too many tries", "Please wait a little and try again."),
    500: ("Something went wrong on our side", "Nothing was changed. Try again; if it stays, tell us the number below."),
    503: (
        "We are not ready just now",
        "Please try again in a moment. A form may be sent again: nothing is stored twice.",
    ),
    507: (
        "There is no room left",
        "The server’s disk is full, so this was not stored. Pages can still be read. Please tell whoever runs this "
        "installation, and send it again later: nothing is stored twice.",
    ),
}


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def problem(status: int, title: str, detail: str, reasons: tuple[str, ...] = ()) -> Response:
    """Return one refusal as the client reads it."""
    _undo()
    request_id = g.get("request_id", "")
    if wants_json():
        body = jsonify(title=title, status=status, detail=detail, reasons=list(reasons), request_id=request_id)
        body.mimetype = "application/problem+json"
        return make_response(body, status)
    page = render_template(
        "errors/error.html", status=status, title=title, detail=detail, reasons=reasons, request_id=request_id
    )
    return make_response(page, status)


def _undo() -> None:
    """Roll back what the request began; a connection that is lost is only let go."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


def _domain(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for DomainError only
    if isinstance(error, NotAllowed):
        _log_refused(error.message)
    answer = problem(error.status, _(error.title), error.message, error.reasons)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _http(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for HTTPException only
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        return _unknown(error.original_exception)
    code = 413 if isinstance(error, RequestEntityTooLarge) else error.code
    title, detail = TEXTS.get(code, TEXTS[400])
    answer = problem(code, _(title), _(detail))
    if error.code == 405 and "Allow" in error.get_response().headers:
        answer.headers["Allow"] = error.get_response().headers["Allow"]
    return answer


def _log_refused(why: str) -> None:
    """Note who wanted what that is not theirs; addresses without their queries, which may hold secrets."""
    actor = g.get("actor")
    who = actor.uid if actor is not None else ""
    route = str(request.url_rule or "")
    log.warning("request refused", who=who, method=request.method, route=route, why=why)


def _csrf(error: Exception) -> ResponseReturnValue:
    _log_refused("token")
    return problem(
        403, _("This form was open too long"), _("Go back, reload the page and send it again. Nothing was changed.")
    )


def _unknown(error: BaseException) -> ResponseReturnValue:
    code = 507 if engine.is_full(error) else 503 if engine.is_away(error) else 500
    title, detail = TEXTS[code]
    told = {"endpoint": request.endpoint}
    if code == 500:
        log.error("request failed", exc_info=error, **told)
        return problem(500, _(title), _(detail))
    log.error("request could not be done just now", why=type(error).__name__, **told)
    # the page is shown without asking the database who reads it
    g.actor = g.project = g.project_key = g._login_user = None
    answer = problem(code, _(title), _(detail))
    answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer
