"""Who may change whom in a project."""

from uatapp.kernel.actor import SYSTEM, Actor, Standing
from uatapp.kernel.permissions import Role, Side
from uatapp.projects import rules


def _actor(side: Side, *roles: Role) -> Actor:
    return Actor(1, "u", "U", standings={7: Standing(7, side, frozenset(roles))})


def test_project_managers_look_after_their_own_side() -> None:
    manager = _actor(Side.CUSTOMER, Role.PROJECT_MANAGER)
    assert rules.why_not_manage(manager, 7, Side.CUSTOMER) is None
    assert rules.why_not_manage(manager, 7, Side.PARTNER) == rules.OWN_SIDE
    assert rules.why_not_manage(manager, 8, Side.CUSTOMER) == rules.OWN_SIDE
    assert rules.why_not_manage(_actor(Side.CUSTOMER, Role.SPONSOR), 7, Side.CUSTOMER) == rules.OWN_SIDE
    assert rules.why_not_manage(SYSTEM, 7, Side.PARTNER) is None


def test_a_side_keeps_a_project_manager() -> None:
    manager = (Role.PROJECT_MANAGER,)
    assert rules.why_not_lose_manager(manager, (), 1) == rules.LAST
    assert rules.why_not_lose_manager(manager, (Role.SPONSOR,), 1) == rules.LAST
    assert rules.why_not_lose_manager(manager, (), 2) is None
    assert rules.why_not_lose_manager(manager, (Role.PROJECT_MANAGER, Role.SPONSOR), 1) is None
    assert rules.why_not_lose_manager((Role.TESTER,), (), 1) is None


def test_only_the_customer_s_project_manager_gives_the_right_to_sign() -> None:
    assert rules.why_not_grant(_actor(Side.CUSTOMER, Role.PROJECT_MANAGER), 7) is None
    assert rules.why_not_grant(_actor(Side.PARTNER, Role.PROJECT_MANAGER), 7) == rules.SIGNERS
    assert rules.why_not_grant(_actor(Side.CUSTOMER, Role.SPONSOR), 7) == rules.SIGNERS
