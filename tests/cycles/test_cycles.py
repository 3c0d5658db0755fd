"""Use cases of cycles and assignments, on both databases."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import agreeing, flow
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.cycles import assigning, queries, service
from uatapp.cycles.models import Assignment, Cycle
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.defects import service as defects
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.service import Report
from uatapp.defects.states import DefectState, Severity
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build, Membership
from uatapp.requirements.models import RequirementVersion
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer
from uatapp.testcases import service as testcases
from uatapp.testcases.models import TestCase, TestCaseVersion

A = AssignmentState


def member(world: World, who: str) -> Membership:
    return next(m for m in queries.testers(world.project.id) if m.user_id == world.user_ids[who])


def planned(world: World, cases: list[TestCase], name: str = "Round") -> int:
    """Plan a cycle with a scope; return its number."""
    by, ids, today = world.actor("manager"), [case.id for case in cases], clock.today("Europe/Berlin")
    place, build = flow.environment(world), flow.new_build(world, f"Build of {name}")
    with unit_of_work(by):
        cycle = service.make(world.project, name, place, build, today, today + timedelta(days=5), by=by)
        service.change_scope(world.project, cycle, ids, by=by)
        return cycle.number


def assign(world: World, number: int, cases: list[TestCase], *who: str) -> int:
    by, ids = world.actor("manager"), [case.id for case in cases]
    members = [member(world, name) for name in who]
    with unit_of_work(by):
        cycle = queries.get_cycle(world.project.id, number, lock=True)
        return assigning.assign(world.project, cycle, ids, members, by=by)


def act(world: World, number: int, action: str, reason: str = "") -> None:
    if action == "open":
        agreeing.agree(world)
    with unit_of_work(world.actor("manager")):
        cycle = queries.get_cycle(world.project.id, number, lock=True)
        service.take_action(world.project, cycle, action, by=world.actor("manager"), reason=reason)


def give(world: World, assignment_id: int, who: str) -> int:
    by = world.actor("manager")
    with unit_of_work(by):
        row = queries.get_assignment(world.project.id, assignment_id, lock=True)
        return assigning.reassign(world.project, row, member(world, who), "Holiday", by=by).id


def state(assignment_id: int) -> AssignmentState:
    return db.session.get_one(Assignment, assignment_id, populate_existing=True).state


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_cycle_goes_through_its_states_and_each_is_told(world: World) -> None:
    cases = flow.make_cases(world, 2)
    number = planned(world, cases)
    act(world, number, "open")
    act(world, number, "close")
    with pytest.raises(Invalid):
        act(world, number, "reopen")
    act(world, number, "reopen", "One more fix")
    with pytest.raises(Refused):
        act(world, number, "drop")
    told = [action for action in actions() if action.startswith("cycle.")]
    assert told == ["cycle.made", "cycle.scope_changed", "cycle.opened", "cycle.closed", "cycle.reopened"]
    assert db.session.scalars(sa.select(TestCase.in_use)).all() == [True, True]


def test_a_cycle_without_tests_does_not_open_and_can_be_dropped(world: World) -> None:
    number = planned(world, [])
    with pytest.raises(Refused, match="no tests"):
        act(world, number, "open")
    act(world, number, "drop")
    cases = flow.make_cases(world, 1)
    with pytest.raises(Refused, match="scope stays"), unit_of_work(world.actor("manager")):
        cycle = queries.get_cycle(world.project.id, number)
        service.change_scope(world.project, cycle, [cases[0].id], by=world.actor("manager"))


def test_retired_and_foreign_tests_do_not_enter(world: World) -> None:
    cases = flow.make_cases(world, 2)
    number = planned(world, cases[:1])
    retire(world, cases[1])
    for case_id in (cases[1].id, 99_999):
        with pytest.raises(Invalid, match="retired or not"), unit_of_work(world.actor("manager")):
            cycle = queries.get_cycle(world.project.id, number)
            service.change_scope(world.project, cycle, [case_id], by=world.actor("manager"), only_add=True)


def retire(world: World, case: TestCase) -> None:
    """Retire a test case by its own lifecycle, as its requirement's retirement does."""
    from uatapp.requirements.events import RequirementRetired

    event = RequirementRetired(
        project_id=world.project.id,
        subject="PAY-R1",
        by=world.actor("head"),
        requirement_id=case.requirement_id,
    )
    with unit_of_work(world.actor("head")):
        testcases.on_retired(event)


