"""Decisions about runs that need several facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from uatapp.cycles.states import BlockCause, Outcome
from uatapp.runs.states import StepAnswer

SLIP = timedelta(minutes=10)
LONGEST = 20_000
_PASSED = (Outcome.PASSED, Outcome.PASSED_WITH_REMARKS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a tester told about a run: an answer per step that needs one, remarks, and why it was not done.

    `undecided`: steps they could not do, without having said yet whether it is wrong or they were stopped.
    """

    answers: Mapping[int, StepAnswer]
    remarks: Mapping[int, str]
    remark: str = ""
    reason: str = ""
    not_applicable: bool = False
    blocked_by: BlockCause | None = None
    undecided: frozenset[int] = frozenset()


def asked(steps: Sequence[Mapping[str, object]]) -> tuple[int, ...]:
    """Return the positions (from 1) of the steps that need an answer: all but "Before you start"."""
    return tuple(n for n, step in enumerate(steps, 1) if step["kind"] != "given")


def outcome(told: Told, positions: Sequence[int]) -> Outcome | None:
    """Return the outcome by the first matching rule; None while answers are missing or nothing was asked.

    Any step not as expected: failed. All as expected: passed, or passed with remarks when one was typed.
    Any not done (what is left counts as not done, once the tester says so): not applicable or blocked.
    """
    given = [told.answers.get(position) for position in positions]
    if StepAnswer.NOT_AS_EXPECTED in given:
        return Outcome.FAILED
    if given and all(answer is StepAnswer.AS_EXPECTED for answer in given):
        typed = told.remark.strip() or any(text.strip() for text in told.remarks.values())
        return Outcome.PASSED_WITH_REMARKS if typed else Outcome.PASSED
    if told.not_applicable:
        return Outcome.NOT_APPLICABLE
    if StepAnswer.NOT_DONE in given or told.blocked_by:
        return Outcome.BLOCKED
    return None


def faults(told: Told, positions: Sequence[int]) -> dict[str, str]:
    """Return what is missing before a run can be submitted, by field: the first thing to put right."""
    if too_long := _too_long(told):
        return too_long
    for position in sorted(told.undecided):
        return {f"why-{position}": f"Step {position}: say whether it does not work, or something stopped you."}
    came_to = outcome(told, positions)
    if came_to is None:
        missing = [n for n in positions if n not in told.answers]
        first = missing[0] if missing else 1
        return {f"answer-{first}": f"Step {first} has no answer yet. Say how it went, or that it does not apply."}
    if came_to in _PASSED and (told.not_applicable or told.blocked_by):
        return {"result": "Every step is as expected, so nothing stopped you. Choose “The steps say how it went”."}
    if came_to is Outcome.BLOCKED and not told.reason.strip():
        return {"reason": "Say what stopped you, so that somebody can help."}
    if came_to is Outcome.NOT_APPLICABLE and not told.reason.strip():
        return {"reason": "Say why this test does not apply. It is printed."}
    if came_to is Outcome.FAILED and not _said_what(told, positions):
        first = next(n for n in positions if told.answers.get(n) is StepAnswer.NOT_AS_EXPECTED)
        return {f"remark-{first}": f"Say in a few words what you saw at step {first}."}
    return {}


def _too_long(told: Told) -> dict[str, str]:
    texts = {"remark": told.remark, "reason": told.reason}
    texts |= {f"remark-{position}": text for position, text in told.remarks.items()}
    sentence = "This has {n} characters; {most} fit. Add the rest as a text file."
    return {k: sentence.format(n=len(v), most=LONGEST) for k, v in texts.items() if len(v) > LONGEST}


def _said_what(told: Told, positions: Sequence[int]) -> bool:
    wrong = [n for n in positions if told.answers.get(n) is StepAnswer.NOT_AS_EXPECTED]
    return bool(told.remark.strip()) or any(told.remarks.get(n, "").strip() for n in wrong)


def why_not_void(submitted_at: datetime, now: datetime, is_tester: bool, reason: str, cycle_open: bool) -> str | None:
    """Return why a run cannot be taken back; within ten minutes its tester needs no reason."""
    if not is_tester:
        return "Only the person who submitted this result can take it back."
    if not cycle_open:
        return "The cycle is closed. Ask your project manager to reopen it."
    if now - submitted_at > SLIP and not reason.strip():
        return "After ten minutes a result is taken back with a reason. Say why."
    return None
