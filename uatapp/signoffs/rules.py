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
    signed_by: int | None = None


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


@dataclass(frozen=True, slots=True)
class Standin:
    """A person and their possible deputy, as rules see them."""

    name: str
    user_id: int
    side: Side
    may_sign: bool


def seat_of(seats: Sequence[Seat], user_id: int, stands_for: Collection[int] = ()) -> Seat | None:
    """Return where a person signs: their own seat; without one, the first that waits of those they sign for."""
    own = next((seat for seat in seats if seat.user_id == user_id), None)
    theirs = [seat for seat in seats if seat.user_id in stands_for]
    waiting = next((seat for seat in theirs if not seat.signed), None)
    return own or waiting or next(iter(theirs), None)


def turn(
    seats: Sequence[Seat],
    user_id: int,
    in_order: bool,
    stands_for: Collection[int] = (),
    quorum: Mapping[Side, int] | None = None,
) -> tuple[str, ...]:
    """Return why this person cannot sign now: not asked, has signed, somebody did for them, or others come first."""
    mine = seat_of(seats, user_id, stands_for)
    if mine is None:
        return ("You are not asked to sign this.",)
    if any(seat.signed_by == user_id for seat in seats) or (mine.signed and mine.signed_by is None):
        return ("You have signed this already.",)
    if mine.signed:
        return ("Your deputy has signed this for you." if mine.user_id == user_id else f"{mine.name} has signed this.",)
    owing = waiting_sides(seats, quorum or {})
    earlier = [seat for seat in seats if seat.position < mine.position and seat.side in owing]
    before = [seat.name for seat in earlier if not seat.signed]
    return (f"{before[0]} signs before you.",) if in_order and before else ()


def waiting_sides(seats: Sequence[Seat], quorum: Mapping[Side, int]) -> frozenset[Side]:
    """Return the sides of which not enough have signed: all of a side, or as many as were asked for."""
    return frozenset(
        side
        for side in Side
        if (own := [seat for seat in seats if seat.side is side])
        and sum(seat.signed for seat in own) < min(quorum.get(side, len(own)), len(own))
    )


def quorum_faults(sides: Sequence[Side], quorum: Mapping[Side, int]) -> dict[str, str]:
    """Return what is wrong with how many must sign, by field: more than are asked of a side, or none."""
    return {
        f"least_{side.value}": f"You ask {sides.count(side)} of this side. Choose a number from 1 to that."
        for side, least in quorum.items()
        if not 1 <= least <= sides.count(side)
    }


def deputy_faults(
    person: Standin, deputy: Standin, period: tuple[date, date], reason: str, today: date
) -> dict[str, str]:
    """Return what keeps one person from being another's deputy, by field."""
    found: dict[str, str] = {}
    if not person.may_sign:
        found["person"] = f"{person.name} does not have the right to sign, so nobody can sign for them."
    if person.user_id == deputy.user_id:
        found["deputy"] = "Choose somebody else as the deputy."
    elif deputy.side is not person.side:
        found["deputy"] = f"{deputy.name} is of the other side. Choose somebody of {person.name}’s side."
    elif not deputy.may_sign:
        found["deputy"] = f"{deputy.name} does not have the right to sign. The customer’s project manager gives it."
    if period[1] < period[0]:
        found["until_on"] = "The last day is before the first. Choose a later one."
    elif period[1] < today:
        found["until_on"] = "These days are over. Choose a last day from today on."
    if not 1 <= len(reason.strip()) <= 400:
        found["reason"] = "Say in 1 to 400 characters why, such as a holiday. It is kept with the record."
    return found


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


def result(decisions: Collection[Decision], is_enough: bool, has_conditions: bool) -> Decision | None:
    """Return what the signatures so far come to: one rejection rejects; None while not enough have signed."""
    if Decision.REJECTED in decisions:
        return Decision.REJECTED
    if not is_enough:
        return None
    return Decision.ACCEPTED_WITH_CONDITIONS if has_conditions else Decision.ACCEPTED
