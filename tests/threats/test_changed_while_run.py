"""A requirement brought in anew while its test is open: the result belongs to the words that were seen."""

import pytest
import sqlalchemy as sa

from tests.factories import flow
from tests.requirements.steps import bring_in
from tests.world import World
from uatapp.cycles.models import Cycle
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.runs import counting, queries, service
from uatapp.runs.rules import Told
from uatapp.runs.states import StepAnswer
from uatapp.testcases import service as testcases

pytestmark = pytest.mark.proves("F19")
GOOD = Told(dict.fromkeys((2, 3, 4, 5), StepAnswer.AS_EXPECTED), {4: "typed before the change"})


@pytest.fixture
def assignment_id(world: World) -> int:
    """Return a test that has begun: it says that the status is “Released”."""
    flow.open_cycle(world, flow.make_cases(world, 1))
    found = flow.assignments(world)[0].id
    _start(world, found)
    return found


def _start(world: World, assignment_id: int) -> int:
    by = world.actor("tester")
    with unit_of_work(by):
        return service.start(world.project, assignment_id, by=by).case_version_id


def _submit(world: World, assignment_id: int) -> str:
    by = world.actor("tester")
    with unit_of_work(by):
        return service.submit(world.project, assignment_id, GOOD, by=by).reference


def _counted() -> list[str]:
    cycles = list(db.session.scalars(sa.select(Cycle.id)))
    return [word for _case, word in db.session.execute(counting.case_outcomes(cycles))]


def _words(version_id: int) -> str:
    return " ".join(step["text"] for step in queries.get_version(version_id).steps)


def test_the_result_keeps_the_words_that_were_seen_and_does_not_count(world: World, assignment_id: int) -> None:
    flow.bring_in(world, flow.feature(1, status="Held"))
    browser = world.client("tester")
    page = browser.get(f"/projects/PAY/runs/open/{assignment_id}").text
    assert "has changed since you opened this test" in page
    assert "Released" in page
    reference = _submit(world, assignment_id)
    run = queries.get_run(world.project.id, reference)
    assert (run.case_version_number, "Released" in _words(run.case_version_id)) == (1, True)
    shown = browser.get(f"/projects/PAY/runs/{reference}").text
    assert "Released" in shown
    assert "Held" not in shown
    assert "typed before the change" in shown
    assert _counted() == ["stale"]


def test_the_next_run_has_the_new_words_and_counts(world: World, assignment_id: int) -> None:
    flow.bring_in(world, flow.feature(1, status="Held"))
    _submit(world, assignment_id)
    by = world.actor("analyst")
    with unit_of_work(by):
        testcases.test_again(world.project, flow.cases(world)[0], by=by)
    assert "Held" in _words(_start(world, assignment_id))
    _submit(world, assignment_id)
    assert _counted() == ["passed_with_remarks"]


def test_the_same_file_brought_in_again_changes_nothing(world: World, assignment_id: int) -> None:
    result = bring_in(world, {"orders.feature": flow.feature(1)})
    assert (result["unchanged"], result["edited"]) == (1, 0)
    run = queries.get_run(world.project.id, _submit(world, assignment_id))
    assert (run.case_version_number, flow.cases(world)[0].version_number) == (1, 1)
    assert _counted() == ["passed_with_remarks"]
