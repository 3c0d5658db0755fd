"""States, severities and outcomes of a defect."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class Severity(StrEnum):
    """Effect on the business, set by the tester; worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    COSMETIC = "cosmetic"


class TriageOutcome(StrEnum):
    """What a defect turns out to be."""

    DEFECT = "defect"
    CHANGE_REQUEST = "change_request"
    TEST_DATA = "test_data"
    ENVIRONMENT = "environment"
    TRAINING = "training"
    DUPLICATE = "duplicate"
    WORKS_AS_AGREED = "works_as_agreed"


class DefectState(StrEnum):
    NEW = "new"
    PROPOSED = "proposed"
    CONTESTED = "contested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    FIXED = "fixed"
    IN_RETEST = "in_retest"
    REOPENED = "reopened"
    CLOSED = "closed"
    ENDED = "ended"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


_D, _WORK, _DECIDE = DefectState, Permission.DEFECT_WORK, Permission.DEFECT_DECIDE
NOT_OPEN = (_D.CLOSED, _D.ENDED, _D.DEFERRED, _D.WITHDRAWN)
OPEN = tuple(state for state in DefectState if state not in NOT_OPEN)

DEFECT = Lifecycle(
    "defect",
    DefectState,
    DefectState.NEW,
    (
        Transition("accept", (_D.NEW, _D.DEFERRED), _D.ACCEPTED, _WORK, ("note",), "Accept as a defect"),
        Transition(
            "propose", (_D.NEW, _D.ACCEPTED), _D.PROPOSED, _WORK, ("outcome", "reason"), "Propose another outcome"
        ),
        Transition("agree", (_D.PROPOSED,), _D.ENDED, _DECIDE, (), "Agree"),
        Transition("contest", (_D.PROPOSED,), _D.CONTESTED, _DECIDE, ("reason",), "Disagree"),
        Transition("decide_defect", (_D.CONTESTED,), _D.ACCEPTED, _DECIDE, ("reason",), "It is a defect"),
        Transition("uphold", (_D.CONTESTED,), _D.ENDED, _DECIDE, ("reason",), "Uphold the proposal"),
        Transition("start_work", (_D.ACCEPTED, _D.REOPENED), _D.IN_PROGRESS, _WORK, (), "Start work"),
        Transition("fix", (_D.ACCEPTED, _D.IN_PROGRESS, _D.REOPENED), _D.FIXED, _WORK, ("build", "note"), "Fixed"),
        Transition("deploy", (_D.FIXED,), _D.IN_RETEST),
        Transition("close", (_D.IN_RETEST, _D.FIXED), _D.CLOSED),
        Transition("confirm", (_D.IN_RETEST,), _D.CLOSED, _DECIDE, (), "It works now"),
        Transition("reopen", (_D.IN_RETEST, _D.FIXED), _D.REOPENED),
        Transition("retest_again", (_D.CLOSED,), _D.IN_RETEST),
        Transition("still_wrong", (_D.IN_RETEST,), _D.REOPENED, _DECIDE, ("reason",), "It is still wrong"),
        Transition(
            "defer", (_D.ACCEPTED, _D.IN_PROGRESS, _D.REOPENED), _D.DEFERRED, _DECIDE, ("reason", "workaround"), "Defer"
        ),
        Transition("withdraw", (_D.NEW,), _D.WITHDRAWN, Permission.DEFECT_RAISE, (), "Withdraw"),
    ),
)
