"""Reads about cycles, their scope and assignments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from cucumber_tag_expressions import TagExpressionParser
from cucumber_tag_expressions.parser import TagExpressionError
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.accounts.models import User
from uatapp.cycles.models import Assignment, Cycle, CycleItem, Deployment
from uatapp.cycles.states import AssignmentState
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.permissions import Role, Side
from uatapp.projects.models import Membership, MembershipRole
from uatapp.requirements.models import Document, Requirement, RequirementVersion
from uatapp.testcases.models import TestCase
from uatapp.testcases.queries import all_tags
from uatapp.testcases.states import CaseState

Tests = sa.Select[TestCase, Requirement, Document]
LEFT = (AssignmentState.TO_DO, AssignmentState.IN_PROGRESS, AssignmentState.RETEST_DUE)


def get_cycle(project_id: int, number: int, *, lock: bool = False) -> Cycle:
    """Return a cycle by its number; refuse (NotFound) what is not there."""
    statement = sa.select(Cycle).where(Cycle.project_id == project_id, Cycle.number == number)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    else:
        statement = statement.options(joinedload(Cycle.environment), joinedload(Cycle.build))
    cycle = db.session.scalar(statement)
    if cycle is None:
        raise NotFound
    return cycle


def list_cycles(project_id: int) -> Sequence[Cycle]:
    """Return a project's cycles, newest first, with environment and build."""
    statement = sa.select(Cycle).where(Cycle.project_id == project_id).order_by(Cycle.number.desc())
    return db.session.scalars(statement.options(joinedload(Cycle.environment), joinedload(Cycle.build))).all()


def progress(cycle_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Count assignments by cycle and state, in one statement."""
    statement = (
        sa.select(Assignment.cycle_id, Assignment.state, sa.func.count())
        .where(Assignment.cycle_id.in_(cycle_ids))
        .group_by(Assignment.cycle_id, Assignment.state)
    )
    found: dict[int, dict[str, int]] = {}
    for cycle_id, state, number in db.session.execute(statement):
        found.setdefault(cycle_id, {})[state.value] = number
    return found


def testers(project_id: int) -> Sequence[Membership]:
    """Return the customer's testers and super users, with their units, by name."""
    holds = sa.exists().where(
        MembershipRole.membership_id == Membership.id, MembershipRole.role.in_((Role.TESTER, Role.SUPER_USER))
    )
    statement = (
        sa.select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.project_id == project_id, Membership.removed_at.is_(None))
        .where(Membership.side == Side.CUSTOMER, holds)
        .options(joinedload(Membership.user), joinedload(Membership.unit))
        .order_by(User.name, User.id)
    )
    return db.session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of tests is narrowed to: by unit, process, document, tags, and whether they are in the scope."""

    unit_id: int | None = None
    process_id: int | None = None
    document_id: int | None = None
    expression: str = ""
    show: str = ""

    def words(self) -> dict[str, Any]:
        """Return it as an address carries it."""
        named = {"unit": self.unit_id, "process": self.process_id, "document": self.document_id}
        return {k: v for k, v in {**named, "expression": self.expression, "show": self.show}.items() if v}


def candidates(project_id: int, wanted: Filter | None = None, cycle_id: int = 0) -> Tests:
    """Select the test cases that can enter a cycle: TestCase, Requirement, Document. `show`: in, out, unassigned."""
    wanted = wanted or Filter()
    statement: Tests = (
        sa.select(TestCase, Requirement, Document)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(TestCase.project_id == project_id, TestCase.state != CaseState.RETIRED)
        .options(joinedload(Document.unit), joinedload(Document.process))
        .order_by(TestCase.number)
    )
    columns = {
        Document.unit_id: wanted.unit_id,
        Document.process_id: wanted.process_id,
        Document.id: wanted.document_id,
    }
    for column, value in columns.items():
        statement = statement.where(column == value) if value else statement
    if wanted.expression:
        statement = statement.where(TestCase.id.in_(_tagged(project_id, wanted.expression)))
    return statement.where(_shown(wanted.show, cycle_id))


def _shown(show: str, cycle_id: int) -> sa.ColumnElement[bool]:
    inside = sa.exists().where(CycleItem.cycle_id == cycle_id, CycleItem.test_case_id == TestCase.id)
    live = (Assignment.item_id == CycleItem.id, Assignment.state != AssignmentState.WITHDRAWN)
    assigned = sa.exists().where(CycleItem.cycle_id == cycle_id, CycleItem.test_case_id == TestCase.id, *live)
    return {"in": inside, "out": ~inside, "unassigned": inside & ~assigned}.get(show, sa.true())


def _tagged(project_id: int, expression: str) -> list[int]:
    """Return ids of the test cases whose tags match a tag expression; refuse an expression that is none."""
    try:
        parsed = TagExpressionParser.parse(expression)
    except (TagExpressionError, RecursionError) as wrong:
        sentence = _("This is not a tag expression: %(why)s. Example: @must and not @later", why=str(wrong)[:200])
        raise Invalid(sentence, fields={"expression": sentence}) from wrong
    columns = (TestCase.id, TestCase.block, Requirement.tags, Requirement.row_tags)
    statement = sa.select(*columns).join(Requirement, Requirement.id == TestCase.requirement_id)
    rows = db.session.execute(statement.where(TestCase.project_id == project_id))
    return [case_id for case_id, block, tags, of_rows in rows if parsed.evaluate(all_tags(tags, of_rows, block))]


def matching_ids(project_id: int, wanted: Filter, cycle_id: int = 0) -> list[int]:
    """Return ids of all test cases that a filter finds."""
    statement = candidates(project_id, wanted, cycle_id).with_only_columns(TestCase.id).order_by(None)
    return list(db.session.scalars(statement))


def scope_counts(project_id: int, cycle_id: int) -> tuple[int, int]:
    """Count the tests in a cycle's scope, and those left out of it."""
    items = sa.select(sa.func.count()).where(CycleItem.cycle_id == cycle_id)
    retired = sa.select(sa.func.count()).select_from(TestCase).where(TestCase.state == CaseState.RETIRED)
    retired = retired.where(TestCase.project_id == project_id)
    cases = sa.select(sa.func.count()).where(TestCase.project_id == project_id)
    gone = retired.where(_shown("in", cycle_id))
    counts = (items, gone, cases, retired)
    scope, out_of_use, every, all_out = db.session.execute(sa.select(*(c.scalar_subquery() for c in counts))).one()
    return scope - out_of_use, every - all_out - (scope - out_of_use)


