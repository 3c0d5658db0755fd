"""Steps of the runs' features: Marta tests."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from PIL import Image
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.world import World
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState, Outcome
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer

scenarios("runs")
URL = "/projects/PAY/runs"
WORK = "/projects/PAY/my-work"
GOOD = {f"answer-{n}": "as_expected" for n in (2, 3, 4, 5)}


def picture() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "PNG")
    return BytesIO(out.getvalue())


FILES: dict[str, Callable[[], tuple[BytesIO, str]]] = {
    "a picture that is none": lambda: (BytesIO(b"just words"), "order.png"),
    "a drawing in SVG": lambda: (BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "order.svg"),
    "a screenshot of 30 MB": lambda: (BytesIO(picture().getvalue() + b"\0" * 30 * 1024 * 1024), "order.png"),
}


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    row: int = 0
    page: str = ""
    status: int = 0
    location: str = ""

    def get(self, path: str, who: str = "tester") -> str:
        self.page = self.world.client(who).get(path).text
        return self.page

    def send(self, path: str, data: Mapping[str, object], who: str = "tester") -> int:
        answer = self.world.client(who).post(f"{URL}/{path}", data=dict(data))
        self.page, self.status, self.location = answer.text, answer.status_code, answer.location or ""
        return self.status

    def submit(self, **fields: object) -> int:
        return self.send(f"open/{self.row}/submit", {"version": self.version, **fields})

    @property
    def version(self) -> str:
        shown = self.world.client("tester").get(f"{URL}/open/{self.row}").text
        found = re.search(r'name="version" value="(\d+)"', shown)
        assert found
        return found[1]

    @property
    def run(self) -> Run:
        return db.session.scalars(sa.select(Run).order_by(Run.id.desc()).limit(1)).one()

    @property
    def state(self) -> AssignmentState:
        return db.session.get_one(Assignment, self.row, populate_existing=True).state


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


@given("an open round with 3 tests for Marta")
def _round(story: Story) -> None:
    flow.open_cycle(story.world, flow.make_cases(story.world, 3))
    story.row = flow.assignments(story.world)[0].id


@given("Marta has opened the first test")
def _opened(story: Story) -> None:
    assert story.send(f"start/{story.row}", {}) == 303


@when("Marta opens her work")
def _work(story: Story) -> None:
    story.get(WORK)


@then("the first test is offered with one button")
def _offered(story: Story) -> None:
    assert '<h1 id="next">Order 1 is saved</h1>' in story.page
    assert story.page.count("btn-primary") == 1


@when('she presses "All as expected" and submits')
def _all_good(story: Story) -> None:
    assert story.submit(do="all") == 303
    shown = story.get(f"{URL}/open/{story.row}")
    answers = re.findall(r'name="(answer-\d)" value="(as_expected)" checked', shown)
    story.submit(**dict(answers))


@then("the test has passed")
def _has_passed(story: Story) -> None:
    assert (story.run.outcome, story.state) == (Outcome.PASSED, AssignmentState.PASSED)


@then("the second test is offered next")
def _second(story: Story) -> None:
    assert story.location == WORK
    assert '<h1 id="next">Order 2 is saved</h1>' in story.get(WORK)


@when(parsers.parse('she answers every step with yes, remarks "{words}" and submits'))
def _remarks(story: Story, words: str) -> None:
    story.submit(**GOOD, remark=words)


@then("the test has passed with remarks")
def _with_remarks(story: Story) -> None:
    assert story.run.outcome is Outcome.PASSED_WITH_REMARKS


@when(parsers.parse('she says that she did not see step 4, but "{words}"'))
def _not_seen(story: Story, words: str) -> None:
    story.submit(**{**GOOD, "answer-4": "not_as_expected", "remark-4": words})


@then("the test has failed")
def _has_failed(story: Story) -> None:
    assert (story.run.outcome, story.state) == (Outcome.FAILED, AssignmentState.FAILED)


@then("she is asked what is wrong, with her words filled in")
def _asked(story: Story) -> None:
    assert "The order is held" in story.get(story.location)


@when(parsers.parse('she could not do step 2 because something stops her: "{why}"'))
def _stopped(story: Story, why: str) -> None:
    story.submit(**{"answer-2": "could_not", "why-2": "not_done"}, reason=why)


@then("the test is blocked")
def _blocked(story: Story) -> None:
    assert (story.run.outcome, story.run.reason, story.state) == (
        Outcome.BLOCKED, "No licence", AssignmentState.BLOCKED
    )  # fmt: skip


@when(parsers.parse('she says that it does not apply because "{why}"'))
def _does_not_apply(story: Story, why: str) -> None:
    story.submit(result="not_applicable", reason=why)


@then("the test does not apply")
def _not_applicable(story: Story) -> None:
    assert (story.run.outcome, story.state) == (Outcome.NOT_APPLICABLE, AssignmentState.NOT_APPLICABLE)


@when(parsers.parse('she answers only the first step, remarks "{words}" and submits'))
def _half(story: Story, words: str) -> None:
    story.submit(**{"answer-2": "as_expected"}, remark=words)


@then("she reads that step 3 has no answer yet")
def _missing(story: Story) -> None:
    assert story.status == 422
    assert "Step 3 has no answer yet." in story.page


@then(parsers.parse('"{words}" is still there'))
def _still_there(story: Story, words: str) -> None:
    assert words in story.page


@when(parsers.parse('she answers only the first step, remarks "{words}" and goes on later'))
def _later(story: Story, words: str) -> None:
    story.submit(**{"answer-2": "as_expected"}, remark=words, do="later")
    assert "Go on with this test" in story.get(WORK)


@when("she opens it on another device")
def _other_device(story: Story) -> None:
    story.send(f"start/{story.row}", {})
    story.get(story.location)


@then("it is saved with a time")
def _saved(story: Story) -> None:
    assert re.search(r"Saved Today, \d+:\d\d", story.page)


@given(parsers.parse('she has typed "{words}" in one window'))
def _one_window(story: Story, words: str) -> None:
    story.send(f"open/{story.row}/draft", {"version": "1", "answer-4": "not_as_expected", "remark-4": words})


@when(parsers.parse('she submits from another window with "{words}"'))
def _other_window(story: Story, words: str) -> None:
    assert story.send(f"open/{story.row}/submit", {**GOOD, "version": "1", "remark-4": words}) == 409


@then("she sees both")
def _both(story: Story) -> None:
    assert "From the first window" in story.page
    assert "From the second window" in story.page


@when("she adds a screenshot to step 4 and a text file")
def _adds(story: Story) -> None:
    version = story.version
    story.send(f"open/{story.row}/files", {"version": version, "position": "4", "files": (picture(), "seen.png")})
    data = {"version": story.version, "files": (BytesIO(b"10:00 saved"), "server.log")}
    assert story.send(f"open/{story.row}/files", data) == 303


@then("the project manager sees the screenshot at step 4 and the file")
def _sees(story: Story) -> None:
    page = story.get(f"{URL}/{story.run.reference}", "manager")
    assert re.search(r"seen\.png</bdi><br><span[^>]*>Step 4", page)
    assert "server.log" in page


@when(parsers.parse('she submits with {file} and the remark "{words}"'))
def _submits_file(story: Story, file: str, words: str) -> None:
    story.submit(**GOOD, remark=words, files=FILES[file]())


@then(parsers.parse('she reads "{words}"'))
def _reads(story: Story, words: str) -> None:
    assert story.status == 422
    assert words in story.page


@then("nothing is submitted")
def _nothing(story: Story) -> None:
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


@when("she submits the same form twice", target_fixture="places")
def _twice(story: Story) -> list[str]:
    places = []
    form = {**GOOD, "version": story.version, "form_key": "the same"}
    for _time in range(2):
        assert story.send(f"open/{story.row}/submit", form) == 303
        places.append(story.location)
    return places


@then("there is one result, and both lead to the same page")
def _one_result(story: Story, places: list[str]) -> None:
    assert len(db.session.scalars(sa.select(Run.id)).all()) == 1
    assert places[0] == places[1]


@given("Marta has passed the first test")
def _passed(story: Story) -> None:
    flow.run(story.world, flow.assignments(story.world)[0])


@given("Marta passed the first test 11 minutes ago")
def _passed_long_ago(story: Story) -> None:
    with time_machine.travel(clock.now() - timedelta(minutes=11), tick=False):
        flow.run(story.world, flow.assignments(story.world)[0])


@when("she takes it back")
def _takes_back(story: Story) -> None:
    story.send(f"{story.run.reference}/void", {})


@when(parsers.parse('she takes it back because "{why}"'))
def _takes_back_because(story: Story, why: str) -> None:
    story.send(f"{story.run.reference}/void", {"reason": why})


@then("the test is hers to do again")
def _again(story: Story) -> None:
    assert story.status == 303
    assert story.state is AssignmentState.TO_DO


@then("the result can still be read, and counts no more")
def _no_more(story: Story) -> None:
    assert "It counts no more." in story.get(f"{URL}/{story.run.reference}")
    assert db.session.get_one(Assignment, story.row).outcome is None


@then("another tester, the project manager and the engineer cannot submit it")
def _nobody_else(story: Story) -> None:
    for who in ("tester2", "manager", "engineer"):
        assert story.send(f"open/{story.row}/submit", {**GOOD, "version": "1"}, who) in (403, 404)
        assert story.send(f"start/{story.row}", {}, who) == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


@given("Marta reported a problem with the first test")
def _reported(story: Story) -> None:
    row = flow.assignments(story.world)[0]
    reference = flow.run(story.world, row, StepAnswer.NOT_AS_EXPECTED, remark="It is held").reference
    data = {"run": reference, "title": "It is held", "severity": "major", "description": "x", "position": "5"}
    assert story.world.client("tester").post("/projects/PAY/defects/new", data=data).status_code == 303


@then("the problem is listed under what she reported")
def _listed(story: Story) -> None:
    assert re.search(r"What became of what you reported.*?It is held", story.page, re.S)


@when("the fix is deployed")
def _fixed(story: Story) -> None:
    build = flow.new_build(story.world, "1.1")
    name, build_id = build.name, build.id
    for who, action in (("lead", "accept"), ("engineer", "fix")):
        client = story.world.client(who)
        found = re.search(r'name="version" value="(\d+)"', client.get("/projects/PAY/defects/1").text)
        form = {"version": found[1] if found else "", "build": name, "build_id": build_id}
        assert client.post(f"/projects/PAY/defects/1/{action}", data=form).status_code == 303
    story.world.client("lead").post("/projects/PAY/cycles/1/deployments", data={"build": build_id})


@then("the first test is offered to be tested again")
def _retest(story: Story) -> None:
    assert '<h1 id="next">Order 1 is saved</h1>' in story.page
    assert "Test again" in story.page
