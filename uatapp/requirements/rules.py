"""Who approves a requirement. Pure; reasons are sentences, and name who can help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uatapp.kernel.permissions import Role, Side


@dataclass(frozen=True, slots=True)
class Person:
    """A member as rules see them."""

    user_id: int
    name: str
    side: Side
    roles: frozenset[Role]
    unit_id: int | None = None


def approvers(people: Iterable[Person], unit_id: int | None, author_id: int | None) -> tuple[Person, ...]:
    """Return who approves: the unit's heads, else the customer's managers, else its sponsors; never the author."""
    able = [p for p in people if p.side is Side.CUSTOMER and p.user_id != author_id]
    heads = [p for p in able if Role.DEPARTMENT_HEAD in p.roles and unit_id is not None and p.unit_id == unit_id]
    managers = [p for p in able if Role.PROJECT_MANAGER in p.roles]
    sponsors = [p for p in able if Role.SPONSOR in p.roles]
    return tuple(heads or managers or sponsors)


def why_not_approve(
    user_id: int | None, people: Sequence[Person], unit_id: int | None, author_id: int | None
) -> tuple[str, ...]:
    """Return why this person may not approve; nothing if they may."""
    able = approvers(people, unit_id, author_id)
    if any(person.user_id == user_id for person in able):
        return ()
    who = named(able)
    if user_id == author_id:
        return (f"Whoever wrote or imported a requirement does not approve it. {who}",)
    return (who,)


def named(able: Sequence[Person]) -> str:
    """Say who can approve, in one sentence."""
    if not able:
        return "Nobody can approve this yet. Give somebody the role department head for this business unit."
    names = [person.name for person in able]
    if len(names) == 1:
        return f"{names[0]} can approve this."
    return f"{', '.join(names[:-1])} or {names[-1]} can approve this."
