"""Assignments: made in bulk, moved by the lifecycle, given to somebody else, withdrawn, sent back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.cycles import events, queries
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import ASSIGNMENT, AssignmentState, CycleState
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.permissions import Side
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, Project
from uatapp.testcases.events import CaseRetired, CaseSettled, CaseTestAgain
from uatapp.testcases.models import TestCase

OPEN_STATES = (CycleState.PLANNED, CycleState.OPEN)
AT_WORK = (AssignmentState.TO_DO, AssignmentState.IN_PROGRESS)
WAITING = (AssignmentState.RETEST_DUE, AssignmentState.WAITING_FOR_FIX, AssignmentState.WAITING_FOR_CHANGE)
MOVABLE = (*AT_WORK, *WAITING, AssignmentState.FAILED, AssignmentState.BLOCKED)


@dataclass(frozen=True, slots=True)
class Caution:
    """Why somebody should perhaps not be the only tester of a requirement (rule 7)."""

    tester: str
    text: str


def assign(
    project: Project,
    cycle: Cycle,
    case_ids: Collection[int],
    members: Sequence[Membership],
    *,
    by: Actor,
    due_on: date | None = None,
) -> int:
    """Assign tests to testers, each with each; who has one keeps it. Returns how many are new.

    Refuses people who are not the customer's testers, and a cycle that is closed or dropped.
    """
    if cycle.state not in OPEN_STATES:
        raise Refused(
            _("“%(name)s” is %(state)s. Nothing is assigned in it.", name=cycle.name, state=cycle.state.value)
        )
    if not members or not case_ids:
        raise Invalid(_("Choose at least one test and one tester."))
    if any(member.side is not Side.CUSTOMER for member in members):
        raise Refused(_("The partner’s people never record a customer’s result."))
    new = _missing(cycle, case_ids, [member.user_id for member in members])
    if not new:
        return 0
    rows: list[dict[str, Any]] = [
        {"project_id": project.id, "cycle_id": cycle.id, "item_id": item, "tester_id": tester, "due_on": due_on}
        for item, tester in new
    ]
    for row in rows:
        row |= {"state": AssignmentState.TO_DO, "run_count": 0, "note": ""}
    db.session.execute(sa.insert(Assignment), rows)
    told = events.AssignmentsMade(
        project_id=project.id,
        subject=f"{project.key} cycle {cycle.number}",
        by=by,
        cycle_id=cycle.id,
        name=cycle.name,
        count=len(rows),
        testers=tuple(member.user.name for member in members),
        due=due_on.isoformat() if due_on else "",
        items=_references(project, cycle, [item for item, _tester in new]),
    )
    record(told, Assignment)
    return len(rows)


def assign_by_unit(
    project: Project, cycle: Cycle, case_ids: Collection[int], *, by: Actor, due_on: date | None = None
) -> int:
    """Assign each test to the testers of its document's unit. Returns how many are new; tests without a unit stay.

    Refuses when no unit of these tests has a tester.
    """
    members = [member for member in queries.testers(project.id) if member.unit_id is not None]
    wanted, by_unit = set(case_ids), queries.cases_by_unit(cycle.id)
    made, found = 0, False
    for unit_id, cases in by_unit.items():
        own, chosen = [m for m in members if m.unit_id == unit_id], wanted & set(cases)
        if own and chosen:
            found = True
            made += assign(project, cycle, chosen, own, by=by, due_on=due_on)
    if not found:
        raise Invalid(_("None of these tests belongs to a unit that has testers. Choose the testers yourself."))
    return made


def _missing(cycle: Cycle, case_ids: Collection[int], testers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of item and tester that are not there yet; two statements, however many."""
    inside = sa.select(CycleItem.test_case_id, CycleItem.id).where(CycleItem.cycle_id == cycle.id)
    present_items = {case_id: item_id for case_id, item_id in db.session.execute(inside)}
    wanted = set(case_ids)
    items = sorted(item_id for case_id, item_id in present_items.items() if case_id in wanted)
    if len(items) != len(wanted):
        raise Invalid(_("One of these tests is not in the scope of this cycle. Reload the page and choose again."))
    pairs = sa.select(Assignment.item_id, Assignment.tester_id).where(Assignment.cycle_id == cycle.id)
    present = {(item, tester) for item, tester in db.session.execute(pairs)}
    return [(item, tester) for item in items for tester in testers if (item, tester) not in present]


