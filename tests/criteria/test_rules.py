"""The exit criteria as pure rules."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.criteria import rules
from uatapp.criteria.rules import Criterion, CriterionResult, Kind, Tally, judge, share_passed

OUTCOMES = ["failed", "blocked", "stale", "not_run", "passed_with_remarks", "passed", "not_applicable"]
COUNTS = st.dictionaries(st.sampled_from(OUTCOMES), st.integers(0, 300))
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
CRITERIA = st.builds(
    Criterion,
    st.sampled_from(Kind),
    st.integers(0, 100),
    tag=WORDS,
    unit=WORDS,
    process=WORDS,
    text=WORDS,
    severities=st.sets(st.sampled_from(rules.SEVERITIES)).map(lambda chosen: tuple(sorted(chosen))),
    side=st.sampled_from(["", "customer", "partner"]),
)


def judged(kind: Kind, bound: int, counts: Mapping[str, int], count: int = 0) -> CriterionResult:
    return judge(Criterion(kind, bound), Tally(counts, count), "words")


def met(counts: Mapping[str, int], share: int = 95, *, serious: int = 0, retests: int = 0) -> dict[str, bool]:
    things = {Kind.DEFECTS: serious, Kind.RETESTS: retests}
    usual = rules.usual(share)
    return {row.code: judge(row, Tally(counts, things.get(row.kind, 0)), "").met for row in usual}


def test_everything_in_order() -> None:
    found = met({"passed": 19, "passed_with_remarks": 1})
    assert list(found) == ["all_run", "share_passed", "no_serious_defect", "no_retest"]
    assert all(found.values())


def test_nothing_tested_meets_nothing_that_counts_tests() -> None:
    for kind in (Kind.SHARE_RUN, Kind.SHARE_PASSED, Kind.ON_BUILD):
        row = judged(kind, 0, {})
        assert (row.met, row.nothing) == (False, True), kind
    assert (judged(Kind.STALE, 5, {}).met, judged(Kind.STALE, 5, {}).nothing) == (False, True)


def test_shares_are_rounded_down() -> None:
    assert share_passed(Tally({"passed": 949, "failed": 51})) == 94
    assert share_passed(Tally({"passed": 2, "failed": 1})) == 66


def test_what_does_not_apply_is_left_out() -> None:
    assert share_passed(Tally({"passed": 5, "not_applicable": 95})) == 100


def test_a_stale_result_never_counts_as_passed() -> None:
    found = met({"passed": 99, "stale": 1}, 100)
    assert not found["all_run"]
    assert not found["share_passed"]


@given(COUNTS, st.integers(0, 100))
def test_share_against_a_slow_obvious_one(counts: dict[str, int], wanted: int) -> None:
    cases = [outcome for outcome, number in counts.items() for _ in range(number) if outcome != "not_applicable"]
    good = [outcome for outcome in cases if outcome.startswith("passed")]
    tally = Tally(counts)
    share = share_passed(tally)
    slow = int(100 * len(good) / len(cases)) if cases else 0
    assert share in (slow, slow + 1)
    assert not cases or share * len(cases) <= 100 * len(good) < (share + 1) * len(cases)
    assert judged(Kind.SHARE_PASSED, wanted, counts).met == (sum(counts.values()) > 0 and share >= wanted)


@given(COUNTS, st.integers(0, 3), st.integers(0, 3))
def test_serious_defects_and_retests_are_met_only_at_zero(counts: dict[str, int], serious: int, retests: int) -> None:
    found = met(counts, serious=serious, retests=retests)
    assert found["no_serious_defect"] == (serious == 0)
    assert found["no_retest"] == (retests == 0)


@given(COUNTS, st.integers(0, 100))
def test_a_share_tried_needs_so_many_and_says_how_many(counts: dict[str, int], wanted: int) -> None:
    row = judged(Kind.SHARE_RUN, wanted, counts)
    part, whole = (int(word) for word in row.value.split(" of "))
    needed = int(row.required.split(" of ")[0])
    assert whole == sum(counts.values()) - counts.get("not_applicable", 0)
    assert 100 * needed >= wanted * whole > 100 * (needed - 1)
    assert row.met == (sum(counts.values()) > 0 and part >= needed)


@pytest.mark.parametrize(("answer", "shown"), [(None, "Not answered"), (False, "No"), (True, "Yes")])
def test_an_own_criterion_is_met_by_yes_alone(answer: bool | None, shown: str) -> None:
    row = judge(Criterion(Kind.OWN, text="Users were trained", side="customer"), Tally(answer=answer), "")
    assert (row.met, row.value, row.nothing) == (answer is True, shown, answer is None)


@given(CRITERIA)
def test_a_criterion_is_stored_and_read_as_it_was(row: Criterion) -> None:
    assert Criterion.of_data(row.as_data()) == row


@given(CRITERIA, CRITERIA)
def test_a_code_names_what_is_measured_and_nothing_else(one: Criterion, other: Criterion) -> None:
    def said(row: Criterion) -> dict[str, object]:
        return {**row.as_data(), "bound": 0}

    assert (one.code == other.code) == (said(one) == said(other))


@given(st.lists(st.lists(st.builds(Criterion, st.sampled_from(Kind), st.integers(0, 100))), max_size=4), COUNTS)
def test_sets_together_are_as_hard_as_each_and_name_each_once(
    sets: list[list[Criterion]], counts: dict[str, int]
) -> None:
    union = rules.together(sets)
    assert len({row.code for row in union}) == len(union)
    tally = Tally(counts, counts.get("failed", 0), answer=True)
    for row in union:
        every = [one for rows in sets for one in rows if one.code == row.code]
        assert judge(row, tally, "").met == all(judge(one, tally, "").met for one in every)
    assert {row.code for row in union} == {row.code for rows in sets for row in rows}


@given(st.lists(CRITERIA, max_size=5), st.lists(CRITERIA, max_size=5))
def test_a_difference_says_everything_that_a_proposal_changes(before: list[Criterion], after: list[Criterion]) -> None:
    old, new = {row.code: row for row in before}, {row.code: row for row in after}
    told = rules.changes(before, after)
    for change in told:
        if change.after:
            old[change.after.code] = change.after
        elif change.before:
            old.pop(change.before.code)
    assert old == new


def test_the_templates_are_sets_without_doubles_and_keep_the_project_s_share() -> None:
    for make in rules.TEMPLATES.values():
        rows = make(90)
        assert len({row.code for row in rows}) == len(rows) > 0
    assert rules.usual(83)[1].bound == 83
