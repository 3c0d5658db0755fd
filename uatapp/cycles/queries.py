"""Reads about cycles, their scope and assignments."""

from collections.abc import Collection, Sequence
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
from uatapp.requirements.models import Document, Requirement
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState


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


def candidates(project_id: int) -> Any:
    """Select the test cases that can enter a cycle: TestCase, Requirement, Document."""
    return (
        sa.select(TestCase, Requirement, Document)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(TestCase.project_id == project_id, TestCase.state != CaseState.RETIRED)
        .options(joinedload(Document.unit), joinedload(Document.process))
        .order_by(TestCase.number)
    )


def matching_tags(project_id: int, expression: str) -> list[int]:
    """Return ids of the test cases whose tags match a tag expression; refuse an expression that is none."""
    try:
        parsed = TagExpressionParser.parse(expression)
    except TagExpressionError as wrong:
        sentence = _("This is not a tag expression: %(why)s. Example: @must and not @later", why=str(wrong)[:200])
        raise Invalid(sentence, fields={"expression": sentence}) from wrong
    statement = candidates(project_id).with_only_columns(TestCase.id, Requirement.tags)
    return [case_id for case_id, tags in db.session.execute(statement) if parsed.evaluate(tags)]


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


def slots(cycle_id: int, *, state: str = "", tester_id: int | None = None) -> Any:
    """Select a cycle's rows for its table: CycleItem, TestCase, Requirement, Assignment (or None), User (or None)."""
    live = sa.and_(Assignment.item_id == CycleItem.id, Assignment.state != AssignmentState.WITHDRAWN)
    statement = (
        sa.select(CycleItem, TestCase, Requirement, Assignment, User)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .outerjoin(Assignment, live)
        .outerjoin(User, User.id == Assignment.tester_id)
        .where(CycleItem.cycle_id == cycle_id)
        .order_by(TestCase.number, User.name)
    )
    if state == "unassigned":
        statement = statement.where(Assignment.id.is_(None))
    elif state in set(AssignmentState):
        statement = statement.where(Assignment.state == AssignmentState(state))
    return statement.where(Assignment.tester_id == tester_id) if tester_id else statement
