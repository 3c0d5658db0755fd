"""What can happen to a sign-off: requested, asked back on, signed, withdrawn. Lapsing is in `lapses`."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.cycles.models import Cycle
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, Refused
from uatapp.kernel.permissions import Side
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import (
    asking,
    certificates,
    consents,
    deferred,
    deputies,
    events,
    order,
    queries,
    rules,
    scopes,
    standing_in,
    statements,
)
from uatapp.signoffs.identity import Denied, check_bound, check_clock, proof_of
from uatapp.signoffs.models import (
    Condition,
    Deputy,
    Signature,
    Signoff,
    SignoffNote,
    Snapshot,
    Waiver,
)
from uatapp.signoffs.states import SIGNOFF, Decision, SignoffState


def reference(project: Project, signoff: Signoff) -> str:
    return written(project.key, Kind.SIGNOFF, signoff.number)


def request(
    project: Project,
    title: str,
    cycles: Sequence[Cycle],
    members: Sequence[Membership],
    *,
    by: Actor,
    in_order: bool = False,
    decide_by: date | None = None,
    scope: scopes.Scope = scopes.WHOLE,
    quorum: Mapping[Side, int] | None = None,
) -> Signoff:
    """Ask for a decision; see `asking.ask`. Without a scope, about the cycles as a whole."""
    terms = asking.Terms(scope, in_order, quorum or {}, decide_by)
    return asking.ask(project, title, cycles, members, terms, by=by)


def sign(
    project: Project,
    number: int,
    choice: rules.Choice,
    *,
    seen_sha256: str,
    nonce: str,
    by: Actor,
    agreed: bool = False,
) -> Signoff:
    """Sign, after `prove_identity` in the same request. Everything is checked again under the lock.

    Refuses another's turn, a right or a deputy's time that is over, a hash that is not the stored one, a used
    number, an incomplete decision, and somebody who has not `agreed` to sign electronically, now or before.
    """
    order.decide(project.id)  # before the memberships, as those who withdraw the right
    member, stands_for = _locked(project, by)
    signoff = queries.get_signoff(project.id, number, lock=True)
    SIGNOFF.after(signoff.state, "sign")
    check_clock(project)
    seat = _check_right(project, member, signoff, stands_for, by)
    snapshot = check_bound(signoff, seen_sha256, nonce, by)
    _check_choice(project, signoff, snapshot, choice, seat.side)
    consents.check(agreed, by=by)
    rows = _signed(project, signoff, snapshot, choice, seat.side, by)
    proof = proof_of(project, signoff, by)
    db.session.add_all(proof)
    told = events.SignoffSigned(
        project_id=project.id,
        subject=reference(project, signoff),
        by=by,
        signoff_id=signoff.id,
        decision=choice.decision.value,
        snapshot=snapshot.sha256,
        conditions=len(choice.conditions),
        waivers=tuple(code for code, reason in choice.waivers if reason.strip()),
        reasons=choice.reasons.strip(),
    )
    record(told, *rows, *proof)
    db.session.flush()
    if seat.user_id != by.user_id:
        _say_for_whom(project, signoff, stands_for[seat.user_id], by)
    _decide(project, signoff, by)
    return signoff


def _locked(project: Project, by: Actor) -> tuple[Membership | None, Mapping[int, Deputy]]:
    """Lock the own membership and those of whom one stands in for, then who stands in for whom as it is then."""
    user_ids = {by.user_id, *deputies.stands_for(project, by)}
    where = (Membership.project_id == project.id, Membership.user_id.in_(user_ids), Membership.removed_at.is_(None))
    statement = sa.select(Membership).where(*where).order_by(Membership.id).with_for_update()
    found = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    member = next((row for row in found if row.user_id == by.user_id), None)
    return member, deputies.stands_for(project, by, lock=True)


def own_membership(project: Project, by: Actor) -> Membership | None:
    """Return the actor's present membership, locked until the commit."""
    where = (Membership.project_id == project.id, Membership.user_id == by.user_id, Membership.removed_at.is_(None))
    statement = sa.select(Membership).where(*where).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def refuse_incomplete(project: Project, number: int, choice: rules.Choice, *, by: Actor) -> None:
    """Refuse (Invalid) a decision that lacks something, before a password and a code are spent on it."""
    signoff = queries.get_signoff(project.id, number)
    seat = rules.seat_of(queries.seats(signoff.id), by.user_id or 0, deputies.stands_for(project, by))
    if seat is not None and not seat.signed:
        _check_choice(project, signoff, queries.get_snapshot(signoff.id), choice, seat.side)


