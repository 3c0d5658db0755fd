"""What counts, in SQL, against the sentences of the design told slowly; on both databases."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from tests.factories import flow
from tests.world import World
from uatapp.cycles.models import Assignment, Cycle
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.runs import counting
from uatapp.runs.states import StepAnswer
from uatapp.testcases import service as testcases
from uatapp.testcases.models import TestCase

ORDER = ("failed", "blocked", "stale", "not_run", "passed_with_remarks", "passed", "not_applicable")


def slow(cycles: Sequence[Cycle]) -> dict[int, str]:
    """Walk over cycles, tests and assignments one by one."""
    found: dict[int, tuple[bool, int, str]] = {}
    for cycle in sorted(cycles, key=lambda c: c.number):
        for case in db.session.scalars(sa.select(TestCase)):
            if case.id not in _scope(cycle) or case.state.value == "retired":
                continue
            words = [_word(a, case) for a in _assignments(cycle, case)]
            word = min(words, key=ORDER.index) if words else "not_run"
            valid = any(w not in ("not_run", "stale") for w in words)
            if case.id not in found or valid or not found[case.id][0]:
                found[case.id] = (valid, cycle.number, word)
    return {case_id: word for case_id, (_valid, _number, word) in found.items()}


def _scope(cycle: Cycle) -> set[int]:
    from uatapp.cycles.queries import scope_ids

    return set(scope_ids(cycle.id))


def _assignments(cycle: Cycle, case: TestCase) -> list[Assignment]:
    from uatapp.cycles.models import CycleItem

    statement = sa.select(Assignment).join(CycleItem, CycleItem.id == Assignment.item_id)
    where = (CycleItem.cycle_id == cycle.id, CycleItem.test_case_id == case.id, Assignment.state != "withdrawn")
    return list(db.session.scalars(statement.where(*where)))


def _word(assignment: Assignment, case: TestCase) -> str:
    if assignment.outcome is None or assignment.run_version is None:
        return "not_run"
    is_current = assignment.run_version == case.version_number
    is_carried = case.state.value != "suspect" and assignment.run_version >= case.valid_from
    return assignment.outcome.value if is_current or is_carried else "stale"


def counted(cycles: Sequence[Cycle]) -> dict[int, str]:
    rows = db.session.execute(counting.case_outcomes([cycle.id for cycle in cycles]))
    return {case_id: word for case_id, word in rows}


def mine(world: World, cycle_id: int, who: str = "tester") -> list[Assignment]:
    return [row for row in flow.assignments(world, who) if row.cycle_id == cycle_id]


def test_every_kind_of_outcome_counts_as_told(world: World) -> None:
    cases = flow.make_cases(world, 7)
    first = flow.open_cycle(world, cases, ("tester", "tester2"), "One").id
    one, two = mine(world, first), mine(world, first, "tester2")
    bad, undone, good = StepAnswer.NOT_AS_EXPECTED, StepAnswer.NOT_DONE, StepAnswer.AS_EXPECTED
    flow.run(world, one[0], bad, remark="No")
    flow.run(world, one[1], undone, reason="Stopped")
    flow.run(world, one[2], good, remark="Slow")
    flow.run(world, one[3], good)
    flow.run(world, one[4], undone, reason="Not here", not_applicable=True)
    for row in two[:5]:
        flow.run(world, row, good, by="tester2")
    flow.run(world, one[5], good)
    cycles = [db.session.get_one(Cycle, first)]
    expected = ["failed", "blocked", "passed_with_remarks", "passed", "passed", "not_run", "not_run"]
    assert [counted(cycles)[case.id] for case in flow.cases(world)] == expected
    assert counted(cycles) == slow(cycles)
    second = flow.open_cycle(world, flow.cases(world)[:3], ("tester",), "Two").id
    flow.run(world, mine(world, second)[0], good)
    cycles = [db.session.get_one(Cycle, n) for n in (first, second)]
    assert counted(cycles)[flow.cases(world)[0].id] == "passed"
    assert counted(cycles)[flow.cases(world)[1].id] == "blocked"
    assert counted(cycles) == slow(cycles)
    by_cycle = counting.by_cycle([first, second])
    assert by_cycle[second] == {"passed": 1, "not_run": 2}
    assert sum(by_cycle[first].values()) == 7


@pytest.mark.proves("F19")
@pytest.mark.parametrize("decision", ["none", "test_again", "results_stand", "new_run"])
def test_a_changed_test_counts_as_decided(world: World, decision: str) -> None:
    cycle_id = flow.open_cycle(world, flow.make_cases(world, 1)).id
    flow.run(world, flow.assignments(world)[0])
    flow.bring_in(world, flow.feature(1, status="Held"))
    case, by = flow.cases(world)[0], world.actor("analyst")
    if decision == "test_again":
        with unit_of_work(by):
            testcases.test_again(world.project, case, by=by)
    if decision == "results_stand":
        with unit_of_work(by):
            testcases.results_stand(world.project, case, "Only a word", by=by)
    if decision == "new_run":
        with unit_of_work(by):
            testcases.test_again(world.project, case, by=by)
        flow.run(world, flow.assignments(world)[0])
    cycles = [db.session.get_one(Cycle, cycle_id)]
    expected = {"none": "stale", "test_again": "stale", "results_stand": "passed", "new_run": "passed"}
    assert counted(cycles) == slow(cycles) == {flow.cases(world)[0].id: expected[decision]}


def test_the_worst_comes_first() -> None:
    assert counting.worst(["passed", "stale", "not_run"]) == "stale"
    assert counting.worst([]) == "uncovered"
