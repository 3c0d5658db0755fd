"""Recording that the contract treats silence as acceptance. A person does it, with the clause; nobody has signed."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, NotFound
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, MembershipRole, Project
from uatapp.projects.queries import get_member
from uatapp.signoffs import acceptance, certificates, notices, order, queries, rounds, service, windows
from uatapp.signoffs.acceptance_events import AcceptanceDeemed
from uatapp.signoffs.identity import Denied, check_bound, check_clock
from uatapp.signoffs.models import AcceptanceClock, DeemedAcceptance, Signature, Signoff, Snapshot
from uatapp.signoffs.rounds import Round
from uatapp.signoffs.states import SIGNOFF, SignoffState


@dataclass(frozen=True, slots=True)
class Picture:
    """What pages show of a request's clock. `if_settled` is when silence would count if the pause ended now."""

    running: AcceptanceClock
    reading: windows.Reading
    if_settled: windows.Reading
    blockers: list[str]
    pauses: list[windows.Pause]
    rounds: list[Round]
    unwaived: list[str]
    zone: str

    @property
    def round(self) -> int:
        return len(self.rounds) + 1


def picture(project: Project, signoff: Signoff) -> Picture | None:
    """Return how the clock of an open request stands, None where it has none."""
    running = acceptance.find_clock(signoff.id)
    if running is None or signoff.state is not SignoffState.REQUESTED:
        return None
    calendar, now, stood = acceptance.customers_calendar(project), clock.now(), acceptance.pauses(signoff.id)
    agreed = running.terms
    return Picture(
        running=running,
        reading=acceptance.read(project, signoff, running, now),
        if_settled=windows.read(
            calendar, signoff.requested_at, agreed.review_days, windows.resumed_at(stood, now), now
        ),
        blockers=acceptance.blockers(project, signoff),
        pauses=stood,
        rounds=rounds.earlier(project, signoff),
        unwaived=unwaived(signoff),
        zone=calendar.zone,
    )


def unwaived(signoff: Signoff) -> list[str]:
    """Return the agreed criteria that are not met and that no signatory has waived: silence waives none."""
    document = queries.document_of(queries.get_snapshot(signoff.id))
    given = {waiver.criterion for waiver in queries.waivers(signoff.id)}
    return [row["title"] for row in document["criteria"] if not row["met"] and row["code"] not in given]


def find_deemed(signoff_id: int) -> DeemedAcceptance | None:
    return db.session.scalar(sa.select(DeemedAcceptance).where(DeemedAcceptance.signoff_id == signoff_id))


