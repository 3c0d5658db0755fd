"""Pages about acts after signing, and the list of certificates with their story."""

from io import BytesIO
from typing import Any

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.kernel import storage
from uatapp.kernel.errors import Invalid, NotFound, Refused
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission, Side
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements.reading import Compared, compared_lines
from uatapp.signoffs import acting, acts, addenda, identity, queries, series, signing_page
from uatapp.signoffs.labels import ACT_STATES, ACTS, CONDITIONS, STATES
from uatapp.signoffs.statements import act_statement
from uatapp.signoffs.states import ActKind, ActState
from uatapp.signoffs.views import bp, page_of_signoff
from uatapp.web.access import requires


@bp.get("/certificates")
@requires(Permission.PROJECT_READ)
def certificates(project: Project) -> ResponseReturnValue:
    """List the certificates of the project with their story, newest first."""
    page = page_of(
        series.listed(project.id), number_of(request.args.get("page")), lambda n: url_for(".certificates", page=n), 20
    )
    return render_template(
        "signoffs/certificates.html", page=page, lines=series.told(project, page.rows), states=STATES
    )


@bp.post("/<int:number>/acts")
@requires(Permission.PROJECT_READ)
def open_act(project: Project, number: int) -> ResponseReturnValue:
    """Freeze what is to be signed after the decision, and ask for the signatures."""
    raw = request.form.get("kind", "")
    if raw not in set(ActKind):
        raise NotFound
    try:
        with unit_of_work(g.actor):
            act = acts.open_act(project, number, ActKind(raw), request.form.get("reasons", ""), by=g.actor)
            act_number = act.number
    except Invalid as error:
        return page_of_signoff(project, queries.get_signoff(project.id, number), error, 422)
    return redirect(url_for(".act", number=number, act_number=act_number), 303)


@bp.get("/<int:number>/acts/<int:act_number>")
@requires(Permission.PROJECT_READ)
def act(project: Project, number: int, act_number: int) -> ResponseReturnValue:
    """Show what is signed after the decision, frozen, and (to whom it waits for) the form to sign."""
    return _page(project, number, act_number)


def _page(project: Project, number: int, act_number: int, fault: Invalid | None = None) -> ResponseReturnValue:
    signoff = queries.get_signoff(project.id, number)
    act, progress = acts.get_act(signoff, act_number)
    why_not = acts.why_not_sign(project, signoff, act, g.actor)
    untrue = progress.state is ActState.OPEN and not acting.still_true(project, signoff, act)
    nonce = ""
    if not why_not and not untrue:
        with unit_of_work(g.actor):
            nonce = identity.issue_nonce(project, signoff, by=g.actor)
        signoff = queries.get_signoff(project.id, number)
        act, progress = acts.get_act(signoff, act_number)
    addendum, document = addenda.find(act.id), acting.document_of(act)
    standing = g.actor.standing(project.id)
    side = standing.side if standing else Side.CUSTOMER
    page = render_template(
        "signoffs/act.html",
        signoff=signoff,
        act=act,
        progress=progress,
        document=document,
        lines={row["reference"]: _side_by_side(row) for row in document["difference"]},
        signatures={row.signer_uid: row for row in acts.signatures(act.id)},
        to_waive=acts.still_to_waive(act),
        statement="" if why_not else act_statement(side, act.kind, g.actor.organisation),
        addendum=addendum,
        addendum_file=addenda.find_file(addendum.id) if addendum else None,
        why_not=why_not,
        proofs=signing_page.proof_of(g.actor, asked=bool(nonce)),
        untrue=untrue,
        nonce=nonce,
        fault=fault,
        typed=request.form,
        may_drop=progress.state is ActState.OPEN
        and (act.opened_by_uid == g.actor.uid or g.actor.may(Permission.SIGNOFF_REQUEST, project.id)),
        names=ACTS,
        act_states=ACT_STATES,
        condition_states={state.value: words for state, words in CONDITIONS.items()},
    )
    return page, fault.status if fault else 200


def _side_by_side(row: dict[str, Any]) -> list[Compared]:
    before, now = (row[when]["text"].strip().splitlines() for when in ("then", "now"))
    return compared_lines([line.strip() for line in before], [line.strip() for line in now])


@bp.post("/<int:number>/acts/<int:act_number>/sign")
@requires(Permission.SIGNOFF_SIGN)
def sign_act(project: Project, number: int, act_number: int) -> ResponseReturnValue:
    """Check password, second factor, frozen hash and one-time number in this one request, and sign."""
    try:
        _check_read()
        password, code = request.form.get("password", ""), request.form.get("code", "")
        identity.prove_identity(project, number, password, code, by=g.actor)
        with unit_of_work(g.actor):
            seen, nonce = request.form.get("sha256", ""), request.form.get("nonce", "")
            waived = {key[7:]: words for key, words in request.form.items() if key.startswith("waiver-")}
            acts.sign_act(project, number, act_number, waived, seen_sha256=seen, nonce=nonce, by=g.actor)
    except Invalid as error:
        return _page(project, number, act_number, error)
    except identity.Denied as refusal:
        identity.deny(project, number, refusal.code, by=g.actor)
        raise
    except acts.NoLongerTrue as refusal:
        with unit_of_work(g.actor):
            acts.lapse_if_untrue(project, number, act_number, by=g.actor)
        flash(refusal.message, "info")
        return redirect(url_for(".act", number=number, act_number=act_number), 303)
    flash(_("You have signed. Thank you."), "done")
    return redirect(url_for(".act", number=number, act_number=act_number), 303)


def _check_read() -> None:
    if not request.form.get("read"):
        sentence = _("Tick that you have read this page and sign for your organisation.")
        raise Invalid(sentence, fields={"read": sentence})


@bp.post("/<int:number>/acts/<int:act_number>/drop")
@requires(Permission.PROJECT_READ)
def drop_act(project: Project, number: int, act_number: int) -> ResponseReturnValue:
    """Take an act back that not all have signed."""
    try:
        with unit_of_work(g.actor):
            acts.drop(project, number, act_number, request.form.get("reason", ""), by=g.actor)
    except Invalid as error:
        return _page(project, number, act_number, error)
    return redirect(url_for(".show", number=number), 303)


@bp.get("/<int:number>/acts/<int:act_number>/addendum.pdf")
@requires(Permission.PROJECT_READ)
def addendum(project: Project, number: int, act_number: int) -> ResponseReturnValue:
    """Give the sealed addendum as it was stored."""
    act, _progress = acts.get_act(queries.get_signoff(project.id, number), act_number)
    found = addenda.find(act.id)
    if found is None:
        raise NotFound
    file = addenda.find_file(found.id)
    return _pdf(file.sha256 if file else None, found.number)


def _pdf(sha256: str | None, number: str) -> ResponseReturnValue:
    if sha256 is None:
        raise Refused(_("The paper is being made. It is ready in a moment; open this page again."))
    name = f"{number.replace('/', '-')}.pdf"
    return send_file(BytesIO(storage.get(sha256)), mimetype="application/pdf", download_name=name)