def _check_right(
    project: Project, member: Membership | None, signoff: Signoff, stands_for: Mapping[int, Deputy], by: Actor
) -> rules.Seat:
    seats, me = queries.seats(signoff.id), by.user_id or 0
    if member is None or not member.may_sign:
        raise Denied("right", _("You no longer have the right to sign here."))
    if reasons := rules.turn(seats, me, signoff.in_order, stands_for, queries.quorum(signoff.id)):
        raise Denied("turn", _(reasons[0]))
    seat = rules.seat_of(seats, me, stands_for)
    assert seat is not None  # noqa: S101 - it would not have been their turn
    if seat.user_id != me and (why := standing_in.why_not(project, signoff, stands_for[seat.user_id])):
        raise Denied("right", why)
    return seat


def _say_for_whom(project: Project, signoff: Signoff, deputy: Deputy, by: Actor) -> None:
    mine = next(row for row in queries.signatures(signoff.id) if row.user_id == by.user_id)
    record(*standing_in.signed_for(project, signoff, mine, deputy, by))
    db.session.flush()


def _check_choice(project: Project, signoff: Signoff, snapshot: Snapshot, choice: rules.Choice, side: Side) -> None:
    document = queries.members_of(snapshot, "criteria", "defects")
    unmet = {row["code"]: row["title"] for row in document["criteria"] if not row["met"]}
    waived = {waiver.criterion for waiver in queries.waivers(signoff.id)}
    fields = rules.faults(choice, unmet, waived, side, clock.today(project.zone))
    fields |= deferred.faults(signoff, document, choice, side)
    if fields:
        raise Invalid(_(next(iter(fields.values()))), fields={name: _(text) for name, text in fields.items()})


def _signed(
    project: Project, signoff: Signoff, snapshot: Snapshot, choice: rules.Choice, side: Side, by: Actor
) -> list[Signature | Condition | Waiver]:
    signer = db.session.get_one(User, by.user_id)
    common = {"project_id": project.id, "signoff_id": signoff.id, "signoff_reference": reference(project, signoff)}
    rows: list[Signature | Condition | Waiver] = [
        Signature(
            **common,
            user_id=signer.id,
            signer_uid=signer.uid,
            printed_name=signer.name,
            job_title=signer.job_title,
            organisation=by.organisation,
            side=side,
            decision=choice.decision,
            statement=statements.statement(side, choice.decision, by.organisation),
            statement_version=statements.VERSION,
            reasons=choice.reasons.strip(),
            snapshot_sha256=snapshot.sha256,
            at=clock.now(),
            zone=project.zone,
        )
    ]
    if choice.decision is not Decision.REJECTED:
        rows += _conditions(signoff, choice, by, common)
        if side is Side.CUSTOMER:
            rows += _waivers(signoff, snapshot, choice, by, common)
    db.session.add_all(rows)
    return rows


def _conditions(signoff: Signoff, choice: rules.Choice, by: Actor, common: dict[str, object]) -> list[Condition]:
    if choice.decision is not Decision.ACCEPTED_WITH_CONDITIONS:
        return []
    present = len(queries.conditions(signoff.id))
    return [
        Condition(
            **common,
            number=present + n,
            text=owed.text.strip(),
            owner=owed.owner.strip(),
            due_on=owed.due_on,
            workaround=owed.workaround.strip(),
            set_by_uid=by.uid,
            set_by_name=by.name,
        )
        for n, owed in enumerate(choice.conditions, 1)
    ]


def _waivers(
    signoff: Signoff, snapshot: Snapshot, choice: rules.Choice, by: Actor, common: dict[str, object]
) -> list[Waiver]:
    titles = {
        row["code"]: row["title"] for row in queries.members_of(snapshot, "criteria")["criteria"] if not row["met"]
    }
    return [
        Waiver(
            **common,
            criterion=code,
            criterion_title=titles[code],
            by_uid=by.uid,
            by_name=by.name,
            reason=reason.strip(),
        )
        for code, reason in choice.waivers
        if code in titles and reason.strip()
    ]


