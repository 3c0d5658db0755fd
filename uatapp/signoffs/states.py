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


class Decision(StrEnum):
    """What a signatory signs."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_CONDITIONS = "accepted_with_conditions"
    REJECTED = "rejected"


_S = SignoffState
_DONE = (_S.ACCEPTED, _S.ACCEPTED_WITH_CONDITIONS, _S.NEEDS_RECONFIRMATION)

SIGNOFF = Lifecycle(
    "sign-off",
    SignoffState,
    SignoffState.REQUESTED,
    (
        Transition("sign", (_S.REQUESTED,), _S.REQUESTED, Permission.SIGNOFF_SIGN, ("decision", "password"), "Sign"),
        Transition("ask_back", (_S.REQUESTED,), _S.REQUESTED, Permission.SIGNOFF_SIGN, ("question",), "Ask back"),
        Transition("withdraw", (_S.REQUESTED,), _S.WITHDRAWN, Permission.SIGNOFF_REQUEST, ("reason",), "Withdraw"),
        Transition("lapse", (_S.REQUESTED,), _S.LAPSED),
        Transition("accept", (_S.REQUESTED,), _S.ACCEPTED),
        Transition("accept_with_conditions", (_S.REQUESTED,), _S.ACCEPTED_WITH_CONDITIONS),
        Transition("reject", (_S.REQUESTED,), _S.REJECTED),
        Transition("supersede", _DONE, _S.SUPERSEDED),
        Transition("need_reconfirmation", (_S.ACCEPTED, _S.ACCEPTED_WITH_CONDITIONS), _S.NEEDS_RECONFIRMATION),
    ),
)