def _references(project: Project, cycle: Cycle, item_ids: Collection[int]) -> tuple[str, ...]:
    statement = sa.select(CycleItem.id, TestCase.number).join(TestCase, CycleItem.test_case_id == TestCase.id)
    numbers = db.session.execute(statement.where(CycleItem.cycle_id == cycle.id).order_by(TestCase.number))
    wanted = set(item_ids)
    return tuple(written(project.key, Kind.TEST_CASE, number) for item_id, number in numbers if item_id in wanted)


def warnings(project: Project, cycle: Cycle, members: Sequence[Membership]) -> list[Caution]:
    """Say who of these wrote a requirement they now test, or holds the right to sign: allowed, but it may not count."""
    wrote = queries.own_requirements(cycle.id)
    found = []
    for member in members:
        if number := wrote.get(member.user_id):
            text = _("wrote %(n)s of these requirements; somebody else should try them as well.", n=number)
            found.append(Caution(member.user.name, str(text)))
        if member.may_sign:
            text = _("may sign; a requirement that only signatories tried counts as not run.")
            found.append(Caution(member.user.name, str(text)))
    return found


def _test(project_id: int, assignment: Assignment) -> tuple[str, str]:
    """Return the reference of an assignment's test and the name of its tester."""
    statement = (
        sa.select(Project.key, TestCase.number, User.name)
        .select_from(Assignment)
        .join(Project, Project.id == Assignment.project_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(User, User.id == Assignment.tester_id)
        .where(Assignment.id == assignment.id, Assignment.project_id == project_id)
    )
    key, number, name = db.session.execute(statement).one()
    return written(key, Kind.TEST_CASE, number), name


def move(assignment: Assignment, action: str, *, by: Actor, note: str = "") -> None:
    """Take an action by the lifecycle, tell it, and leave a word to the tester. Refuses what is no transition."""
    before, target = assignment.state, AssignmentState(ASSIGNMENT.after(assignment.state, action))
    reference, tester = _test(assignment.project_id, assignment)
    assignment.state = target
    if target in (AssignmentState.TO_DO, AssignmentState.RETEST_DUE, AssignmentState.WITHDRAWN) or note:
        assignment.note = note
    if target is not AssignmentState.BLOCKED:
        assignment.blocked_by = None
    told = events.AssignmentMoved(
        project_id=assignment.project_id,
        subject=reference,
        by=by,
        assignment_id=assignment.id,
        tester=tester,
        move=action,
        from_=before.value,
        to=target.value,
        why=note,
    )
    record(told, assignment)
    db.session.flush()


def withdraw(assignment: Assignment, reason: str, *, by: Actor) -> None:
    """Take a test away from its tester, with a reason."""
    move(assignment, "withdraw", by=by, note=_reason(reason))


def send_back(assignment: Assignment, reason: str, *, by: Actor) -> None:
    """Give a test back to its tester: its cause is gone."""
    move(assignment, "send_back", by=by, note=_reason(reason))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("Give a reason."), fields={"reason": _("Give a reason.")})
    return reason.strip()


