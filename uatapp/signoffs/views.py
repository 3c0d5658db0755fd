"""Pages about decisions: the list, the request, the signing page, the certificate."""

from io import BytesIO

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from uatapp.kernel import storage
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.labels import SIDES
from uatapp.projects.models import Project
from uatapp.signoffs import (
    acts,
    aftermath,
    deeming,
    deferred,
    deputies,
    identity,
    queries,
    register,
    request_page,
    service,
    signing_page,
    untested,
)
from uatapp.signoffs.forms import CONDITIONS, RequestForm, choice_from_request
from uatapp.signoffs.labels import ACTS, DECISIONS, PARTS, STANCES, STATES
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState
from uatapp.web.access import requires

bp = Blueprint("signoffs", __name__, url_prefix="/projects/<key:project>/signoffs")


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List sign-offs, newest first."""
    statement = sa.select(Signoff).where(Signoff.project_id == project.id).options(joinedload(Signoff.requested_by))
    statement = statement.order_by(Signoff.number.desc())
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".index", page=n))
    mine = service.whose_turn(project, g.actor)
    late = g.actor.may(Permission.SIGNOFF_REQUEST, project.id)  # both project managers see what is overdue
    waits = {
        "acts": acts.asked_of(project, g.actor),
        "conditions": register.waiting_for(project, g.actor),
        "late": [row for row in register.unsettled(project) if row.late] if late else [],
    }
    return render_template("signoffs/index.html", page=page, states=STATES, mine=mine, waits=waits, names=ACTS)


@bp.get("/new")
@requires(Permission.SIGNOFF_REQUEST)
def new(project: Project) -> ResponseReturnValue:
    """Show the form for a request; `again` fills it as an earlier one was asked."""
    number = request.args.get("again", type=int)
    again = queries.get_signoff(project.id, number) if number else None
    return _new_page(project, request_page.form_for(project, again), again=again)


def _new_page(
    project: Project, form: RequestForm, status: int = 200, again: Signoff | None = None
) -> ResponseReturnValue:
    page = render_template(
        "signoffs/new.html",
        form=form,
        preview=request_page.preview(project, form),
        places=request_page.places(project, again),
        member_sides=request_page.sides_of(project),
        sides=SIDES,
        again=again,
    )
    return page, status


@bp.post("/new")
@requires(Permission.SIGNOFF_REQUEST)
def create(project: Project) -> ResponseReturnValue:
    """Freeze the scope and ask the signatories; with `look`, only count what would be frozen."""
    form = request_page.form_for(project)
    if request.form.get("look"):
        return _new_page(project, form)
    if not form.validate():
        return _new_page(project, form, 422)
    try:
        ahead = request_page.look_ahead(project, form)
        with unit_of_work(g.actor):
            number = request_page.ask(project, form, by=g.actor, ahead=ahead).number
    except Invalid as error:
        form.refuse(error)
        return _new_page(project, form, 422)
    flash(_("The scope is frozen. The signatories have been asked, by mail too."), "done")
    return redirect(url_for(".show", number=number), 303)


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show what is decided on, frozen, and (to whose turn it is) the form to sign."""
    return page_of_signoff(project, queries.get_signoff(project.id, number))


def page_of_signoff(
    project: Project, signoff: Signoff, fault: Invalid | None = None, status: int = 200
) -> ResponseReturnValue:
    """Render the page of a sign-off, with what is wrong in a form."""
    snapshot = queries.get_snapshot(signoff.id)
    document = queries.document_of(snapshot)
    why_not = service.why_not_sign(project, signoff, g.actor)
    proofs = signing_page.proof_of(g.actor, asked=not why_not)
    if proofs["lacks_step"]:
        why_not = (identity.lacks_second_step(),)
    nonce = ""
    if not why_not:
        with unit_of_work(g.actor):
            nonce = identity.issue_nonce(project, signoff, by=g.actor)
        signoff = queries.get_signoff(project.id, signoff.number)
    certificate = queries.find_certificate(signoff.id)
    places, seats = signing_page.places(signoff), queries.seats(signoff.id)
    page = render_template(
        "signoffs/show.html",
        signoff=signoff,
        reference=service.reference(project, signoff),
        document=document,
        outside=untested.OUTSIDE,
        sha256=snapshot.sha256,
        places=places,
        mine=next((p.signature for p in places if p.signature and p.signature.user_id == g.actor.user_id), None),
        needed=signing_page.needed(signoff, seats),
        form_facts=signing_page.form_facts(project, signoff, seats, g.actor),
        waivers=queries.waivers(signoff.id),
        conditions=queries.conditions(signoff.id),
        notes=queries.notes(signoff.id),
        clock=deeming.picture(project, signoff),
        deemed=deeming.find_deemed(signoff.id),
        certificate=certificate,
        certificate_file=queries.find_file(certificate.id) if certificate else None,
        why_not=why_not,
        nonce=nonce,
        proofs=proofs,
        fault=fault,
        typed=request.form if fault else MultiDict(deferred.suggested(signoff, document)),
        condition_rows=range(1, CONDITIONS + 1),
        states=STATES,
        decisions=DECISIONS,
        stances=STANCES,
        parts=PARTS,
        may_note=_may_note(project, signoff),
        after=aftermath.after(project, signoff, g.actor),
    )
    return page, status


