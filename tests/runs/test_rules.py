"""The outcome of a run against a slow, obvious telling of the rule; what is missing; who may take back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.cycles.states import BlockCause, Outcome
from uatapp.runs import rules
from uatapp.runs.rules import Told
from uatapp.runs.states import StepAnswer

GOOD, BAD, UNDONE = StepAnswer.AS_EXPECTED, StepAnswer.NOT_AS_EXPECTED, StepAnswer.NOT_DONE
POSITIONS = (2, 3, 5)

tales = st.builds(
    Told,
    answers=st.dictionaries(st.sampled_from(POSITIONS), st.sampled_from(StepAnswer)),
    remarks=st.dictionaries(st.sampled_from(POSITIONS), st.sampled_from(["", " ", "The total is wrong"])),
    remark=st.sampled_from(["", "  ", "Slow"]),
    reason=st.sampled_from(["", "No licence"]),
    not_applicable=st.booleans(),
    blocked_by=st.sampled_from([None, *BlockCause]),
)


def slow_outcome(told: Told) -> Outcome | None:
    """Go through the sentences of the design one after the other."""
    answers = {position: told.answers.get(position) for position in POSITIONS}
    for answer in answers.values():
        if answer == "not_as_expected":
            return Outcome.FAILED
    if all(answer == "as_expected" for answer in answers.values()):
        for text in (told.remark, *told.remarks.values()):
            if text.strip() != "":
                return Outcome.PASSED_WITH_REMARKS
        return Outcome.PASSED
    if told.not_applicable:
        return Outcome.NOT_APPLICABLE
    if told.blocked_by is not None or "not_done" in list(answers.values()):
        return Outcome.BLOCKED
    return None


@given(tales)
def test_the_outcome_is_the_first_rule_that_matches(told: Told) -> None:
    assert rules.outcome(told, POSITIONS) == slow_outcome(told)


@given(tales)
def test_what_has_no_fault_has_an_outcome_and_its_reason(told: Told) -> None:
    if rules.faults(told, POSITIONS):
        return
    came_to = rules.outcome(told, POSITIONS)
    assert came_to is not None
    if came_to in (Outcome.BLOCKED, Outcome.NOT_APPLICABLE):
        assert told.reason.strip()


def test_steps_before_the_start_need_no_answer() -> None:
    steps = [{"kind": kind} for kind in ("given", "when", "then", "given", "then")]
    assert rules.asked(steps) == POSITIONS


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Told({2: GOOD}, {}), "answer-3"),
        (Told({}, {}), "answer-2"),
        (Told({2: GOOD, 3: BAD}, {}), "remark-3"),
        (Told({2: UNDONE}, {}), "reason"),
        (Told({}, {}, not_applicable=True), "reason"),
        (Told({}, {}, blocked_by=BlockCause.OTHER), "reason"),
        (Told({2: GOOD}, {}, undecided=frozenset({3})), "why-3"),
        (Told(dict.fromkeys(POSITIONS, GOOD), {}, blocked_by=BlockCause.OTHER, reason="x"), "result"),
        (Told(dict.fromkeys(POSITIONS, GOOD), {}, remark="x" * 20_001), "remark"),
        (Told({2: BAD}, {2: "x" * 20_001}), "remark-2"),
    ],
)
def test_what_is_missing_is_named_at_its_place(told: Told, field: str) -> None:
    assert list(rules.faults(told, POSITIONS)) == [field]


def test_a_failed_step_is_enough_without_answers_to_the_others() -> None:
    assert rules.faults(Told({3: BAD}, {3: "It says 2,360"}), POSITIONS) == {}


def test_a_test_without_steps_to_answer_can_be_left_with_a_reason() -> None:
    assert rules.outcome(Told({}, {}), ()) is None
    assert rules.faults(Told({}, {}, reason="Other shop", not_applicable=True), ()) == {}


@pytest.mark.parametrize(
    ("minutes", "is_tester", "reason", "is_open", "allowed"),
    [
        (9, True, "", True, True),
        (11, True, "", True, False),
        (11, True, "Wrong customer", True, True),
        (9, False, "Mine now", True, False),
        (9, True, "", False, False),
    ],
)
def test_who_may_take_a_result_back(minutes: int, is_tester: bool, reason: str, is_open: bool, allowed: bool) -> None:
    submitted = datetime(2026, 11, 2, 9, tzinfo=UTC)
    now = submitted + timedelta(minutes=minutes)
    assert (rules.why_not_void(submitted, now, is_tester, reason, is_open) is None) is allowed
