"""Facts behind the exit criteria, on both databases: what counts, what no longer does, and who tried it."""

from collections.abc import Collection

import pytest
import sqlalchemy as sa

from tests.counting import statements
from tests.factories import flow, problems
from tests.world import World
from uatapp.criteria import queries
from uatapp.criteria.rules import CriterionResult
from uatapp.cycles.models import Cycle
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.runs import service as runs
from uatapp.runs.states import StepAnswer
from uatapp.testcases import service as testcases


def live(world: World) -> Collection[int]:
    return queries.live_cycle_ids(world.project.id)


def counts(world: World, barred: Collection[int] = ()) -> dict[str, int]:
    db.session.rollback()
    rows = queries.scope(live(world), barred).subquery()
    return dict(db.session.execute(sa.select(rows.c.outcome, sa.func.count()).group_by(rows.c.outcome)).all())


def results(world: World, *signatories: str) -> dict[str, CriterionResult]:
    db.session.rollback()
    ids = [world.user_ids[name] for name in signatories]
    return {row.code: row for row in queries.evaluated(world.project, live(world), ids)[1]}


def pass_all(world: World, tester: str = "tester") -> None:
    for assignment in flow.assignments(world, tester):
        flow.run(world, assignment, by=tester)


def passed(world: World, count: int = 2, testers: tuple[str, ...] = ("tester",)) -> Cycle:
    cycle = flow.open_cycle(world, flow.make_cases(world, count), testers)
    pass_all(world, testers[0])
    return cycle


def change_first(world: World, count: int = 2, word: bytes = b"you save the new order") -> None:
    """Change what the first test does, and have it approved."""
    flow.bring_in(world, flow.feature(count).replace(b"you save the order", word, 1))


def decide(world: World, what: str) -> None:
    """Say of the first test, which has changed, whether its results stand."""
    by = world.actor("analyst")
    with unit_of_work(by):
        case = flow.cases(world)[0]
        if what == "stand":
            testcases.results_stand(world.project, case, "Only the wording", by=by)
        else:
            testcases.test_again(world.project, case, by=by)


def test_without_a_cycle_nothing_is_met_that_counts_tests(world: World) -> None:
    flow.make_cases(world, 1)
    found = results(world)
    assert not found["all_run"].met
    assert not found["share_passed"].met
    assert found["no_serious_defect"].met


def test_planned_cycles_do_not_count_and_closed_ones_do(world: World) -> None:
    cycle = passed(world)
    flow.close(world, cycle)
    assert all(row.met for row in results(world).values())
    assert counts(world) == {"passed": 2}


def test_a_changed_requirement_makes_its_result_stale(world: World) -> None:
    passed(world)
    change_first(world)
    found = results(world)
    assert counts(world) == {"passed": 1, "stale": 1}
    assert found["all_run"].value == "1 of 2"
    assert [row.reference for row in found["all_run"].rows] == ["PAY-T1"]
    assert [row.reference for row in found["share_passed"].rows] == ["PAY-T1"]


def test_results_that_stand_count_again_and_those_to_test_again_do_not(world: World) -> None:
    passed(world)
    change_first(world)
    decide(world, "stand")
    assert counts(world) == {"passed": 2}
    change_first(world, word=b"you save the other order")
    decide(world, "again")
    assert counts(world) == {"passed": 1, "stale": 1}
    flow.run(world, flow.assignments(world)[0])
    assert counts(world) == {"passed": 2}


@pytest.mark.parametrize(
    ("answer", "remark", "outcome"),
    [
        (StepAnswer.AS_EXPECTED, "", "passed"),
        (StepAnswer.AS_EXPECTED, "Slow", "passed_with_remarks"),
        (StepAnswer.NOT_AS_EXPECTED, "Wrong", "failed"),
        (StepAnswer.NOT_DONE, "", "blocked"),
    ],
)
def test_each_outcome_is_counted_as_what_it_is(world: World, answer: StepAnswer, remark: str, outcome: str) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    flow.run(world, flow.assignments(world)[0], answer, remark=remark, reason="The printer is off")
    assert counts(world) == {outcome: 1}
    assert results(world)["all_run"].met is (outcome != "blocked")
    assert results(world)["share_passed"].met is outcome.startswith("passed")


def test_the_worst_of_several_testers_counts(world: World) -> None:
    passed(world, 1, ("tester", "super_user"))
    assert counts(world) == {"not_run": 1}
    problems.fail(world, flow.assignments(world, "super_user")[0], by="super_user")
    assert counts(world) == {"failed": 1}


