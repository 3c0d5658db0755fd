"""Reads about defects. Every customer and partner member may read them; strangers are stopped before."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.cycles.models import Assignment, Cycle, CycleItem, Deployment
from uatapp.cycles.states import AssignmentState
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, DefectState
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.projects.models import Build
from uatapp.testcases.models import TestCase


def get_defect(project_id: int, number: int, *, lock: bool = False) -> Defect:
    """Return a defect by its number; refuse (NotFound) what is not there."""
    statement = sa.select(Defect).where(Defect.project_id == project_id, Defect.number == number)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    else:
        people = (joinedload(Defect.reporter), joinedload(Defect.owner), joinedload(Defect.fixed_build))
        statement = statement.options(*people)
    defect = db.session.scalar(statement)
    if defect is None:
        raise NotFound
    return defect


def links_of(defect_id: int) -> Sequence[DefectLink]:
    """Return a defect's links with assignment, tester, test case and cycle."""
    path = joinedload(DefectLink.assignment)
    return db.session.scalars(
        sa.select(DefectLink)
        .where(DefectLink.defect_id == defect_id)
        .options(
            path.joinedload(Assignment.tester),
            path.joinedload(Assignment.item).joinedload(CycleItem.test_case),
            path.joinedload(Assignment.item).joinedload(CycleItem.cycle),
        )
        .order_by(DefectLink.id)
    ).all()


def links_of_assignment(assignment_id: int) -> Sequence[DefectLink]:
    """Return the links that hold an assignment, with their defects."""
    statement = sa.select(DefectLink).where(DefectLink.assignment_id == assignment_id)
    build = joinedload(DefectLink.defect).joinedload(Defect.fixed_build)
    return db.session.scalars(statement.options(build).order_by(DefectLink.id)).all()


def fixed_and_waiting(project_id: int, environment_id: int, build_number: int) -> Sequence[Defect]:
    """Return fixed defects whose build (or a later one) is now in the environment where their tests run."""
    there = (
        sa.select(DefectLink.defect_id)
        .join(Assignment, Assignment.id == DefectLink.assignment_id)
        .join(Cycle, Cycle.id == Assignment.cycle_id)
        .where(Cycle.environment_id == environment_id)
    )
    unlinked = ~sa.exists().where(DefectLink.defect_id == Defect.id)
    statement = (
        sa.select(Defect)
        .join(Build, Build.id == Defect.fixed_build_id)
        .where(Defect.project_id == project_id, Defect.state == DefectState.FIXED, Build.number <= build_number)
        .where(sa.or_(Defect.id.in_(there), unlinked))
        .order_by(Defect.number)
    )
    return db.session.scalars(statement.with_for_update(of=Defect)).all()


def is_deployed(defect: Defect, build_number: int) -> bool:
    """Say whether a build that has the fix is where one of the defect's tests runs; without tests, anywhere."""
    linked = sa.exists().where(DefectLink.defect_id == defect.id)
    anywhere = (
        sa.select(sa.func.max(Build.number))
        .join(Deployment, Deployment.build_id == Build.id)
        .where(Deployment.project_id == defect.project_id, ~linked)
    )
    running = (
        sa.select(sa.func.max(Build.number))
        .join(Cycle, Cycle.build_id == Build.id)
        .join(Assignment, Assignment.cycle_id == Cycle.id)
        .join(DefectLink, DefectLink.assignment_id == Assignment.id)
        .where(DefectLink.defect_id == defect.id)
    )
    return (db.session.scalar(running) or db.session.scalar(anywhere) or 0) >= build_number


def open_links_of_cases(project_id: int, case_ids: Sequence[int], cycle_id: int) -> Sequence[DefectLink]:
    """Return links of unclosed defects from other cycles' assignments of these test cases."""
    return db.session.scalars(
        sa.select(DefectLink)
        .join(Assignment, Assignment.id == DefectLink.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(Defect, Defect.id == DefectLink.defect_id)
        .where(DefectLink.project_id == project_id, CycleItem.cycle_id != cycle_id)
        .where(CycleItem.test_case_id.in_(case_ids), Defect.state.in_((*OPEN, DefectState.DEFERRED)))
        .options(joinedload(DefectLink.defect), joinedload(DefectLink.assignment).joinedload(Assignment.item))
        .order_by(DefectLink.id)
    ).all()


def fixers_in_retest(assignment_id: int) -> frozenset[int]:
    """Return who fixed a defect that this assignment tests again; they must not record the result."""
    statement = (
        sa.select(Defect.fixer_id)
        .join(DefectLink, DefectLink.defect_id == Defect.id)
        .where(DefectLink.assignment_id == assignment_id, Defect.fixer_id.is_not(None))
        .where(Defect.state.in_((DefectState.FIXED, DefectState.IN_RETEST)))
    )
    return frozenset(user_id for user_id in db.session.scalars(statement) if user_id is not None)


def similar(project_id: int, requirement_id: int, limit: int = 5) -> Sequence[Defect]:
    """Return open defects seen on the same requirement, newest first: "is it this one?"."""
    seen = (
        sa.select(DefectLink.defect_id)
        .join(Assignment, Assignment.id == DefectLink.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(TestCase.requirement_id == requirement_id)
    )
    statement = (
        sa.select(Defect)
        .where(Defect.project_id == project_id, Defect.state.in_(OPEN))
        .where(sa.or_(Defect.requirement_id == requirement_id, Defect.id.in_(seen)))
        .order_by(Defect.number.desc())
    )
    return db.session.scalars(statement.limit(limit)).all()


def live_links(defect_id: int) -> Sequence[DefectLink]:
    """Return the links whose assignment has not been withdrawn: those must pass."""
    return db.session.scalars(
        sa.select(DefectLink)
        .join(Assignment, Assignment.id == DefectLink.assignment_id)
        .where(DefectLink.defect_id == defect_id, Assignment.state != AssignmentState.WITHDRAWN)
    ).all()