def _may_note(project: Project, signoff: Signoff) -> bool:
    me = {g.actor.user_id, *deputies.stands_for(project, g.actor)}
    asked = any(seat.user_id in me for seat in queries.seats(signoff.id))
    return signoff.state is SignoffState.REQUESTED and (asked or g.actor.may(Permission.SIGNOFF_REQUEST, project.id))


@bp.post("/<int:number>/sign")
@requires(Permission.SIGNOFF_SIGN)
def sign(project: Project, number: int) -> ResponseReturnValue:
    """Check password, code, frozen hash and one-time number in this one request, and sign."""
    try:
        choice = choice_from_request()
        _check_read()
        service.refuse_incomplete(project, number, choice, by=g.actor)
        password, code = request.form.get("password", ""), request.form.get("code", "")
        identity.prove_identity(project, number, password, code, by=g.actor)
        with unit_of_work(g.actor):
            seen, nonce = request.form.get("sha256", ""), request.form.get("nonce", "")
            agreed = bool(request.form.get("consent"))
            service.sign(project, number, choice, seen_sha256=seen, nonce=nonce, by=g.actor, agreed=agreed)
    except Invalid as error:
        return page_of_signoff(project, queries.get_signoff(project.id, number), error, 422)
    except identity.Denied as refusal:
        identity.deny(project, number, refusal.code, by=g.actor)
        raise
    flash(_("You have signed. Thank you. Your copy is under “What I have signed”."), "done")
    return redirect(url_for(".show", number=number), 303)


def _check_read() -> None:
    if not request.form.get("read"):
        sentence = _("Tick that you have read this page and sign for your organisation.")
        raise Invalid(sentence, fields={"read": sentence})


@bp.post("/<int:number>/note")
@requires(Permission.PROJECT_READ)
def note(project: Project, number: int) -> ResponseReturnValue:
    """Ask back, or answer; the request stays open."""
    try:
        with unit_of_work(g.actor):
            signoff = queries.get_signoff(project.id, number, lock=True)
            if not _may_note(project, signoff):
                raise NotAllowed(_("Only the signatories and the project managers write here."))
            service.write_note(project, signoff, request.form.get("text", ""), by=g.actor)
    except Invalid as error:
        return page_of_signoff(project, queries.get_signoff(project.id, number), error, 422)
    return redirect(url_for(".show", number=number, _anchor="notes"), 303)


@bp.post("/<int:number>/withdraw")
@requires(Permission.SIGNOFF_REQUEST)
def withdraw(project: Project, number: int) -> ResponseReturnValue:
    """Take the request back."""
    try:
        with unit_of_work(g.actor):
            signoff = queries.get_signoff(project.id, number, lock=True)
            service.withdraw(project, signoff, request.form.get("reason", ""), by=g.actor)
    except Invalid as error:
        return page_of_signoff(project, queries.get_signoff(project.id, number), error, 422)
    return redirect(url_for(".show", number=number), 303)


@bp.get("/<int:number>/certificate.pdf")
@requires(Permission.PROJECT_READ)
def certificate(project: Project, number: int) -> ResponseReturnValue:
    """Give the sealed certificate as it was stored."""
    found = queries.find_certificate(queries.get_signoff(project.id, number).id)
    file = queries.find_file(found.id) if found else None
    if found is None:
        raise NotFound
    if file is None:
        raise Refused(_("The certificate is being made. It is ready in a moment; open this page again."))
    data = storage.get_whole(file.sha256)
    return send_file(BytesIO(data), mimetype="application/pdf", download_name=f"{found.number}.pdf")
