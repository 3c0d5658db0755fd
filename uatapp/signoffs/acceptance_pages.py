"""Pages about the acceptance window: what the contract says, agreed by both sides, and recording silence."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired

from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import deeming, identity, queries, service, signing_page, terms
from uatapp.signoffs.labels import STATES, TERMS_STATES
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import TERMS, TermsState
from uatapp.signoffs.views import bp
from uatapp.web.access import requires
from uatapp.web.forms import Form


class TermsForm(Form):
    """What the contract says about silence."""

    review_days = IntegerField(
        _l("Working days to decide"),
        description=_l("On the customer’s calendar. 0 means that silence never counts as acceptance."),
        validators=[InputRequired(_l("Enter a number of working days."))],
    )
    notice_days = IntegerField(
        _l("Tell everybody so many working days before"),
        validators=[InputRequired(_l("Enter a number of working days."))],
    )
    rounds = IntegerField(
        _l("Rounds of cure and retest"),
        description=_l("How many the contract allows. 0 when it names no number."),
        validators=[InputRequired(_l("Enter a number."))],
    )
    clause = TextAreaField(
        _l("The words of the contract"),
        description=_l("Copied word for word, with the number of the section. They are printed on the paper."),
    )


@bp.get("/acceptance-window", endpoint="terms")
@requires(Permission.PROJECT_READ)
def show_terms(project: Project) -> ResponseReturnValue:
    """Show what both sides agreed about silence, and what waits for an answer."""
    return _terms(project, TermsForm(formdata=None, data={"review_days": 10, "notice_days": 3, "rounds": 0}))


def _terms(project: Project, form: TermsForm, status: int = 200, fault: Invalid | None = None) -> ResponseReturnValue:
    history = terms.history(project.id)
    waiting = next((row for row in history if row.state is TermsState.PROPOSED), None)
    page = render_template(
        "signoffs/terms.html",
        form=form,
        fault=fault,
        typed=request.form,
        history=history,
        present=next((row for row in history if row.state is TermsState.AGREED), None),
        waiting=waiting,
        offered=_offered(waiting) if waiting else [],
        states=TERMS_STATES,
    )
    return page, status


def _offered(waiting: Any) -> list[str]:
    """Return which answers the viewer may give."""
    actions = [move.action for move in TERMS.offered(waiting.state)]
    return [action for action in actions if terms.why_not(action, waiting.terms, g.actor) is None]


@bp.post("/acceptance-window")
@requires(Permission.SIGNOFF_REQUEST)
def propose_terms(project: Project) -> ResponseReturnValue:
    """Propose an acceptance window to the other side."""
    form = TermsForm()
    try:
        if not form.validate():
            return _terms(project, form, 422)
        with unit_of_work(g.actor):
            numbers = (form.review_days.data, form.notice_days.data, form.rounds.data)
            terms.propose(project, terms.Proposal(*numbers, form.clause.data or ""), by=g.actor)
    except Invalid as error:
        form.refuse(error)
        return _terms(project, form, 422)
    flash(_("Proposed. The other side’s project manager has a mail and answers here."), "done")
    return redirect(url_for(".terms"), 303)


@bp.post("/acceptance-window/<int:terms_number>/<action:action>")
@requires(Permission.SIGNOFF_REQUEST)
def decide_terms(project: Project, terms_number: int, action: str) -> ResponseReturnValue:
    """Agree to a proposal, decline it, or take it back."""
    try:
        with unit_of_work(g.actor):
            terms.decide(project, terms_number, action, request.form.get("reason", "")[:4000], by=g.actor)
    except Invalid as error:
        form = TermsForm(formdata=None, data={"review_days": 10, "notice_days": 3, "rounds": 0})
        return _terms(project, form, 422, error)
    flash(_("Recorded. Both sides’ project managers have a mail."), "done")
    return redirect(url_for(".terms"), 303)


@bp.get("/<int:number>/silence")
@requires(Permission.SIGNOFF_REQUEST)
def silence(project: Project, number: int) -> ResponseReturnValue:
    """Show what silence means for a request, and (to whom it is due) the form that records it."""
    return _silence(project, queries.get_signoff(project.id, number))


def _silence(
    project: Project, signoff: Signoff, fault: Invalid | None = None, status: int = 200
) -> ResponseReturnValue:
    why_not, nonce = deeming.why_not(project, signoff, deeming.picture(project, signoff), g.actor), ""
    if not why_not:
        with unit_of_work(g.actor):
            nonce = identity.issue_nonce(project, signoff, by=g.actor)
        signoff = queries.get_signoff(project.id, signoff.number)
    signed = {row.user_id: row for row in queries.signatures(signoff.id)}
    page = render_template(
        "signoffs/silence.html",
        signoff=signoff,
        reference=service.reference(project, signoff),
        clock=deeming.picture(project, signoff),
        silent=deeming.silent(signoff, signed),
        proofs=signing_page.proof_of(g.actor, asked=bool(nonce)),
        sha256=queries.get_snapshot(signoff.id).sha256,
        why_not=why_not,
        nonce=nonce,
        fault=fault,
        states=STATES,
    )
    return page, status


@bp.post("/<int:number>/silence")
@requires(Permission.SIGNOFF_REQUEST)
def record_silence(project: Project, number: int) -> ResponseReturnValue:
    """Check password, frozen hash and one-time number in this one request, and record deemed acceptance."""
    given = request.form
    try:
        identity.prove_identity(project, number, given.get("password", ""), given.get("code", ""), by=g.actor)
        with unit_of_work(g.actor):
            seen, nonce, clause = given.get("sha256", ""), given.get("nonce", ""), given.get("clause", "")
            deeming.deem(project, number, clause, seen_sha256=seen, nonce=nonce, by=g.actor)
    except Invalid as error:
        return _silence(project, queries.get_signoff(project.id, number), error, 422)
    except identity.Denied as refusal:
        identity.deny(project, number, refusal.code, by=g.actor)
        raise
    flash(_("Recorded: deemed accepted, not signed."), "done")
    return redirect(url_for(".show", number=number), 303)