def test_each_test_goes_to_each_tester_once(world: World) -> None:
    cases = flow.make_cases(world, 3)
    number = planned(world, cases)
    assert assign(world, number, cases[:2], "tester") == 2
    assert assign(world, number, cases, "tester", "tester2") == 4
    assert assign(world, number, cases, "tester", "tester2") == 0
    assert actions().count("cycle.assigned") == 2
    with pytest.raises(Invalid):
        assign(world, number, cases)


def test_nothing_is_assigned_to_the_partner_or_outside_the_scope(world: World) -> None:
    cases = flow.make_cases(world, 2)
    number = planned(world, cases[:1])
    with pytest.raises(Invalid, match="not in the scope"):
        assign(world, number, cases, "tester")
    from uatapp.projects.queries import find_membership

    engineer = find_membership(world.project.id, world.user_ids["engineer"])
    assert engineer is not None
    with pytest.raises(Refused, match="partner"), unit_of_work(world.actor("manager")):
        cycle = queries.get_cycle(world.project.id, number)
        assigning.assign(world.project, cycle, [cases[0].id], [engineer], by=world.actor("manager"))


def test_a_test_that_nobody_tried_moves_to_the_other(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    row = flow.assignments(world)[0].id
    assert give(world, row, "tester2") == row
    assert [a.id for a in flow.assignments(world, "tester2")] == [row]
    with pytest.raises(Refused, match="already"):
        other = flow.open_cycle(world, flow.cases(world), ("tester", "tester2"), "Two").id
        mine = next(a.id for a in flow.assignments(world) if a.cycle_id == other)
        give(world, mine, "tester2")


def test_a_finished_test_is_withdrawn_and_made_anew(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    row = flow.assignments(world)[0]
    flow.run(world, row)
    old_id = row.id
    new_id = give(world, old_id, "tester2")
    assert (state(old_id), state(new_id)) == (A.WITHDRAWN, A.TO_DO)
    assert db.session.scalars(sa.select(Run.assignment_id)).all() == [old_id]
    back = give(world, new_id, "tester")
    assert back == old_id
    assert (state(old_id), state(new_id)) == (A.TO_DO, A.WITHDRAWN)


def failed(world: World) -> tuple[int, int]:
    """Return a failed assignment and the defect that holds it."""
    flow.open_cycle(world, flow.make_cases(world, 1))
    row = flow.assignments(world)[0]
    row_id = row.id
    run = flow.run(world, row, StepAnswer.NOT_AS_EXPECTED, remark="Held")
    by, run_id = world.actor("tester"), run.id
    with unit_of_work(by):
        report = Report("It is held", Severity.MAJOR)
        defect = defects.raise_defect(world.project, report, by=by, run=db.session.get_one(Run, run_id))
        defect_id = defect.id
    with unit_of_work(world.actor("lead")):
        defects.accept(world.project, db.session.get_one(Defect, defect_id), by=world.actor("lead"))
    return row_id, defect_id


def fix(world: World, defect_id: int) -> None:
    build_id = flow.new_build(world, "1.1").id
    by = world.actor("engineer")
    with unit_of_work(by):
        build = db.session.get_one(Build, build_id)
        defects.fix(world.project, db.session.get_one(Defect, defect_id), build, "Done", by=by)
    flow.deploy(world, db.session.get_one(Build, build_id))


def test_a_deputys_retest_closes_the_defect(world: World) -> None:
    row, defect_id = failed(world)
    fix(world, defect_id)
    assert state(row) is A.RETEST_DUE
    assert give(world, row, "tester2") == row
    assert state(row) is A.RETEST_DUE
    flow.run(world, db.session.get_one(Assignment, row), by="tester2")
    assert state(row) is A.PASSED
    assert db.session.get_one(Defect, defect_id).state is DefectState.CLOSED


def test_a_test_opened_anew_takes_its_defects_along(world: World) -> None:
    row, defect_id = failed(world)
    other = give(world, row, "tester2")
    assert other == row
    assert give(world, row, "tester") == row
    fix(world, defect_id)
    assign(world, 1, flow.cases(world), "super_user")
    deputy = flow.assignments(world, "super_user")[0].id
    with unit_of_work(world.actor("manager")):
        by = world.actor("manager")
        assigning.withdraw(queries.get_assignment(world.project.id, deputy, lock=True), "Too much", by=by)
    assert give(world, row, "super_user") == deputy
    assert (state(row), state(deputy)) == (A.WITHDRAWN, A.RETEST_DUE)
    assert db.session.scalars(sa.select(DefectLink.assignment_id)).all() == [deputy]
    flow.run(world, db.session.get_one(Assignment, deputy), by="super_user")
    assert db.session.get_one(Defect, defect_id).state is DefectState.CLOSED


def test_a_later_cycle_takes_open_defects_along(world: World) -> None:
    row, _defect = failed(world)
    cycle = flow.open_cycle(world, flow.cases(world), name="Cycle 2").id
    target = next(a.id for a in flow.assignments(world) if a.cycle_id == cycle)
    assert db.session.scalars(sa.select(DefectLink.assignment_id)).all() == [target]
    assert state(target) is A.WAITING_FOR_FIX
    assert row != target


def test_a_deployment_moves_planned_and_open_cycles_of_its_environment(world: World) -> None:
    cases = flow.make_cases(world, 1)
    numbers = [planned(world, cases, name) for name in ("planned", "open", "closed")]
    for number, steps in zip(numbers, ((), ("open",), ("open", "close")), strict=True):
        for step in steps:
            act(world, number, step)
    build_id = flow.new_build(world, "2.0").id
    flow.deploy(world, db.session.get_one(Build, build_id))
    builds = db.session.execute(sa.select(Cycle.state, Cycle.build_id).order_by(Cycle.number)).all()
    assert [(s, b == build_id) for s, b in builds] == [
        (CycleState.PLANNED, True), (CycleState.OPEN, True), (CycleState.CLOSED, False)
    ]  # fmt: skip


def test_test_again_brings_results_back_to_do_with_a_word(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1), ("tester", "tester2"))
    for who in ("tester", "tester2"):
        flow.run(world, flow.assignments(world, who)[0], by=who)
    flow.bring_in(world, flow.feature(1, status="Held"))
    with unit_of_work(world.actor("analyst")):
        testcases.test_again(world.project, flow.cases(world)[0], by=world.actor("analyst"))
    for who in ("tester", "tester2"):
        row = flow.assignments(world, who)[0]
        assert row.state is A.TO_DO
        assert "has changed" in row.note


def test_who_tried_only_the_old_version_gets_it_back_when_another_settles_it(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1), ("tester", "tester2"))
    flow.run(world, flow.assignments(world)[0])
    flow.bring_in(world, flow.feature(1, status="Held"))
    flow.run(world, flow.assignments(world, "tester2")[0], by="tester2")
    assert flow.assignments(world)[0].state is A.TO_DO
    assert flow.assignments(world, "tester2")[0].state is A.PASSED


