"""Steps of importing again: in the analyst's browser, from upload to report and back."""

import html
import io
import re
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.requirements.steps import approve_all, bring_in, cases, document, requirement, requirements, states
from tests.requirements.texts import BILLING, ORDERS, edited
from tests.world import World
from uatapp.kernel.db import db
from uatapp.requirements.models import DocumentVersion, RequirementVersion
from uatapp.requirements.states import RequirementState

scenarios("requirements/importing_again.feature")

URL = "/projects/PAY/requirements"
STEP = edited(ORDERS, "confirmed by mail", "confirmed by telephone")
LIKE = edited(edited(ORDERS, "An order is confirmed", "An order is confirmed at once"), "by mail", "by e-mail")
ALIKE = edited(
    LIKE,
    "  Scenario Outline",
    """  Scenario: An order is confirmed by us
    When you enter an order of 3 pieces
    Then the order is confirmed by a mail

  Scenario Outline""",
)


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    files: dict[str, bytes] = field(default_factory=lambda: {"orders.feature": ORDERS})
    place: str = ""
    page: str = ""
    status: int = 0
    reports: list[str] = field(default_factory=list)

    def post(self, path: str, data: dict[str, object]) -> None:
        """Send a form as the analyst, and follow to where it leads."""
        db.session.rollback()
        client = self.world.client("analyst")
        answer = client.post(path, data=data)
        self.status, self.page = answer.status_code, html.unescape(answer.text)
        if self.status == 303:
            self.place = answer.location
            self.reports.append(self.place)
            self.look()

    def look(self) -> None:
        db.session.rollback()
        self.page = html.unescape(self.world.client("analyst").get(self.place).text)

    def send(self, **more: object) -> None:
        files = [(io.BytesIO(data), name) for name, data in self.files.items()]
        unit = self.world.unit("Order entry").id
        self.post(f"{URL}/upload", {"files": files, "unit": unit, "business_process": 0, **more})
        assert self.status == 303, self.page

    def asked(self) -> str:
        """Return the name of the question's field."""
        found = re.search(r'name="(same-[\w-]+)"', self.page)
        assert found, self.page
        return found[1]


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


def _effective(world: World) -> dict[int, str]:
    """Return what each requirement's newest version says."""
    statement = sa.select(RequirementVersion).order_by(RequirementVersion.requirement_id, RequirementVersion.number)
    by_id = {row.requirement_id: row.text for row in db.session.scalars(statement)}
    return {row.number: by_id[row.id] for row in requirements(world)}


