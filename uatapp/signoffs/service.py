"""What can happen to a sign-off: requested, asked back on, signed, withdrawn. Lapsing is in `lapses`."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, Refused
from uatapp.kernel.permissions import Side
from uatapp.kernel.references import Kind, take, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import certificates, events, freeze, queries, rules, statements
from uatapp.signoffs.identity import Denied, check_bound, check_clock
from uatapp.signoffs.models import (
    Condition,
    Signatory,
    Signature,
    Signoff,
    SignoffCycle,
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
) -> Signoff:
    """Ask for a decision: freeze the scope and name who signs.

    Refuses open cycles, people without the right to sign, and a request that no customer's signatory decides.
    """
    _check_request(title, cycles, members)
    signoff = Signoff(project_id=project.id, number=take(project.id, Kind.SIGNOFF), title=" ".join(title.split()))
    signoff.requested_by_id, signoff.in_order, signoff.decide_by = by.user_id or 0, in_order, decide_by
    db.session.add(signoff)
    db.session.flush()
    seats = [
        Signatory(project_id=project.id, signoff_id=signoff.id, user_id=m.user_id, position=n, side=m.side)
        for n, m in enumerate(members, 1)
    ]
    scope = [SignoffCycle(project_id=project.id, signoff_id=signoff.id, cycle_id=cycle.id) for cycle in cycles]
    db.session.add_all([*seats, *scope])
    db.session.flush()
    snapshot = freeze.freeze(project, signoff, cycles, by=by)
    told = events.SignoffRequested(
        project_id=project.id,
        subject=reference(project, signoff),
        by=by,
        signoff_id=signoff.id,
        cycles=tuple(cycle.name for cycle in cycles),
        signatories=tuple(member.user.name for member in members),
        snapshot=snapshot.sha256,
    )
    record(told, signoff, snapshot, *seats, *scope)
    return signoff


def _check_request(title: str, cycles: Sequence[Cycle], members: Sequence[Membership]) -> None:
    fields = {}
    if not 1 <= len(" ".join(title.split())) <= 120:
        fields["title"] = _("Say in 1 to 120 characters what is to be accepted.")
    if not cycles:
        fields["cycles"] = _("Choose at least one closed cycle.")
    for cycle in cycles:
        if cycle.state is not CycleState.CLOSED:
            fields["cycles"] = _("“%(name)s” is not closed. Close it first.", name=cycle.name)
    if not any(member.side is Side.CUSTOMER for member in members):
        fields["signatories"] = _("Choose at least one person of the customer who decides.")
    for member in members:
        if not member.may_sign:
            fields["signatories"] = _("%(name)s does not have the right to sign.", name=member.user.name)
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def sign(project: Project, number: int, choice: rules.Choice, *, seen_sha256: str, nonce: str, by: Actor) -> Signoff:
    """Sign, after `prove_identity` in the same request. Everything is checked again under the lock.

    Refuses another's turn, a withdrawn right, a hash that is not the stored one, a used number, and an
    incomplete decision.
    """
    member = _own_membership(project, by)  # locked before the sign-off, as by those who withdraw the right
    signoff = queries.get_signoff(project.id, number, lock=True)
    SIGNOFF.after(signoff.state, "sign")
    check_clock(project)
    seat = _check_right(member, signoff, by)
    snapshot = check_bound(signoff, seen_sha256, nonce, by)
    _check_choice(project, signoff, snapshot, choice, seat.side)
    rows = _signed(project, signoff, snapshot, choice, seat.side, by)
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
    record(told, *rows)
    db.session.flush()
    _decide(project, signoff, by)
    return signoff


def _own_membership(project: Project, by: Actor) -> Membership | None:
    where = (Membership.project_id == project.id, Membership.user_id == by.user_id, Membership.removed_at.is_(None))
    statement = sa.select(Membership).where(*where).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _check_right(member: Membership | None, signoff: Signoff, by: Actor) -> rules.Seat:
    seats = queries.seats(signoff.id)
    if member is None or not member.may_sign:
        raise Denied("right", _("You no longer have the right to sign here."))
    if reasons := rules.turn(seats, by.user_id or 0, signoff.in_order):
        raise Denied("turn", _(reasons[0]))
    return next(seat for seat in seats if seat.user_id == by.user_id)


def _check_choice(project: Project, signoff: Signoff, snapshot: Snapshot, choice: rules.Choice, side: Side) -> None:
    document = queries.document_of(snapshot)
    unmet = {row["code"]: row["title"] for row in document["criteria"] if not row["met"]}
    waived = {waiver.criterion for waiver in queries.waivers(signoff.id)}
    fields = rules.faults(choice, unmet, waived, side, clock.today(project.zone))
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
    titles = {row["code"]: row["title"] for row in queries.document_of(snapshot)["criteria"] if not row["met"]}
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
    came_to = rules.result([s.decision for s in signed], len(seats), bool(queries.conditions(signoff.id)))
    if came_to is None:
        return
    action = {Decision.ACCEPTED: "accept", Decision.REJECTED: "reject"}.get(came_to, "accept_with_conditions")
    signoff.decided_at = clock.now()
    move(project, signoff, action, by=by, why="")
    if came_to is not Decision.REJECTED:
        _supersede(project, signoff, by)
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


def _supersede(project: Project, signoff: Signoff, by: Actor) -> None:
    scope = queries.cycle_ids(signoff.id)
    done = (SignoffState.ACCEPTED, SignoffState.ACCEPTED_WITH_CONDITIONS, SignoffState.NEEDS_RECONFIRMATION)
    for earlier in queries.in_state(project.id, *done, lock=True):
        if earlier.id != signoff.id and queries.cycle_ids(earlier.id) <= scope:
            why = _("Superseded by %(reference)s.", reference=reference(project, signoff))
            move(project, earlier, "supersede", by=by, why=why)


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
    """Return the requests that this person can sign now, oldest first."""
    asked = queries.waiting(project.id)
    seats = queries.seats_of([signoff.id for signoff in asked])
    return [signoff for signoff in asked if not _why_not(project, signoff, seats[signoff.id], by)]


def why_not_sign(project: Project, signoff: Signoff, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot sign now, empty when they can."""
    return _why_not(project, signoff, queries.seats(signoff.id), by)


def _why_not(project: Project, signoff: Signoff, seats: Sequence[rules.Seat], by: Actor) -> tuple[str, ...]:
    try:
        SIGNOFF.after(signoff.state, "sign")
        standing = by.standing(project.id)
        if standing is None or not standing.may_sign:
            raise Refused(_("You do not have the right to sign in this project."))
    except DomainError as refusal:
        return (refusal.message,)
    return tuple(_(reason) for reason in rules.turn(seats, by.user_id or 0, signoff.in_order))
