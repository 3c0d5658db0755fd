"""Steps of the cycles' features: Anders plans and keeps a round going."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import agreeing, flow
from tests.world import World
from uatapp.cycles import queries
from uatapp.cycles.models import Assignment, Cycle
from uatapp.cycles.states import AssignmentState, CycleState
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import service as projects
from uatapp.projects.queries import find_membership, find_named
from uatapp.runs.models import Run

scenarios("cycles")
URL = "/projects/PAY/cycles"
PEOPLE = {"Marta": "tester", "Tom": "tester2"}


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    page: str = ""
    status: int = 0

    def post(self, path: str, data: Mapping[str, object] | None = None, who: str = "manager") -> int:
        answer = self.world.client(who).post(f"{URL}/{path}", data=dict(data or {}), follow_redirects=True)
        self.page, self.status = answer.text, answer.status_code
        return self.status

    def get(self, path: str, **query: str) -> str:
        self.page = self.world.client("manager").get(f"{URL}/{path}", query_string=query).text
        return self.page

    def member(self, name: str) -> int:
        wanted = self.world.user_ids[PEOPLE[name]]
        return next(m.id for m in queries.testers(self.world.project.id) if m.user_id == wanted)

    @property
    def first(self) -> Assignment:
        return db.session.scalars(sa.select(Assignment).order_by(Assignment.id)).first()  # type: ignore[return-value]

    def of_first(self, name: str) -> list[Assignment]:
        rows = flow.assignments(self.world, PEOPLE[name])
        return [row for row in rows if row.item_id == self.first.item_id]


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


def _plan(story: Story, name: str, days: int = 10, build: str = "2.4.0") -> None:
    place = flow.environment(story.world)
    made = find_named(type(flow.new_build(story.world, build)), story.world.project.id, build)
    assert made is not None
    today = clock.today("Europe/Berlin")
    dates = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=days)).isoformat()}
    story.post("new", {"name": name, "environment": place.id, "build": made.id, **dates})


@when(parsers.parse('Anders plans "{name}" on build {build} in "UAT-2" for the next {days:d} days'))
def _plans(story: Story, name: str, build: str, days: int) -> None:
    _plan(story, name, days, build)


@then(parsers.parse('"{name}" is planned, and asks what is tested'))
def _planned(story: Story, name: str) -> None:
    assert "What is tested?" in story.page
    cycle = queries.get_cycle(story.world.project.id, 1)
    assert (cycle.name, cycle.state, cycle.build.name) == (name, CycleState.PLANNED, "2.4.0")
    assert cycle.environment.sign_in_hint == "order.clerk2"


@when(parsers.parse('Anders plans "{name}" with its last day before the first'))
def _plans_wrongly(story: Story, name: str) -> None:
    _plan(story, name, -1)


@then(parsers.parse('he reads "{words}"'))
def _reads(story: Story, words: str) -> None:
    assert words in story.page


@then("what he typed is still there")
def _typed(story: Story) -> None:
    assert story.status == 422
    assert 'value="Round 1"' in story.page


@given(parsers.parse('a test with {count:d} rows tagged "{tag}" and {others:d} tagged "{other}"'))
def _rows_tagged(story: Story, count: int, tag: str, others: int, other: str) -> None:
    def block(tag: str, rows: int) -> str:
        return f"\n  {tag}\n  Examples: {tag[1:]}\n    | n |\n" + "".join(
            f"    | {tag[1:]}{n} |\n" for n in range(rows)
        )

    text = "Feature: Orders\n Scenario Outline: Order\n  When you enter <n>\n  Then it is saved\n"
    flow.bring_in(story.world, (text + block(tag, count) + block(other, others)).encode(), "rows.feature")


@given(parsers.parse('{count:d} tests tagged "{tag}" and {others:d} tagged "{other}"'))
def _tagged(story: Story, count: int, tag: str, others: int, other: str) -> None:
    flow.bring_in(story.world, flow.feature(count, tags=tag))
    flow.bring_in(story.world, flow.feature(others, tags=other, first=50), "other.feature")


@given(parsers.re(r'(?P<count>\d) tests? of "Order entry" and (?P<others>\d) of "Billing"'))
def _of_units(story: Story, count: str, others: str) -> None:
    flow.bring_in(story.world, flow.feature(int(count)))
    content = flow.feature(int(others), first=50)
    flow.bring_in(story.world, content, "billing.feature", unit="Billing", head="billing_head")


@given("Marta may sign")
def _signs(story: Story) -> None:
    world = story.world
    with unit_of_work(SYSTEM):
        member = find_membership(world.project.id, world.user_ids["tester"])
        assert member is not None
        projects.grant_signing_right(world.project, member, world.user("tester"), by=SYSTEM)


@given(parsers.parse('Anders has planned "{name}"'))
def _has_planned(story: Story, name: str) -> None:
    _plan(story, name)


@given(parsers.parse('Anders has planned "{name}" with all tests'))
def _has_planned_all(story: Story, name: str) -> None:
    _plan(story, name)
    story.post("1/scope", {"do": "all_in"})


@when(parsers.parse('he takes in all tests that match "{expression}"'))
def _takes_in(story: Story, expression: str) -> None:
    story.post("1/scope", {"do": "all_in", "expression": expression})


@when(parsers.parse('he looks for the tests that match "{expression}"'))
def _looks(story: Story, expression: str) -> None:
    story.get("1/scope", expression=expression)


@when(parsers.parse("he picks the first {count:d} tests"))
def _picks(story: Story, count: int) -> None:
    ids = [case.id for case in flow.cases(story.world)]
    story.post("1/scope", {"do": "page", "shown": ids, "cases": ids[:count]})


@then(parsers.parse("{inside:d} tests are in the scope and {outside:d} are left out"))
def _scope(story: Story, inside: int, outside: int) -> None:
    page = story.get("1/scope")
    assert f"{inside} tests are in the scope" in page
    assert f"{outside} are left out" in page


@given(parsers.parse("he has assigned all tests to Marta and Tom, due in {days:d} days"))
@when(parsers.parse("he assigns all tests to Marta and Tom, due in {days:d} days"))
def _assigns(story: Story, days: int) -> None:
    due = clock.today("Europe/Berlin") + timedelta(days=days)
    chosen = [story.member("Marta"), story.member("Tom")]
    story.post("1/assign", {"which": "found", "whom": "chosen", "testers": chosen, "due_on": due.isoformat()})


@when("he assigns all tests to the testers of each unit")
def _assigns_units(story: Story) -> None:
    story.post("1/assign", {"which": "found", "whom": "units"})


@then(parsers.parse("Marta and Tom have {count:d} tests each, due in {days:d} days"))
def _each(story: Story, count: int, days: int) -> None:
    due = clock.today("Europe/Berlin") + timedelta(days=days)
    for who in PEOPLE.values():
        assert [row.due_on for row in flow.assignments(story.world, who)] == [due] * count


@then(parsers.parse("Marta has {marta:d} tests and Tom has {tom:d}"))
def _differ(story: Story, marta: int, tom: int) -> None:
    assert [len(flow.assignments(story.world, who)) for who in PEOPLE.values()] == [marta, tom]


@then("Marta's work is empty")
def _empty(story: Story) -> None:
    assert "You are done for now" in story.world.client("tester").get("/projects/PAY/my-work").text


@when(parsers.parse('he opens "{name}"'))
def _opens(story: Story, name: str) -> None:
    agreeing.agree(story.world)
    story.post("1/open")
    assert name in story.page


@then("Marta's next test is the first one")
def _next(story: Story) -> None:
    page = story.world.client("tester").get("/projects/PAY/my-work").text
    assert '<h1 id="next">Order 1 is saved</h1>' in page


@given("an open round with 2 tests for Marta")
def _open_round(story: Story) -> None:
    flow.open_cycle(story.world, flow.make_cases(story.world, 2))


@given(parsers.parse("the tests were due {days:d} days ago"))
def _overdue(story: Story, days: int) -> None:
    with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
        flow.open_cycle(story.world, flow.cases(story.world), name="Earlier")


@when("Anders looks at the round")
def _looks_at(story: Story) -> None:
    number = db.session.scalar(sa.select(sa.func.max(Cycle.number)))
    story.get(str(number))


@then(parsers.parse('its heading says "{words}"'))
def _heading(story: Story, words: str) -> None:
    found = re.search(r"<h1>(.*?)</h1>", story.page, re.S)
    assert found
    assert words in found[1]


@then("it names Marta with 2 tests")
def _behind(story: Story) -> None:
    assert re.search(r"Who is behind.*?Marta Lindqvist.*?2 tests", story.page, re.S)


@when(parsers.parse('Anders gives the first test to Tom because "{why}"'))
def _gives(story: Story, why: str) -> None:
    story.post(f"assignments/{story.first.id}/reassign", {"tester": story.member("Tom"), "reason": why})


@then("the first test is Tom's to do")
def _toms(story: Story) -> None:
    assert [row.state for row in story.of_first("Tom")] == [AssignmentState.TO_DO]


@then("Marta has it no more")
def _no_more(story: Story) -> None:
    assert [row for row in story.of_first("Marta") if row.state is not AssignmentState.WITHDRAWN] == []


@given("Marta has passed the first test")
def _passed(story: Story) -> None:
    flow.run(story.world, story.first)


@then("Marta's result can still be read")
def _readable(story: Story) -> None:
    reference = db.session.scalars(sa.select(Run.reference)).one()
    assert "Marta Lindqvist" in story.world.client("manager").get(f"/projects/PAY/runs/{reference}").text


@when("Anders takes the first test away without a reason")
def _takes_away_silently(story: Story) -> None:
    story.post(f"assignments/{story.first.id}/withdraw", {"reason": " "})


@when(parsers.parse('Anders takes the first test away because "{why}"'))
def _takes_away(story: Story, why: str) -> None:
    story.post(f"assignments/{story.first.id}/withdraw", {"reason": why})


@when(parsers.parse("the lead records that build {name} is on the test system"))
def _deploys(story: Story, name: str) -> None:
    build = flow.new_build(story.world, name)
    assert story.post("1/deployments", {"build": build.id}, "lead") == 200


@then(parsers.parse("the round goes on with build {name}"))
def _goes_on(story: Story, name: str) -> None:
    assert f"now on {name}" in story.get("1")
    assert "Mark Ellery" in story.page


@then(parsers.parse("Marta's next run is recorded on build {name}"))
def _recorded(story: Story, name: str) -> None:
    assert flow.run(story.world, story.first).build_name == name


@when("Anders closes the round")
def _closes(story: Story) -> None:
    story.post("1/close")


@then("Marta cannot submit the first test")
def _cannot(story: Story) -> None:
    answer = story.world.client("tester").post(f"/projects/PAY/runs/start/{story.first.id}")
    assert answer.status_code == 403
    assert "is not open" in answer.text


@when("Anders reopens the round without a reason")
def _reopens_silently(story: Story) -> None:
    assert story.post("1/reopen", {"reason": ""}) == 422


@then("the round stays closed")
def _closed(story: Story) -> None:
    assert queries.get_cycle(story.world.project.id, 1).state is CycleState.CLOSED


@when(parsers.parse('Anders reopens the round because "{why}"'))
def _reopens(story: Story, why: str) -> None:
    assert story.post("1/reopen", {"reason": why}) == 200


@then("Marta can submit the first test")
def _can(story: Story) -> None:
    assert flow.run(story.world, story.first).reference


@then("a tester, an engineer and a sponsor cannot plan, assign or close")
def _only_managers(story: Story) -> None:
    for who in ("tester", "engineer", "sponsor"):
        for path in ("new", "1/scope", "1/assign", "1/close"):
            assert story.post(path, {}, who) == 403