def cases_by_unit(cycle_id: int) -> dict[int, list[int]]:
    """Return the test cases of a cycle by the business unit of their document."""
    statement = (
        sa.select(Document.unit_id, TestCase.id)
        .join(Requirement, Requirement.document_id == Document.id)
        .join(TestCase, TestCase.requirement_id == Requirement.id)
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .where(CycleItem.cycle_id == cycle_id, Document.unit_id.is_not(None))
    )
    found: dict[int, list[int]] = {}
    for unit_id, case_id in db.session.execute(statement):
        found.setdefault(unit_id or 0, []).append(case_id)
    return found


def _authors(cycle_id: int) -> sa.Select[int, int]:
    """Select who wrote a requirement of a cycle's scope, and how many of them."""
    approved = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.approved_number
    )
    return (
        sa.select(RequirementVersion.author_id, sa.func.count(Requirement.id.distinct()))
        .select_from(CycleItem)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(RequirementVersion, approved)
        .where(CycleItem.cycle_id == cycle_id)
        .group_by(RequirementVersion.author_id)
    )


def authors(cycle_id: int) -> dict[int, int]:
    """Count the requirements in a cycle's scope by who wrote them."""
    return {author_id: number for author_id, number in db.session.execute(_authors(cycle_id))}


def own_requirements(cycle_id: int) -> dict[int, int]:
    """Count, by person, the requirements of a cycle that they wrote and also test."""
    live = (Assignment.item_id == CycleItem.id, Assignment.state != AssignmentState.WITHDRAWN)
    mine = sa.exists().where(*live, Assignment.tester_id == RequirementVersion.author_id)
    return {author_id: number for author_id, number in db.session.execute(_authors(cycle_id).where(mine))}


