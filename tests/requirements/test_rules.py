"""Who approves: heads of the unit, else the customer's managers, else its sponsors; never the author."""

import pytest

from uatapp.kernel.permissions import Role, Side
from uatapp.requirements.rules import Person, approvers, why_not_approve

pytestmark = pytest.mark.pure
SALES, BILLING = 1, 2


def person(user_id: int, *roles: Role, side: Side = Side.CUSTOMER, unit_id: int | None = None) -> Person:
    return Person(user_id, f"P{user_id}", side, frozenset(roles), unit_id)


HEAD = person(1, Role.DEPARTMENT_HEAD, unit_id=SALES)
MANAGER = person(2, Role.PROJECT_MANAGER)
SPONSOR = person(3, Role.SPONSOR)
PARTNER = person(4, Role.PROJECT_MANAGER, Role.SPONSOR, side=Side.PARTNER)
EVERYBODY = (HEAD, MANAGER, SPONSOR, PARTNER)


@pytest.mark.parametrize(
    ("people", "unit_id", "author_id", "expected"),
    [
        (EVERYBODY, SALES, 9, (HEAD,)),
        (EVERYBODY, BILLING, 9, (MANAGER,)),
        (EVERYBODY, None, 9, (MANAGER,)),
        (EVERYBODY, SALES, 1, (MANAGER,)),
        (EVERYBODY, BILLING, 2, (SPONSOR,)),
        ((SPONSOR, PARTNER), SALES, 9, (SPONSOR,)),
        ((PARTNER,), SALES, 9, ()),
        ((SPONSOR,), SALES, 3, ()),
    ],
)
def test_approvers(
    people: tuple[Person, ...], unit_id: int | None, author_id: int, expected: tuple[Person, ...]
) -> None:
    assert approvers(people, unit_id, author_id) == expected


def test_reasons_name_who_can_help() -> None:
    assert why_not_approve(1, EVERYBODY, SALES, 9) == ()
    assert why_not_approve(2, EVERYBODY, SALES, 9) == ("P1 can approve this.",)
    assert "wrote or imported" in why_not_approve(1, EVERYBODY, SALES, 1)[0]
    assert "Nobody can approve" in why_not_approve(1, (), SALES, 9)[0]
