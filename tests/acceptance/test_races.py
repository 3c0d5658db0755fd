"""Steps of features/signoffs/races.feature: two acts at the same moment, in threads of their own."""

import json
from functools import partial
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow, problems
from tests.signoffs import test_races as races
from tests.signoffs.one_story import judge
from tests.signoffs.test_signing import request
from tests.world import World
from uatapp.kernel.db import db
from uatapp.signoffs import queries

pytestmark = pytest.mark.proves("F20", "F21", "F22")
scenarios("signoffs/races.feature")
PEOPLE = {"Henrik": "sponsor", "Percy": "partner_sponsor"}
MEANWHILE = {
    "the cycle is reopened": races._reopen,
    "a problem is reported": races._report,
    "the right to sign is withdrawn": races._withdraw_right,
}


@given("a closed cycle in which Marta has passed 3 tests")
def closed_cycle(site: World) -> None:
    cycle = flow.open_cycle(site, flow.make_cases(site, 3))
    for assignment in flow.assignments(site):
        flow.run(site, assignment)
    flow.close(site, cycle)


@given(parsers.re(r"sign-off is requested from (?P<names>Henrik and Percy|Henrik)"))
def requested(site: World, told: dict[str, Any], names: str) -> None:
    told["number"] = request(site, *[PEOPLE[name] for name in names.split(" and ")])


@given("a problem of a closed cycle is tested again in the next one")
def tested_again(site: World, told: dict[str, Any]) -> None:
    told["defect"] = races._two_rounds_with_one_problem(site)
    told["due"] = races._fix(site, told["defect"], 0)


def _both(site: World, told: dict[str, Any], act: races.Act) -> None:
    number = told["number"]
    press = races.signing(site, "sponsor", number, races.waived(site, number))
    told["came"] = races.raced(site, press, act)


@when("Henrik signs and at the same moment the retest fails")
def retest_fails(site: World, told: dict[str, Any]) -> None:
    _both(site, told, partial(races._fails, site, told["due"], told["defect"]))
    assert problems.get(site, told["defect"]).reopened_count == 1


@when("Henrik signs and at the same moment the request is taken back")
def taken_back(site: World, told: dict[str, Any]) -> None:
    _both(site, told, partial(races._take_back, site, told["number"]))


@when(
    parsers.re(
        r"Henrik signs and at the same moment (?P<what>the cycle is reopened|a problem is reported|the right to sign is withdrawn)"
    )
)
def something_ends_it(site: World, told: dict[str, Any], what: str) -> None:
    _both(site, told, partial(MEANWHILE[what], site))


@then("either he has signed and it is accepted, or nothing was signed and the request has ended")
def one_or_the_other(site: World, told: dict[str, Any]) -> None:
    story = told["story"] = judge(site, told["number"])
    signed = told["came"][0] == "done"
    assert (story.state, len(story.signed)) in ([("accepted", 1)] if signed else [("lapsed", 0), ("withdrawn", 0)])


@then("the audit trail says which came first")
def order(site: World, told: dict[str, Any]) -> None:
    story = told["story"]
    assert len(story.moves) == 1
    assert not story.signed or story.signed[0]["seq"] < story.ended_at


@when("Henrik and Percy sign at the same moment")
def both_sign(site: World, told: dict[str, Any]) -> None:
    number = told["number"]
    assert races.raced(site, *[races.signing(site, PEOPLE[name], number) for name in PEOPLE]) == ["done", "done"]


@then("it is accepted with both signatures and one certificate")
def accepted_by_both(site: World, told: dict[str, Any]) -> None:
    story = judge(site, told["number"])
    assert (story.state, len(story.signed), len(story.issued)) == ("accepted", 2, 1)


@when("sign-off is requested and at the same moment a problem is reported")
def requested_meanwhile(site: World) -> None:
    assert races.raced(site, partial(request, site, "sponsor"), partial(races._report, site)) == ["done", "done"]


@then("the problem is in the frozen scope, or the request has lapsed because of it")
def in_it_or_lapsed(site: World) -> None:
    story = judge(site, 1)
    db.session.rollback()
    document = json.loads(queries.get_snapshot(queries.get_signoff(site.project.id, 1).id).document)
    inside = [row["reference"] for row in document["defects"]] == ["PAY-D1"]
    assert inside == (story.state == "requested")
    assert inside or story.state == "lapsed"