def behind(cycle_id: int, today: date) -> Sequence[tuple[User, int, date]]:
    """Return who has tests left that were due before today: how many, and since when; the longest first."""
    first = sa.func.min(Assignment.due_on)
    statement = (
        sa.select(User, sa.func.count(), first)
        .join(Assignment, Assignment.tester_id == User.id)
        .where(Assignment.cycle_id == cycle_id, Assignment.due_on < today, Assignment.state.in_(LEFT))
        .group_by(User.id)
        .order_by(first, User.name)
    )
    return [(user, number, due) for user, number, due in db.session.execute(statement) if due]


def documents(project_id: int) -> Sequence[Document]:
    """Return the documents of a project by path."""
    return db.session.scalars(
        sa.select(Document).where(Document.project_id == project_id).order_by(Document.path)
    ).all()


def tester_names(cycle_id: int) -> dict[int, str]:
    """Return who has each test of a cycle, by test case."""
    statement = slots(cycle_id).with_only_columns(TestCase.id, User.name).where(Assignment.id.is_not(None))
    found: dict[int, str] = {}
    for case_id, name in db.session.execute(statement):
        found[case_id] = f"{found[case_id]}, {name}" if case_id in found else name
    return found


def scope_ids(cycle_id: int) -> frozenset[int]:
    return frozenset(db.session.scalars(sa.select(CycleItem.test_case_id).where(CycleItem.cycle_id == cycle_id)))


def deployments(project_id: int, environment_id: int) -> Sequence[Deployment]:
    """Return the builds put into an environment, newest first."""
    where = (Deployment.project_id == project_id, Deployment.environment_id == environment_id)
    statement = sa.select(Deployment).where(*where).order_by(Deployment.id.desc()).limit(20)
    return db.session.scalars(statement.options(joinedload(Deployment.build), joinedload(Deployment.by))).all()


def get_assignment(project_id: int, assignment_id: int, *, lock: bool = False) -> Assignment:
    """Return an assignment with test case, cycle and tester; refuse (NotFound) one of elsewhere."""
    statement = sa.select(Assignment).where(Assignment.project_id == project_id, Assignment.id == assignment_id)
    if lock:
        db.session.execute(statement.with_for_update().execution_options(populate_existing=True))
    item = joinedload(Assignment.item)
    cycle = item.joinedload(CycleItem.cycle)
    found = db.session.scalar(
        statement.options(
            joinedload(Assignment.tester),
            item.joinedload(CycleItem.test_case).joinedload(TestCase.requirement),
            cycle.joinedload(Cycle.environment),
            cycle.joinedload(Cycle.build),
        )
    )
    if found is None:
        raise NotFound
    return found


def _slots(cycle_id: int, state: str, tester_id: int | None) -> Any:
    live = sa.and_(Assignment.item_id == CycleItem.id, Assignment.state != AssignmentState.WITHDRAWN)
    statement = sa.select(CycleItem, Assignment).outerjoin(Assignment, live).where(CycleItem.cycle_id == cycle_id)
    if state == "unassigned":
        statement = statement.where(Assignment.id.is_(None))
    elif state in set(AssignmentState):
        statement = statement.where(Assignment.state == AssignmentState(state))
    return statement.where(Assignment.tester_id == tester_id) if tester_id else statement


def slots(cycle_id: int, *, state: str = "", tester_id: int | None = None) -> Any:
    """Select a cycle's rows for its table: CycleItem, TestCase, Requirement, Assignment (or None), User (or None)."""
    return (
        _slots(cycle_id, state, tester_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .outerjoin(User, User.id == Assignment.tester_id)
        .with_only_columns(CycleItem, TestCase, Requirement, Assignment, User)
        # their ids follow their numbers, and an index has them in this order
        .order_by(CycleItem.test_case_id, User.name)
    )


def count_slots(cycle_id: int, *, state: str = "", tester_id: int | None = None) -> int:
    """Count the rows of a cycle's table."""
    counted = _slots(cycle_id, state, tester_id).with_only_columns(sa.func.count(), maintain_column_froms=True)
    return db.session.scalar(counted) or 0