def _decide(project: Project, signoff: Signoff, by: Actor) -> None:
    signed = queries.signatures(signoff.id)
    seats = queries.seats(signoff.id)
    is_enough = not rules.waiting_sides(seats, queries.quorum(signoff.id))
    came_to = rules.result([s.decision for s in signed], is_enough, bool(queries.conditions(signoff.id)))
    if came_to is None:
        return
    action = {Decision.ACCEPTED: "accept", Decision.REJECTED: "reject"}.get(came_to, "accept_with_conditions")
    signoff.decided_at = clock.now()
    move(project, signoff, action, by=by, why="")
    if came_to is not Decision.REJECTED:
        supersede(project, signoff, by)
    certificates.issue(project, signoff, came_to, by=by)


def move(project: Project, signoff: Signoff, action: str, *, by: Actor, why: str) -> None:
    """Take an action by the lifecycle and tell it."""
    before, signoff.state = signoff.state, SignoffState(SIGNOFF.after(signoff.state, action))
    signoff.state_reason = why
    told = events.SignoffMoved(
        project_id=project.id,
        subject=reference(project, signoff),
        by=by,
        signoff_id=signoff.id,
        from_=before.value,
        to=signoff.state.value,
        why=why,
    )
    record(told, signoff)


def supersede(project: Project, signoff: Signoff, by: Actor) -> None:
    """Let an acceptance replace the earlier ones whose scope it holds."""
    done = (
        SignoffState.ACCEPTED,
        SignoffState.ACCEPTED_WITH_CONDITIONS,
        SignoffState.DEEMED_ACCEPTED,
        SignoffState.NEEDS_RECONFIRMATION,
    )
    earlier = queries.in_state(project.id, *done, lock=True)
    covered = scopes.covered(signoff.id, [row.id for row in earlier])
    for row in earlier:
        if row.id in covered:
            why = _("Superseded by %(reference)s.", reference=reference(project, signoff))
            move(project, row, "supersede", by=by, why=why)


def withdraw(project: Project, signoff: Signoff, reason: str, *, by: Actor) -> None:
    """Take a request back, with a reason that the signatories read."""
    if not reason.strip():
        sentence = _("Say why you take the request back.")
        raise Invalid(sentence, fields={"reason": sentence})
    move(project, signoff, "withdraw", by=by, why=reason.strip())


def write_note(project: Project, signoff: Signoff, text: str, *, by: Actor) -> SignoffNote:
    """Ask back, or answer. Signatories and project managers only, while the request is open."""
    SIGNOFF.after(signoff.state, "ask_back")
    if not text.strip() or len(text) > rules.LONGEST:
        sentence = _("Write 1 to %(n)s characters.", n=rules.LONGEST)
        raise Invalid(sentence, fields={"text": sentence})
    standing = by.standing(project.id)
    note = SignoffNote(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=reference(project, signoff),
        number=len(queries.notes(signoff.id)) + 1,
        by_name=by.name,
        by_side=standing.side.value if standing else "",
        text=text.strip(),
    )
    db.session.add(note)
    told = events.SignoffAskedBack(
        project_id=project.id, subject=reference(project, signoff), by=by, signoff_id=signoff.id, text=note.text
    )
    record(told, note)
    return note


def whose_turn(project: Project, by: Actor) -> list[Signoff]:
    """Return the requests that this person can sign now, for themselves or for somebody, oldest first."""
    asked = queries.waiting(project.id)
    ids = [signoff.id for signoff in asked]
    seats, quorums, stands_for = queries.seats_of(ids), queries.quorums(ids), deputies.stands_for(project, by)
    return [s for s in asked if not _why_not(project, s, seats[s.id], by, stands_for, quorums[s.id])]


def why_not_sign(project: Project, signoff: Signoff, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot sign now, empty when they can."""
    stands_for, quorum = deputies.stands_for(project, by), queries.quorum(signoff.id)
    return _why_not(project, signoff, queries.seats(signoff.id), by, stands_for, quorum)


def _why_not(
    project: Project,
    signoff: Signoff,
    seats: Sequence[rules.Seat],
    by: Actor,
    stands_for: Mapping[int, Deputy],
    quorum: Mapping[Side, int],
) -> tuple[str, ...]:
    try:
        SIGNOFF.after(signoff.state, "sign")
        standing = by.standing(project.id)
        if standing is None or not standing.may_sign:
            raise Refused(_("You do not have the right to sign in this project."))
    except DomainError as refusal:
        return (refusal.message,)
    reasons = rules.turn(seats, by.user_id or 0, signoff.in_order, stands_for, quorum)
    return tuple(_(reason) for reason in reasons)
