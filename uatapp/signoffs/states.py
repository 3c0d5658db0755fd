"""States of a sign-off and the decisions of signatories."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class SignoffState(StrEnum):
    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_CONDITIONS = "accepted_with_conditions"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    NEEDS_RECONFIRMATION = "needs_reconfirmation"
    DEEMED_ACCEPTED = "deemed_accepted"
    ACCEPTANCE_WITHDRAWN = "acceptance_withdrawn"


class Decision(StrEnum):
    """What a signatory signs."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_CONDITIONS = "accepted_with_conditions"
    REJECTED = "rejected"


class Stance(StrEnum):
    """What a project manager recommends."""

    ACCEPT = "accept"
    RESERVATIONS = "reservations"
    AGAINST = "against"


class ScopeKind(StrEnum):
    """What a request asks about; each rests on the results of closed cycles."""

    CYCLES = "cycles"
    UNIT = "unit"
    PROCESS = "process"
    WAVE = "wave"
    PROJECT = "project"


class Means(StrEnum):
    """What a signatory proved their identity with, in the request that signed."""

    PASSWORD = "password"  # noqa: S105 - a word for it
    CODE = "password_and_code"
    RECOVERY_CODE = "password_and_recovery_code"


_S = SignoffState
_ACCEPTED = (_S.ACCEPTED, _S.ACCEPTED_WITH_CONDITIONS, _S.DEEMED_ACCEPTED)
_DONE = (*_ACCEPTED, _S.NEEDS_RECONFIRMATION)

SIGNOFF = Lifecycle(
    "sign-off",
    SignoffState,
    SignoffState.REQUESTED,
    (
        Transition(
            "sign", (_S.REQUESTED,), _S.REQUESTED, Permission.SIGNOFF_SIGN, ("decision", "password", "code"), "Sign"
        ),
        Transition("ask_back", (_S.REQUESTED,), _S.REQUESTED, Permission.SIGNOFF_SIGN, ("question",), "Ask back"),
        Transition("withdraw", (_S.REQUESTED,), _S.WITHDRAWN, Permission.SIGNOFF_REQUEST, ("reason",), "Withdraw"),
        Transition("lapse", (_S.REQUESTED,), _S.LAPSED),
        Transition("accept", (_S.REQUESTED,), _S.ACCEPTED),
        Transition("accept_with_conditions", (_S.REQUESTED,), _S.ACCEPTED_WITH_CONDITIONS),
        Transition("reject", (_S.REQUESTED,), _S.REJECTED),
        Transition(
            "deem",
            (_S.REQUESTED,),
            _S.DEEMED_ACCEPTED,
            Permission.SIGNOFF_REQUEST,
            ("clause", "password"),
            "Record silence",
        ),
        Transition("supersede", _DONE, _S.SUPERSEDED),
        Transition("need_reconfirmation", _ACCEPTED, _S.NEEDS_RECONFIRMATION),
        # only by an act that people sign: see ACT
        Transition("follow_up", (_S.ACCEPTED_WITH_CONDITIONS,), _S.ACCEPTED),
        Transition("reconfirm", (_S.NEEDS_RECONFIRMATION,), _S.ACCEPTED),
        Transition("reconfirm_with_conditions", (_S.NEEDS_RECONFIRMATION,), _S.ACCEPTED_WITH_CONDITIONS),
        Transition("withdraw_acceptance", _DONE, _S.ACCEPTANCE_WITHDRAWN),
    ),
)


class TermsState(StrEnum):
    """How far both sides are with the acceptance window that their contract has."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


_T, _ASK = TermsState, Permission.SIGNOFF_REQUEST

TERMS = Lifecycle(
    "acceptance window",
    TermsState,
    TermsState.PROPOSED,
    (
        Transition("agree", (_T.PROPOSED,), _T.AGREED, _ASK, (), "Agree", "the other side"),
        Transition("decline", (_T.PROPOSED,), _T.DECLINED, _ASK, ("reason",), "Decline", "the other side"),
        Transition("withdraw", (_T.PROPOSED,), _T.WITHDRAWN, _ASK, (), "Take back", "the side that proposed"),
        Transition("replace", (_T.AGREED,), _T.REPLACED),
    ),
)


class ConditionState(StrEnum):
    OPEN = "open"
    REPORTED = "reported"
    CLOSED = "closed"


_C = ConditionState

CONDITION = Lifecycle(
    "condition",
    ConditionState,
    ConditionState.OPEN,
    (
        Transition("report", (_C.OPEN,), _C.REPORTED, Permission.PROJECT_READ, ("remark",), "Report as done"),
        Transition("close", (_C.REPORTED,), _C.CLOSED, Permission.SIGNOFF_SIGN, (), "Close this condition"),
        Transition("send_back", (_C.REPORTED,), _C.OPEN, Permission.SIGNOFF_SIGN, ("reason",), "Send back"),
        Transition("reopen", (_C.CLOSED,), _C.OPEN, Permission.SIGNOFF_SIGN, ("reason",), "Open again"),
    ),
)


class ActKind(StrEnum):
    """What people sign after a decision."""

    CLOSING = "closing"
    RECONFIRMATION = "reconfirmation"
    WITHDRAWAL = "withdrawal"


class ActState(StrEnum):
    OPEN = "open"
    SIGNED = "signed"
    DROPPED = "dropped"
    LAPSED = "lapsed"


_A = ActState

ACT = Lifecycle(
    "act",
    ActState,
    ActState.OPEN,
    (
        Transition("sign", (_A.OPEN,), _A.OPEN, Permission.SIGNOFF_SIGN, ("password",), "Sign"),
        Transition("complete", (_A.OPEN,), _A.SIGNED),
        Transition("drop", (_A.OPEN,), _A.DROPPED, Permission.PROJECT_READ, ("reason",), "Take it back"),
        Transition("lapse", (_A.OPEN,), _A.LAPSED),
    ),
)
