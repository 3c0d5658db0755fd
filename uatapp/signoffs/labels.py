"""The words in which people read the states of a sign-off and its decisions."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.signoffs.states import Decision, SignoffState

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
