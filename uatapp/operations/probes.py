"""What machines ask: is it alive, is it ready, what does it count. The answers never name content."""

import hmac
import ipaddress

import structlog
from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _
from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError

from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.operations import metrics, schema
from uatapp.web.access import public

log = structlog.get_logger()
bp = Blueprint("probes", __name__)


@bp.get("/healthz")
@public("A load balancer has no account; it learns only that a process answers")
def live() -> Response:
    """Answer, and touch nothing."""
    return _plain(_("It answers."))


@bp.get("/readyz")
@public("A load balancer has no account; it learns only which part of ours is away")
def ready() -> Response:
    """Say whether pages can be served now; 503 with the reasons if not."""
    reasons = [reason for reason in (_database(), _evidence()) if reason]
    return _plain("\n".join(reasons) or _("Ready."), 503 if reasons else 200)


@bp.get("/metrics")
@public("Monitoring has no account; only this machine, or whoever sends the word of the settings, is told")
def counted() -> Response:
    """Give what is counted in Prometheus' text format."""
    if not _may_count():
        return _plain(_("This is for monitoring on this machine, or with UATAPP_METRICS_TOKEN."), 403)
    return Response(metrics.text(), content_type=metrics.CONTENT_TYPE)


def _plain(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")


def _database() -> str:
    try:
        behind = schema.is_behind()
    except SQLAlchemyError as away:
        log.warning("the database cannot be reached", exc_info=away)
        return str(_("The database cannot be reached."))
    finally:
        db.session.rollback()
    return str(_("The database is of another version than the program; `uatapp migrate` mends that.")) if behind else ""


def _evidence() -> str:
    try:
        storage.reach()
    except (BaseError, OSError) as away:
        log.warning("the store of evidence cannot be reached", exc_info=away)
        return str(_("The store of evidence cannot be reached."))
    return ""


def _may_count() -> bool:
    token = current_app.config["UATAPP"].metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return _is_from_here()


def _is_from_here() -> bool:
    """Say whether a program on this machine asks us, not a proxy on it for somebody else."""
    if "X-Forwarded-For" in request.headers and not current_app.config["UATAPP"].trusted_proxies:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
