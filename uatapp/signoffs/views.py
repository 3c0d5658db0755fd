"""Pages about decisions: the list, the request, the signing page, the certificate."""

from io import BytesIO

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.criteria import queries as criteria
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Membership, Project
from uatapp.projects.queries import list_members
from uatapp.signoffs import identity, queries, service
from uatapp.signoffs.forms import CONDITIONS, RequestForm, choice_from_request
from uatapp.signoffs.labels import DECISIONS, STATES
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
    return render_template("signoffs/index.html", page=page, states=STATES, mine=mine)


@bp.get("/new")
@requires(Permission.SIGNOFF_REQUEST)
def new(project: Project) -> ResponseReturnValue:
    """Show the form for a request, with how the exit criteria stand."""
    return _new_page(project, _request_form(project))


def _request_form(project: Project) -> RequestForm:
    form = RequestForm()
    where = (Cycle.project_id == project.id, Cycle.state == CycleState.CLOSED)
    closed = db.session.scalars(sa.select(Cycle).where(*where).order_by(Cycle.number.desc())).all()
    form.cycles.choices = [(cycle.number, cycle.name) for cycle in closed]
    signing = [member for member in list_members(project.id) if member.may_sign]
    form.signatories.choices = [(m.id, f"{m.user.name}, {m.user.job_title or m.side.value}") for m in signing]
    return form


def _new_page(project: Project, form: RequestForm, status: int = 200) -> ResponseReturnValue:
    _facts, results = criteria.evaluated(project, criteria.live_cycle_ids(project.id))
    return render_template("signoffs/new.html", form=form, results=results), status


@bp.post("/new")
@requires(Permission.SIGNOFF_REQUEST)
def create(project: Project) -> ResponseReturnValue:
    """Freeze the scope and ask the signatories."""
    form = _request_form(project)
    if not form.validate():
        return _new_page(project, form, 422)
    try:
        with unit_of_work(g.actor):
            number = _requested(project, form).number
    except Invalid as error:
        form.refuse(error)
        return _new_page(project, form, 422)
    flash(_("The scope is frozen. The signatories have been asked."), "done")
    return redirect(url_for(".show", number=number), 303)


def _requested(project: Project, form: RequestForm) -> Signoff:
    in_project = (Cycle.project_id == project.id, Cycle.number.in_(form.cycles.data or []))
    cycles = db.session.scalars(sa.select(Cycle).where(*in_project).order_by(Cycle.number).with_for_update()).all()
    where = (Membership.project_id == project.id, Membership.id.in_(form.signatories.data or []))
    members = db.session.scalars(sa.select(Membership).where(*where).options(joinedload(Membership.user))).all()
    ordered = sorted(members, key=lambda m: (m.side.value != "customer", m.user.name))
    return service.request(
        project,
        form.title.data,
        cycles,
        ordered,
        by=g.actor,
        in_order=bool(form.in_order.data),
        decide_by=form.decide_by.data,
    )


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show what is decided on, frozen, and (to whose turn it is) the form to sign."""
    return _page(project, queries.get_signoff(project.id, number))


def _page(project: Project, signoff: Signoff, fault: Invalid | None = None, status: int = 200) -> ResponseReturnValue:
    snapshot = queries.get_snapshot(signoff.id)
    why_not = service.why_not_sign(project, signoff, g.actor)
    nonce = ""
    if not why_not:
        with unit_of_work(g.actor):
            nonce = identity.issue_nonce(project, signoff, by=g.actor)
        signoff = queries.get_signoff(project.id, signoff.number)
    certificate = queries.find_certificate(signoff.id)
    page = render_template(
        "signoffs/show.html",
        signoff=signoff,
        reference=service.reference(project, signoff),
        document=queries.document_of(snapshot),
        sha256=snapshot.sha256,
        seats=queries.signatories(signoff.id),
        signatures={row.user_id: row for row in queries.signatures(signoff.id)},
        waivers=queries.waivers(signoff.id),
        conditions=queries.conditions(signoff.id),
        notes=queries.notes(signoff.id),
        certificate=certificate,
        certificate_file=queries.find_file(certificate.id) if certificate else None,
        why_not=why_not,
        nonce=nonce,
        fault=fault,
        typed=request.form,
        condition_rows=range(1, CONDITIONS + 1),
        states=STATES,
        decisions=DECISIONS,
        may_note=_may_note(project, signoff),
    )
    return page, status


def _may_note(project: Project, signoff: Signoff) -> bool:
    asked = any(seat.user_id == g.actor.user_id for seat in queries.seats(signoff.id))
    return signoff.state is SignoffState.REQUESTED and (asked or g.actor.may(Permission.SIGNOFF_REQUEST, project.id))


@bp.post("/<int:number>/sign")
@requires(Permission.SIGNOFF_SIGN)
def sign(project: Project, number: int) -> ResponseReturnValue:
    """Check password, frozen hash and one-time number in this one request, and sign."""
    try:
        choice = choice_from_request()
        _check_read()
        identity.prove_identity(project, number, request.form.get("password", ""), by=g.actor)
        with unit_of_work(g.actor):
            seen, nonce = request.form.get("sha256", ""), request.form.get("nonce", "")
            service.sign(project, number, choice, seen_sha256=seen, nonce=nonce, by=g.actor)
    except Invalid as error:
        return _page(project, queries.get_signoff(project.id, number), error, 422)
    except identity.Denied as refusal:
        identity.deny(project, number, refusal.code, by=g.actor)
        raise
    flash(_("You have signed. Thank you."), "done")
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
        return _page(project, queries.get_signoff(project.id, number), error, 422)
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
        return _page(project, queries.get_signoff(project.id, number), error, 422)
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
