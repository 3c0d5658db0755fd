"""The words in which people read states, severities and outcomes of a defect."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.defects.states import DefectState, Severity, TriageOutcome

_S = DefectState

# state → (kind of tag, words)
STATES: dict[DefectState, tuple[str, Any]] = {
    _S.NEW: ("info", _l("Reported")),
    _S.PROPOSED: ("blocked", _l("Waits for your agreement")),
    _S.CONTESTED: ("blocked", _l("Waits for a decision")),
    _S.ACCEPTED: ("info", _l("Accepted")),
    _S.IN_PROGRESS: ("info", _l("Being fixed")),
    _S.FIXED: ("info", _l("Fixed, not delivered yet")),
    _S.IN_RETEST: ("info", _l("Fixed: to be tested again")),
    _S.REOPENED: ("failed", _l("Still wrong")),
    _S.CLOSED: ("passed", _l("Closed")),
    _S.ENDED: ("quiet", _l("Ended")),
    _S.DEFERRED: ("stale", _l("Put off")),
    _S.WITHDRAWN: ("quiet", _l("Taken back")),
}

SEVERITIES: dict[Severity, tuple[Any, Any]] = {
    Severity.CRITICAL: (_l("Critical"), _l("The work stops, and there is no way round it.")),
    Severity.MAJOR: (_l("Major"), _l("Important work is wrong or takes much longer.")),
    Severity.MINOR: (_l("Minor"), _l("It is a nuisance; there is an easy way round it.")),
    Severity.COSMETIC: (_l("Cosmetic"), _l("It looks wrong, and nothing else.")),
}

OUTCOMES: dict[TriageOutcome, tuple[Any, Any]] = {
    TriageOutcome.DEFECT: (_l("A defect"), _l("The software does not do what was agreed.")),
    TriageOutcome.CHANGE_REQUEST: (_l("A change"), _l("It works as agreed; something else is wanted.")),
    TriageOutcome.TEST_DATA: (_l("Test data"), _l("The data in the test system was not as needed.")),
    TriageOutcome.ENVIRONMENT: (_l("Test system"), _l("The test system itself had a problem.")),
    TriageOutcome.TRAINING: (_l("Training"), _l("It works; how to use it was not clear.")),
    TriageOutcome.DUPLICATE: (_l("Already known"), _l("It was reported before under another number.")),
    TriageOutcome.WORKS_AS_AGREED: (_l("Works as agreed"), _l("The requirement says just this.")),
}

ACTIONS: dict[str, Any] = {
    "accept": _l("Accept as a defect"),
    "propose": _l("Propose another outcome"),
    "agree": _l("Agree"),
    "contest": _l("Disagree"),
    "decide_defect": _l("Decide: it is a defect"),
    "uphold": _l("Decide: the proposal stands"),
    "start_work": _l("Start work on it"),
    "fix": _l("Fixed in a build"),
    "confirm": _l("It works now"),
    "still_wrong": _l("It is still wrong"),
    "defer": _l("Put it off"),
    "withdraw": _l("Take this report back"),
    "comment": _l("Comment"),
    "propose_severity": _l("Proposed another severity"),
}