def why_not(project: Project, signoff: Signoff, seen: Picture | None, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot record silence now, empty when they can."""
    try:
        SIGNOFF.after(signoff.state, "deem")
    except DomainError as refusal:
        return (refusal.message,)
    reasons = [] if by.has_role(project.id, Role.PROJECT_MANAGER, side=Side.PARTNER) else [_wrong_person()]
    return (*reasons, *_why_not_yet(project, seen))


def _wrong_person() -> str:
    return str(_("Only the partner’s project manager records that silence counts as acceptance."))


def _why_not_yet(project: Project, seen: Picture | None) -> list[str]:
    if seen is None:
        return [_("No acceptance window was agreed when this was requested, so silence never counts here.")]
    reasons = []
    if seen.blockers or seen.reading.paused:
        reasons.append(_("The window is paused: %(what)s is open.", what=_what_stops(seen)))
    elif seen.reading.silence_on is None or clock.today(seen.zone) < seen.reading.silence_on:
        day = notices.day(seen.reading.silence_on) if seen.reading.silence_on else "?"
        reasons.append(_("Silence counts from %(day)s, not before.", day=day))
    if seen.unwaived:
        criteria = ", ".join(f"“{_(title)}”" for title in seen.unwaived)
        reasons.append(_("Not met and not waived: %(what)s. Silence waives nothing; a signatory must.", what=criteria))
    return reasons


def _what_stops(seen: Picture) -> str:
    return ", ".join(seen.blockers) or (seen.reading.paused.because if seen.reading.paused else "")


def deem(project: Project, number: int, clause: str, *, seen_sha256: str, nonce: str, by: Actor) -> Signoff:
    """Record that silence counts as acceptance, after `prove_identity` in the same request. Checked again under the lock.

    Refuses all but the partner's project manager, before the date, while the clock is paused, an unmet criterion that
    nobody waived, and other words than the clause that both sides agreed.
    """
    order.decide(project.id)  # before the membership, as those who take the role away
    member = _own_membership(project, by)
    signoff = queries.get_signoff(project.id, number, lock=True)
    SIGNOFF.after(signoff.state, "deem")
    check_clock(project)
    if not _is_partners_manager(member):
        raise Denied("right", _wrong_person())
    seen = picture(project, signoff)
    if reasons := _why_not_yet(project, seen):
        raise Denied("silence", " ".join(reasons))
    assert seen is not None  # noqa: S101 - without a picture there was a reason
    _check_clause(clause, seen.running.terms.clause)
    snapshot = check_bound(signoff, seen_sha256, nonce, by)
    row = _deemed(project, signoff, snapshot, seen, by)
    told = AcceptanceDeemed(
        project_id=project.id,
        subject=row.signoff_reference,
        by=by,
        silence_on=row.silence_on.isoformat(),
        terms=row.terms_reference,
        snapshot=snapshot.sha256,
    )
    record(told, row)
    _finish(project, signoff, by)
    return signoff


def _own_membership(project: Project, by: Actor) -> Membership | None:
    try:
        return get_member(project.id, by.uid)
    except NotFound:
        return None


def _is_partners_manager(member: Membership | None) -> bool:
    roles: list[MembershipRole] = member.roles if member else []
    return bool(member and member.side is Side.PARTNER and any(row.role is Role.PROJECT_MANAGER for row in roles))


def _check_clause(given: str, agreed: str) -> None:
    if not given.strip():
        sentence = _("Tick that these words of the contract apply. Nothing was recorded.")
        raise Invalid(sentence, fields={"clause": sentence})
    if " ".join(given.split()) != " ".join(agreed.split()):
        sentence = _("These are not the words that both sides agreed. Open the page again; nothing was recorded.")
        raise Invalid(sentence, fields={"clause": sentence})


def _deemed(project: Project, signoff: Signoff, snapshot: Snapshot, seen: Picture, by: Actor) -> DeemedAcceptance:
    agreed, reading = seen.running.terms, seen.reading
    person = db.session.get_one(User, by.user_id)
    row = DeemedAcceptance(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=service.reference(project, signoff),
        user_id=person.id,
        by_uid=person.uid,
        by_name=person.name,
        job_title=person.job_title,
        organisation=by.organisation,
        terms_reference=agreed.reference,
        clause=agreed.clause,
        review_days=agreed.review_days,
        round=seen.round,
        started_at=reading.starts,
        last_day=reading.last_day,
        silence_on=reading.silence_on,
        pauses=[_pause(pause) for pause in seen.pauses],
        snapshot_sha256=snapshot.sha256,
        at=clock.now(),
        zone=seen.zone,
    )
    db.session.add(row)
    return row


def _pause(pause: windows.Pause) -> dict[str, Any]:
    ended = clock.iso(pause.ended) if pause.ended else ""
    return {"from": clock.iso(pause.began), "to": ended, "because": pause.because}


def _finish(project: Project, signoff: Signoff, by: Actor) -> None:
    """End the request, issue the paper, and let it supersede earlier ones, as a signed one would."""
    db.session.flush()
    signoff.decided_at = clock.now()
    service.move(project, signoff, "deem", by=by, why=_("Deemed accepted by the contract, not signed."))
    service.supersede(project, signoff, by)
    certificates.issue(project, signoff, SignoffState.DEEMED_ACCEPTED, by=by)


def silent(signoff: Signoff, signatures: dict[int, Signature]) -> list[str]:
    """Return who was asked and has not signed."""
    return [row.user.name for row in queries.signatories(signoff.id) if row.user_id not in signatures]
