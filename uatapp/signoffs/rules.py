"""Decisions about signing that need several facts; they return reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import Decision

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Seat:
    """A signatory as rules see them."""

    user_id: int
    name: str
    position: int
    side: Side
    signed: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A condition as typed."""

    text: str
    owner: str
    due_on: date
    workaround: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a signatory decides: decision, reasons, conditions, and a reason for each waived criterion."""

    decision: Decision
    reasons: str = ""
    conditions: tuple[Owed, ...] = ()
    waivers: tuple[tuple[str, str], ...] = ()


def turn(seats: Sequence[Seat], user_id: int, in_order: bool) -> tuple[str, ...]:
    """Return why this person cannot sign now: not asked, has signed, or others come first."""
    mine = next((seat for seat in seats if seat.user_id == user_id), None)
    if mine is None:
        return ("You are not asked to sign this.",)
    if mine.signed:
        return ("You have signed this already.",)
    before = [seat.name for seat in seats if seat.position < mine.position and not seat.signed]
    if in_order and before:
        return (f"{before[0]} signs before you.",)
    return ()


def faults(
    choice: Choice, unmet: Mapping[str, str], waived: Collection[str], side: Side, today: date
) -> dict[str, str]:
    """Return what is missing in a decision, by field. Only the customer's signatories waive."""
    found: dict[str, str] = {}
    if choice.decision is Decision.REJECTED:
        if not choice.reasons.strip():
            found["reasons"] = "Say why you reject. The team works from your words."
        return found
    if choice.decision is Decision.ACCEPTED_WITH_CONDITIONS and not choice.conditions:
        found["conditions"] = "Name at least one condition: what is owed, by whom, until when."
    for number, owed in enumerate(choice.conditions, 1):
        if not owed.text.strip() or not owed.owner.strip():
            found["conditions"] = f"Condition {number} needs what is owed and who owes it."
        elif owed.due_on < today:
            found["conditions"] = f"Condition {number} is due in the past. Choose a day from today on."
    given = {code for code, reason in choice.waivers if reason.strip()}
    if side is Side.CUSTOMER:
        for code, title in unmet.items():
            if code not in waived and code not in given:
                found[f"waiver-{code}"] = f"“{title}” is not met. Say why you accept without it."
    return found


def result(decisions: Collection[Decision], seats: int, has_conditions: bool) -> Decision | None:
    """Return what the signatures so far come to: one rejection rejects; None while somebody has not signed."""
    if Decision.REJECTED in decisions:
        return Decision.REJECTED
    if len(decisions) < seats:
        return None
    return Decision.ACCEPTED_WITH_CONDITIONS if has_conditions else Decision.ACCEPTED
