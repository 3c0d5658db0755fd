"""The page "My work": what is next, what waits, how far, and that it stays quick."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.counting import statements
from tests.factories import flow
from tests.world import World
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.kernel import clock
from uatapp.kernel.uow import unit_of_work
from uatapp.runs.states import StepAnswer

URL = "/projects/PAY/my-work"


@pytest.fixture
def tester(site: World) -> FlaskClient:
    return site.client("tester")


def test_nothing_to_do_is_said_in_words(tester: FlaskClient) -> None:
    page = tester.get(URL).text
    assert "You are done for now" in page
    assert "New tests appear here when your project manager assigns them." in page
    assert "Nothing is assigned to you yet." in page


def test_the_next_test_stands_first_with_what_it_needs(site: World, tester: FlaskClient) -> None:
    with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
        flow.open_cycle(site, flow.make_cases(site, 3))
    page = tester.get(URL).text
    assert '<h1 id="next">Order 1 is saved</h1>' in page
    assert "2 more to do" in page
    assert "Start this test" in page
    assert "Was due" in page
    assert re.search(r"This round ends \w+ \d+", page)
    assert page.count("btn-primary") == 1


def test_planned_and_closed_cycles_ask_nothing(site: World, tester: FlaskClient) -> None:
    cycle = flow.open_cycle(site, flow.make_cases(site, 1))
    flow.close(site, cycle)
    assert "You are done for now" in tester.get(URL).text


def test_results_and_progress_and_taking_back(site: World, tester: FlaskClient) -> None:
    flow.open_cycle(site, flow.make_cases(site, 3))
    first, second, _third = flow.assignments(site)
    flow.run(site, first)
    flow.run(site, second, StepAnswer.NOT_DONE, reason="No licence")
    page = tester.get(URL).text
    assert "Waiting for others" in page
    assert "Blocked" in page
    assert re.search(r"2 <small>of 3 tests done", page)
    assert page.count("Take back") == 2
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        page = tester.get(URL).text
    assert "Take back" not in page


def test_what_comes_back_says_why(site: World, tester: FlaskClient) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    row_id = flow.assignments(site)[0].id
    flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_DONE, reason="No licence")
    assert "One of your tests waits for others." in tester.get(URL).text
    by = site.actor("manager")
    with unit_of_work(by):
        row = cycles.get_assignment(site.project.id, row_id, lock=True)
        assigning.send_back(row, "You have a <b>licence</b> now", by=by)
    page = tester.get(URL).text
    assert "You have a &lt;b&gt;licence&lt;/b&gt; now" in page


def test_a_retest_comes_before_everything_else(site: World, tester: FlaskClient) -> None:
    flow.open_cycle(site, flow.make_cases(site, 2))
    row = flow.assignments(site)[1]
    run = flow.run(site, row, StepAnswer.NOT_AS_EXPECTED, remark="Held")
    report = {"run": run.reference, "title": "It is held", "severity": "major", "description": "x", "position": "4"}
    tester.post("/projects/PAY/defects/new", data=report)
    assert "What became of what you reported" in tester.get(URL).text
    build = flow.new_build(site, "1.1")
    for who, action, form in (("lead", "accept", {}), ("engineer", "fix", {"build": build.name, "build_id": build.id})):
        page = site.client(who).get("/projects/PAY/defects/1").text
        version = re.search(r'name="version" value="(\d+)"', page)
        form = {**form, "version": version[1] if version else ""}
        assert site.client(who).post(f"/projects/PAY/defects/1/{action}", data=form).status_code == 303, action
    flow.deploy(site, build)
    page = tester.get(URL).text
    assert "Fixed: please try again" in page
    assert '<h1 id="next">Order 2 is saved</h1>' in page
    assert "Test again" in page


def test_taking_a_result_back_offers_to_withdraw_its_report(site: World, tester: FlaskClient) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    reference = flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_AS_EXPECTED, remark="Held").reference
    report = {"run": reference, "title": "It is held", "severity": "major", "description": "x", "position": "4"}
    tester.post("/projects/PAY/defects/new", data=report)
    assert "Withdraw the report" not in tester.get(URL).text
    tester.post(f"/projects/PAY/runs/{reference}/void")
    assert "Withdraw the report as well" in tester.get(URL).text


def test_only_testers_have_work(site: World) -> None:
    assert site.client("super_user").get(URL).status_code == 200
    assert site.client("manager").get(URL).status_code == 403
    assert site.client("stranger").get(URL).status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_tests(site: World) -> None:
    flow.bring_in(site, flow.feature(110))
    cases = flow.cases(site)
    flow.open_cycle(site, cases[:10], ("tester2",), "Small")
    flow.open_cycle(site, cases, ("tester",), "Large")
    counts = []
    for who in ("tester2", "tester"):
        for row in flow.assignments(site, who)[:4]:
            flow.run(site, row, by=who)
        client = site.client(who)
        client.get(URL)
        with statements() as sent:
            assert client.get(URL).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
