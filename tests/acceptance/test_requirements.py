"""Steps of the requirements' and test cases' features: through pages where people use pages."""

import html
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.requirements.steps import (
    approve_all,
    bring_in,
    cases,
    document,
    requirement,
    requirements,
    states,
)
from tests.requirements.texts import BILLING, ORDERS, edited
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.cycles.states import AssignmentState
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db
from uatapp.requirements import imports
from uatapp.requirements.queries import newest_version
from uatapp.requirements.states import RequirementState
from uatapp.testcases.models import CarryOver
from uatapp.testcases.states import CaseState

scenarios("requirements/importing.feature", "requirements/writing_and_approving.feature", "testcases")

URL = "/projects/PAY/requirements"
FILES = {"orders.feature": ORDERS, "billing.feature": BILLING}
BOM = b"\xef\xbb\xbf"


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    page: str = ""
    status: int = 0
    place: str = ""
    entries: int = 0
    folder: Path = Path()
    form: dict[str, object] = field(default_factory=dict)

    def get(self, who: str, path: str) -> str:
        db.session.rollback()
        answer = self.world.client(who).get(path)
        self.page, self.status = answer.get_data(as_text=True), answer.status_code
        return self.page

    def post(self, who: str, path: str, data: dict[str, object]) -> str:
        """Send a form and follow to where it leads."""
        db.session.rollback()
        client = self.world.client(who)
        answer = client.post(path, data=data)
        self.status, self.page = answer.status_code, answer.get_data(as_text=True)
        if answer.status_code == 303:
            self.place = answer.location
            self.page = client.get(answer.location).get_data(as_text=True)
        return self.page


@pytest.fixture
def story(site: World, tmp_path: Path) -> Story:
    return Story(site, folder=tmp_path)


def send(story: Story, files: dict[str, bytes], unit: str = "Order entry", who: str = "analyst") -> None:
    data = {"files": [(io.BytesIO(data), name) for name, data in files.items()]}
    story.post(who, f"{URL}/upload", {**data, "unit": story.world.unit(unit).id, "business_process": 0})
    assert story.status == 303, story.page


def count_entries() -> int:
    found = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
    db.session.rollback()
    return found


# importing


@given(parsers.parse('"{name}" is here'))
def is_here(story: Story, name: str) -> None:
    send(story, {name: FILES[name]})


@given(parsers.parse('"{name}" is here and approved'))
def is_approved(story: Story, name: str) -> None:
    send(story, {name: FILES[name]})
    approve_all(story.world)


@when('the analyst uploads "orders.feature" and "billing.feature"')
def upload_both(story: Story) -> None:
    send(story, FILES)


@when('the analyst uploads "orders.feature" again')
def upload_again(story: Story) -> None:
    story.entries = count_entries()
    send(story, {"orders.feature": ORDERS})


@when("the analyst uploads a zip archive with both files and a broken one")
def upload_zip(story: Story) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in {**FILES, "broken.feature": b"Feature: x\n  Scenario: y\n    When a\n    oops\n"}.items():
            archive.writestr(name, data)
    send(story, {"all.zip": packed.getvalue()})


@then("the page says that the files are being read")
def being_read(story: Story) -> None:
    assert "We are reading your files" in story.page


@when("the reading is done")
def reading_done(story: Story) -> None:
    db.session.rollback()
    jobs.run_due()
    story.get("analyst", story.place)


@then(parsers.parse("{count:d} requirements are new"))
def are_new(story: Story, count: int) -> None:
    assert f"{count} requirements are new or changed" in story.page
    assert len(requirements(story.world)) == count


