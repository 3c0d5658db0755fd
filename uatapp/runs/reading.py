"""What a form or a draft tells about a run."""

from typing import Any

from werkzeug.datastructures import MultiDict

from uatapp.cycles.states import BlockCause
from uatapp.kernel.merging import Merge, merge
from uatapp.runs.models import RunDraft
from uatapp.runs.rules import Told
from uatapp.runs.states import StepAnswer

COULD_NOT = "could_not"
NOT_APPLICABLE = "not_applicable"


def told_by(form: MultiDict[str, str], positions: tuple[int, ...]) -> Told:
    """Read a form; unknown answers count as none. "Couldn't" is decided by its second question."""
    raw = {n: form.get(f"answer-{n}", "") for n in positions}
    decided = {n: form.get(f"why-{n}", COULD_NOT) if answer == COULD_NOT else answer for n, answer in raw.items()}
    result = form.get("result", "")
    return Told(
        {n: StepAnswer(answer) for n, answer in decided.items() if answer in set(StepAnswer)},
        {n: text for n in positions if (text := form.get(f"remark-{n}", ""))},
        form.get("remark", ""),
        form.get("reason", ""),
        result == NOT_APPLICABLE,
        BlockCause(result) if result in set(BlockCause) else None,
        frozenset(n for n, answer in decided.items() if answer == COULD_NOT),
    )


def told_in(draft: RunDraft) -> Told:
    """Read a draft."""
    said: dict[int, dict[str, str]] = {int(n): step for n, step in draft.answers.items()}
    answers = {n: step["answer"] for n, step in said.items()}
    return Told(
        {n: StepAnswer(answer) for n, answer in answers.items() if answer in set(StepAnswer)},
        {n: step["remark"] for n, step in said.items() if step["remark"]},
        draft.remark,
        draft.reason,
        draft.not_applicable,
        draft.blocked_by,
        frozenset(n for n, answer in answers.items() if answer == COULD_NOT),
    )


def columns(told: Told) -> dict[str, Any]:
    """Return what a draft keeps of it."""
    given = {**dict.fromkeys(told.undecided, COULD_NOT), **{n: a.value for n, a in told.answers.items()}}
    positions = sorted({*given, *told.remarks})
    return {
        "answers": {str(n): {"answer": given.get(n, ""), "remark": told.remarks.get(n, "")} for n in positions},
        "remark": told.remark,
        "reason": told.reason,
        "not_applicable": told.not_applicable,
        "blocked_by": told.blocked_by,
    }


def merged(theirs: Told, yours: Told) -> tuple[Told, dict[str, Merge]]:
    """Put together what was told in two windows; return both texts of each field in which the other window differs.

    Where both answered a step, the answer just sent stays; a step answered in one window only is answered.
    """
    pairs = {f"remark-{n}": (theirs.remarks.get(n, ""), yours.remarks.get(n, "")) for n in theirs.remarks}
    pairs |= {"remark": (theirs.remark, yours.remark), "reason": (theirs.reason, yours.reason)}
    both = {name: merge(*texts) for name, texts in pairs.items() if texts[0]}
    remarks = {**yours.remarks, **{n: both[f"remark-{n}"].text for n in theirs.remarks}}
    answers = {n: a for n, a in theirs.answers.items() if n not in yours.undecided} | dict(yours.answers)
    result = yours if yours.not_applicable or yours.blocked_by else theirs
    told = Told(
        answers,
        remarks,
        both["remark"].text if theirs.remark else yours.remark,
        both["reason"].text if theirs.reason else yours.reason,
        result.not_applicable,
        result.blocked_by,
        yours.undecided | theirs.undecided - answers.keys(),
    )
    return told, {name: made for name, made in both.items() if made.differences}


def as_expected(told: Told, positions: tuple[int, ...]) -> Told:
    """Answer what is left as expected."""
    left = [n for n in positions if n not in told.answers and n not in told.undecided]
    answers = {**told.answers, **dict.fromkeys(left, StepAnswer.AS_EXPECTED)}
    return Told(answers, told.remarks, told.remark, told.reason, told.not_applicable, told.blocked_by, told.undecided)
