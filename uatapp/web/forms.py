"""Forms: how fields are rendered, cleaned and kept from being sent twice."""

import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import UnsupportedMediaType
from wtforms import Field, TextAreaField

from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.merging import Merge, merge
from uatapp.web.models import FormSent

FILES = {"file", "files"}  # the fields that take files; all others take text
WAIT, WAITS = 0.05, 60  # seconds, and how often, for the answer of the same form's first sending
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
UNCOUNTED = {"csrf_token", "form_key", "password", "code", "proof", "kept_form"}


class AlreadySent(Refused):
    """This very form was sent before; the answer is where the first one led."""

    def __init__(self, sent_id: int) -> None:
        super().__init__(_("You have already sent this form."))
        self.sent_id = sent_id


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

    def merge(self, theirs: Mapping[str, str]) -> dict[str, Merge]:
        """Put what was saved meanwhile together with what was typed; return both texts of each field that differs.

        A hidden field was_… holds the text that the person began with.
        """
        found: dict[str, Merge] = {}
        for name, text in theirs.items():
            field, was = self[name], self[f"was_{name}"]
            made = merge(text, field.data or "", was.data, one_line=not isinstance(field, TextAreaField))
            field.data, was.data = made.text, text
            if made.differences:
                found[name] = made
        return found

    def set_apart(self, word: str) -> None:
        """Give each field an id of its own where several forms stand on one page."""
        for field in self:
            field.id = f"{word}-{field.name}"

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
    """Refuse what no form of ours sends and no database stores; answer a form sent twice with where the first one led."""

    @app.before_request
    def clean() -> None:
        if request.mimetype not in ("", URLENCODED, MULTIPART):
            raise UnsupportedMediaType
        if request.mimetype == URLENCODED:  # its fields are read at once; the limit for fields covers multipart only
            request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
        if set(request.files) - FILES:
            raise Invalid(_("This form cannot be sent in this way. Reload the page and try again."))
        for text in _texts():
            if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
                raise Invalid(_("The text contains a character that cannot be stored. Please remove it."))

    @app.after_request
    def remember(answer: Response) -> Response:
        if sent := g.pop("form_sent", None):
            location = answer.location if answer.status_code == 303 else _page_before()
            with aside(db.engine, lasting=False) as connection:
                connection.execute(sa.update(FormSent).where(*_is(sent)).values(location=location))
        return answer

    app.register_error_handler(AlreadySent, lambda error: redirect(_where_it_led(error.sent_id), 303))
    app.jinja_env.globals["form_key"] = form_key


def _where_it_led(sent_id: int) -> str:
    """Return where the first sending led; it may be about to be answered. Else the page that the form is on."""
    for _wait in range(WAITS):
        with db.engine.connect() as connection:
            if location := connection.scalar(sa.select(FormSent.location).where(FormSent.id == sent_id)):
                return str(location)
        time.sleep(WAIT)
    return _page_before()


def _page_before() -> str:
    before = request.referrer or ""
    return before if before.startswith(request.host_url) else "/"


def _texts() -> Iterator[str]:
    """Yield all that was sent as text: the address, each name, each of its values, the names of files."""
    yield request.path
    for given in (request.args, request.form):
        for pair in given.items(multi=True):
            yield from pair
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "")


def claim_form_key() -> None:
    """At the start of a unit of work: take the form's key, or refuse because it was taken. Same key, other body: 422."""
    key, actor = request.form.get("form_key", "") if request else "", g.get("actor")
    if not key or actor is None:
        return
    given = {"user_id": actor.user_id, "key": key[:64], "path": request.path[:500], "body_hash": _body_hash()}
    given["at"] = clock.now()
    if _is_claimed(given):
        g.form_sent = given
        return
    sent = db.session.scalars(sa.select(FormSent).where(*_is(given)[:2])).one()
    if sent.at == g.get("form_sent", {}).get("at"):
        return
    if (sent.body_hash, sent.path) != (given["body_hash"], given["path"]):
        raise Invalid(_("This form was sent before with other content. Reload the page and fill it in again."))
    raise AlreadySent(sent.id)


def _is(sent: dict[str, Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return FormSent.user_id == sent["user_id"], FormSent.key == sent["key"], FormSent.at == sent["at"]


def _is_claimed(given: dict[str, Any]) -> bool:
    """Take the key, unless it is taken; who comes second at the same time waits for the first."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(FormSent).values(given).on_conflict_do_nothing(index_elements=["user_id", "key"])
    return db.session.scalar(statement.returning(FormSent.id)) is not None


def _body_hash() -> str:
    pairs = sorted((k, v) for k, v in request.form.items(multi=True) if k not in UNCOUNTED)
    names = sorted((k, f.filename or "") for k, f in request.files.items(multi=True))
    return hashlib.sha256(repr((pairs, names)).encode()).hexdigest()
