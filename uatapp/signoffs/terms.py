"""Use cases of the acceptance window's terms: one side proposes what the contract has, the other side agrees."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Permission, Side
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.signoffs import acceptance_events as events
from uatapp.signoffs import notices
from uatapp.signoffs.models import AcceptanceTerms, AcceptanceTermsState
from uatapp.signoffs.states import TERMS, TermsState

LONGEST_CLAUSE = 10_000
MOST_DAYS, MOST_NOTICE, MOST_ROUNDS = 250, 60, 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the contract says, as typed. 0 days: silence never counts; 0 rounds: the contract names no number."""

    review_days: int
    notice_days: int
    rounds: int
    clause: str


def agreed(project_id: int) -> AcceptanceTerms | None:
    """Return the terms that both sides agreed last, None where silence never counts."""
    statement = (
        sa.select(AcceptanceTerms)
        .join(AcceptanceTermsState, AcceptanceTermsState.terms_id == AcceptanceTerms.id)
        .where(AcceptanceTerms.project_id == project_id, AcceptanceTermsState.state == TermsState.AGREED)
        .where(AcceptanceTerms.review_days > 0)
    )
    return db.session.scalar(statement)


def history(project_id: int) -> Sequence[AcceptanceTermsState]:
    """Return every proposal with its state, the newest first."""
    statement = sa.select(AcceptanceTermsState).where(AcceptanceTermsState.project_id == project_id)
    statement = statement.options(joinedload(AcceptanceTermsState.terms)).order_by(AcceptanceTermsState.id.desc())
    return db.session.scalars(statement.limit(50)).all()


def propose(project: Project, given: Proposal, *, by: Actor) -> AcceptanceTerms:
    """Propose an acceptance window. Refuses odd numbers, no clause, and a second proposal while one waits."""
    side = _side(project, by)
    _check(given)
    _lock(project)
    if _open(project.id) is not None:
        raise Refused(_("A proposal waits already. It is answered or taken back first."))
    number = 1 + (db.session.scalar(sa.select(sa.func.max(AcceptanceTerms.number)).where(_of(project))) or 0)
    terms = AcceptanceTerms(
        project_id=project.id,
        number=number,
        reference=f"{project.key} acceptance window {number}",
        review_days=given.review_days,
        notice_days=given.notice_days,
        rounds=given.rounds,
        clause=given.clause.strip(),
        by_uid=by.uid,
        by_name=by.name,
        side=side,
    )
    db.session.add(terms)
    db.session.flush()
    state = AcceptanceTermsState(project_id=project.id, terms_id=terms.id)
    db.session.add(state)
    told = events.TermsProposed(
        project_id=project.id,
        subject=terms.reference,
        by=by,
        days=terms.review_days,
        notice=terms.notice_days,
        rounds=terms.rounds,
        clause=terms.clause,
    )
    record(told, terms, state)
    notices.proposed(project, terms, by)
    return terms


def _of(project: Project) -> sa.ColumnElement[bool]:
    return AcceptanceTerms.project_id == project.id


def _lock(project: Project) -> None:
    """Let two who propose or answer at once come one after the other."""
    db.session.execute(sa.select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def _side(project: Project, by: Actor) -> Side:
    by.require(Permission.SIGNOFF_REQUEST, project.id)
    standing = by.standing(project.id)
    assert standing is not None  # noqa: S101 - require refused a stranger
    return standing.side


def _check(given: Proposal) -> None:
    fields = {}
    if not 0 <= given.review_days <= MOST_DAYS:
        fields["review_days"] = _("Enter 0 to %(most)s working days.", most=MOST_DAYS)
    if given.review_days and not 0 <= given.notice_days < min(given.review_days, MOST_NOTICE + 1):
        fields["notice_days"] = _(
            "People are told within the window: fewer days than it has, at most %(n)s.", n=MOST_NOTICE
        )
    if not 0 <= given.rounds <= MOST_ROUNDS:
        fields["rounds"] = _("Enter 0 to %(most)s rounds.", most=MOST_ROUNDS)
    if given.review_days and not given.clause.strip():
        fields["clause"] = _("Copy the words of your contract that treat silence as acceptance.")
    if len(given.clause) > LONGEST_CLAUSE:
        fields["clause"] = _("Use at most %(n)s characters.", n=LONGEST_CLAUSE)
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def _open(project_id: int) -> AcceptanceTermsState | None:
    return _find(project_id, TermsState.PROPOSED)


def _find(project_id: int, state: TermsState) -> AcceptanceTermsState | None:
    statement = sa.select(AcceptanceTermsState).where(AcceptanceTermsState.project_id == project_id)
    statement = statement.where(AcceptanceTermsState.state == state).options(joinedload(AcceptanceTermsState.terms))
    return db.session.scalar(statement.execution_options(populate_existing=True))


def why_not(action: str, terms: AcceptanceTerms, by: Actor) -> str | None:
    """Say why this person may not answer a proposal: the other side agrees or declines, the own one takes back."""
    standing = by.standing(terms.project_id)
    if standing is None or not by.may(Permission.SIGNOFF_REQUEST, terms.project_id):
        return str(_("The project managers of both sides agree this."))
    own = standing.side is terms.side
    if action == "withdraw" and not own:
        return str(_("Only the side that proposed this takes it back."))
    if action in ("agree", "decline") and own:
        return str(_("Your side proposed this. The other side’s project manager answers."))
    return None


def decide(project: Project, number: int, action: str, reason: str, *, by: Actor) -> None:
    """Agree to a proposal, decline it, or take it back. Running windows keep the terms that they began with."""
    _lock(project)
    found = _get(project, number)
    if TERMS.find(found.state, action) is None and action not in {move.action for move in TERMS.transitions if move.by}:
        raise NotFound
    to = TermsState(TERMS.after(found.state, action))
    if refusal := why_not(action, found.terms, by):
        raise NotAllowed(refusal)
    if action == "decline" and not reason.strip():
        sentence = _("Say why, so that the other side can propose something better.")
        raise Invalid(sentence, fields={"reason": sentence})
    if action == "agree":
        _replace(project, found.terms, by)
    _move(project, found, to, by, reason.strip())
    notices.answered(project, found, by)


def _get(project: Project, number: int) -> AcceptanceTermsState:
    statement = (
        sa.select(AcceptanceTermsState)
        .join(AcceptanceTermsState.terms)
        .where(_of(project), AcceptanceTerms.number == number)
        .options(joinedload(AcceptanceTermsState.terms))
    )
    found = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def _replace(project: Project, newer: AcceptanceTerms, by: Actor) -> None:
    present = _find(project.id, TermsState.AGREED)
    if present is not None:
        to = TermsState(TERMS.after(present.state, "replace"))
        _move(project, present, to, by, _("Replaced by %(reference)s.", reference=newer.reference))
        db.session.flush()


def _move(project: Project, state: AcceptanceTermsState, to: TermsState, by: Actor, why: str) -> None:
    before, state.state = state.state, to
    state.decided_by, state.decided_at, state.reason = by.name, clock.now(), why
    told = events.TermsMoved(
        project_id=project.id, subject=state.terms.reference, by=by, from_=before.value, to=to.value, why=why
    )
    record(told, state)
