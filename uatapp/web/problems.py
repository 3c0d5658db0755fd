"""Refusals become a page, or problem+json for programs, here and nowhere else."""

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, TooMany

log = structlog.get_logger()

TEXTS = {
    400: ("This request is not complete", "Go back, reload the page and try again."),
    403: ("You may not do this", "Your project manager can give you the role that includes it."),
    404: ("Page not found", "There is nothing at this address, or it is not meant for you."),
    405: ("This is not possible here", "Go back and use the buttons of the page."),
    413: ("This is too large", "A file may have 10 MB, all files together 40 MB."),
    429: ("Too many tries", "Please wait a little and try again."),
    500: ("Something went wrong on our side", "Nothing was changed. Try again; if it stays, tell us the number below."),
    503: ("We are not ready yet", "Please try again in a moment."),
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
    db.session.rollback()
    request_id = g.get("request_id", "")
    if wants_json():
        body = jsonify(title=title, status=status, detail=detail, reasons=list(reasons), request_id=request_id)
        body.mimetype = "application/problem+json"
        return make_response(body, status)
    page = render_template(
        "errors/error.html", status=status, title=title, detail=detail, reasons=reasons, request_id=request_id
    )
    return make_response(page, status)


def _domain(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for DomainError only
    answer = problem(error.status, _(error.title), error.message, error.reasons)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _http(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for HTTPException only
    if error.code is None or error.code < 400:
        return error.get_response()
    code = 413 if isinstance(error, RequestEntityTooLarge) else error.code
    title, detail = TEXTS.get(code, TEXTS[400])
    answer = problem(code, _(title), _(detail))
    if error.code == 405 and "Allow" in error.get_response().headers:
        answer.headers["Allow"] = error.get_response().headers["Allow"]
    return answer


def _csrf(error: Exception) -> ResponseReturnValue:
    return problem(
        403, _("This form was open too long"), _("Go back, reload the page and send it again. Nothing was changed.")
    )


def _unknown(error: Exception) -> ResponseReturnValue:
    log.error("request failed", exc_info=error, endpoint=request.endpoint)
    title, detail = TEXTS[500]
    return problem(500, _(title), _(detail))
