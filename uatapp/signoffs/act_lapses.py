"""What ends an open act: the sign-off moved on, a condition is owed again, somebody named may no longer sign."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.kernel.db import db
from uatapp.projects.events import MemberRemoved, SigningRightWithdrawn
from uatapp.projects.models import Project
from uatapp.signoffs import acts, events
from uatapp.signoffs.acts import MOVES
from uatapp.signoffs.models import ActProgress, SignedAct
from uatapp.signoffs.states import SIGNOFF, ActKind, ActState, ConditionState, SignoffState


def on_signoff_moved(event: events.SignoffMoved) -> None:
    """End the open acts of a sign-off that its new state does not allow."""
    state = SignoffState(event.to)
    for act, progress in acts.list_acts(event.signoff_id):
        if progress.state is ActState.OPEN and not any(SIGNOFF.find(state, move) for move in MOVES[act.kind]):
            words = _("The sign-off is now: %(state)s.", state=state.value.replace("_", " "))
            acts.end(db.session.get_one(Project, act.project_id), act, progress, "lapse", by=event.by, why=words)


def on_condition_moved(event: events.ConditionMoved) -> None:
    """End an open act that says how the conditions were closed when one is open again."""
    if event.from_ != ConditionState.CLOSED.value:
        return
    for act, progress in _open_in(event.project_id or 0):
        if act.kind is ActKind.CLOSING and event.subject.startswith(f"{act.signoff_reference} "):
            why = _("%(what)s is owed again.", what=event.subject)
            acts.end(db.session.get_one(Project, act.project_id), act, progress, "lapse", by=event.by, why=why)


def on_member_gone(event: MemberRemoved | SigningRightWithdrawn) -> None:
    """End the open acts that still wait for somebody who may no longer sign."""
    uid = db.session.get_one(User, event.user_id).uid
    for act, progress in _open_in(event.project_id or 0):
        if acts.is_named(act, uid) and not any(row.signer_uid == uid for row in acts.signatures(act.id)):
            why = _("%(name)s may no longer sign.", name=event.name)
            acts.end(db.session.get_one(Project, act.project_id), act, progress, "lapse", by=event.by, why=why)


def _open_in(project_id: int) -> Sequence[tuple[SignedAct, ActProgress]]:
    statement = sa.select(SignedAct, ActProgress).join(ActProgress, ActProgress.act_id == SignedAct.id)
    where = (SignedAct.project_id == project_id, ActProgress.state == ActState.OPEN)
    return db.session.execute(statement.where(*where).with_for_update(of=ActProgress)).tuples().all()
