"""Steps of tests that are written in a spreadsheet."""

import html
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from tests.requirements.steps import document, requirement, requirements
from tests.world import World
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db
from uatapp.requirements import sheets

scenarios("requirements/sheets.feature")

URL = "/projects/PAY/requirements"
NEW = [
    (
        "",
        "A changed order keeps its number",
        "@should @orders",
        "Before you start",
        "there is an order with the number 7",
    ),
    ("", "", "", "Do this", "you change its pieces to 4"),
    ("", "", "", "You should see", 'the order with the number 7 has 4 pieces of "A | B", #1'),
]


@dataclass
class Story:
    """The sheet as it lies on the analyst's desk, and the last page."""

    world: World
    book: Any = None
    page: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def upload(self, data: bytes, name: str = "tests.xlsx") -> None:
        db.session.rollback()
        client, unit = self.world.client("analyst"), self.world.unit("Order entry").id
        fields = {"files": [(io.BytesIO(data), name)], "unit": unit, "business_process": 0}
        answer = client.post(f"{URL}/upload", data=fields)
        assert answer.status_code == 303, answer.text
        jobs.run_due()
        db.session.rollback()
        self.page = html.unescape(client.get(answer.location).text)

    def saved(self) -> bytes:
        made = io.BytesIO()
        self.book.save(made)
        return made.getvalue()


@pytest.fixture
def story(site: World) -> Story:
    answer = site.client("analyst").get(f"{URL}/template.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    (choices,) = book["Tests"].data_validations.dataValidation
    assert choices.formula1 == '"Before you start,Do this,You should see"'
    return Story(site, book)


@when("the analyst takes the template, adds a requirement of 3 rows, and uploads it")
def adds_and_uploads(story: Story) -> None:
    for row in NEW:
        story.book["Tests"].append(row)
    story.upload(story.saved())


@then(parsers.parse('3 requirements are new in "{path}"'))
def three_new(story: Story, path: str) -> None:
    assert "3 requirements are new or changed" in story.page, story.page
    assert document(story.world, path).title == "Order entry"


@then('the new one is shown as "Before you start", "Do this" and "You should see"')
def shown(story: Story) -> None:
    row = requirement(story.world, "A changed order keeps its number")
    assert row.tags == ["@should", "@orders"]
    page = story.world.client("analyst").get(f"{URL}/{row.number}").text
    at = [page.index(words) for words in sheets.WORDS]
    assert at == sorted(at)
    story.page = html.unescape(page)


@then("the words in its cells are its steps")
def words_are_steps(story: Story) -> None:
    for *_, text in NEW:
        assert text in story.page


@given("the template has come in")
@when("the analyst uploads it again")
def comes_in(story: Story) -> None:
    story.upload(story.saved())


@then(parsers.parse('the page says "{sentence}"'))
def says(story: Story, sentence: str) -> None:
    assert sentence.strip() in story.page, story.page


@when("a step is edited in the sheet and it is uploaded again")
def edited_again(story: Story) -> None:
    story.book["Tests"]["E4"] = "the order has a number of 6 digits"
    story.upload(story.saved())


@then("requirement 1 has version 2, and no requirement is new")
def version_two(story: Story) -> None:
    assert [(row.number, row.latest_number) for row in requirements(story.world)] == [(1, 2), (2, 1)]


@when(parsers.parse("the analyst uploads a sheet in which {what}"))
def uploads_wrong(story: Story, what: str) -> None:
    sheet = story.book["Tests"]
    changes: dict[str, tuple[str, Any]] = {
        'the step of row 3 is "Perhaps"': ("D3", "Perhaps"),
        'a tag of row 2 is "must"': ("C2", "must"),
        "the text of row 4 is empty": ("E4", None),
        "the first requirement has no name": ("B2", None),
        'a heading is "Prio"': ("C1", "Prio"),
        "row 3 has a formula": ("E3", '=HYPERLINK("http://x.example","x")'),
    }
    if what in changes:
        cell, value = changes[what]
        sheet[cell] = value
    elif what == "there is no row":
        sheet.delete_rows(2, 10)
    else:
        assert what == 'the heading "Step" is missing'
        sheet["D1"] = None
    story.upload(story.saved())


@when(parsers.re("the analyst uploads (?P<what>an? (sheet|text|old) (?!in which).*)"))
def uploads_odd(story: Story, what: str) -> None:
    data, name = story.saved(), "tests.xlsx"
    if what == "a sheet with macros":
        data = _with(data, "xl/vbaProject.bin", b"macro")
    elif what == "a sheet that unpacks to 30 MB":
        data = _with(data, "xl/worksheets/sheet2.xml", b" " * 30 * 1024 * 1024)
    elif what == "a text file called tests.xlsx":
        data = b"Document;Requirement\n"
    else:
        name = "tests.xls"
    story.upload(data, name)


def _with(data: bytes, name: str, content: bytes) -> bytes:
    """Put one more entry into an archive."""
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


@then("nothing of it has come in")
def nothing_came(story: Story) -> None:
    assert requirements(story.world) == []
