"""Decisions about defects that need several facts; they return reasons or the next step, never booleans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from uatapp.defects.states import DefectState, Severity, TriageOutcome
from uatapp.kernel.actor import Actor
from uatapp.kernel.permissions import Role, Side

_S = DefectState
SEVERITIES = tuple(Severity)
BEING_FIXED = frozenset({_S.ACCEPTED, _S.IN_PROGRESS, _S.REOPENED, _S.FIXED})
UNDECIDED = frozenset({_S.NEW, _S.PROPOSED, _S.CONTESTED})
HOLDING = BEING_FIXED | UNDECIDED | {_S.DEFERRED}
ENDED = frozenset({_S.CLOSED, _S.ENDED, _S.WITHDRAWN})
REPORTERS_OR_MANAGERS = frozenset({"agree", "confirm", "still_wrong", "agree_severity", "keep_severity"})
MANAGERS = frozenset({"decide_defect", "uphold", "defer"})
REPORTERS = frozenset({"contest", "withdraw"})


@dataclass(frozen=True, slots=True)
class Stopper:
    """One defect as it stands towards one assignment."""

    state: DefectState
    outcome: TriageOutcome | None = None
    retest_passed: bool = False


def is_lower(proposed: Severity, present: Severity) -> bool:
    """Say whether a severity is milder; only that needs the customer's agreement."""
    return SEVERITIES.index(proposed) > SEVERITIES.index(present)


def why_not(action: str, actor: Actor, project_id: int, reporter_id: int) -> tuple[str, ...]:
    """Return why this person may not take an action on a defect, beyond the table of permissions."""
    manages = actor.has_role(project_id, Role.PROJECT_MANAGER, side=Side.CUSTOMER)
    reported = actor.user_id == reporter_id
    if action in REPORTERS_OR_MANAGERS and not (manages or reported):
        return ("Only the person who reported this, or the customer’s project manager, can answer that.",)
    if action in MANAGERS and not manages:
        return ("Only the customer’s project manager decides this.",)
    if action in REPORTERS and not reported:
        return ("Only the person who reported this can do that.",)
    return ()


def next_step(stoppers: Collection[Stopper]) -> str | None:
    """Return the assignment's action that follows from all its defects; None leaves it as it is.

    Waiting for a fix goes before waiting for a decision, that before a retest; ended defects give the
    test back only when no other one holds it.
    """
    held = [s for s in stoppers if not s.retest_passed]
    states = {s.state for s in held}
    if states & BEING_FIXED:
        return "await_fix"
    if states & UNDECIDED or _S.DEFERRED in states:
        return None
    if _S.IN_RETEST in states:
        return "offer_retest"
    if any(s.state is _S.ENDED and s.outcome is TriageOutcome.CHANGE_REQUEST for s in held):
        return "await_change"
    return "give_back" if stoppers else None


def all_passed(passed_builds: Sequence[int | None], fixed_in: int) -> bool:
    """Say whether every linked test has passed on a build that has the fix (and there is one at all)."""
    return bool(passed_builds) and all(number is not None and number >= fixed_in for number in passed_builds)
