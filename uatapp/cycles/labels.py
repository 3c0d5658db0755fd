"""The words in which people read cycles and assignments."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.cycles.states import AssignmentState, CycleState

_A = AssignmentState

CYCLES: dict[CycleState, tuple[str, Any]] = {
    CycleState.PLANNED: ("quiet", _l("Planned")),
    CycleState.OPEN: ("info", _l("Open")),
    CycleState.CLOSED: ("passed", _l("Closed")),
    CycleState.DROPPED: ("quiet", _l("Dropped")),
}

ASSIGNMENTS: dict[AssignmentState, tuple[str, Any]] = {
    _A.TO_DO: ("quiet", _l("To do")),
    _A.IN_PROGRESS: ("info", _l("Begun")),
    _A.PASSED: ("passed", _l("Passed")),
    _A.FAILED: ("failed", _l("Failed")),
    _A.BLOCKED: ("blocked", _l("Blocked")),
    _A.NOT_APPLICABLE: ("na", _l("Does not apply")),
    _A.WAITING_FOR_FIX: ("info", _l("Waits for a fix")),
    _A.WAITING_FOR_CHANGE: ("info", _l("Waits for a change")),
    _A.RETEST_DUE: ("blocked", _l("To be tested again")),
    _A.WITHDRAWN: ("quiet", _l("Withdrawn")),
}

ACTIONS: dict[str, Any] = {
    "open": _l("Open this cycle"),
    "close": _l("Close this cycle"),
    "reopen": _l("Reopen this cycle"),
    "drop": _l("Drop this cycle"),
}
