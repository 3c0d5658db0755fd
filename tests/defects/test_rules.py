"""The rules about defects, without a database."""

import itertools

import pytest

from uatapp.defects.rules import BEING_FIXED, Stopper, all_passed, is_lower, next_step, why_not
from uatapp.defects.states import DEFECT, DefectState, Severity, TriageOutcome
from uatapp.kernel.actor import Actor, Standing
from uatapp.kernel.permissions import Role, Side

S = DefectState


def person(user_id: int, side: Side, *roles: Role) -> Actor:
    return Actor(user_id, f"u{user_id}", f"P{user_id}", standings={1: Standing(1, side, frozenset(roles))})


REPORTER = person(1, Side.CUSTOMER, Role.TESTER)
MANAGER = person(2, Side.CUSTOMER, Role.PROJECT_MANAGER)
PARTNER_MANAGER = person(3, Side.PARTNER, Role.PROJECT_MANAGER)
OTHER = person(4, Side.CUSTOMER, Role.ANALYST)


@pytest.mark.parametrize("action", ["agree", "confirm", "still_wrong"])
def test_reporter_or_customers_manager_answers(action: str) -> None:
    assert why_not(action, REPORTER, 1, 1) == ()
    assert why_not(action, MANAGER, 1, 1) == ()
    assert why_not(action, OTHER, 1, 1)
    assert why_not(action, PARTNER_MANAGER, 1, 1)


@pytest.mark.parametrize("action", ["decide_defect", "uphold", "defer"])
def test_only_the_customers_manager_decides(action: str) -> None:
    assert why_not(action, MANAGER, 1, 1) == ()
    for actor in (REPORTER, OTHER, PARTNER_MANAGER):
        assert why_not(action, actor, 1, 1)


def test_only_the_reporter_contests_or_withdraws() -> None:
    for action in ("contest", "withdraw"):
        assert why_not(action, REPORTER, 1, 1) == ()
        assert why_not(action, MANAGER, 1, 1)


def test_milder_is_lower() -> None:
    assert is_lower(Severity.MINOR, Severity.MAJOR)
    assert not is_lower(Severity.CRITICAL, Severity.MAJOR)


def test_a_test_without_defects_stays() -> None:
    assert next_step([]) is None


@pytest.mark.parametrize("state", sorted(BEING_FIXED))
@pytest.mark.parametrize("other", list(S))
def test_one_defect_being_fixed_holds_the_test(state: DefectState, other: DefectState) -> None:
    assert next_step([Stopper(state), Stopper(other)]) == "await_fix"


def test_every_ended_outcome_leads_the_test_on() -> None:
    for outcome in TriageOutcome:
        if outcome not in (TriageOutcome.DEFECT, TriageOutcome.CHANGE_REQUEST, TriageOutcome.DUPLICATE):
            assert next_step([Stopper(S.ENDED, outcome)]) == "give_back"
    assert next_step([Stopper(S.ENDED, TriageOutcome.CHANGE_REQUEST)]) == "await_change"
    assert next_step([Stopper(S.IN_RETEST)]) == "offer_retest"
    assert next_step([Stopper(S.WITHDRAWN)]) == "give_back"


def test_an_ended_defect_frees_only_when_no_other_holds() -> None:
    for held in (S.NEW, S.PROPOSED, S.CONTESTED):
        assert next_step([Stopper(S.ENDED, TriageOutcome.TRAINING), Stopper(held)]) is None


def test_the_order_of_defects_does_not_matter() -> None:
    stoppers = [Stopper(s, TriageOutcome.TRAINING) for s in S]
    for pair in itertools.permutations(stoppers, 2):
        assert next_step(pair) == next_step(pair[::-1])


def test_closing_needs_every_test_on_a_build_with_the_fix() -> None:
    assert all_passed([3, 4], 3)
    assert not all_passed([3, None], 3)
    assert not all_passed([2, 3], 3)
    assert not all_passed([], 1)


def test_no_defect_is_closed_without_a_retest_or_a_person() -> None:
    closing = {t.action: t for t in DEFECT.transitions if t.target is S.CLOSED}
    assert set(closing) == {"close", "confirm"}
    assert closing["close"].by is None
    assert closing["confirm"].by is not None
