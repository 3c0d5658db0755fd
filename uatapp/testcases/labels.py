"""The words in which people read the state of a test."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.testcases.states import CaseState

STATES: dict[CaseState, tuple[str, Any]] = {
    CaseState.READY: ("passed", _l("Ready")),
    CaseState.SUSPECT: ("stale", _l("Changed since tested")),
    CaseState.RETIRED: ("na", _l("Retired")),
}