def reassign(project: Project, assignment: Assignment, member: Membership, reason: str, *, by: Actor) -> Assignment:
    """Give a test to somebody else; return their assignment.

    What is still to be tried moves as it is, with what led to it, so that a deputy's retest still closes the
    defect. A finished one, and one that the other had before, is withdrawn and opened for the other anew.
    """
    if member.side is not Side.CUSTOMER:
        raise Refused(_("The partner’s people never record a customer’s result."))
    if member.user_id == assignment.tester_id:
        return assignment
    where = (Assignment.item_id == assignment.item_id, Assignment.tester_id == member.user_id)
    present = db.session.scalar(sa.select(Assignment).where(*where))
    if present is not None and present.state is not AssignmentState.WITHDRAWN:
        raise Refused(_("%(name)s has this test already.", name=member.user.name))
    reference, before = _test(project.id, assignment)
    old_id = assignment.id
    if present is None and assignment.state in MOVABLE:
        target = _moved_over(assignment, member)
    else:
        target = _handed_over(project, assignment, present, member, by)
    event = events.Reassigned(
        project_id=project.id,
        subject=reference,
        by=by,
        assignment_id=target.id,
        old_id=old_id,
        before=before,
        after=member.user.name,
        why=reason.strip(),
    )
    record(event, assignment, target)
    db.session.flush()
    return target


def _moved_over(assignment: Assignment, member: Membership) -> Assignment:
    """Change the tester. What the other had typed stays theirs; a begun retest is due for the new one."""
    assignment.tester_id = member.user_id
    if assignment.state is AssignmentState.IN_PROGRESS:
        again = assignment.run_count > 0
        assignment.state = AssignmentState.RETEST_DUE if again else AssignmentState.TO_DO
    return assignment


def _handed_over(
    project: Project, old: Assignment, present: Assignment | None, member: Membership, by: Actor
) -> Assignment:
    target = present or Assignment(
        project_id=project.id, cycle_id=old.cycle_id, item_id=old.item_id, tester_id=member.user_id
    )
    target.state = old.state if old.state in WAITING else AssignmentState.TO_DO
    target.due_on, target.note = old.due_on, old.note
    db.session.add(target)
    move(old, "withdraw", by=by, note=_("Given to %(name)s.", name=member.user.name))
    db.session.flush()
    return target


def on_test_again(event: CaseTestAgain) -> None:
    """A changed test is to be tested again: its assignments in open cycles go back to do, with an explanation."""
    for assignment in _of_case(event.test_case_id, (CycleState.PLANNED, CycleState.OPEN)):
        if assignment.state not in AT_WORK:
            move(assignment, "give_back", by=event.by, note=_("The requirement has changed. Please test it again."))


def on_settled(event: CaseSettled) -> None:
    """A changed test was tried on its new version: who tried only the old one gets it back."""
    for assignment in _of_case(event.test_case_id, (CycleState.PLANNED, CycleState.OPEN)):
        is_old = assignment.run_version is not None and assignment.run_version < event.version
        if is_old and assignment.state not in AT_WORK:
            move(assignment, "give_back", by=event.by, note=_("The requirement has changed. Please test it again."))


def on_case_retired(event: CaseRetired) -> None:
    """A retired test is withdrawn where it was not finished."""
    finished = (AssignmentState.PASSED, AssignmentState.NOT_APPLICABLE, AssignmentState.WITHDRAWN)
    for assignment in _of_case(event.test_case_id, (CycleState.PLANNED, CycleState.OPEN)):
        if assignment.state not in finished:
            move(assignment, "withdraw", by=event.by, note=_("The requirement was retired."))


def _of_case(test_case_id: int, states: Collection[CycleState]) -> Sequence[Assignment]:
    statement = (
        sa.select(Assignment)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(Cycle, Cycle.id == CycleItem.cycle_id)
        .where(CycleItem.test_case_id == test_case_id, Cycle.state.in_(states))
        .where(Assignment.state != AssignmentState.WITHDRAWN)
        .order_by(Assignment.id)
    )
    return db.session.scalars(statement).all()


def list_members(project: Project, ids: Collection[int]) -> list[Membership]:
    """Return the testers of these membership ids. Refuses ids of anybody else."""
    found = [member for member in queries.testers(project.id) if member.id in set(ids)]
    if len(found) != len(set(ids)):
        sentence = _("One of these people is not a tester of this project. Reload the page and choose again.")
        raise Invalid(sentence, fields={"tester": sentence})
    return found
