"""The public page that says whether a certificate is genuine. It shows nothing that the paper does not."""

import hashlib
import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.accounts import guessing
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, TooLarge
from uatapp.signoffs import acting, addenda, queries, series
from uatapp.signoffs.labels import ACTS, STATES
from uatapp.signoffs.models import Addendum, Certificate, SignedAct, Signoff
from uatapp.web.access import public

bp = Blueprint("check", __name__, url_prefix="/check")
LARGEST = 20 * 1024 * 1024
LONGEST_CODE = 60


@bp.get("/")
@public("Anybody with the paper may check it")
def index() -> ResponseReturnValue:
    """Ask for the code printed on a certificate."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for(".show", code=code[:LONGEST_CODE]), 303)
    return render_template("signoffs/check.html", certificate=None, compared=None)


@bp.get("/<code>")
@public("Anybody with the paper may check it; the address has 128 random bits")
def show(code: str) -> ResponseReturnValue:
    """Say what a certificate states and its present status."""
    paper = _find(code)
    return _page(paper, None) if isinstance(paper, Certificate) else _addendum_page(paper, None)


@bp.post("/<code>")
@public("Anybody with the file may compare it; the file is hashed and not kept")
def compare(code: str) -> ResponseReturnValue:
    """Say whether an uploaded file is, byte for byte, the one we sealed."""
    paper = _find(code)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(_("Choose the PDF file first."))
    data = upload.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooLarge(_("Certificates are smaller than 20 MB. This file is not one."))
    file = queries.find_file(paper.id) if isinstance(paper, Certificate) else addenda.find_file(paper.id)
    same = file is not None and hashlib.sha256(data).hexdigest() == file.sha256
    if not same:
        guessing.failed("check", request.remote_addr or "")
    return _page(paper, same) if isinstance(paper, Certificate) else _addendum_page(paper, same)


def _find(code: str) -> Certificate | Addendum:
    address = request.remote_addr or ""
    guessing.check("check", address)
    paper = None
    if len(code) <= LONGEST_CODE:
        paper = queries.find_certificate_by_code(code) or addenda.find_by_code(code)
    if paper is None:
        guessing.failed("check", address)
        raise NotFound(_("We have not issued a certificate with this code. Compare it with the paper once more."))
    return paper


def _page(certificate: Certificate, compared: bool | None) -> ResponseReturnValue:
    signoff = db.session.get_one(Signoff, certificate.signoff_id)
    snapshot: dict[str, Any] = queries.document_of(queries.get_snapshot(certificate.signoff_id))
    file = queries.find_file(certificate.id)
    return render_template(
        "signoffs/check.html",
        certificate=certificate,
        facts=json.loads(certificate.facts),
        snapshot=snapshot,
        state=STATES[signoff.state],
        file=file,
        compared=compared,
        story=series.sentences(signoff),
        follows="",
    )


def _addendum_page(addendum: Addendum, compared: bool | None) -> ResponseReturnValue:
    act = db.session.get_one(SignedAct, addendum.act_id)
    signoff, document = db.session.get_one(Signoff, act.signoff_id), acting.document_of(act)
    return render_template(
        "signoffs/check.html",
        certificate=addendum,
        facts=json.loads(addendum.facts),
        snapshot=document | {"requested": document["requested"] | {"title": f"{document['title']}: {ACTS[act.kind]}"}},
        state=STATES[signoff.state],
        file=addenda.find_file(addendum.id),
        compared=compared,
        story=series.sentences(signoff, addendum.issued_at),
        follows=document["certificate"],
    )
