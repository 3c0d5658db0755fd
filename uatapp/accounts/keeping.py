"""What a person sent after their session had ended: kept a day for them alone, and sent when they are back.

Kept only for a session of ours that ended and a form of its own (its token against forged forms is right).
Passwords are never kept.
"""

import hmac
from io import BytesIO
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask, Response, current_app, flash, g, redirect, request, session
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from uatapp.accounts import queries
from uatapp.accounts.models import KeptForm
from uatapp.accounts.sessions import KEPT_AFTER, Kept
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.uow import unit_of_work
from uatapp.web.problems import wants_json

QUOTA = 50 * 1024 * 1024
NEVER = ("csrf_token", "form_key", "kept_form", "password", "new_password", "code", "proof")


def keep_form() -> Response | None:
    """Keep what was sent and lead to the sign-in; None where there is nothing that may be kept."""
    ended: Kept | None = getattr(session, "ended", None)
    if ended is None or ended.user_id is None or wants_json() or not request.form or not _is_own_form(ended):
        return None
    kept_id = _keep(ended.user_id)
    if kept_id is None:
        flash(_("Your session had ended. What you sent is more than we can keep; please send it again."))
        return None
    target = f"/sign-in?next={quote(f'/kept/{kept_id}')}"
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    answer = redirect(target, 303)
    assert isinstance(answer, Response)  # noqa: S101 - Flask's redirect gives Flask's response
    return answer


def _is_own_form(ended: Kept) -> bool:
    given = request.form.get("csrf_token") or request.headers.get("X-CSRFToken", "")
    expected = ended.data.get("csrf_token")
    try:
        token = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="wtf-csrf-token").loads(given)
    except BadData:
        return False
    return bool(expected) and hmac.compare_digest(str(token), str(expected))


def _keep(user_id: int) -> int | None:
    fields = [[k, v] for k, v in request.form.items(multi=True) if not _is_secret(k)]
    uploads = [(name, f, f.read()) for name, f in request.files.items(multi=True) if f.filename]
    size = sum(len(data) for _name, _file, data in uploads) + sum(len(k) + len(v) for k, v in fields)
    with unit_of_work(SYSTEM) as unit:
        _forget(user_id)
        held = unit.scalar(sa.select(sa.func.sum(KeptForm.size)).where(KeptForm.user_id == user_id)) or 0
        if held + size > QUOTA or (uploads and storage.is_low(size)):
            return None
        row = KeptForm(user_id=user_id, path=request.path[:500], fields=fields, size=size)
        row.files = [_file_of(*upload) for upload in uploads]
        unit.add(row)
        unit.flush()
        return row.id


def _is_secret(name: str) -> bool:
    return name in NEVER or "password" in name.lower()


def _file_of(name: str, file: FileStorage, data: bytes) -> dict[str, Any]:
    """Store a file under its hash and say what it was."""
    kind = file.mimetype or "application/octet-stream"
    return {"field": name, "name": (file.filename or "")[:255], "type": kind, "sha256": storage.put(data)}


def _forget(user_id: int) -> None:
    """Forget what is a day old, and an earlier copy of the same form."""
    old = KeptForm.created_at < clock.now() - KEPT_AFTER
    same = sa.and_(KeptForm.user_id == user_id, KeptForm.path == request.path[:500])
    db.session.execute(sa.delete(KeptForm).where(sa.or_(old, same)))


def install(app: Flask) -> None:
    """When a kept form is sent: give its files back to the request, and forget it once it was taken."""

    @app.before_request
    def bring_back() -> None:
        raw = request.form.get("kept_form", "")
        if request.method != "POST" or not raw.isascii() or not raw.isdigit() or len(raw) > 9 or g.actor is None:
            return
        kept = queries.find_kept(g.actor.user_id, int(raw))
        if kept is None or kept.path != request.path[:500]:
            raise NotFound(_("What we had kept for you is not there any more: it was sent before, or is a day old."))
        given = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
        request.files = ImmutableMultiDict([*given, *(_upload(f) for f in kept.files)])
        g.kept_form = kept.id

    @app.after_request
    def forget(answer: Response) -> Response:
        kept_id = g.pop("kept_form", None)
        if kept_id is not None and answer.status_code in (302, 303):
            with unit_of_work(SYSTEM) as unit:
                unit.execute(sa.delete(KeptForm).where(KeptForm.id == kept_id))
        return answer


def _upload(kept: dict[str, Any]) -> tuple[str, FileStorage]:
    stream = BytesIO(storage.get(kept["sha256"]))
    return kept["field"], FileStorage(stream, kept["name"], kept["field"], kept["type"])
