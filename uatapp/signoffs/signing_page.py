"""What the page of a request shows besides the frozen scope: who signs, for whom, with which words, and my copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uatapp.accounts import factors, worked_example
from uatapp.accounts import queries as people
from uatapp.kernel.actor import Actor
from uatapp.kernel.permissions import Side
from uatapp.projects.models import Project
from uatapp.signoffs import consents, deputies, queries, rules, statements
from uatapp.signoffs.labels import CHOICES
from uatapp.signoffs.models import Deputy, Signatory, Signature, SignatureFor, Signoff


@dataclass(frozen=True, slots=True)
class Place:
    """One seat: who is asked, what was signed there, and by whom for them."""

    asked: Signatory
    signature: Signature | None
    stood_in: SignatureFor | None


def places(signoff: Signoff) -> list[Place]:
    """Return the seats of a request in order, each with its signature."""
    rows, stood_in = queries.signatures(signoff.id), queries.signed_for(signoff.id)
    signed: dict[int, Signature] = {}
    for row in rows:
        principal = stood_in.get(row.id)
        signed[principal.for_user_id if principal else row.user_id] = row
    by_person = {row.for_user_id: row for row in stood_in.values()}
    return [Place(s, signed.get(s.user_id), by_person.get(s.user_id)) for s in queries.signatories(signoff.id)]


def needed(signoff: Signoff, seats: Sequence[rules.Seat]) -> list[tuple[Side, int, int]]:
    """Return, for sides of which not all must sign, how many are enough and how many are asked."""
    asked = [seat.side for seat in seats]
    return [(side, least, asked.count(side)) for side, least in queries.quorum(signoff.id).items()]


def form_facts(project: Project, signoff: Signoff, seats: Sequence[rules.Seat], by: Actor) -> Mapping[str, Any]:
    """Return what the signing form says to whom: the choices of their side, the words, for whom, the consent."""
    standing_for: Mapping[int, Deputy] = deputies.stands_for(project, by)
    seat = rules.seat_of(seats, by.user_id or 0, standing_for)
    side = seat.side if seat else Side.CUSTOMER
    return {
        "for_whom": seat.name if seat and seat.user_id != by.user_id else "",
        "side": side,
        "choices": CHOICES[side],
        "statements": statements.statements_for(side, by.organisation),
        "statement_version": statements.VERSION,
        "consent": "" if consents.find(by.user_id) else statements.consent(),
        "consent_version": statements.CONSENT_VERSION,
    }


def proof_of(actor: Actor, *, asked: bool) -> dict[str, Any]:
    """Return what a form that signs asks for besides the password, where it is asked: a code, or the set-up first."""
    if not asked:
        return {"asks_code": False, "example_code": "", "lacks_step": False}
    has = people.find_factor(actor.user_id or 0) is not None
    shown = worked_example.code_of(people.get_user(actor.user_id or 0))
    return {"asks_code": has, "example_code": shown, "lacks_step": factors.lacks(actor)}
