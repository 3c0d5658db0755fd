"""Use cases of exit criteria: one side proposes a set, the other agrees; a cycle opens with an agreed one."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.criteria import checking, events, notices, sets
from uatapp.criteria.models import (
    CriteriaAgreement,
    CriteriaProgress,
    CriteriaSet,
    CriteriaVersion,
)
from uatapp.criteria.rules import Criterion
from uatapp.criteria.states import CRITERIA, SetState
from uatapp.cycles.events import CycleOpened
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.projects.queries import count_managers, list_managers


def speaks_for(project_id: int, by: Actor) -> Side | None:
    """Return the side that a person speaks for about criteria: its project manager, or its sponsor where it has none."""
    standing = by.standing(project_id)
    if standing is None:
        return None
    if Role.PROJECT_MANAGER in standing.roles:
        return standing.side
    stands_in = Role.SPONSOR in standing.roles and not count_managers(project_id, standing.side)
    return standing.side if stands_in else None


def _side(project: Project, by: Actor) -> Side:
    side = speaks_for(project.id, by)
    if side is None:
        raise NotAllowed(_("The project managers of both sides agree the exit criteria."))
    return side


def lock(project: Project) -> None:
    """Let two who propose, answer or open at once come one after the other."""
    db.session.execute(sa.select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def propose(project: Project, cycle: Cycle | None, rows: Sequence[Criterion], *, by: Actor) -> CriteriaVersion:
    """Propose criteria for the project or a cycle; the own side agrees by it. What counted until now still does.

    Refuses odd criteria, a dropped cycle, what counts already, and a second proposal while one waits.
    """
    side = _side(project, by)
    checking.check(project, rows)
    lock(project)
    if cycle is not None and cycle.state is CycleState.DROPPED:
        raise Refused(_("“%(name)s” was dropped. Its criteria stay as they are.", name=cycle.name))
    found = _set_of(project, cycle)
    states = sets.history(found)
    if sets.waiting(states):
        raise Refused(_("A proposal waits already. It is answered or taken back first."))
    present = next((row.version for row in states if row.state is SetState.AGREED), None)
    if present is not None and sets.rows_of(present, project) == tuple(rows):
        raise Refused(_("These are the criteria that count already. Change one, or leave them as they are."))
    version, progress = _add(project, found, rows, side, by)
    told = events.CriteriaProposed(
        project_id=project.id,
        subject=version.reference,
        by=by,
        set_id=found.id,
        count=len(rows),
        place=_place(project, cycle),
        items=tuple(row.code for row in rows),
    )
    record(told, found, version, progress)
    _agree(project, version, side, by)
    notices.proposed(project, cycle, version, by)
    return version


def _place(project: Project, cycle: Cycle | None) -> str:
    return f"{project.key} cycle {cycle.number}" if cycle else project.key


def _set_of(project: Project, cycle: Cycle | None) -> CriteriaSet:
    found = sets.find(project.id, cycle)
    if found is None:
        found = CriteriaSet(project_id=project.id, cycle_id=cycle.id if cycle else None)
        found.reference = f"{_place(project, cycle)} exit criteria"
        db.session.add(found)
        db.session.flush()
    return found


def _add(
    project: Project,
    found: CriteriaSet,
    rows: Sequence[Criterion],
    side: Side,
    by: Actor,
    origin: str = "",
) -> tuple[CriteriaVersion, CriteriaProgress]:
    newest = sa.select(sa.func.max(CriteriaVersion.number)).where(CriteriaVersion.set_id == found.id)
    number = 1 + (db.session.scalar(newest) or 0)
    version = CriteriaVersion(
        project_id=project.id,
        set_id=found.id,
        number=number,
        reference=f"{found.reference} {number}",
        origin=origin,
        rows=[row.as_data() for row in rows],
        side=side,
        by_uid=by.uid,
        by_name=by.name,
    )
    db.session.add(version)
    db.session.flush()
    progress = CriteriaProgress(project_id=project.id, set_id=found.id, version_id=version.id)
    db.session.add(progress)
    return version, progress


def _agree(project: Project, version: CriteriaVersion, side: Side, by: Actor) -> None:
    row = CriteriaAgreement(
        project_id=project.id,
        version_id=version.id,
        version_reference=version.reference,
        side=side,
        by_uid=by.uid,
        by_name=by.name,
    )
    db.session.add(row)
    told = events.CriteriaAgreed(project_id=project.id, subject=version.reference, by=by, side=side.value)
    record(told, row)
    db.session.flush()


def why_not(action: str, version: CriteriaVersion, by: Actor) -> str | None:
    """Say why this person may not answer a proposal: the other side agrees or declines, the own one takes back."""
    side = speaks_for(version.project_id, by)
    if side is None:
        return str(_("The project managers of both sides agree the exit criteria."))
    if action == "withdraw" and side is not version.side:
        return str(_("Only the side that proposed this takes it back."))
    if action in ("agree", "decline") and side is version.side:
        return str(_("Your side proposed this. The other side’s project manager answers."))
    return None


def decide(project: Project, cycle: Cycle | None, number: int, action: str, reason: str, *, by: Actor) -> None:
    """Agree to a proposal, which then counts, decline it with a reason, or take it back."""
    if action not in {move.action for move in CRITERIA.transitions if move.by}:
        raise NotFound
    lock(project)
    found = sets.get_version(sets.find(project.id, cycle), number)
    to = SetState(CRITERIA.after(found.state, action))
    if refusal := why_not(action, found.version, by):
        raise NotAllowed(refusal)
    if action == "decline" and not reason.strip():
        sentence = _("Say why, so that the other side can propose something better.")
        raise Invalid(sentence, fields={"reason": sentence})
    if action == "agree":
        _agree(project, found.version, _side(project, by), by)
        _replace(found, by)
    _move(found, to, by, reason.strip()[:2000])
    notices.answered(project, cycle, found, by)


def _replace(newer: CriteriaProgress, by: Actor) -> None:
    statement = sa.select(CriteriaProgress).where(
        CriteriaProgress.set_id == newer.set_id, CriteriaProgress.state == SetState.AGREED
    )
    present = db.session.scalar(statement.options(joinedload(CriteriaProgress.version)))
    if present is not None:
        _move(present, SetState(CRITERIA.after(present.state, "replace")), by, "")
        db.session.flush()


def _move(found: CriteriaProgress, to: SetState, by: Actor, why: str) -> None:
    before, found.state = found.state, to
    found.decided_by, found.decided_at, found.reason = by.name, clock.now(), why
    told = events.CriteriaMoved(
        project_id=found.project_id,
        subject=found.version.reference,
        by=by,
        set_id=found.set_id,
        from_=before.value,
        to=to.value,
        why=why,
    )
    record(told, found)


# ---- opening a cycle ----


def why_not_open(project: Project, cycle: Cycle) -> str | None:
    """Say which side has yet to agree the criteria that a cycle opens with, and what to do; None when both have."""
    waiting = sets.waiting(sets.history(sets.find(project.id, cycle)))
    agreed = sets.in_force(project, [cycle.id])
    if waiting is None and (cycle.id in agreed or None in agreed):
        return None
    waiting = waiting or sets.waiting(sets.history(sets.find(project.id, None)))
    if waiting is None:
        return str(
            _(
                "“%(name)s” opens when both sides have agreed the exit criteria. Propose them on “Exit criteria” first.",
                name=cycle.name,
            )
        )
    return str(
        _(
            "“%(name)s” opens when both sides have agreed the exit criteria. %(who)s",
            name=cycle.name,
            who=whose_turn(project, other(waiting.version.side)),
        )
    )


def other(side: Side) -> Side:
    return Side.PARTNER if side is Side.CUSTOMER else Side.CUSTOMER


def whose_turn(project: Project, side: Side) -> str:
    """Name who of a side has yet to agree, or who can when it has no project manager."""
    names = [name for of, name in list_managers([project.id]).get(project.id, []) if of is side]
    if names:
        who = _("%(first)s or %(last)s", first=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
        return str(_("%(who)s has yet to agree.", who=who))
    if side is Side.PARTNER:
        return str(_("The partner has no project manager: a sponsor of the partner agrees, or an administrator "
                     "names a project manager."))  # fmt: skip
    return str(_("The customer has no project manager: a sponsor of the customer agrees, or an administrator "
                 "names a project manager."))  # fmt: skip


def refuse_unagreed(project: Project, cycle: Cycle) -> None:
    """Refuse to open a cycle whose criteria are not agreed by both sides."""
    lock(project)
    if reason := why_not_open(project, cycle):
        raise Refused(reason)


def on_cycle_opened(event: CycleOpened) -> None:
    """Give a cycle that has no criteria of its own a copy of the project's, so that a later change leaves it alone."""
    cycle = db.session.get_one(Cycle, event.cycle_id)
    project = db.session.get_one(Project, cycle.project_id)
    agreed = sets.in_force(project, [cycle.id])
    origin = agreed.get(None)
    if cycle.id in agreed or origin is None:
        return
    found, rows = _set_of(project, cycle), sets.rows_of(origin, project)
    version, progress = _add(project, found, rows, origin.side, event.by, origin.reference)
    progress.state, progress.decided_by, progress.decided_at = SetState.AGREED, event.by.name, clock.now()
    told = events.CriteriaTaken(
        project_id=project.id, subject=version.reference, by=event.by, name=cycle.name, origin=origin.reference
    )
    record(told, found, version, progress)