def _count(kind: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


@given('"orders.feature" is agreed')
def agreed(story: Story) -> None:
    bring_in(story.world, story.files)
    approve_all(story.world)
    db.session.rollback()


@given(
    '"An order is confirmed" was called "Customers get a mail" and a step of "The total follows the price" was edited'
)
def renamed_and_edited(story: Story) -> None:
    text = edited(ORDERS, "An order is confirmed", "Customers get a mail")
    story.files["orders.feature"] = edited(text, "the total is <total>", "the sum is <total>")


@given('name and steps of "An order is confirmed" changed a little')
def changed_a_little(story: Story) -> None:
    story.files["orders.feature"] = LIKE


@given('two scenarios are as much alike to "An order is confirmed", which is gone')
def two_alike(story: Story) -> None:
    story.files["orders.feature"] = ALIKE


@given('a step of "An order is confirmed" was edited and "billing.feature" is new')
def edited_and_new(story: Story) -> None:
    story.files = {"orders.feature": STEP, "billing.feature": BILLING}


@given("the analyst uploaded both files")
@when("the analyst uploads the file")
def uploads(story: Story) -> None:
    story.send()


@when("the analyst uploads the file to look first")
def looks_first(story: Story) -> None:
    assert 'name="look"' in html.unescape(story.world.client("analyst").get(f"{URL}/upload").text)
    story.send(look="y")


@then("the page says what would happen to each of the two")
def would_happen(story: Story) -> None:
    assert "2 requirements would be new or changed" in story.page
    for said in (
        "Customers get a mail",
        "was called “An order is confirmed”",
        "The total follows the price",
        "Steps: 1 changed",
    ):
        assert said in story.page, said


@then("nothing has come in")
def nothing_came(story: Story) -> None:
    assert [row.latest_number for row in requirements(story.world)] == [1, 1]
    assert _count(DocumentVersion) == 1


@when("the analyst takes it in")
def takes_in(story: Story) -> None:
    story.post(f"{story.place}/take", {})
    assert "2 requirements are new or changed" in story.page


@then("both have what the file says, under their old numbers")
def both_changed(story: Story) -> None:
    assert [(row.number, row.name) for row in requirements(story.world)] == [
        (1, "Customers get a mail"),
        (2, "The total follows the price"),
    ]
    assert "the sum is <total>" in _effective(story.world)[2]
    story.place = story.reports[0]
    story.look()
    assert "It went on from here" in story.page


@then("the page asks whether it is the same requirement")
def asks(story: Story) -> None:
    assert "“An order is confirmed at once” is new in your file, “An order is confirmed” is gone." in story.page
    assert requirement(story.world, "An order is confirmed").latest_number == 1


@when(parsers.re(r"the analyst says that (?P<answer>it is|they are two different ones)"))
def answers(story: Story, answer: str) -> None:
    story.post(f"{story.place}/take", {story.asked(): "yes" if answer == "it is" else "no"})
    assert story.status == 303


@then("requirement 1 has the new text, and its test and results are its own still")
def has_new_text(story: Story) -> None:
    first = requirements(story.world)[0]
    assert (first.number, first.name, first.latest_number) == (1, "An order is confirmed at once", 2)
    assert states(story.world, first) == ["approved", "in_review"]
    assert [case.requirement_id for case in cases(story.world)].count(first.id) == 1
    assert len(requirements(story.world)) == 2


@then("requirement 1 is proposed to be retired, and a new requirement has the new text")
def two_of_them(story: Story) -> None:
    first, _second, third = requirements(story.world)
    assert first.removal_asked
    assert (third.number, third.name) == (3, "An order is confirmed at once")
    assert "by e-mail" in _effective(story.world)[3]


@then("no answer is chosen beforehand")
def nothing_chosen(story: Story) -> None:
    questions = re.findall(r'<input type="radio" name="same-[^>]*>', story.page)
    assert len(questions) >= 4
    assert not any("checked" in question for question in questions)


@when("the analyst takes the upload back")
@when("the analyst takes that back as well")
def takes_back(story: Story) -> None:
    assert "Take this upload back" in story.page
    story.post(f"{story.place}/undo", {})
    assert story.status == 303, story.page


@then('the requirements of "orders.feature" say what was agreed before')
def as_agreed(story: Story) -> None:
    assert "confirmed by mail" in _effective(story.world)[1]
    version = db.session.scalars(sa.select(DocumentVersion).order_by(DocumentVersion.id.desc()).limit(1)).one()
    assert version.content == ORDERS


@then('the requirements of "billing.feature" are proposed to be retired')
def proposed(story: Story) -> None:
    assert requirement(story.world, "An invoice is made every night").removal_asked
    assert document(story.world, "billing.feature").version_number == 0


@then("nothing was deleted")
def nothing_deleted(story: Story) -> None:
    assert (_count(DocumentVersion), len(requirements(story.world))) == (4, 3)


@then("both files are here again as they were uploaded, under the same numbers")
def here_again(story: Story) -> None:
    assert "confirmed by telephone" in _effective(story.world)[1]
    assert [(row.number, row.removal_asked) for row in requirements(story.world)] == [
        (1, False),
        (2, False),
        (3, False),
    ]
    assert document(story.world, "billing.feature").version_number == 2


@given('"orders.feature" was changed again')
def changed_again(story: Story) -> None:
    bring_in(story.world, {"orders.feature": edited(STEP, "3 pieces", "4 pieces")})


@then("the page says why the upload cannot be taken back")
def says_why(story: Story) -> None:
    story.look()
    assert "orders.feature was changed since." in story.page
    assert "/undo" not in story.page


@then("sending the form all the same changes nothing")
def sent_all_the_same(story: Story) -> None:
    before = _count(DocumentVersion)
    story.post(f"{story.place}/undo", {})
    assert story.status == 409
    assert _count(DocumentVersion) == before


@given('the file came in without "The total follows the price" and its head agreed')
def came_without(story: Story) -> None:
    story.files["orders.feature"] = ORDERS[: ORDERS.index(b"  Scenario Outline")]
    story.send()
    approve_all(story.world)
    assert requirement(story.world, "The total follows the price").state is RequirementState.RETIRED


@then('"The total follows the price" is requirement 2 again, with its history')
def back_again(story: Story) -> None:
    row = requirement(story.world, "The total follows the price")
    assert (row.number, row.latest_number) == (2, 2)
    assert len(requirements(story.world)) == 2
    approve_all(story.world)
    assert requirement(story.world, "The total follows the price").state is RequirementState.ACTIVE


@given('a step of "An order is confirmed" was edited and that came in')
def edited_came_in(story: Story) -> None:
    story.files["orders.feature"] = STEP
    story.send()


@when("the analyst restores version 1 of the document")
def restores(story: Story) -> None:
    place = f"{URL}/documents/{document(story.world, 'orders.feature').id}"
    page = story.world.client("analyst").get(place).text
    assert f"{place}/versions/1/restore" in page
    assert f"{place}/versions/2/restore" not in page, "it is the one that is here"
    story.post(f"{place}/versions/1/restore", {})


@then("version 3 of the document has the bytes of version 1")
def same_bytes(story: Story) -> None:
    rows = db.session.scalars(sa.select(DocumentVersion).order_by(DocumentVersion.number)).all()
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[2].content == rows[0].content


@then('"An order is confirmed" has a version 3 that waits for approval')
def waits(story: Story) -> None:
    assert states(story.world, requirement(story.world, "An order is confirmed")) == [
        "approved",
        "superseded",
        "in_review",
    ]


@when('the analyst writes the numbers into "orders.feature"')
def writes_numbers(story: Story) -> None:
    place = f"{URL}/documents/{document(story.world, 'orders.feature').id}"
    assert "2 requirements have no id in the text" in story.world.client("analyst").get(place).text
    story.post(f"{place}/numbers", {})
    assert "no id in the text" not in story.world.client("analyst").get(place).text


@then('its text has "@id:PAY-R1" and "@id:PAY-R2", and no requirement has changed')
def has_numbers(story: Story) -> None:
    newest = db.session.scalars(sa.select(DocumentVersion).order_by(DocumentVersion.id.desc()).limit(1)).one()
    story.files["orders.feature"] = newest.content
    lines = newest.content.decode().split("\n")
    assert lines[lines.index("  @id:PAY-R1") + 1] == "  Scenario: An order is confirmed"
    assert lines[lines.index("  @id:PAY-R2") + 1] == "  Scenario Outline: The total follows the price"
    assert [(row.latest_number, row.id_tag) for row in requirements(story.world)] == [
        (1, "@id:PAY-R1"),
        (1, "@id:PAY-R2"),
    ]


@when("name, steps and place of every requirement change in that file, and it comes in again")
def everything_changes(story: Story) -> None:
    text = story.files["orders.feature"].decode()
    head, first, second = re.split(r"(?=  @id:)", text)
    second = second.replace("The total follows the price", "Sums").replace(
        "you order <pieces> pieces at", "there are <pieces> for"
    )
    first = first.replace("An order is confirmed", "Mails").replace("is confirmed by mail", "gets an answer")
    story.files = {"other.feature": (head + second.rstrip() + "\n\n" + first).encode()}
    story.send()


@then("no requirement is new in it")
def none_new(story: Story) -> None:
    assert sorted((row.number, row.name) for row in requirements(story.world)) == [(1, "Mails"), (2, "Sums")]
