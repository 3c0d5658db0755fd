"""The register of conditions: what is owed under every accepted sign-off, and what becomes of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.projects.queries import list_members, list_partners
from uatapp.signoffs import events, owing, queries
from uatapp.signoffs.models import (
    Condition,
    ConditionEvidence,
    ConditionNote,
    ConditionProgress,
    Signature,
    Signoff,
)
from uatapp.signoffs.owing import Owner
from uatapp.signoffs.rules import LONGEST
from uatapp.signoffs.states import CONDITION, ConditionState, Decision, SignoffState

_S = SignoffState
LIVE = (_S.ACCEPTED_WITH_CONDITIONS, _S.NEEDS_RECONFIRMATION)
DECIDED = (*LIVE, _S.ACCEPTED, _S.SUPERSEDED, _S.ACCEPTANCE_WITHDRAWN)
NEEDS_WORDS = {
    "report": "Say what was done, in a sentence.",
    "send_back": "Say what is still missing, so that it can be put right.",
    "reopen": "Say why it is owed again.",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """A condition as the register shows it."""

    condition: Condition
    signoff: Signoff
    state: ConditionState
    owner: Owner
    late: int

    @property
    def live(self) -> bool:
        """Say whether it is owed under a sign-off that stands."""
        return self.signoff.state in LIVE

    @property
    def waits(self) -> bool:
        return self.live and self.state is not ConditionState.CLOSED


def reference(condition: Condition) -> str:
    return f"{condition.signoff_reference} condition {condition.number}"


def known_owners(project: Project) -> dict[str, Owner]:
    """Return the members and organisations of a project by name as owners of conditions."""
    found = {name.casefold(): Owner(name, Side.PARTNER) for name in list_partners(project.id)}
    customer = project.parties.split(" × ")[0] if project.parties else ""
    if customer:
        found[customer.casefold()] = Owner(customer, Side.CUSTOMER)
    members = {m.user.name.casefold(): Owner(m.user.name, m.side, m.user_id) for m in list_members(project.id)}
    return found | members


def _select() -> Any:
    progress = ConditionProgress.condition_id == Condition.id
    return (
        sa.select(Condition, Signoff, ConditionProgress.state)
        .join(Signoff, Signoff.id == Condition.signoff_id)
        .outerjoin(ConditionProgress, progress)
    )


def ordered(project_id: int) -> Any:
    """Select the conditions of every accepted sign-off: what waits first, by due date, what is settled last."""
    settled = sa.or_(ConditionProgress.state == ConditionState.CLOSED, Signoff.state.not_in(LIVE))
    where = (Condition.project_id == project_id, Signoff.state.in_(DECIDED))
    order = (sa.case((settled, 1), else_=0), Condition.due_on, Signoff.number, Condition.number)
    return _select().where(*where).order_by(*order)


def shown(project: Project, rows: Sequence[Any]) -> list[Owed]:
    """Return rows of `ordered` as pages show them."""
    known, today = known_owners(project), clock.today(project.zone)
    return [
        Owed(c, s, state or ConditionState.OPEN, owing.owner_of(c.owner, known), owing.overdue_by(c.due_on, today))
        for c, s, state in rows
    ]


def of_signoff(project: Project, signoff: Signoff) -> list[Owed]:
    """Return the conditions of one sign-off with where they stand."""
    statement = _select().where(Condition.signoff_id == signoff.id).order_by(Condition.number)
    return shown(project, db.session.execute(statement).all())


def get(project: Project, number: int, condition_number: int, *, lock: bool = False) -> Owed:
    """Return a condition of a decided sign-off; refuse (NotFound) others. `lock` holds its sign-off."""
    signoff = queries.get_signoff(project.id, number, lock=lock)
    found = [row for row in of_signoff(project, signoff) if row.condition.number == condition_number]
    if not found or signoff.state not in DECIDED:
        raise NotFound
    return found[0]


def waiting_for(project: Project, by: Actor) -> list[Owed]:
    """Return what waits for this person: to be done and reported by them, or to be looked at and closed."""
    rows = unsettled(project)
    closers = closers_of(project, {row.signoff.id for row in rows})
    return [row for row in rows if not _why_not(project, row, by, closers[row.signoff.id])]


def unsettled(project: Project) -> list[Owed]:
    """Return what is owed and not closed, by due date."""
    closed = sa.func.coalesce(ConditionProgress.state, ConditionState.OPEN) == ConditionState.CLOSED
    return shown(project, db.session.execute(ordered(project.id).where(Signoff.state.in_(LIVE), ~closed)).all())


def _why_not(project: Project, owed: Owed, by: Actor, closers: Collection[int]) -> tuple[str, ...]:
    if owed.state is ConditionState.OPEN:
        return owing.why_not_report(owed.owner, by.standing(project.id), by.user_id)
    return () if by.user_id in closers else (_("A signatory of the customer closes it."),)


def closers_of(project: Project, signoff_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return, per sign-off, who closes its conditions: the customer's signatories who accepted it and still may sign.

    Where none of them may, any member of the customer with the right to sign.
    """
    signing = {m.user_id for m in list_members(project.id) if m.may_sign and m.side is Side.CUSTOMER}
    where = (Signature.side == Side.CUSTOMER, Signature.decision != Decision.REJECTED)
    statement = sa.select(Signature.signoff_id, Signature.user_id).where(Signature.signoff_id.in_(signoff_ids), *where)
    signed: dict[int, set[int]] = {}
    for signoff_id, user_id in db.session.execute(statement):
        signed.setdefault(signoff_id, set()).add(user_id)
    return {one: frozenset(signed.get(one, set()) & signing or signing) for one in signoff_ids}


