"""Acts after signing: follow-up, reconfirmation, withdrawal. Opened, signed by all who are named, or ended before."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Permission, Side
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import acting, addenda, difference, events, order, queries, register, service, statements, telling
from uatapp.signoffs.identity import Denied, check_clock, use_nonce
from uatapp.signoffs.models import ActProgress, ActSignature, SignedAct, Signoff
from uatapp.signoffs.rules import LONGEST
from uatapp.signoffs.states import ACT, SIGNOFF, ActKind, ActState, ConditionState, Decision

# kind → the moves of the sign-off that it can end in
MOVES = {
    ActKind.CLOSING: ("follow_up",),
    ActKind.RECONFIRMATION: ("reconfirm", "reconfirm_with_conditions"),
    ActKind.WITHDRAWAL: ("withdraw_acceptance",),
}


class NoLongerTrue(Refused):
    """What an act states was true when it was opened, and is not now."""


# ---- reads ----


def get_act(signoff: Signoff, number: int) -> tuple[SignedAct, ActProgress]:
    """Return an act of a sign-off with its state; refuse (NotFound) what is not there."""
    found = next((pair for pair in list_acts(signoff.id) if pair[0].number == number), None)
    if found is None:
        raise NotFound
    return found


def list_acts(signoff_id: int) -> Sequence[tuple[SignedAct, ActProgress]]:
    """Return all acts on a sign-off with their states, oldest first."""
    statement = sa.select(SignedAct, ActProgress).join(ActProgress, ActProgress.act_id == SignedAct.id)
    statement = statement.where(SignedAct.signoff_id == signoff_id).order_by(SignedAct.number)
    return db.session.execute(statement.execution_options(populate_existing=True)).tuples().all()


def signatures(act_id: int) -> Sequence[ActSignature]:
    return db.session.scalars(
        sa.select(ActSignature).where(ActSignature.act_id == act_id).order_by(ActSignature.id)
    ).all()


def asked_of(project: Project, by: Actor) -> list[tuple[SignedAct, Signoff]]:
    """Return the open acts that wait for this person's signature, oldest first."""
    standing = by.standing(project.id)
    if standing is None or not standing.may_sign:
        return []
    done = sa.exists().where(ActSignature.act_id == SignedAct.id, ActSignature.user_id == by.user_id)
    statement = (
        sa.select(SignedAct, Signoff)
        .join(ActProgress, ActProgress.act_id == SignedAct.id)
        .join(Signoff, Signoff.id == SignedAct.signoff_id)
        .where(SignedAct.project_id == project.id, ActProgress.state == ActState.OPEN, ~done)
        .order_by(SignedAct.id)
    )
    return [(act, signoff) for act, signoff in db.session.execute(statement) if is_named(act, by.uid)]


def is_named(act: SignedAct, uid: str) -> bool:
    return any(row["uid"] == uid for row in acting.document_of(act)["signatories"])


# ---- who ----


def who_signs(project: Project, signoff: Signoff, kind: ActKind, by: Actor) -> list[Membership]:
    """Return who has to sign an act, of those who may sign now (docs/decisions/0012).

    Follow-up: the customer's people who set conditions, else those who accepted. Reconfirmation: all who signed.
    Withdrawal: the one who withdraws. Where nobody of the customer is left, all its people with the right to sign.
    """
    signing = acting.members_signing(project.id)
    theirs = [member for member in signing if member.side is Side.CUSTOMER]
    if kind is ActKind.WITHDRAWAL:
        return [member for member in theirs if member.user_id == by.user_id]
    rows = [row for row in queries.signatures(signoff.id) if row.decision is not Decision.REJECTED]
    signed = {row.user_id for row in rows}
    setters = {row.user_id for row in rows if row.decision is Decision.ACCEPTED_WITH_CONDITIONS}
    own = [m for m in theirs if m.user_id in signed] or theirs
    if kind is ActKind.CLOSING:
        return [m for m in theirs if m.user_id in setters] or own
    return [*own, *(m for m in signing if m.side is Side.PARTNER and m.user_id in signed)]


