"""Rules about what is owed: whose it is, who reports it, when to remind, and what deferring a problem makes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.kernel.actor import Standing
from uatapp.kernel.permissions import Role, Side
from uatapp.signoffs import owing
from uatapp.signoffs.owing import Owner

DUE = date(2026, 12, 10)
KNOWN = {
    "halden": Owner("Halden", Side.PARTNER),
    "nordwind": Owner("Nordwind", Side.CUSTOMER),
    "mark ellery": Owner("Mark Ellery", Side.PARTNER, 7),
}


def standing(side: Side, *roles: Role) -> Standing:
    return Standing(1, side, frozenset(roles))


@pytest.mark.parametrize(
    ("owner", "who", "user_id", "may"),
    [
        (" halden ", standing(Side.PARTNER, Role.ENGINEER), 8, True),
        ("Halden", standing(Side.CUSTOMER, Role.PROJECT_MANAGER), 8, False),
        ("Nordwind", standing(Side.PARTNER, Role.PROJECT_MANAGER), 8, False),
        ("Mark Ellery", standing(Side.PARTNER, Role.LEAD), 7, True),
        ("Mark Ellery", standing(Side.PARTNER, Role.LEAD), 8, False),
        ("Mark Ellery", standing(Side.PARTNER, Role.PROJECT_MANAGER), 8, True),
        ("Mark Ellery", standing(Side.CUSTOMER, Role.PROJECT_MANAGER), 8, False),
        ("Somebody else", standing(Side.CUSTOMER, Role.PROJECT_MANAGER), 8, True),
        ("Somebody else", standing(Side.PARTNER, Role.PROJECT_MANAGER), 8, True),
        ("Somebody else", standing(Side.PARTNER, Role.LEAD), 8, False),
        ("Halden", None, 8, False),
    ],
)
def test_who_owes_reports(owner: str, who: Standing | None, user_id: int, may: bool) -> None:
    assert (not owing.why_not_report(owing.owner_of(owner, KNOWN), who, user_id)) is may


@pytest.mark.parametrize(("days", "stage"), [(-4, None), (-3, 0), (0, 0), (1, 1), (7, 1), (8, 2), (15, 3)])
def test_a_reminder_before_the_day_and_one_each_week_after_it(days: int, stage: int | None) -> None:
    assert owing.stage(DUE, DUE + timedelta(days=days)) == stage


@given(st.integers(-30, 400))
def test_reminders_never_go_back(days: int) -> None:
    today, tomorrow = (owing.stage(DUE, DUE + timedelta(days=n)) for n in (days, days + 1))
    assert today is None or (tomorrow is not None and today <= tomorrow <= today + 1)
    assert (owing.overdue_by(DUE, DUE + timedelta(days=days)) > 0) is (days > 0)


def test_a_deferred_problem_is_covered_by_a_condition_that_names_it_and_no_other() -> None:
    deferred = {"PAY-D1": "Interest rate", "PAY-D12": "Page numbers"}
    assert owing.not_covered(deferred, ()) == ("PAY-D1", "PAY-D12")
    assert owing.not_covered(deferred, ("PAY-D12: numbers",)) == ("PAY-D1",)
    assert owing.not_covered(deferred, ("PAY-D123 and PAY-D1.",)) == ("PAY-D12",)
    assert owing.not_covered(deferred, ("PAY-D1, PAY-D12: later",)) == ()
