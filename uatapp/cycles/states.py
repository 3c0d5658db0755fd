"""States of a cycle and of an assignment."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class CycleState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"


_MANAGE = Permission.CYCLES_MANAGE

CYCLE = Lifecycle(
    "cycle",
    CycleState,
    CycleState.PLANNED,
    (
        Transition("open", (CycleState.PLANNED,), CycleState.OPEN, _MANAGE, (), "Open this cycle"),
        Transition("close", (CycleState.OPEN,), CycleState.CLOSED, _MANAGE, (), "Close this cycle"),
        Transition("reopen", (CycleState.CLOSED,), CycleState.OPEN, _MANAGE, ("reason",), "Reopen this cycle"),
        Transition("drop", (CycleState.PLANNED,), CycleState.DROPPED, _MANAGE, (), "Drop this cycle"),
    ),
)


class AssignmentState(StrEnum):
    TO_DO = "to_do"
    IN_PROGRESS = "in_progress"
    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not_applicable"
    WAITING_FOR_FIX = "waiting_for_fix"
    WAITING_FOR_CHANGE = "waiting_for_change"
    RETEST_DUE = "retest_due"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """The outcome of a run."""

    PASSED = "passed"
    PASSED_WITH_REMARKS = "passed_with_remarks"
    FAILED = "failed"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not_applicable"


class BlockCause(StrEnum):
    """What stops a blocked test; questions join when they exist."""

    DEFECT = "defect"
    OTHER = "other"


_A = AssignmentState
_STARTABLE = (
    _A.TO_DO,
    _A.RETEST_DUE,
    _A.FAILED,
    _A.BLOCKED,
    _A.PASSED,
    _A.NOT_APPLICABLE,
    _A.WAITING_FOR_FIX,
    _A.WAITING_FOR_CHANGE,
)
_LIVE = tuple(state for state in _A if state is not _A.WITHDRAWN)

ASSIGNMENT = Lifecycle(
    "test",
    AssignmentState,
    AssignmentState.TO_DO,
    (
        Transition("start", (_A.TO_DO, _A.RETEST_DUE), _A.IN_PROGRESS, Permission.RUNS_SUBMIT, (), "Start this test"),
        Transition("pass", (_A.IN_PROGRESS,), _A.PASSED),
        Transition("fail", (_A.IN_PROGRESS,), _A.FAILED),
        Transition("block", (_A.IN_PROGRESS,), _A.BLOCKED),
        Transition("not_apply", (_A.IN_PROGRESS,), _A.NOT_APPLICABLE),
        Transition("await_fix", (_A.FAILED, _A.BLOCKED, _A.RETEST_DUE, _A.TO_DO), _A.WAITING_FOR_FIX),
        Transition("await_change", (_A.FAILED, _A.BLOCKED, _A.WAITING_FOR_FIX), _A.WAITING_FOR_CHANGE),
        Transition("offer_retest", (_A.FAILED, _A.BLOCKED, _A.WAITING_FOR_FIX), _A.RETEST_DUE),
        Transition("give_back", _STARTABLE + (_A.IN_PROGRESS,), _A.TO_DO),
        Transition(
            "send_back",
            (_A.BLOCKED, _A.FAILED, _A.NOT_APPLICABLE, _A.WAITING_FOR_CHANGE),
            _A.TO_DO,
            _MANAGE,
            ("reason",),
            "Give back to the tester",
        ),
        Transition("withdraw", _LIVE, _A.WITHDRAWN, _MANAGE, ("reason",), "Withdraw"),
    ),
)
