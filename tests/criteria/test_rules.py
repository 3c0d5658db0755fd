"""The exit criteria as pure rules."""

from hypothesis import given
from hypothesis import strategies as st

from uatapp.criteria.rules import Facts, evaluate, share_passed

OUTCOMES = ["failed", "blocked", "stale", "not_run", "passed_with_remarks", "passed", "not_applicable"]
COUNTS = st.dictionaries(st.sampled_from(OUTCOMES), st.integers(0, 300))


def met(facts: Facts) -> dict[str, bool]:
    return {row.code: row.met for row in evaluate(facts)}


def test_everything_in_order() -> None:
    assert all(met(Facts({"passed": 19, "passed_with_remarks": 1}, 0, 0, 95)).values())


def test_nothing_tested_meets_nothing_that_counts_tests() -> None:
    found = met(Facts({}, 0, 0, 0))
    assert not found["all_run"]
    assert not found["share_passed"]


def test_shares_are_rounded_down() -> None:
    assert share_passed(Facts({"passed": 949, "failed": 51}, 0, 0, 95)) == 94
    assert share_passed(Facts({"passed": 2, "failed": 1}, 0, 0, 95)) == 66


def test_what_does_not_apply_is_left_out() -> None:
    assert share_passed(Facts({"passed": 5, "not_applicable": 95}, 0, 0, 95)) == 100


def test_a_stale_result_never_counts_as_passed() -> None:
    found = met(Facts({"passed": 99, "stale": 1}, 0, 0, 100))
    assert not found["all_run"]
    assert not found["share_passed"]


@given(COUNTS, st.integers(0, 100))
def test_share_against_a_slow_obvious_one(counts: dict[str, int], wanted: int) -> None:
    cases = [outcome for outcome, number in counts.items() for _ in range(number) if outcome != "not_applicable"]
    good = [outcome for outcome in cases if outcome.startswith("passed")]
    facts = Facts(counts, 0, 0, wanted)
    slow = int(100 * len(good) / len(cases)) if cases else 0
    assert share_passed(facts) in (slow, slow + 1)
    assert not cases or share_passed(facts) * len(cases) <= 100 * len(good) < (share_passed(facts) + 1) * len(cases)


@given(COUNTS, st.integers(0, 3), st.integers(0, 3))
def test_serious_defects_and_retests_are_met_only_at_zero(counts: dict[str, int], serious: int, retests: int) -> None:
    found = met(Facts(counts, serious, retests, 95))
    assert found["no_serious_defect"] == (serious == 0)
    assert found["no_retest"] == (retests == 0)
