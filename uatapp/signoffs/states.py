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