def test_the_newest_cycle_with_a_valid_result_counts(world: World) -> None:
    passed(world)
    flow.open_cycle(world, flow.cases(world), name="Cycle 2")
    assert counts(world) == {"passed": 2}
    problems.fail(world, flow.assignments(world)[2])
    assert counts(world) == {"passed": 1, "failed": 1}
    assert results(world)["share_passed"].value == "50 %"


def test_a_change_makes_the_results_of_all_cycles_stale(world: World) -> None:
    passed(world, 1)
    flow.open_cycle(world, flow.cases(world), name="Cycle 2")
    flow.run(world, flow.assignments(world)[1])
    change_first(world, 1)
    assert counts(world) == {"stale": 1}


def test_a_result_taken_back_counts_no_more(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    reference = flow.run(world, flow.assignments(world)[0]).reference
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "", by=world.actor("tester"))
    assert counts(world) == {"not_run": 1}


def test_what_only_a_signatory_tried_counts_as_not_run(world: World) -> None:
    passed(world, 2, ("tester",))
    assert results(world)["all_run"].met
    found = results(world, "tester")
    assert not found["all_run"].met
    assert [row.reference for row in found["all_run"].rows] == ["PAY-T1", "PAY-T2"]
    assert found["share_passed"].value == "0 %"
    assert results(world, "sponsor")["all_run"].met


def test_one_who_does_not_sign_is_enough(world: World) -> None:
    passed(world, 1, ("tester", "super_user"))
    pass_all(world, "super_user")
    assert results(world, "tester")["all_run"].met
    assert not results(world, "tester", "super_user")["all_run"].met


def test_a_stale_result_of_another_does_not_help_a_signatory(world: World) -> None:
    passed(world, 1, ("super_user",))
    change_first(world, 1)
    flow.open_cycle(world, flow.cases(world), ("tester",), name="Cycle 2")
    pass_all(world)
    assert results(world)["all_run"].met
    assert not results(world, "tester")["all_run"].met


def test_what_only_its_author_tried_counts_as_not_run_once_signatories_are_named(world: World) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        member = find_membership(world.project.id, world.user_ids["analyst"])
        assert member is not None
        roles = [Role.ANALYST, Role.TESTER]
        members.change(world.project, member, roles, world.unit("Order entry"), by=by)
    passed(world, 1, ("analyst",))
    assert results(world)["all_run"].met
    assert not results(world, "sponsor")["all_run"].met
    flow.open_cycle(world, flow.cases(world), name="Cycle 2")
    pass_all(world)
    assert results(world, "sponsor")["all_run"].met


@pytest.mark.parametrize("severity", list(Severity))
def test_only_critical_and_major_problems_stand_in_the_way(world: World, severity: Severity) -> None:
    problems.report(world, problems.failed(world), severity)
    is_serious = severity in (Severity.CRITICAL, Severity.MAJOR)
    found = results(world)["no_serious_defect"]
    assert found.met is not is_serious
    assert [row.reference for row in found.rows] == (["PAY-D1"] if is_serious else [])


def test_a_proposal_changes_nothing_until_it_is_agreed(world: World) -> None:
    number = problems.report(world, problems.failed(world), Severity.CRITICAL)
    problems.act(world, "lead", number, defects.set_severity, Severity.COSMETIC, "Nobody sees it")
    assert not results(world)["no_serious_defect"].met
    problems.act(world, "tester", number, defects.answer_severity, True)
    assert results(world)["no_serious_defect"].met


def test_a_problem_of_another_cycle_does_not_stand_in_the_way_of_this_one(world: World) -> None:
    problems.report(world, problems.failed(world, 2))
    first = flow.cases(world)[1]
    cycle = flow.open_cycle(world, [first], ("tester2",), name="Cycle 2")
    (here,) = queries.evaluated(world.project, [cycle.id])[1][2:3]
    assert (here.code, here.met) == ("no_serious_defect", True)


def test_a_fix_waits_to_be_tested_again_until_it_is(world: World) -> None:
    number = problems.report(world, problems.failed(world), Severity.MINOR)
    problems.act(world, "lead", number, defects.accept)
    assert results(world)["no_retest"].met
    problems.fix(world, number, "1.1")
    assert [row.reference for row in results(world)["no_retest"].rows] == ["PAY-T1"]
    problems.deploy(world, "1.1")
    assert not results(world)["no_retest"].met
    flow.run(world, problems.newest(world))
    assert all(row.met for row in results(world).values())


def test_statements_do_not_grow_with_tests(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 2))
    with statements() as few:
        results(site, "sponsor")
    flow.open_cycle(site, flow.make_cases(site, 30)[2:], name="Cycle 2")
    with statements() as many:
        results(site, "sponsor")
    assert len(many) == len(few)
