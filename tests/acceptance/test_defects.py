"""Steps of features/defects: a problem that a tester finds comes to an end that they agree to."""

from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.world import World
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState
from uatapp.defects import queries, retests, service
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, DefectState, Severity, TriageOutcome
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotAllowed, Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build
from uatapp.projects.queries import find_named
from uatapp.runs import service as running
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer

scenarios("defects/triage_and_retest.feature")

STATES = {
    "to do again": AssignmentState.TO_DO,
    "waiting for a change": AssignmentState.WAITING_FOR_CHANGE,
}


@pytest.fixture
def told() -> dict[str, Any]:
    """What the scenario remembers from step to step."""
    return {"number": 1}


def act(site: World, who: str, number: int, use_case: Any, *words: Any, **more: Any) -> None:
    with unit_of_work(site.actor(who)):
        defect = queries.get_defect(site.project.id, number, lock=True)
        use_case(site.project, defect, *words, by=site.actor(who), **more)


def defect(site: World, number: int) -> Defect:
    db.session.rollback()
    return queries.get_defect(site.project.id, number)


def test_of_marta(site: World) -> Assignment:
    db.session.rollback()
    return flow.assignments(site)[0]


test_of_marta.__test__ = False  # type: ignore[attr-defined]


@given(parsers.parse('Marta has submitted the test as failed with the words "{words}"'))
def failed(site: World, told: dict[str, Any], words: str) -> None:
    run = flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_AS_EXPECTED, remark=words)
    told["run"] = run.reference


def report(site: World, told: dict[str, Any], severity: str, title: str = "The total is wrong") -> None:
    with unit_of_work(site.actor("tester")):
        run = db.session.scalars(sa.select(Run).where(Run.reference == told["run"])).one()
        said = service.Report(title, Severity(severity))
        told["number"] = service.raise_defect(site.project, said, by=site.actor("tester"), run=run).number


@when("Marta opens the report for her failed test")
def opens_report(site: World, told: dict[str, Any]) -> None:
    told["page"] = site.client("tester").get(f"/projects/PAY/defects/new?run={told['run']}").get_data(as_text=True)


@then(parsers.parse('the report names the test, the build and "{words}"'))
def report_names(told: dict[str, Any], words: str) -> None:
    for expected in ("PAY-T1", "1.0", words):
        assert expected in told["page"]


@then("sending it makes a problem that stops her test")
def sending(site: World, told: dict[str, Any]) -> None:
    data = {"title": "The total is wrong", "severity": "major", "run": told["run"], "position": "4"}
    assert site.client("tester").post("/projects/PAY/defects/new", data=data).status_code == 303
    link = db.session.scalars(sa.select(DefectLink)).one()
    assert link.assignment_id == test_of_marta(site).id
    assert link.run_reference == told["run"]


@given(parsers.parse("Marta has reported the problem as {severity}"))
def reported(site: World, told: dict[str, Any], severity: str) -> None:
    report(site, told, severity)


@given("the lead has accepted it")
@when("the lead accepts it")
def accepts(site: World, told: dict[str, Any]) -> None:
    act(site, "lead", told["number"], service.accept, note="Thank you")


@when("the engineer marks it fixed in a new build")
def marks_fixed(site: World, told: dict[str, Any]) -> None:
    build_id = flow.new_build(site, "1.1").id
    with unit_of_work(site.actor("engineer")):
        build = db.session.get_one(Build, build_id)
        found = queries.get_defect(site.project.id, told["number"], lock=True)
        service.fix(site.project, found, build, "Repaired", by=site.actor("engineer"))


@when("that build is deployed")
def deployed(site: World) -> None:
    build = find_named(Build, site.project.id, "1.1")
    assert build is not None
    flow.deploy(site, build)


@given("it was fixed in a build that is deployed")
def fixed_and_deployed(site: World, told: dict[str, Any]) -> None:
    accepts(site, told)
    marks_fixed(site, told)
    deployed(site)


@then("Marta's test waits for a fix")
def waits_for_fix(site: World) -> None:
    assert test_of_marta(site).state is AssignmentState.WAITING_FOR_FIX


@then("Marta's test is due to be tested again")
def retest_due(site: World) -> None:
    assert test_of_marta(site).state is AssignmentState.RETEST_DUE
    page = site.client("tester").get("/projects/PAY/my-work").get_data(as_text=True)
    assert "Fixed: please try again" in page


@when("Marta tests it again and everything is as expected")
def passes(site: World) -> None:
    flow.run(site, test_of_marta(site))


@when("Marta tests it again and finds it still wrong")
def fails_again(site: World, told: dict[str, Any]) -> None:
    run = flow.run(site, test_of_marta(site), StepAnswer.NOT_AS_EXPECTED, remark="Still wrong")
    data = {"run": run.reference, "persists": str(told["number"]), "why": "Still wrong"}
    assert site.client("tester").post("/projects/PAY/defects/persisting", data=data).status_code == 303


@then("the problem is closed")
def closed(site: World, told: dict[str, Any]) -> None:
    assert defect(site, told["number"]).state is DefectState.CLOSED


@then("Marta's test has passed")
def has_passed(site: World) -> None:
    assert test_of_marta(site).state is AssignmentState.PASSED


