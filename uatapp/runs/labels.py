"""The words in which people read the outcome of a run."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.cycles.states import Outcome

OUTCOMES: dict[Outcome, tuple[str, Any]] = {
    Outcome.PASSED: ("passed", _l("Passed")),
    Outcome.PASSED_WITH_REMARKS: ("remarks", _l("Passed with remarks")),
    Outcome.FAILED: ("failed", _l("Failed")),
    Outcome.BLOCKED: ("blocked", _l("Blocked")),
    Outcome.NOT_APPLICABLE: ("na", _l("Does not apply")),
}
