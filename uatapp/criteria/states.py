"""States of a version of a set of exit criteria."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class SetState(StrEnum):
    """At most one version of a set is proposed, and at most one agreed: that one counts."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


_READ = Permission.PROJECT_READ  # who of a side answers is a rule: its project manager, else its sponsor

CRITERIA = Lifecycle(
    "set of exit criteria",
    SetState,
    SetState.PROPOSED,
    (
        Transition("agree", (SetState.PROPOSED,), SetState.AGREED, _READ, (), "Agree to these criteria"),
        Transition("decline", (SetState.PROPOSED,), SetState.DECLINED, _READ, ("reason",), "Decline these criteria"),
        Transition("withdraw", (SetState.PROPOSED,), SetState.WITHDRAWN, _READ, (), "Take the proposal back"),
        Transition("replace", (SetState.AGREED,), SetState.REPLACED),
    ),
)