@then("the problem is reopened and that is counted")
def reopened(site: World, told: dict[str, Any]) -> None:
    found = defect(site, told["number"])
    assert (found.state, found.reopened_count) == (DefectState.REOPENED, 1)


@then("the engineer cannot record the retest")
def engineer_cannot(site: World) -> None:
    assignment = test_of_marta(site)
    with pytest.raises(NotAllowed), unit_of_work(site.actor("engineer")):
        running.start(site.project, assignment.id, by=site.actor("engineer"))
    assert retests.refuse_fixer(test_of_marta(site), site.actor("engineer"))


@when(parsers.re(r'the lead proposes that it is (?P<outcome>[a-z ]+) because "(?P<why>[^"]+)"'))
def proposes(site: World, told: dict[str, Any], outcome: str, why: str) -> None:
    act(site, "lead", told["number"], service.propose, TriageOutcome(outcome.replace(" ", "_")), why)


@then("the problem counts as open")
def counts_as_open(site: World, told: dict[str, Any]) -> None:
    assert defect(site, told["number"]).state in OPEN


@when("Marta agrees")
def agrees(site: World, told: dict[str, Any]) -> None:
    act(site, "tester", told["number"], service.agree)


@then("the problem has ended")
def ended(site: World, told: dict[str, Any]) -> None:
    assert defect(site, told["number"]).state is DefectState.ENDED


@then(parsers.re(r"Marta's test is (?P<state>to do again|waiting for a change)"))
def test_is(site: World, state: str) -> None:
    assert test_of_marta(site).state is STATES[state]


test_is.__test__ = False  # type: ignore[attr-defined]


@when(parsers.parse('Marta disagrees because "{why}"'))
def disagrees(site: World, told: dict[str, Any], why: str) -> None:
    act(site, "tester", told["number"], service.contest, why)


@then("only the customer's project manager can decide")
def only_manager(site: World, told: dict[str, Any]) -> None:
    for who in ("tester", "analyst", "lead", "partner_manager"):
        with pytest.raises(NotAllowed):
            act(site, who, told["number"], service.decide, True, "Because")


@when("the customer's project manager decides that it is a defect")
def manager_decides(site: World, told: dict[str, Any]) -> None:
    act(site, "manager", told["number"], service.decide, True, "The agreement is clear")


@then("the lead cannot propose another outcome again")
def cannot_propose(site: World, told: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        act(site, "lead", told["number"], service.propose, TriageOutcome.TRAINING, "Again")


@given("another problem was reported for the same reason")
def another(site: World, told: dict[str, Any]) -> None:
    with unit_of_work(site.actor("analyst")):
        said = service.Report("Totals are wrong everywhere", Severity.MAJOR)
        told["other"] = service.raise_defect(site.project, said, by=site.actor("analyst")).number
    act(site, "lead", told["other"], service.accept)


@when("the lead proposes that it is a duplicate of the other one")
def proposes_duplicate(site: World, told: dict[str, Any]) -> None:
    with unit_of_work(site.actor("lead")):
        original = queries.get_defect(site.project.id, told["other"])
        found = queries.get_defect(site.project.id, told["number"], lock=True)
        by = site.actor("lead")
        service.propose(site.project, found, TriageOutcome.DUPLICATE, "The same cause", by=by, duplicate_of=original)


@then("Marta's test follows the other problem")
def follows(site: World, told: dict[str, Any]) -> None:
    links = queries.links_of(defect(site, told["other"]).id)
    assert [link.assignment_id for link in links] == [test_of_marta(site).id]
    assert test_of_marta(site).state is AssignmentState.WAITING_FOR_FIX


@when(parsers.parse('the lead calls it minor because "{why}"'))
def calls_minor(site: World, told: dict[str, Any], why: str) -> None:
    act(site, "lead", told["number"], service.set_severity, Severity.MINOR, why)


@then(parsers.re(r"the problem (still )?counts as (?P<severity>critical|minor)"))
def counts_as(site: World, told: dict[str, Any], severity: str) -> None:
    assert defect(site, told["number"]).severity is Severity(severity)


@when("Marta agrees to the milder severity")
def agrees_milder(site: World, told: dict[str, Any]) -> None:
    act(site, "tester", told["number"], service.answer_severity, True)


@when(parsers.parse('the customer\'s project manager puts it off with the workaround "{way}"'))
def puts_off(site: World, told: dict[str, Any], way: str) -> None:
    with pytest.raises(NotAllowed):
        act(site, "partner_manager", told["number"], service.defer, "Later", way)
    act(site, "manager", told["number"], service.defer, "It can wait", way)


@then("the problem is put off and no longer counts as open")
def put_off(site: World, told: dict[str, Any]) -> None:
    found = defect(site, told["number"])
    assert found.state is DefectState.DEFERRED
    assert found.state not in OPEN


@given(parsers.parse('the analyst reports at large that "{title}"'))
def at_large(site: World, told: dict[str, Any], title: str) -> None:
    with unit_of_work(site.actor("analyst")):
        said = service.Report(title, Severity.COSMETIC)
        told["number"] = service.raise_defect(site.project, said, by=site.actor("analyst")).number


@when("the analyst confirms that it works")
def confirms(site: World, told: dict[str, Any]) -> None:
    act(site, "analyst", told["number"], service.confirm)
