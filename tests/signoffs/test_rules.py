"""The rules about signing, without a database."""

from datetime import date

import pytest

from uatapp.kernel.permissions import Side
from uatapp.signoffs.rules import Choice, Owed, Seat, faults, result, turn
from uatapp.signoffs.statements import STATEMENTS, statement
from uatapp.signoffs.states import Decision

TODAY = date(2026, 11, 23)
SEATS = [Seat(1, "Henrik", 1, Side.CUSTOMER, False), Seat(2, "Mark", 2, Side.PARTNER, False)]


def test_a_stranger_is_not_asked() -> None:
    assert turn(SEATS, 9, False) == ("You are not asked to sign this.",)


def test_nobody_signs_twice() -> None:
    signed = [Seat(1, "Henrik", 1, Side.CUSTOMER, True)]
    assert turn(signed, 1, False) == ("You have signed this already.",)


def test_order_is_kept_only_where_set() -> None:
    assert turn(SEATS, 2, False) == ()
    assert turn(SEATS, 2, True) == ("Henrik signs before you.",)
    assert turn(SEATS, 1, True) == ()


def test_a_rejection_needs_reasons_and_nothing_else() -> None:
    assert "reasons" in faults(Choice(Decision.REJECTED), {"a": "A"}, (), Side.CUSTOMER, TODAY)
    assert faults(Choice(Decision.REJECTED, "Too slow"), {"a": "A"}, (), Side.CUSTOMER, TODAY) == {}


def test_each_unmet_criterion_needs_a_waiver_of_a_customers_signatory() -> None:
    unmet = {"no_retest": "Nothing waits", "all_run": "Everything was tried"}
    found = faults(Choice(Decision.ACCEPTED), unmet, {"all_run"}, Side.CUSTOMER, TODAY)
    assert set(found) == {"waiver-no_retest"}
    given = Choice(Decision.ACCEPTED, waivers=(("no_retest", "Tried it myself"),))
    assert faults(given, unmet, {"all_run"}, Side.CUSTOMER, TODAY) == {}
    blank = Choice(Decision.ACCEPTED, waivers=(("no_retest", "   "),))
    assert faults(blank, unmet, {"all_run"}, Side.CUSTOMER, TODAY)
    assert faults(Choice(Decision.ACCEPTED), unmet, (), Side.PARTNER, TODAY) == {}


@pytest.mark.parametrize(
    ("owed", "missing"),
    [
        ((), True),
        ((Owed("Page numbers", "Halden", TODAY),), False),
        ((Owed("Page numbers", "", TODAY),), True),
        ((Owed("", "Halden", TODAY),), True),
        ((Owed("Page numbers", "Halden", date(2026, 11, 22)),), True),
    ],
)
def test_conditions_say_what_who_and_when(owed: tuple[Owed, ...], missing: bool) -> None:
    choice = Choice(Decision.ACCEPTED_WITH_CONDITIONS, conditions=owed)
    assert ("conditions" in faults(choice, {}, (), Side.CUSTOMER, TODAY)) == missing


def test_one_rejection_rejects_whoever_has_not_signed() -> None:
    assert result([Decision.ACCEPTED, Decision.REJECTED], False, False) is Decision.REJECTED


def test_acceptance_waits_for_everybody() -> None:
    assert result([Decision.ACCEPTED], False, False) is None
    assert result([Decision.ACCEPTED] * 2, True, False) is Decision.ACCEPTED
    assert result([Decision.ACCEPTED] * 2, True, True) is Decision.ACCEPTED_WITH_CONDITIONS


def test_statements_exist_for_every_side_and_decision_and_never_claim_more() -> None:
    assert set(STATEMENTS) == {(side, decision) for side in Side for decision in Decision}
    for side, decision in STATEMENTS:
        words = statement(side, decision, "Nordwind").lower()
        assert "nordwind" in words
        assert not {"qualified", "advanced", "compliant"} & set(words.split())
