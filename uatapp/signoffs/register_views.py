"""Pages about what is owed and what was waived: the register of conditions, one condition, the register of waivers."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.criteria import queries as criteria
from uatapp.evidence import answers
from uatapp.evidence import service as evidence
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, TooLarge
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import register, series
from uatapp.signoffs.labels import CONDITIONS, STATES
from uatapp.signoffs.models import ActSignature, SignedAct, Signoff
from uatapp.signoffs.states import CONDITION
from uatapp.signoffs.views import bp
from uatapp.web.access import requires

MOST_FILES = 10


@bp.get("/conditions")
@requires(Permission.PROJECT_READ)
def conditions(project: Project) -> ResponseReturnValue:
    """List what is owed under every accepted sign-off, by due date, what is settled last."""
    statement = register.ordered(project.id)
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".conditions", page=n))
    return render_template(
        "signoffs/conditions.html",
        page=page,
        rows=register.shown(project, page.rows),
        mine=register.waiting_for(project, g.actor),
        late=[row for row in register.unsettled(project) if row.late],
        conditions=CONDITIONS,
        states=STATES,
        reference=register.reference,
    )


@bp.get("/<int:number>/conditions/<int:condition_number>")
@requires(Permission.PROJECT_READ)
def condition(project: Project, number: int, condition_number: int) -> ResponseReturnValue:
    """Show a condition, what was said and shown about it, and what the viewer can do."""
    return _page(project, number, condition_number)


def _page(
    project: Project, number: int, condition_number: int, fault: Invalid | TooLarge | None = None, action: str = ""
) -> ResponseReturnValue:
    owed = register.get(project, number, condition_number)
    offered = [t for t in CONDITION.offered(owed.state) if not register.why_not(project, owed, t.action, g.actor)]
    first = next((t.action for t in CONDITION.offered(owed.state)), "")
    page = render_template(
        "signoffs/condition.html",
        owed=owed,
        reference=register.reference(owed.condition),
        offered={t.action: t for t in offered},
        why_not=register.why_not(project, owed, first, g.actor) if first and not offered else (),
        notes=register.notes(owed.condition.id),
        files=register.evidence([owed.condition.id]),
        conditions=CONDITIONS,
        states=STATES,
        fault=fault,
        tried=action,
        typed=request.form,
    )
    return page, fault.status if fault else 200


@bp.post("/<int:number>/conditions/<int:condition_number>/<action:action>")
@requires(Permission.PROJECT_READ)
def act_on_condition(project: Project, number: int, condition_number: int, action: str) -> ResponseReturnValue:
    """Report a condition as done with what shows it, close it, send it back or open it again."""
    if action not in {transition.action for transition in CONDITION.transitions}:
        raise NotFound
    try:
        with unit_of_work(g.actor):
            owed = register.get(project, number, condition_number, lock=True)
            if reasons := register.why_not(project, owed, action, g.actor):
                register.act(project, owed, action, "", by=g.actor)  # refuses, with its own words
                raise Invalid(reasons[0])
            files = _taken(project) if action == "report" else ()
            register.act(project, owed, action, request.form.get("text", ""), by=g.actor, files=files)
    except (Invalid, TooLarge) as fault:
        return _page(project, number, condition_number, fault, action)
    flash(_SAID[action](), "done")
    return redirect(url_for(".condition", number=number, condition_number=condition_number), 303)


_SAID = {
    "report": lambda: _("Reported. The customer’s signatories look at it and close it."),
    "close": lambda: _("Closed. When all are closed, the follow-up signature can be asked for."),
    "send_back": lambda: _("Sent back, with your reason."),
    "reopen": lambda: _("It is owed again."),
}


def _taken(project: Project) -> Sequence[Evidence]:
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if len(uploads) > MOST_FILES:
        raise TooLarge(_("Give at most %(n)s files at a time.", n=MOST_FILES))
    return [evidence.take(project, upload.filename or "", upload.read(), by=g.actor) for upload in uploads]


@bp.get("/<int:number>/conditions/<int:condition_number>/files/<token>")
@requires(Permission.PROJECT_READ)
def condition_file(project: Project, number: int, condition_number: int, token: str) -> ResponseReturnValue:
    """Give a file that shows that a condition is fulfilled."""
    found = register.find_file(register.get(project, number, condition_number).condition.id, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")


@bp.get("/waivers")
@requires(Permission.PROJECT_READ)
def waivers(project: Project) -> ResponseReturnValue:
    """List what was accepted without: which criterion, who, why, and whether it is still not met."""
    page = page_of(
        series.waivers(project.id), number_of(request.args.get("page")), lambda n: url_for(".waivers", page=n)
    )
    _facts, results = criteria.evaluated(project, criteria.live_cycle_ids(project.id))
    acts = db.session.execute(
        sa.select(ActSignature, SignedAct, Signoff)
        .join(SignedAct, SignedAct.id == ActSignature.act_id)
        .join(Signoff, Signoff.id == SignedAct.signoff_id)
        .where(ActSignature.project_id == project.id)
        .order_by(ActSignature.id.desc())
        .limit(200)
    ).all()
    later = [(row, act, signoff) for row, act, signoff in acts if row.waived]
    still = {result.code for result in results if not result.met}
    return render_template("signoffs/waivers.html", page=page, later=later, still=still, states=STATES)
