"""The words in which people read the states of a sign-off and its decisions."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import (
    ActKind,
    ActState,
    ConditionState,
    Decision,
    ScopeKind,
    SignoffState,
    Stance,
    TermsState,
)

_S = SignoffState

# state → (kind of tag, words)
STATES: dict[SignoffState, tuple[str, Any]] = {
    _S.REQUESTED: ("info", _l("Waits for signatures")),
    _S.WITHDRAWN: ("quiet", _l("Taken back")),
    _S.LAPSED: ("stale", _l("Lapsed")),
    _S.ACCEPTED: ("passed", _l("Accepted")),
    _S.ACCEPTED_WITH_CONDITIONS: ("remarks", _l("Accepted with conditions")),
    _S.REJECTED: ("failed", _l("Rejected")),
    _S.SUPERSEDED: ("quiet", _l("Superseded")),
    _S.NEEDS_RECONFIRMATION: ("stale", _l("Needs reconfirmation")),
    _S.DEEMED_ACCEPTED: ("remarks", _l("Deemed accepted, not signed")),
    _S.ACCEPTANCE_WITHDRAWN: ("failed", _l("Acceptance withdrawn")),
}

# decision → (what the choice says, what follows, what the button says)
DECISIONS: dict[Decision, tuple[Any, Any, Any]] = {
    Decision.ACCEPTED: (_l("Accept"), _l("We can go live. Nothing is owed."), _l("Sign: accept")),
    Decision.ACCEPTED_WITH_CONDITIONS: (
        _l("Accept with conditions"),
        _l("We can go live. What you list is still owed."),
        _l("Sign: accept with conditions"),
    ),
    Decision.REJECTED: (_l("Reject"), _l("We cannot go live. You say why."), _l("Sign: reject")),
}

# the same for the partner's side, which confirms and does not accept
CONFIRMATIONS: dict[Decision, tuple[Any, Any, Any]] = {
    Decision.ACCEPTED: (
        _l("Confirm"),
        _l("The builds named were delivered, and the known problems are stated."),
        _l("Sign: confirm"),
    ),
    Decision.ACCEPTED_WITH_CONDITIONS: (
        _l("Confirm with conditions"),
        _l("As above. What you list is owed by us as well."),
        _l("Sign: confirm with conditions"),
    ),
    Decision.REJECTED: (
        _l("Do not confirm"),
        _l("This is not what we delivered, or a problem is missing. You say why."),
        _l("Sign: do not confirm"),
    ),
}
CHOICES = {Side.CUSTOMER: DECISIONS, Side.PARTNER: CONFIRMATIONS}

# kind of scope → what it is called before its name
PARTS: dict[str, Any] = {
    ScopeKind.CYCLES: _l("Everything in the cycles named"),
    ScopeKind.PROJECT: _l("The whole project"),
    ScopeKind.UNIT: _l("Business unit"),
    ScopeKind.PROCESS: _l("Business process"),
    ScopeKind.WAVE: _l("Wave"),
}

TERMS_STATES: dict[TermsState, tuple[str, Any]] = {
    TermsState.PROPOSED: ("info", _l("Waits for the other side")),
    TermsState.AGREED: ("passed", _l("Agreed by both sides")),
    TermsState.DECLINED: ("failed", _l("Declined")),
    TermsState.WITHDRAWN: ("quiet", _l("Taken back")),
    TermsState.REPLACED: ("quiet", _l("Replaced")),
}

# stance → (kind of tag, words)
STANCES: dict[Stance, tuple[str, Any]] = {
    Stance.ACCEPT: ("passed", _l("Recommends to accept")),
    Stance.RESERVATIONS: ("remarks", _l("Recommends to accept, with reservations")),
    Stance.AGAINST: ("failed", _l("Advises against it")),
}

CONDITIONS: dict[ConditionState, tuple[str, Any]] = {
    ConditionState.OPEN: ("info", _l("Open")),
    ConditionState.REPORTED: ("remarks", _l("Reported as done")),
    ConditionState.CLOSED: ("passed", _l("Closed")),
}

ACTS: dict[ActKind, Any] = {
    ActKind.CLOSING: _l("Conditions fulfilled"),
    ActKind.RECONFIRMATION: _l("Reconfirmation"),
    ActKind.WITHDRAWAL: _l("Withdrawal of acceptance"),
}

ACT_STATES: dict[ActState, tuple[str, Any]] = {
    ActState.OPEN: ("info", _l("Waits for signatures")),
    ActState.SIGNED: ("passed", _l("Signed")),
    ActState.DROPPED: ("quiet", _l("Taken back")),
    ActState.LAPSED: ("stale", _l("Lapsed")),
}