@then("no requirement is new")
def none_is_new(story: Story) -> None:
    numbers = [row.number for row in requirements(story.world)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= 2


@then("the broken file is listed with its line and column")
def broken_listed(story: Story) -> None:
    assert "broken.feature" in story.page
    assert "line 4, column 5" in story.page


@when(parsers.parse('the analyst puts "{name}" under "{unit}"'))
def put_under(story: Story, name: str, unit: str) -> None:
    row = document(story.world, name)
    story.post("analyst", story.place, {f"unit-{row.id}": story.world.unit(unit).id})


@then(parsers.parse('"{person}" approves what is in "{name}"'))
def who_approves(story: Story, person: str, name: str) -> None:
    row_id = document(story.world, name).id
    row = next(r for r in requirements(story.world) if r.document_id == row_id)
    assert f"{person} can approve this." in story.get("analyst", f"{URL}/{row.number}")


@then(parsers.parse('the page says "{sentence}"'))
def page_says(story: Story, sentence: str) -> None:
    assert sentence in story.page


@then("nothing was written down about it")
def nothing_written(story: Story) -> None:
    assert count_entries() == story.entries


@when('a step of "An order is confirmed" is edited and the file comes in again')
def edit_step(story: Story) -> None:
    send(story, {"orders.feature": edited(ORDERS, "by mail", "by letter")})


@then(parsers.parse('"{name}" has version {number:d} waiting for approval'))
def version_waits(story: Story, name: str, number: int) -> None:
    row = requirement(story.world, name)
    assert row.latest_number == number
    assert states(story.world, row)[-1] == "in_review"


@then(parsers.parse('"{name}" has not changed'))
def not_changed(story: Story, name: str) -> None:
    assert states(story.world, requirement(story.world, name)) == ["approved"]


@when(parsers.parse('"{old}" is renamed to "{new}" and the file comes in again'))
def rename(story: Story, old: str, new: str) -> None:
    send(story, {"orders.feature": edited(ORDERS, old, new)})


@then(parsers.parse('"{name}" is requirement {number:d}'))
def is_number(story: Story, name: str, number: int) -> None:
    assert requirement(story.world, name).number == number


@when(parsers.parse('the file comes in again as "{path}"'))
def file_renamed(story: Story, path: str) -> None:
    folder = story.folder / "again"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(ORDERS)
    imports.import_paths(story.world.project, [folder], story.world.actor("analyst"))


@then(parsers.parse('all requirements are in "{path}"'))
def all_in(story: Story, path: str) -> None:
    assert {row.document_id for row in requirements(story.world)} == {document(story.world, path).id}


@when("name, steps and file of the requirement with an id change")
def everything_changes(story: Story) -> None:
    text = edited(BILLING, "An invoice is made every night", "Nightly")
    send(story, {"night.feature": edited(text, "Given a delivered order from yesterday", "Given nothing")})


@given(parsers.parse('the project says that tags like "{example}" are ids'))
def own_id_tags(story: Story, example: str) -> None:
    answer = story.world.client("manager").post("/projects/PAY/set-up/id-tags", data={"example": example})
    assert answer.status_code == 303


@given(parsers.parse('a requirement tagged "{tag}" is here and approved'))
def tagged(story: Story, tag: str) -> None:
    send(story, {"billing.feature": edited(BILLING, "@id:invoice", tag)})
    approve_all(story.world)


@when(parsers.parse('name, steps and file of the requirement tagged "{tag}" change'))
def tagged_changes(story: Story, tag: str) -> None:
    text = edited(edited(BILLING, "@id:invoice", tag), "An invoice is made every night", "Nightly")
    send(story, {"night.feature": edited(text, "Given a delivered order from yesterday", "Given nothing")})


@when('name and steps of "An order is confirmed" change a little and the file comes in again')
def changes_a_little(story: Story) -> None:
    text = edited(ORDERS, "An order is confirmed", "An order is confirmed at once")
    send(story, {"orders.feature": edited(text, "by mail", "by e-mail")})


@then("one question is open")
def one_question(story: Story) -> None:
    assert "One question is open" in story.page
    assert "An order is confirmed at once" in story.page


@then('nothing of "orders.feature" came in')
def nothing_came_in(story: Story) -> None:
    assert document(story.world, "orders.feature").version_number == 1
    assert [states(story.world, row) for row in requirements(story.world)] == [["approved"], ["approved"]]


@when('the file comes in again without "The total follows the price"')
def without(story: Story) -> None:
    send(story, {"orders.feature": ORDERS[: ORDERS.index(b"  Scenario Outline")]})


@then(parsers.parse('"{name}" still counts'))
def still_counts(story: Story, name: str) -> None:
    row = requirement(story.world, name)
    assert (row.state, row.removal_asked) == (RequirementState.ACTIVE, True)
    assert CaseState.RETIRED not in {case.state for case in cases(story.world)}


@when("the head approves what waits")
def head_approves(story: Story) -> None:
    rows = [row for row in requirements(story.world) if row.removal_asked or row.latest_number > row.approved_number]
    chosen = [f"{row.number}:{row.latest_number}" for row in rows]
    story.post("head", f"{URL}/waiting/approve", {"chosen": chosen})
    assert story.status == 303, story.page


@then(parsers.parse('"{name}" is retired with its tests'))
def is_retired(story: Story, name: str) -> None:
    row = requirement(story.world, name)
    assert row.state is RequirementState.RETIRED
    assert {c.state for c in cases(story.world) if c.requirement_id == row.id} == {CaseState.RETIRED}


@given("a file with a byte order mark and Windows line ends is here")
def odd_bytes(story: Story) -> None:
    send(story, {"odd.feature": BOM + ORDERS.replace(b"\n", b"\r\n")})


@when("IT staff export the project")
def export(story: Story) -> None:
    assert imports.export(story.world.project, story.folder) == 1


@then("the exported file has the same bytes")
def same_bytes(story: Story) -> None:
    assert (story.folder / "odd.feature").read_bytes() == BOM + ORDERS.replace(b"\n", b"\r\n")


@when(parsers.parse("the analyst uploads a file that is {what}"))
def upload_bad(story: Story, what: str) -> None:
    files = {
        "empty": {"a.feature": b""},
        "without a feature": {"a.feature": b"# only a comment\n"},
        "not in UTF-8": {"a.feature": "Feature: Größe\n".encode("latin-1")},
        "no .feature file": {"a.docx": ORDERS},
    }
    send(story, files[what])


# writing and approving


@when('the analyst types "orders.feature" in')
def type_in(story: Story) -> None:
    unit = story.world.unit("Order entry").id
    source = ORDERS.decode()
    story.form = {"path": "", "source": source, "unit": unit, "business_process": 0, "version_number": 0}
    story.post("analyst", f"{URL}/new", {**story.form, "do": "preview"})


@then('the preview shows "Before you start", "Do this" and "You should see"')
def preview_shows(story: Story) -> None:
    assert story.status == 200
    at = [story.page.index(words) for words in ("Before you start", "Do this", "You should see")]
    assert at == sorted(at)


@then("nothing is saved yet")
def nothing_saved(story: Story) -> None:
    assert requirements(story.world) == []


@when("the analyst saves it")
def save_it(story: Story) -> None:
    story.post("analyst", f"{URL}/new", {**story.form, "do": "review"})


@then('the document "Orders" has 2 requirements waiting for approval')
def document_waits(story: Story) -> None:
    assert re.search(r"<h1>Orders</h1>", story.page)
    assert "2 waiting for approval" in story.page


@when("the analyst types a text in whose line 4 cannot be read")
def type_wrong(story: Story) -> None:
    source = "Feature: A\n  Scenario: B\n    When c\n    Wenn d\n"
    story.form = {"path": "a", "source": source, "unit": 0, "business_process": 0, "version_number": 0}
    story.post("analyst", f"{URL}/new", {**story.form, "do": "review"})
    assert story.status == 422


@then("the page names line 4 and column 5")
def names_place(story: Story) -> None:
    assert "Line 4, column 5:" in story.page


@then("everything typed is still there")
def still_there(story: Story) -> None:
    assert str(story.form["source"]).strip() in story.page


@then("there is no test")
def no_test(story: Story) -> None:
    assert cases(story.world) == []


@when("the head approves both requirements at once")
def approve_both(story: Story) -> None:
    assert "2 requirements wait for your approval" in story.get("head", f"{URL}/waiting")
    head_approves(story)


@then(parsers.parse("there are {count:d} tests"))
def are_tests(story: Story, count: int) -> None:
    assert len(cases(story.world)) == count


@given(parsers.parse('"orders.feature" is here, brought in by "{author}" for the unit "{unit}"'))
def brought_in_by(story: Story, author: str, unit: str) -> None:
    send(story, {"orders.feature": ORDERS}, unit, author)
    story.form = {"author": author}


@then(parsers.parse('"{person}" can approve it'))
def can_approve(story: Story, person: str) -> None:
    assert f"{person} can approve this." in story.get("analyst", f"{URL}/1")


@then("the one who brought it in cannot")
def author_cannot(story: Story) -> None:
    story.post(str(story.form["author"]), f"{URL}/1/approve", {"version": 1})
    assert story.status == 403


@when(parsers.parse('the head asks for changes because "{reason}"'))
def ask_changes(story: Story, reason: str) -> None:
    story.post("head", f"{URL}/1/ask_for_changes", {"version": 1, "reason": reason})
    assert story.status == 303


@then(parsers.parse('the analyst reads "{reason}" beside a draft'))
def reads_reason(story: Story, reason: str) -> None:
    page = story.get("analyst", f"{URL}/1")
    assert reason in page
    assert "Changes are asked for" in page


@when("the analyst changes the text and saves it")
def change_text(story: Story) -> None:
    row = document(story.world, "orders.feature")
    data = {"source": edited(ORDERS, "by mail", "by mail to the customer").decode(), "version_number": 1}
    story.post("analyst", f"{URL}/documents/{row.id}/edit", data)
    assert story.status == 303


@then("the head is asked to approve version 2")
def asked_version_2(story: Story) -> None:
    assert "Changed, version 2" in story.get("head", f"{URL}/waiting") or "New" in story.page
    assert requirement(story.world, "An order is confirmed").latest_number == 2


@given('"orders.feature" is here and open in the analyst\'s editor')
def open_in_editor(story: Story) -> None:
    send(story, {"orders.feature": ORDERS})
    story.place = f"{URL}/documents/{document(story.world, 'orders.feature').id}/edit"
    assert 'name="version_number" value="1"' in story.get("analyst", story.place)


@when("another analyst saves it")
def another_saves(story: Story) -> None:
    place = story.place
    source = edited(ORDERS, "by mail", "by telephone").decode()
    story.post("analyst2", place, {"source": source, "version_number": 1})
    story.place = place


@when("the analyst saves their own text")
def saves_own(story: Story) -> None:
    source = edited(ORDERS, "by mail", "by pigeon").decode()
    story.post("analyst", story.place, {"source": source, "version_number": 1})
    assert story.status == 409


@then("both texts are shown")
def both_shown(story: Story) -> None:
    assert "by telephone" in story.page


@then("nothing of the analyst's is lost")
def own_kept(story: Story) -> None:
    assert "by pigeon" in story.page


@when("the analyst saves another line of it")
def saves_another_line(story: Story) -> None:
    source = edited(ORDERS, "3 pieces\n", "4 pieces\n").decode()
    story.post("analyst", story.place, {"source": source, "version_number": 1})
    assert story.status == 409


@then(parsers.parse('they read "{words}"'))
def they_read(story: Story, words: str) -> None:
    assert words in story.page


@then("the text to save holds both changes")
def both_offered(story: Story) -> None:
    assert offered(story.page) == both_changes()


def offered(page: str) -> str:
    """Return the text that stands in the editor."""
    found = re.search(r'<textarea[^>]* name="source"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found
    return html.unescape(found[1])


def both_changes() -> str:
    return edited(edited(ORDERS, "by mail", "by telephone"), "3 pieces\n", "4 pieces\n").decode()


@when("the analyst saves the text that is offered")
def saves_offered(story: Story) -> None:
    assert 'name="version_number" value="2"' in story.page
    story.post("analyst", story.place, {"source": offered(story.page), "version_number": 2})


@then("the document holds both changes, and the audit trail names both analysts")
def both_in(story: Story) -> None:
    version = newest_version(document(story.world, "orders.feature").id)
    assert version is not None
    assert version.number == 3
    assert version.content.decode() == both_changes()
    trail = story.get("auditor", "/projects/PAY/audit/")
    assert "Anna Analyst" in trail
    assert "Ove Olsen" in trail


# after a change

TESTS = "/projects/PAY/tests"
CHANGED = edited(ORDERS, "open account", "closed account")


@given("its tests are assigned to Marta, who has passed all of them")
def marta_passes(story: Story) -> None:
    flow.open_cycle(story.world, cases(story.world), ("tester", "tester2")[:1])
    for assignment in flow.assignments(story.world):
        flow.run(story.world, assignment)


@when("the analyst changes the Background")
def change_background(story: Story) -> None:
    bring_in(story.world, {"orders.feature": CHANGED})


@when("the analyst changes the Background and the head approves")
@given("the analyst has changed the Background and the head has approved")
def background_approved(story: Story) -> None:
    change_background(story)
    approve_all(story.world)


@when("the analyst changes the last row of values and the head approves")
def row_approved(story: Story) -> None:
    bring_in(story.world, {"orders.feature": edited(ORDERS, "10.00 | 30.00", "11.00 | 33.00")})
    approve_all(story.world)


@then(parsers.re(r"(?P<count>\d) tests? ha(s|ve) changed since (it was|they were) tested"))
def suspects(story: Story, count: str) -> None:
    assert sum(case.state is CaseState.SUSPECT for case in cases(story.world)) == int(count)


@when(parsers.parse('the analyst decides "{decision}" for all of them'))
def decide_all(story: Story, decision: str) -> None:
    decide(story, decision, "")


@when(parsers.re(r'the analyst decides "(?P<decision>[^"]+)" for all of them because "(?P<reason>[^"]*)"'))
def decide_because(story: Story, decision: str, reason: str) -> None:
    decide(story, decision, reason)


def decide(story: Story, decision: str, reason: str) -> None:
    chosen = [str(case.number) for case in cases(story.world)]
    value = {"Test again": "test_again", "Results stand": "results_stand"}[decision]
    story.post("analyst", f"{TESTS}/changed", {"chosen": chosen, "decision": value, "reason": reason})


@then("all of them are back with Marta, who reads why")
def back_with_marta(story: Story) -> None:
    found = flow.assignments(story.world)
    assert {assignment.state for assignment in found} == {AssignmentState.TO_DO}
    assert {assignment.note for assignment in found} == {"The requirement has changed. Please test it again."}


@then("their earlier results no longer count")
def no_longer_count(story: Story) -> None:
    assert {(case.valid_from, case.version_number) for case in cases(story.world)} == {(2, 2)}


@then("no test waits for a decision")
def none_waits(story: Story) -> None:
    assert "No test waits for your decision" in story.get("analyst", f"{TESTS}/changed")


@then(parsers.parse('the decision is kept with "{name}" and "{reason}"'))
def decision_kept(story: Story, name: str, reason: str) -> None:
    rows = db.session.scalars(sa.select(CarryOver)).all()
    assert {(row.by_name, row.reason) for row in rows} == {(name, reason)}
    assert len(rows) == 3


@then("the page asks why")
def asks_why(story: Story) -> None:
    assert story.status == 422
    assert "Say in a sentence or two why earlier results still hold" in story.page


@given("one of the tests has been given to Tom as well")
def given_to_tom(story: Story) -> None:
    flow.open_cycle(story.world, cases(story.world)[:1], ("tester2",), "Cycle 2")


@when("Tom passes it on its new text")
def tom_passes(story: Story) -> None:
    (assignment,) = flow.assignments(story.world, "tester2")
    flow.run(story.world, assignment, by="tester2")


@given("a second cycle in which nobody has tested yet")
def second_cycle(story: Story) -> None:
    flow.open_cycle(story.world, cases(story.world), ("tester2",), "Cycle 2")


@when('the requirement "The total follows the price" is removed and the head agrees')
def removed(story: Story) -> None:
    bring_in(story.world, {"orders.feature": ORDERS[: ORDERS.index(b"  Scenario Outline")]})
    approve_all(story.world)


@then("its tests are retired")
def its_tests_retired(story: Story) -> None:
    assert [case.state for case in cases(story.world)][1:] == [CaseState.RETIRED, CaseState.RETIRED]


@then("its tests of the second cycle are withdrawn")
def withdrawn(story: Story) -> None:
    ids = [case.id for case in cases(story.world)][1:]
    statement = sa.select(Assignment.state).join(CycleItem, CycleItem.id == Assignment.item_id)
    where = (Assignment.tester_id == story.world.user_ids["tester2"], CycleItem.test_case_id.in_(ids))
    assert set(db.session.scalars(statement.where(*where))) == {AssignmentState.WITHDRAWN}
