"""DESIGN.md, "Who may do what", written out once more: who holds each permission, and nobody else."""

import pytest

from uatapp.kernel.actor import Actor, Standing
from uatapp.kernel.errors import NotAllowed
from uatapp.kernel.permissions import CUSTOMER_ONLY, GRANTS, PARTNER_ONLY, Permission, Role, Side, roles_of

# c: customer's side, p: partner's side, cp: both, –: nobody
TABLE = """
permission             analyst tester super_user department_head lead engineer project_manager sponsor auditor
project.read           cp      c      c          c               p    p        cp              cp      cp
members.manage         –       –      –          –               –    –        cp              –       –
members.signing_right  –       –      –          –               –    –        c               –       –
project.set_up         –       –      –          –               –    –        cp              –       –
requirements.edit      cp      –      –          –               –    –        –               –       –
requirements.approve   –       –      –          c               –    –        c               c       –
testcases.decide       c       –      –          –               –    –        c               –       –
cycles.manage          –       –      –          –               –    –        cp              –       –
cycles.deploy          –       –      –          –               p    –        cp              –       –
runs.submit            –       c      c          –               –    –        –               –       –
runs.read              c       c      c          c               –    –        cp              c       cp
defects.raise          c       c      c          c               –    –        c               c       c
defects.work           –       –      –          –               p    p        –               –       –
defects.decide         c       c      c          c               –    –        c               c       c
signoffs.request       –       –      –          –               –    –        cp              –       –
signoffs.sign          cp      c      c          c               p    p        cp              cp      cp
audit.read             –       –      –          –               –    –        cp              –       cp
"""
SIDES = {"c": (Side.CUSTOMER,), "p": (Side.PARTNER,), "cp": (Side.CUSTOMER, Side.PARTNER), "–": ()}
OF_THE_INSTALLATION = {Permission.SIGNED_IN, Permission.ADMINISTER}


def rows() -> list[tuple[Permission, frozenset[tuple[Side, Role]]]]:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    roles = [Role(name) for name in head[1:]]
    return [
        (
            Permission(name),
            frozenset((side, role) for role, cell in zip(roles, cells, strict=True) for side in SIDES[cell]),
        )
        for name, *cells in lines
    ]


def actor(*standings: Standing, is_admin: bool = False) -> Actor:
    return Actor(1, "u1", "Ann", is_admin=is_admin, standings={s.project_id: s for s in standings})


@pytest.mark.parametrize(
    ("permission", "expected"), rows(), ids=lambda value: str(value) if isinstance(value, Permission) else ""
)
def test_who_holds_it(permission: Permission, expected: frozenset[tuple[Side, Role]]) -> None:
    assert GRANTS[permission] == expected
    for side in Side:
        for role in roles_of(side):
            person = actor(Standing(7, side, frozenset({role})))
            assert person.may(permission, 7) is ((side, role) in expected)
            assert not person.may(permission, 8)


def test_the_table_is_complete() -> None:
    assert {permission for permission, _who in rows()} == set(GRANTS)
    assert set(Permission) == set(GRANTS) | OF_THE_INSTALLATION


def test_roles_belong_to_sides() -> None:
    assert {Role.TESTER, Role.SUPER_USER, Role.DEPARTMENT_HEAD} == CUSTOMER_ONLY
    assert {Role.LEAD, Role.ENGINEER} == PARTNER_ONLY
    assert set(roles_of(Side.CUSTOMER)) == set(Role) - PARTNER_ONLY
    assert set(roles_of(Side.PARTNER)) == set(Role) - CUSTOMER_ONLY


def test_an_administrator_is_no_member() -> None:
    admin = actor(is_admin=True)
    assert admin.may(Permission.ADMINISTER)
    assert not any(admin.may(permission, 7) for permission in GRANTS)
    with pytest.raises(NotAllowed):
        admin.require(Permission.PROJECT_READ, 7)


def test_only_people_are_signed_in() -> None:
    assert actor().may(Permission.SIGNED_IN)
    assert not Actor(None, "system", "uatapp").may(Permission.SIGNED_IN)
