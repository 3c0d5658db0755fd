"""What can happen to test cases: made and retired with their requirement, suspect after a change, decided on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.gherkin.match import match_rows
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused
from uatapp.kernel.events import Event
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import Kind, take, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.requirements import queries as requirements
from uatapp.requirements.content import step_row
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.requirements.instances import Instance, instances_of
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.testcases import events, rules
from uatapp.testcases.models import CarryOver, TestCase, TestCaseVersion
from uatapp.testcases.states import CASE, CaseState

_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored case as rows are matched by."""

    case: TestCase
    version: TestCaseVersion

    @property
    def block(self) -> int:
        return self.case.block

    @property
    def block_name(self) -> str:
        return self.case.block_name

    @property
    def row(self) -> int:
        return self.case.row

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in self.version.values)


@dataclass(slots=True)
class _Making:
    """One approved requirement version being turned into test cases, and what came of it."""

    project: Project
    requirement: Requirement
    version: RequirementVersion
    by: Actor
    rows: list[object] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    new: int = 0
    changed: int = 0

    def reference(self, case: TestCase) -> str:
        return written(self.project.key, Kind.TEST_CASE, case.number)

    def tell(self, kind: type[Any], case: TestCase, **facts: Any) -> None:
        facts |= {"subject": self.reference(case), "test_case_id": case.id}
        record(kind(project_id=self.project.id, by=self.by, **facts), case)


def on_approved(event: RequirementVersionApproved) -> None:
    """Make the test cases of an approved version: new, moved on, suspect, retired and restored ones."""
    project = db.session.get_one(Project, event.project_id)
    requirement = db.session.get_one(Requirement, event.requirement_id)
    version = db.session.get_one(RequirementVersion, event.version_id)
    making = _Making(project, requirement, version, event.by)
    pairs = _matched(_stored(requirement.id), instances_of(version.content))
    fresh = [instance for old, instance in pairs if old is None and instance is not None]
    for old, instance in pairs:
        if old is not None and instance is not None:
            _keep(making, old, instance)
        elif old is not None and old.case.state is not CaseState.RETIRED:
            _move(making, old.case, "retire", events.CaseRetired)
    _add(making, fresh)
    _tell_made(making, len(pairs) - sum(instance is None for _old, instance in pairs))


def _stored(requirement_id: int) -> list[_Stored]:
    version = (TestCaseVersion.test_case_id == TestCase.id) & (TestCaseVersion.number == TestCase.version_number)
    statement = sa.select(TestCase, TestCaseVersion).join(TestCaseVersion, version)
    statement = statement.where(TestCase.requirement_id == requirement_id).order_by(TestCase.number)
    return [_Stored(*row) for row in db.session.execute(statement.with_for_update(of=TestCase))]


def _matched(stored: Sequence[_Stored], instances: Sequence[Instance]) -> list[tuple[_Stored | None, Instance | None]]:
    """Match rows with the cases in force first; what is left comes back if it is just as it was."""
    live = [old for old in stored if old.case.state is not CaseState.RETIRED]
    if not live:
        return match_rows(stored, instances)
    pairs = match_rows(live, instances)
    retired: dict[str, _Stored] = {}
    for old in stored:
        if old.case.state is CaseState.RETIRED:
            retired.setdefault(old.version.content_hash, old)
    return [
        (retired.pop(new.content_hash, None) if old is None and new is not None else old, new) for old, new in pairs
    ]


def _keep(making: _Making, old: _Stored, instance: Instance) -> None:
    """Bring a case up to date: its place at once, its text as a new version."""
    case = old.case
    if case.state is CaseState.RETIRED:
        _move(making, case, "restore", events.CaseRestored)
    if _place(case, instance):
        making.rows.append(case)
    if old.version.content_hash != instance.content_hash:
        _change(making, case, instance)


def _place(case: TestCase, instance: Instance) -> bool:
    wanted = {
        "title": instance.title,
        "position": instance.position,
        "block": instance.block,
        "block_name": instance.block_name,
        "row": instance.row,
    }
    changed = [name for name, value in wanted.items() if getattr(case, name) != value]
    for name in changed:
        setattr(case, name, wanted[name])
    return bool(changed)


def _change(making: _Making, case: TestCase, instance: Instance) -> None:
    """Give a case its new text. In use it becomes suspect; otherwise it simply moves on."""
    case.version_number += 1
    making.changed += 1
    making.rows.append(case)
    _write(making, case, instance)
    if case.in_use:
        _move(making, case, "suspect", events.CaseMadeSuspect, version=case.version_number)
    else:
        case.valid_from = case.version_number


def _move(making: _Making, case: TestCase, action: str, kind: type[Event], **facts: Any) -> None:
    case.state = CaseState(CASE.after(case.state, action))
    making.tell(kind, case, **facts)


def _write(making: _Making, case: TestCase, instance: Instance) -> None:
    version = TestCaseVersion(
        project_id=making.project.id,
        test_case_id=case.id,
        reference=making.reference(case),
        number=case.version_number,
        requirement_version_id=making.version.id,
        requirement_reference=making.version.reference,
        requirement_version_number=making.version.number,
        title=instance.title,
        steps=[step_row(step) for step in instance.steps],
        values=[list(pair) for pair in instance.values],
        content_hash=instance.content_hash,
    )
    db.session.add(version)
    making.rows.append(version)
    making.items.append(version.frozen_ref())


