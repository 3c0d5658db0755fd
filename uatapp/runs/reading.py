"""What a form or a draft tells about a run."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from uatapp.cycles.states import BlockCause
from uatapp.runs.models import RunDraft
from uatapp.runs.rules import LONGEST, Told
from uatapp.runs.states import StepAnswer


def told_by(form: MultiDict[str, str], positions: tuple[int, ...]) -> Told:
    """Read a submitted form; unknown answers count as none. `all` answers what is left as expected."""
    answers, remarks = {}, {}
    everything = form.get("all") == "as_expected"
    for position in positions:
        raw = form.get(f"answer-{position}", "as_expected" if everything else "")
        if raw in set(StepAnswer):
            answers[position] = StepAnswer(raw)
        if text := form.get(f"remark-{position}", "")[:LONGEST]:
            remarks[position] = text
    cause = form.get("blocked_by", "")
    return Told(
        answers,
        remarks,
        form.get("remark", "")[:LONGEST],
        form.get("reason", "")[:LONGEST],
        form.get("not_applicable") == "1",
        BlockCause(cause) if cause in set(BlockCause) else None,
    )


def kept(told: Told) -> dict[str, Any]:
    """Return answers and remarks as a draft keeps them."""
    positions = sorted({*told.answers, *told.remarks})
    return {str(n): {"answer": told.answers.get(n, ""), "remark": told.remarks.get(n, "")} for n in positions}


def typed(draft: RunDraft, form: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the runner's fields: what was just sent, else what the draft keeps."""
    if form:
        return dict(form)
    found = {"remark": draft.remark, "reason": draft.reason}
    for position, said in draft.answers.items():
        found[f"answer-{position}"] = said.get("answer", "")
        found[f"remark-{position}"] = said.get("remark", "")
    return found
