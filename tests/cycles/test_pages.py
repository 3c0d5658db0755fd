"""The pages about cycles, as a project manager uses them, and what others see of them."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from tests.counting import statements
from tests.factories import agreeing, flow
from tests.world import World
from uatapp.cycles import queries
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.kernel import clock
from uatapp.kernel.db import db

URL = "/projects/PAY/cycles"


@pytest.fixture
def manager(site: World) -> FlaskClient:
    return site.client("manager")


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert found
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split())


def plan(site: World, manager: FlaskClient, **fields: object) -> str:
    """Send the form of a new cycle; return the page it leads to, or its errors."""
    place = flow.environment(site)
    build = flow.new_build(site, "1.0")
    today = clock.today("Europe/Berlin")
    dates = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=10)).isoformat()}
    form = {"name": "First round", "environment": place.id, "build": build.id, **dates, **fields}
    return manager.post(f"{URL}/new", data=form, follow_redirects=True).text


def test_a_cycle_is_planned_scoped_assigned_opened_and_closed(site: World, manager: FlaskClient) -> None:
    cases = flow.make_cases(site, 3)
    ids = [case.id for case in cases]
    assert "What is tested?" in plan(site, manager)
    form = {"shown": ids, "cases": ids[:2], "do": "next"}
    assert "Who tests what" in manager.post(f"{URL}/1/scope", data=form, follow_redirects=True).text
    testers = [member.id for member in queries.testers(site.project.id) if member.user.name.startswith("Marta")]
    form = {"cases": ids[:2], "testers": testers, "due_on": clock.today("Europe/Berlin").isoformat()}
    page = manager.post(f"{URL}/1/assign", data=form, follow_redirects=True).text
    assert "2 tests were assigned." in page
    assert heading(page) == "Agree what must be true, then open"
    agreeing.agree(site)
    assert heading(manager.get(f"{URL}/1").text) == "Ready to open"
    page = manager.post(f"{URL}/1/open", follow_redirects=True).text
    assert heading(page) == "On plan: 2 tests are left to do, 10 days left"
    assert "One left out" in page
    assert "Marta Lindqvist" in page
    assert heading(manager.post(f"{URL}/1/close", follow_redirects=True).text) == "Closed: 0 of 2 passed"
    assert manager.post(f"{URL}/1/reopen", data={"reason": " "}).status_code == 422
    manager.post(f"{URL}/1/reopen", data={"reason": "One more fix"})
    assert db.session.scalars(sa.select(Cycle.state)).one() is CycleState.OPEN


def test_faults_of_a_plan_are_named_and_nothing_is_lost(site: World, manager: FlaskClient) -> None:
    page = plan(site, manager, name="Round <script>alert(1)</script>", ends_on="2020-01-01")
    assert "The last day is before the first." in page
    assert "Round &lt;script&gt;" in page
    assert "<script>alert" not in page
    page = manager.post(f"{URL}/new", data={"name": "x" * 10_000}).text
    assert "Choose the first day." in page
    assert "x" * 10_000 in page


def test_tags_narrow_the_scope_and_a_wrong_expression_is_explained(site: World, manager: FlaskClient) -> None:
    flow.bring_in(site, flow.feature(2, tags="@must"))
    flow.bring_in(site, flow.feature(3, tags="@later", first=50), "later.feature")
    plan(site, manager)
    page = manager.get(f"{URL}/1/scope", query_string={"expression": "not @later"}).text
    assert "2 tests found" in page
    manager.post(f"{URL}/1/scope", data={"expression": "@later", "do": "all_in"})
    assert queries.scope_counts(site.project.id, 1) == (3, 2)
    page = manager.get(f"{URL}/1/scope", query_string={"show": "out"}).text
    assert heading(page) == "3 tests are in the scope"
    assert "2 are left out." in page
    assert "2 tests found" in page
    assert "Taken in by tags: @later" in page
    answer = manager.get(f"{URL}/1/scope", query_string={"expression": "@must and ("})
    assert answer.status_code == 422
    assert "This is not a tag expression" in answer.text
    assert 'value="@must and ("' in answer.text
    assert "5 tests found" in answer.text


def test_a_page_of_the_scope_leaves_other_pages_alone_and_assigned_tests_in(site: World, manager: FlaskClient) -> None:
    cases = flow.make_cases(site, 3)
    flow.open_cycle(site, cases[:2])
    form = {"shown": [case.id for case in cases[1:]], "cases": [cases[2].id], "do": "page"}
    page = manager.post(f"{URL}/1/scope", data=form, follow_redirects=True).text
    assert "One test stays in: it is assigned." in page
    assert queries.scope_ids(1) == {case.id for case in cases}


def test_all_found_tests_go_to_the_testers_of_their_units(site: World, manager: FlaskClient) -> None:
    flow.bring_in(site, flow.feature(2))
    flow.bring_in(site, flow.feature(1, first=50), "billing.feature", unit="Billing", head="billing_head")
    plan(site, manager)
    manager.post(f"{URL}/1/scope", data={"do": "all_in"})
    manager.post(f"{URL}/1/assign", data={"which": "found", "whom": "units", "due_on": "2030-01-01"})
    rows = db.session.execute(queries.slots(1)).all()
    who = sorted((row[1].number, row[4].name) for row in rows)
    assert who == [(n, name) for n in (1, 2) for name in ("Jonas Weber", "Marta Lindqvist")] + [(3, "Tom Berg")]


def test_who_wrote_or_signs_is_a_warning_and_no_refusal(site: World, manager: FlaskClient) -> None:
    from uatapp.kernel.actor import SYSTEM
    from uatapp.kernel.uow import unit_of_work
    from uatapp.projects import service as projects
    from uatapp.projects.queries import find_membership

    cases = flow.make_cases(site, 1)
    with unit_of_work(SYSTEM):
        member = find_membership(site.project.id, site.user_ids["tester"])
        assert member is not None
        projects.grant_signing_right(site.project, member, site.user("tester"), by=SYSTEM)
        member_id = member.id
    plan(site, manager)
    manager.post(f"{URL}/1/scope", data={"do": "all_in"})
    assert "May sign" in manager.get(f"{URL}/1/assign").text
    form = {"cases": [cases[0].id], "testers": [member_id]}
    page = manager.post(f"{URL}/1/assign", data=form, follow_redirects=True).text
    assert "Marta Lindqvist may sign" in page
    assert "One test was assigned." in page


def test_a_day_that_is_none_and_nobody_chosen_are_said(site: World, manager: FlaskClient) -> None:
    cases = flow.make_cases(site, 1)
    flow.open_cycle(site, cases)
    answer = manager.post(f"{URL}/1/assign", data={"cases": [cases[0].id], "due_on": "31.12.2026"})
    assert answer.status_code == 422
    assert "is not a day" in answer.text
    assert 'value="31.12.2026"' in answer.text
    answer = manager.post(f"{URL}/1/assign", data={"cases": [cases[0].id]})
    assert answer.status_code == 422
    assert "Choose at least one test and one tester." in answer.text
    assert re.search(rf'value="{cases[0].id}"[^>]*checked', answer.text)


def test_the_page_says_who_is_behind(site: World, manager: FlaskClient) -> None:
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False):
        flow.open_cycle(site, flow.make_cases(site, 2))
    page = manager.get(f"{URL}/1").text
    assert heading(page) == "3 days behind plan, 11 days left"
    assert "Who is behind" in page
    assert "2 tests, the first due" in page


def test_a_test_is_given_to_somebody_else_taken_away_and_given_back(site: World, manager: FlaskClient) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    row_id = flow.assignments(site)[0].id
    other = next(m.id for m in queries.testers(site.project.id) if m.user_id == site.user_ids["tester2"])
    assert "Give it to somebody else" in manager.get(f"{URL}/assignments/{row_id}").text
    assert manager.post(f"{URL}/assignments/{row_id}/reassign", data={}).status_code == 422
    manager.post(f"{URL}/assignments/{row_id}/reassign", data={"tester": other, "reason": "Holiday"})
    assert [row.id for row in flow.assignments(site, "tester2")] == [row_id]
    answer = manager.post(f"{URL}/assignments/{row_id}/withdraw", data={"reason": " "})
    assert answer.status_code == 422
    assert "Give a reason." in answer.text
    manager.post(f"{URL}/assignments/{row_id}/withdraw", data={"reason": "Not this time"})
    assert flow.assignments(site, "tester2")[0].state is AssignmentState.WITHDRAWN
    assert manager.post(f"{URL}/assignments/{row_id}/nonsense").status_code == 404


def test_a_deployment_is_recorded_by_the_lead_too(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    build = flow.new_build(site, "1.1")
    lead = site.client("lead")
    page = lead.post(f"{URL}/1/deployments", data={"build": build.id}, follow_redirects=True).text
    assert "1.1 is recorded." in page
    assert "now on 1.1" in page
    assert "Mark Ellery" in page
    assert lead.post(f"{URL}/1/deployments", data={"build": 9999}).status_code == 422
    assert lead.post(f"{URL}/1/close").status_code == 403


@pytest.mark.parametrize("who", ["tester", "lead", "sponsor", "auditor", "analyst"])
def test_others_read_and_do_not_plan(site: World, who: str) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    client = site.client(who)
    assert client.get(f"{URL}/").status_code == 200
    page = client.get(f"{URL}/1")
    assert page.status_code == 200
    assert "Assign tests" not in page.text
    for path in ("new", "1/scope", "1/assign", "assignments/1"):
        assert client.get(f"{URL}/{path}").status_code == 403
    for path in ("new", "1/scope", "1/assign", "1/open", "assignments/1/withdraw"):
        assert client.post(f"{URL}/{path}").status_code == 403


def test_strangers_learn_nothing(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    stranger = site.client("stranger")
    for path in ("", "new", "1", "1/scope", "1/assign", "assignments/1"):
        assert stranger.get(f"{URL}/{path}").status_code == 404
    mine = stranger.get("/projects/OTH/cycles/1")
    assert mine.status_code == 404
    assert stranger.get("/projects/OTH/cycles/assignments/1").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_tests(site: World, manager: FlaskClient) -> None:
    flow.bring_in(site, flow.feature(110))
    cases = flow.cases(site)
    flow.open_cycle(site, cases[:10], name="Small")
    flow.open_cycle(site, cases, name="Large")
    for path in ("{}", "{}/scope", "{}/assign"):
        counts = []
        for number in (1, 2):
            manager.get(f"{URL}/{number}")
            with statements() as sent:
                assert manager.get(f"{URL}/{path.format(number)}").status_code == 200
            counts.append(len(sent))
        assert counts[0] == counts[1], path
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CycleItem)) == 120
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 120
