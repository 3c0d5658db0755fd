"""What the page of a sign-off shows of the time after the decision: conditions, acts, what comes next."""

from typing import Any

from uatapp.kernel.actor import Actor
from uatapp.projects.models import Project
from uatapp.signoffs import acts, register, series
from uatapp.signoffs.labels import ACT_STATES, ACTS, CONDITIONS
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import ActKind, ActState


def after(project: Project, signoff: Signoff, by: Actor) -> dict[str, Any]:
    """Return the conditions and acts of a sign-off, which acts this person can open, and which wait for them."""
    decided = signoff.decided_at is not None
    found = acts.list_acts(signoff.id) if decided else []
    return {
        "owed": register.of_signoff(project, signoff) if decided else [],
        "acts": found,
        "offered": [kind for kind in ActKind if decided and not acts.why_not_open(project, signoff, kind, by)],
        "mine": [
            act
            for act, progress in found
            if progress.state is ActState.OPEN and not acts.why_not_sign(project, signoff, act, by)
        ],
        "successor": series.successor(signoff),
        "names": ACTS,
        "act_states": ACT_STATES,
        "condition_states": CONDITIONS,
    }
