"""Forms: how fields are rendered, cleaned and kept from being sent twice."""

import hashlib
import secrets
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, redirect, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field

from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.kernel.errors import Invalid, Refused
from uatapp.web.models import FormSent

UNCOUNTED = {"csrf_token", "form_key", "password", "kept_form"}


class AlreadySent(Refused):
    """This very form was sent before; the answer is where the first one led."""

    def __init__(self, location: str) -> None:
        super().__init__(_("You have already sent this form."))
        self.location = location


class Form(FlaskForm):  # type: ignore[misc]
    """Base of our forms: errors are announced to screen readers by their ids."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            named = [f"{field.id}-help"] if field.description else []
            if field.errors:
                named.append(f"{field.id}-error")
                render_kw.setdefault("aria-invalid", "true")
            if named:
                render_kw.setdefault("aria-describedby", " ".join(named))
            return super().render_field(field, render_kw)  # type: ignore[no-any-return]

    def refuse(self, error: Invalid) -> None:
        """Put a use case's refusal beside the fields it names (or above the form)."""
        for name, sentence in error.fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, sentence]
        if not error.fields:
            self.form_errors.append(error.message)


def form_key() -> str:
    """Return a fresh key for a form that is being shown."""
    return secrets.token_urlsafe(18)


def install(app: Flask) -> None:
    """Refuse characters no database stores; answer a form sent twice with where the first one led."""

    @app.before_request
    def clean() -> None:
        for value in (*request.args.values(), *request.form.values(), request.path):
            if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise Invalid(_("The text contains a character that cannot be stored. Please remove it."))

    @app.after_request
    def remember(answer: Response) -> Response:
        if (row_id := g.pop("form_sent", None)) and answer.status_code == 303:
            with aside(db.engine, lasting=False) as connection:
                where = FormSent.id == row_id
                connection.execute(sa.update(FormSent).where(where).values(location=answer.location))
        return answer

    app.register_error_handler(AlreadySent, lambda error: redirect(error.location or request.path, 303))
    app.jinja_env.globals["form_key"] = form_key


def claim_form_key() -> None:
    """At the start of a unit of work: take the form's key, or refuse because it was taken. Same key, other body: 422."""
    key, actor = request.form.get("form_key", "") if request else "", g.get("actor")
    if not key or actor is None or g.get("form_sent"):
        return
    sent = db.session.scalar(sa.select(FormSent).where(FormSent.user_id == actor.user_id, FormSent.key == key[:64]))
    body = _body_hash()
    if sent is None:
        row = FormSent(user_id=actor.user_id, key=key[:64], path=request.path[:500], body_hash=body)
        db.session.add(row)
        db.session.flush()
        g.form_sent = row.id
    elif sent.body_hash == body and sent.path == request.path[:500]:
        raise AlreadySent(sent.location)
    else:
        raise Invalid(_("This form was sent before with other content. Reload the page and fill it in again."))


def _body_hash() -> str:
    pairs = sorted((k, v) for k, v in request.form.items(multi=True) if k not in UNCOUNTED)
    names = sorted((k, f.filename or "") for k, f in request.files.items(multi=True))
    return hashlib.sha256(repr((pairs, names)).encode()).hexdigest()