def why_not_open(project: Project, signoff: Signoff, kind: ActKind, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot open an act of this kind now, empty when they can."""
    if not any(SIGNOFF.find(signoff.state, move) for move in MOVES[kind]):
        return (_("This sign-off is not in a state that allows it."),)
    if any(act.kind is kind and progress.state is ActState.OPEN for act, progress in list_acts(signoff.id)):
        return (_("It has been opened already and waits for signatures."),)
    if kind is ActKind.CLOSING and _owed(project, signoff):
        return (_("Every condition has to be closed first."),)
    if kind is ActKind.WITHDRAWAL:
        if by.user_id in register.closers_of(project, [signoff.id])[signoff.id]:
            return ()
        return (_("Only the customer’s people who accepted can withdraw their acceptance."),)
    signers = who_signs(project, signoff, kind, by)
    if not any(m.side is Side.CUSTOMER for m in signers):
        return (
            _("Nobody of the customer has the right to sign. The customer’s project manager gives it on “People”."),
        )
    if by.may(Permission.SIGNOFF_REQUEST, project.id) or by.user_id in {m.user_id for m in signers}:
        return ()
    return (_("A project manager or one of those who sign opens it."),)


def _owed(project: Project, signoff: Signoff) -> bool:
    return any(row.state is not ConditionState.CLOSED for row in register.of_signoff(project, signoff))


# ---- what can happen ----


def open_act(project: Project, number: int, kind: ActKind, reasons: str, *, by: Actor) -> SignedAct:
    """Freeze what is to be signed and ask for the signatures; refuse what cannot be opened now."""
    signoff = queries.get_signoff(project.id, number, lock=True)
    if why := why_not_open(project, signoff, kind, by):
        raise Refused(why[0])
    words = reasons.strip()
    if kind is ActKind.WITHDRAWAL and not 1 <= len(words) <= LONGEST:
        sentence = _("Say why you withdraw your acceptance, in 1 to %(n)s characters.", n=LONGEST)
        raise Invalid(sentence, fields={"reasons": sentence})
    signers = who_signs(project, signoff, kind, by)
    act = _frozen(project, signoff, kind, signers, words if kind is ActKind.WITHDRAWAL else "", by)
    progress = ActProgress(project_id=project.id, act_id=act.id)
    db.session.add(progress)
    told = events.ActOpened(
        project_id=project.id,
        subject=act.reference,
        by=by,
        act_id=act.id,
        kind=kind.value,
        signatories=tuple(member.user.name for member in signers),
        document=act.sha256,
    )
    record(told, act, progress)
    telling.ask_to_sign(project, act, [member.user for member in signers if member.user_id != by.user_id], by=by)
    return act


def _frozen(
    project: Project, signoff: Signoff, kind: ActKind, signers: Sequence[Membership], reasons: str, by: Actor
) -> SignedAct:
    number = len(list_acts(signoff.id)) + 1
    reference = f"{service.reference(project, signoff)}/{number}"
    document = acting.canonical(acting.gather(project, signoff, reference, kind, signers, reasons, by))
    act = SignedAct(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=service.reference(project, signoff),
        number=number,
        reference=reference,
        kind=kind,
        document=document,
        sha256=addenda.fingerprint(document),
        opened_by_uid=by.uid,
        opened_by_name=by.name,
        at=clock.now(),
    )
    db.session.add(act)
    db.session.flush()
    return act


def why_not_sign(project: Project, signoff: Signoff, act: SignedAct, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot sign an act now, empty when they can."""
    _act, progress = get_act(signoff, act.number)
    if ACT.find(progress.state, "sign") is None:
        return (_("Nothing is to be signed here any more."),)
    standing = by.standing(project.id)
    if not is_named(act, by.uid) or standing is None or not standing.may_sign:
        return (_("Others are asked to sign this."),)
    if any(row.signer_uid == by.uid for row in signatures(act.id)):
        return (_("You have signed this already."),)
    return ()


def sign_act(
    project: Project, number: int, act_number: int, waived: dict[str, str], *, seen_sha256: str, nonce: str, by: Actor
) -> SignedAct:
    """Sign an act, after `prove_identity` in the same request. Everything is checked again under the lock.

    `waived`: reasons by reference, for changed requirements without good results.
    """
    order.decide(project.id)  # before the membership, as those who withdraw the right
    service.own_membership(project, by)
    signoff = queries.get_signoff(project.id, number, lock=True)
    act, progress = get_act(signoff, act_number)
    ACT.after(progress.state, "sign")
    check_clock(project)
    if reasons := why_not_sign(project, signoff, act, by):
        raise Denied("right", reasons[0])
    if seen_sha256 != act.sha256 or addenda.fingerprint(act.document) != act.sha256:
        raise Denied("hash", _("What you saw is not what is stored. Open the page again; nothing was signed."))
    if not acting.still_true(project, signoff, act):
        raise NoLongerTrue(_("Things have changed since this page was made, so nothing was signed."))
    side = Side(next(row["side"] for row in acting.document_of(act)["signatories"] if row["uid"] == by.uid))
    given = _given(act, waived, side)
    use_nonce(signoff, nonce, by)
    row = _signed(project, act, given, side, by)
    told = events.ActSigned(
        project_id=project.id,
        subject=act.reference,
        by=by,
        act_id=act.id,
        kind=act.kind.value,
        document=act.sha256,
        waived=tuple(one["reference"] for one in given),
    )
    record(told, row)
    db.session.flush()
    _finish(project, signoff, act, progress, by)
    return act


def still_to_waive(act: SignedAct) -> dict[str, str]:
    """Return the changed requirements without good results that nobody has accepted yet: reference → name."""
    done = {one["reference"] for row in signatures(act.id) for one in row.waived}
    missing = difference.unmet(acting.document_of(act)["difference"])
    return {reference: name for reference, name in missing.items() if reference not in done}


def _given(act: SignedAct, waived: dict[str, str], side: Side) -> list[dict[str, str]]:
    if side is not Side.CUSTOMER:
        return []
    missing = still_to_waive(act)
    given = {reference: words.strip()[:LONGEST] for reference, words in waived.items() if words.strip()}
    fields = {
        f"waiver-{reference}": _("“%(name)s” has no good result on its new version. Say why you accept it.", name=name)
        for reference, name in missing.items()
        if reference not in given
    }
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    return [{"reference": r, "title": name, "reason": given[r]} for r, name in missing.items()]


def _signed(project: Project, act: SignedAct, waived: list[dict[str, str]], side: Side, by: Actor) -> ActSignature:
    signer = db.session.get_one(User, by.user_id)
    row = ActSignature(
        project_id=project.id,
        act_id=act.id,
        act_reference=act.reference,
        user_id=signer.id,
        signer_uid=signer.uid,
        printed_name=signer.name,
        job_title=signer.job_title,
        organisation=by.organisation,
        side=side,
        statement=statements.act_statement(side, act.kind, by.organisation),
        statement_version=statements.VERSION,
        waived=waived,
        document_sha256=act.sha256,
        at=clock.now(),
        zone=project.zone,
    )
    db.session.add(row)
    return row


def _finish(project: Project, signoff: Signoff, act: SignedAct, progress: ActProgress, by: Actor) -> None:
    done, document = signatures(act.id), acting.document_of(act)
    if {row["uid"] for row in document["signatories"]} - {row.signer_uid for row in done}:
        return
    end(project, act, progress, "complete", by=by, why="")
    why = document["reasons"]
    service.move(project, signoff, _move_of(project, signoff, act), by=by, why=f"{by.name}: {why}" if why else "")
    addenda.issue(project, signoff, act, done, by=by)
    telling.tell_signed(project, signoff, act, by=by)


def _move_of(project: Project, signoff: Signoff, act: SignedAct) -> str:
    if act.kind is not ActKind.RECONFIRMATION:
        return MOVES[act.kind][0]
    conditions = register.of_signoff(project, signoff)
    closed = any(earlier.kind is ActKind.CLOSING for earlier in acting.signed(signoff.id))
    return "reconfirm_with_conditions" if conditions and not closed else "reconfirm"


def end(project: Project, act: SignedAct, progress: ActProgress, action: str, *, by: Actor, why: str) -> None:
    """Take an action on an act by its lifecycle and tell it."""
    before, progress.state = progress.state, ActState(ACT.after(progress.state, action))
    progress.reason, progress.ended_at = why, clock.now()
    told = events.ActMoved(
        project_id=project.id,
        subject=act.reference,
        by=by,
        act_id=act.id,
        from_=before.value,
        to=progress.state.value,
        why=why,
    )
    record(told, progress)


def drop(project: Project, number: int, act_number: int, reason: str, *, by: Actor) -> None:
    """Take an open act back, with a reason: whoever opened it, or a project manager."""
    signoff = queries.get_signoff(project.id, number, lock=True)
    act, progress = get_act(signoff, act_number)
    if act.opened_by_uid != by.uid and not by.may(Permission.SIGNOFF_REQUEST, project.id):
        raise NotAllowed(_("%(name)s opened this and can take it back, or a project manager.", name=act.opened_by_name))
    if not 1 <= len(reason.strip()) <= LONGEST:
        sentence = _("Say why you take it back.")
        raise Invalid(sentence, fields={"reason": sentence})
    end(project, act, progress, "drop", by=by, why=reason.strip())


def lapse_if_untrue(project: Project, number: int, act_number: int, *, by: Actor) -> bool:
    """Let an open act lapse whose statement is no longer true; say whether it did."""
    signoff = queries.get_signoff(project.id, number, lock=True)
    act, progress = get_act(signoff, act_number)
    if progress.state is not ActState.OPEN or acting.still_true(project, signoff, act):
        return False
    end(project, act, progress, "lapse", by=by, why=_("Things changed after it was opened."))
    return True