def test_a_retired_test_is_withdrawn_where_it_is_not_finished(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1), ("tester", "tester2"))
    flow.run(world, flow.assignments(world)[0])
    retire(world, flow.cases(world)[0])
    assert flow.assignments(world)[0].state is A.PASSED
    gone = flow.assignments(world, "tester2")[0]
    assert gone.state is A.WITHDRAWN
    assert "retired" in gone.note


def ten_thousand(world: World, count: int = 10_000) -> list[int]:
    """Copy one approved test many times over, by the tables: only the size matters here."""
    first = flow.make_cases(world, 1)[0]
    version = db.session.scalars(sa.select(TestCaseVersion)).one()
    requirement_version = db.session.scalars(sa.select(RequirementVersion.id)).one()
    common = {"project_id": first.project_id, "requirement_id": first.requirement_id, "title": "Copy"}
    rows = [{**common, "number": n, "state": "ready", "in_use": True} for n in range(2, count + 1)]
    for row in rows:
        row |= {"position": 0, "version_number": 1, "valid_from": 1, "block": 0, "row": 0, "block_name": ""}
    columns = set(TestCase.__table__.columns.keys())
    assert version.requirement_version_id == requirement_version
    with unit_of_work(world.actor("manager")) as session:
        session.connection().execute(sa.insert(TestCase), [{k: v for k, v in r.items() if k in columns} for r in rows])
    return list(db.session.scalars(sa.select(TestCase.id)))


def test_ten_thousand_tests_are_scoped_and_assigned_in_one_press(world: World) -> None:
    ids = ten_thousand(world)
    number = planned(world, [])
    by, members = world.actor("manager"), [member(world, "tester")]
    began = time.monotonic()
    with unit_of_work(by):
        cycle = queries.get_cycle(world.project.id, number, lock=True)
        assert service.change_scope(world.project, cycle, ids, by=by) == len(ids)
    with unit_of_work(by):
        cycle = queries.get_cycle(world.project.id, number, lock=True)
        assert assigning.assign(world.project, cycle, ids, members, by=by) == len(ids)
    assert time.monotonic() - began < 60
    assert queries.progress([cycle.id]) == {cycle.id: {"to_do": len(ids)}}
