"""Steps of features/criteria: everybody sees whether the software can be accepted."""

from pytest_bdd import parsers, scenarios, then, when

from tests.factories import flow
from tests.world import World
from uatapp.criteria import queries
from uatapp.criteria.rules import CriterionResult
from uatapp.defects import service as problems
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work

scenarios("criteria/exit_criteria.feature")


def results(site: World) -> dict[str, CriterionResult]:
    db.session.rollback()
    _facts, found = queries.evaluated(site.project, queries.live_cycle_ids(site.project.id))
    return {row.code: row for row in found}


@when(parsers.parse('the analyst reports at large that "{title}" as {severity}'))
def at_large(site: World, title: str, severity: str) -> None:
    with unit_of_work(site.actor("analyst")):
        problems.raise_defect(site.project, problems.Report(title, Severity(severity)), by=site.actor("analyst"))


@when("a requirement of one of them changes and is approved")
def changes(site: World) -> None:
    flow.bring_in(site, flow.feature(3).replace(b"you save the order", b"you save the new order", 1))


@then(parsers.re(r'"(?P<code>\w+)" is not met with (?P<count>\d+) rows? behind it'))
def not_met_with_rows(site: World, code: str, count: str) -> None:
    row = results(site)[code]
    assert not row.met
    assert len(row.rows) == int(count)
    page = site.client("sponsor").get("/projects/PAY/overview").get_data(as_text=True)
    assert row.rows[0].reference in page


@then(parsers.re(r'"(?P<code>\w+)" is not met$'))
def not_met(site: World, code: str) -> None:
    assert not results(site)[code].met


@then("every criterion is met")
def all_met(site: World) -> None:
    assert all(row.met for row in results(site).values())
    assert "4 of 4 met" in site.client("tester").get("/projects/PAY/overview").get_data(as_text=True)
