"""Who decides what a change means for results. Pure; reasons are sentences."""

from collections.abc import Iterable
from typing import Protocol

from uatapp.kernel.permissions import Role, Side


class Person(Protocol):
    """A member as far as this rule needs to know them."""

    @property
    def user_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def roles(self) -> frozenset[Role]: ...


def deciders(people: Iterable[Person]) -> tuple[Person, ...]:
    """Return who decides: the customer's analysts; without one, the customer's project managers."""
    customers = [person for person in people if person.side is Side.CUSTOMER]
    for role in (Role.ANALYST, Role.PROJECT_MANAGER):
        if found := tuple(person for person in customers if role in person.roles):
            return found
    return ()


def why_not_decide(user_id: int | None, people: Iterable[Person]) -> tuple[str, ...]:
    """Return why this person may not decide; nothing if they may."""
    able = deciders(people)
    if any(person.user_id == user_id for person in able):
        return ()
    names = ", ".join(person.name for person in able)
    return (f"The customer’s analyst decides this: {names}.",) if names else ("The customer has no analyst yet.",)