def _add(making: _Making, instances: Sequence[Instance]) -> None:
    if not instances:
        return
    first = take(making.project.id, Kind.TEST_CASE, len(instances))
    cases = [TestCase(project_id=making.project.id, number=first + n) for n in range(len(instances))]
    for case, instance in zip(cases, instances, strict=True):
        case.requirement_id, case.version_number, case.valid_from = making.requirement.id, 1, 1
        case.in_use, case.state = False, CaseState.READY
        _place(case, instance)
    db.session.add_all(cases)
    db.session.flush()
    for case, instance in zip(cases, instances, strict=True):
        _write(making, case, instance)
    making.rows += cases
    making.new = len(cases)


def _tell_made(making: _Making, count: int) -> None:
    if not making.rows:
        return
    told = events.CasesMade(
        project_id=making.project.id,
        subject=making.version.reference,
        by=making.by,
        items=tuple(making.items),
        number=making.version.number,
        count=count,
        new=making.new,
        changed=making.changed,
    )
    record(told, *making.rows)


def on_retired(event: RequirementRetired) -> None:
    """Retire the test cases of a retired requirement."""
    project = db.session.get_one(Project, event.project_id)
    for old in _stored(event.requirement_id):
        if old.case.state is not CaseState.RETIRED:
            _tell_moved(project, old.case, "retire", events.CaseRetired, event.by)


def _tell_moved(project: Project, case: TestCase, action: str, kind: type[Event], by: Actor, **facts: Any) -> None:
    case.state = CaseState(CASE.after(case.state, action))
    facts |= {"subject": written(project.key, Kind.TEST_CASE, case.number), "test_case_id": case.id}
    rows = facts.pop("rows", ())
    record(kind(project_id=project.id, by=by, **facts), case, *rows)


def take_into_use(project: Project, case_ids: Collection[int], by: Actor) -> None:
    """Note that a cycle has taken these cases: from now on a change makes them suspect."""
    where = (TestCase.project_id == project.id, TestCase.id.in_(case_ids), TestCase.in_use.is_(False))
    cases = db.session.scalars(sa.select(TestCase).where(*where).order_by(TestCase.number)).all()
    for case in cases:
        case.in_use = True
    if cases:
        items = tuple(written(project.key, Kind.TEST_CASE, case.number) for case in cases)
        told = events.CasesTakenIntoUse(
            project_id=project.id, subject=project.key, by=by, items=items, count=len(cases)
        )
        record(told, *cases)


def settle(test_case_id: int, version_number: int, by: Actor) -> None:
    """Settle a suspect case by a valid run on its current version. Any other run changes nothing."""
    case = db.session.get_one(TestCase, test_case_id, with_for_update=True)
    if case.state is not CaseState.SUSPECT or case.version_number != version_number:
        return
    case.valid_from = version_number
    project = db.session.get_one(Project, case.project_id)
    _tell_moved(project, case, "settle", events.CaseSettled, by, version=version_number)


def test_again(project: Project, case: TestCase, *, by: Actor) -> None:
    """Decide that the change matters: earlier results no longer count, and assignments go back to do."""
    _check_decider(project, by)
    case.valid_from = case.version_number
    _tell_moved(project, case, "test_again", events.CaseTestAgain, by, version=case.version_number)


def results_stand(project: Project, case: TestCase, reason: str, *, by: Actor) -> CarryOver:
    """Decide that earlier results count for the new text as well. Refuses without a reason."""
    _check_decider(project, by)
    if case.state is not CaseState.SUSPECT:
        raise Refused(_("This has been decided already."))
    row = CarryOver(
        project_id=project.id,
        test_case_id=case.id,
        reference=written(project.key, Kind.TEST_CASE, case.number),
        from_number=case.valid_from,
        to_number=case.version_number,
        by_id=by.user_id,
        by_name=by.name,
        reason=_reason(reason),
    )
    db.session.add(row)
    facts: dict[str, Any] = {"version": case.version_number, "reason": row.reason, "rows": (row,)}
    _tell_moved(project, case, "results_stand", events.CaseResultsStand, by, **facts)
    return row


def _check_decider(project: Project, by: Actor) -> None:
    by.require(Permission.SUSPECT_DECIDE, project.id)
    if reasons := rules.why_not_decide(by.user_id, requirements.people(project.id)):
        raise NotAllowed(_(reasons[0]))


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > _LONGEST_REASON:
        sentence = _("Say in a sentence or two why earlier results still hold. It is printed on the certificate.")
        raise Invalid(sentence, fields={"reason": sentence})
    return said


def list_chosen(project: Project, numbers: Collection[int]) -> list[TestCase]:
    """Return suspect cases by number, locked for a decision. Refuses when none of them waits any more."""
    where = (TestCase.project_id == project.id, TestCase.number.in_(numbers), TestCase.state == CaseState.SUSPECT)
    found = db.session.scalars(sa.select(TestCase).where(*where).order_by(TestCase.number).with_for_update()).all()
    if not found:
        raise Invalid(_("Choose at least one test that waits for a decision."))
    return list(found)