def why_not(project: Project, owed: Owed, action: str, by: Actor) -> tuple[str, ...]:
    """Return why this person cannot take an action on a condition now, empty when they can."""
    if CONDITION.find(owed.state, action) is None or not owed.live:
        return (_("It is settled; nothing is to be done."),)
    if action == "report":
        return tuple(_(reason) for reason in owing.why_not_report(owed.owner, by.standing(project.id), by.user_id))
    if by.user_id in closers_of(project, [owed.signoff.id])[owed.signoff.id]:
        return ()
    return (_("A signatory of the customer decides this."),)


def act(
    project: Project, owed: Owed, action: str, text: str, *, by: Actor, files: Sequence[Evidence] = ()
) -> ConditionNote:
    """Report a condition, close it, send it back or open it again; refuse others, and an empty reason.

    `owed` was read with its sign-off locked.
    """
    target = ConditionState(CONDITION.after(owed.state, action))
    if not owed.live:
        raise Refused(_("This sign-off is %(state)s, so its conditions are settled.", state=_(_words(owed.signoff))))
    if reasons := why_not(project, owed, action, by):
        raise NotAllowed(reasons[0])
    words = text.strip()
    if len(words) > LONGEST or (action in NEEDS_WORDS and not words):
        sentence = _(NEEDS_WORDS.get(action, "")) if not words else _("Write at most %(n)s characters.", n=LONGEST)
        raise Invalid(sentence, fields={"text": sentence})
    progress = _progress(project, owed.condition)
    progress.state, progress.changed_at = target, clock.now()
    note = _note(project, owed.condition, action, words, by)
    shown_by = [_link(project, owed.condition, note, file) for file in files]
    db.session.add_all([progress, note, *shown_by])
    told = events.ConditionMoved(
        project_id=project.id,
        subject=reference(owed.condition),
        by=by,
        condition_id=owed.condition.id,
        from_=owed.state.value,
        to=target.value,
        files=len(shown_by),
        why=words,
    )
    record(told, progress, note, *shown_by)
    return note


def _words(signoff: Signoff) -> str:
    return signoff.state.value.replace("_", " ")


def _progress(project: Project, condition: Condition) -> ConditionProgress:
    found = db.session.scalar(sa.select(ConditionProgress).where(ConditionProgress.condition_id == condition.id))
    return found or ConditionProgress(project_id=project.id, condition_id=condition.id)


def _note(project: Project, condition: Condition, action: str, words: str, by: Actor) -> ConditionNote:
    standing = by.standing(project.id)
    return ConditionNote(
        project_id=project.id,
        condition_id=condition.id,
        condition_reference=reference(condition),
        number=len(notes(condition.id)) + 1,
        action=action,
        by_uid=by.uid,
        by_name=by.name,
        by_side=standing.side if standing else Side.CUSTOMER,
        text=words,
        at=clock.now(),
    )


def _link(project: Project, condition: Condition, note: ConditionNote, file: Evidence) -> ConditionEvidence:
    return ConditionEvidence(
        project_id=project.id,
        condition_id=condition.id,
        condition_reference=reference(condition),
        evidence_id=file.id,
        evidence_token=file.token,
        note_number=note.number,
    )


def notes(*condition_ids: int) -> Sequence[ConditionNote]:
    """Return what was said about conditions, oldest first."""
    statement = sa.select(ConditionNote).where(ConditionNote.condition_id.in_(condition_ids))
    return db.session.scalars(statement.order_by(ConditionNote.condition_id, ConditionNote.number)).all()


def evidence(condition_ids: Collection[int]) -> Sequence[tuple[ConditionEvidence, Evidence]]:
    """Return the files that show that conditions are fulfilled, in the order given."""
    statement = (
        sa.select(ConditionEvidence, Evidence)
        .join(Evidence, Evidence.id == ConditionEvidence.evidence_id)
        .where(ConditionEvidence.condition_id.in_(condition_ids))
        .order_by(ConditionEvidence.id)
    )
    return db.session.execute(statement).tuples().all()


def find_file(condition_id: int, token: str) -> Evidence | None:
    return next((file for _row, file in evidence([condition_id]) if file.token == token), None)


def managers(project_id: int) -> list[tuple[int, Side, str, str]]:
    """Return the project managers as (user id, side, name, mail address)."""
    return [
        (m.user_id, m.side, m.user.name, m.user.email)
        for m in list_members(project_id)
        if any(role.role is Role.PROJECT_MANAGER for role in m.roles)
    ]


def signoff_reference(project: Project, signoff: Signoff) -> str:
    return written(project.key, Kind.SIGNOFF, signoff.number)


def due_words(due_on: date, late: int) -> str:
    """Say when something is owed, plainly, and by how much it is late."""
    if late == 1:
        return str(_("One day overdue"))
    if late:
        return str(_("%(n)s days overdue", n=late))
    return str(_("Due %(day)s", day=due_on.isoformat()))
