"""Steps of traceability: the matrix, a requirement's own page, the living document."""

import html
import io
import re
from typing import Any

import openpyxl
import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import asking, flow, problems, signing
from tests.requirements.steps import approve_all, bring_in, requirements
from tests.world import World
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision

scenarios("reports/tracing.feature")

URL = "/projects/PAY"
NAMES = ("=Fails", "Passes", "Waits", "Is empty", "Changes")
TEXT = "Feature: Orders\n" + "".join(
    f"\n  Scenario{' Outline' if name == 'Is empty' else ''}: {name}\n    When {name.lower()} is done\n    Then it is so\n"
    for name in NAMES
)


@pytest.fixture
def told() -> dict[str, Any]:
    return {}


def _get(site: World, path: str, who: str = "manager") -> str:
    db.session.rollback()
    answer = site.client(who).get(f"{URL}/{path}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


@given(
    "of 5 agreed requirements one failed, one passed and one was not run, one has no test, and the fifth changed since"
)
def five(site: World) -> None:
    bring_in(site, {"orders.feature": TEXT.encode()})
    approve_all(site)
    flow.open_cycle(site, flow.cases(site))
    by_title = {case.id: case.title for case in flow.cases(site)}
    assert len(by_title) == 4
    for assignment in flow.assignments(site):
        title = by_title[_case_of(assignment)]
        if title == "=Fails":
            problems.report(site, problems.fail(site, assignment), Severity.MAJOR)
        elif title != "Waits":
            flow.run(site, assignment)
    bring_in(site, {"orders.feature": TEXT.replace("changes is done", "changes is done twice").encode()})
    approve_all(site)


def _case_of(assignment: Any) -> int:
    from uatapp.cycles.models import CycleItem

    return db.session.get_one(CycleItem, assignment.item_id).test_case_id


@given("a draft is not agreed yet")
def draft(site: World) -> None:
    bring_in(site, {"new.feature": b"Feature: New\n\n  Scenario: Is new\n    When a\n    Then b\n"})


@when("the project manager looks at how the requirements stand")
@when("anybody looks at how the requirements stand")
def looks(site: World, told: dict[str, Any]) -> None:
    told["page"] = _get(site, "traceability")


@when("the project manager looks only at what failed")
def looks_at_failed(site: World, told: dict[str, Any]) -> None:
    told["page"] = _get(site, "traceability?stands=failed")


def _rows(page: str) -> list[str]:
    """Return the table's rows as text."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr>")[1:]]


@then(parsers.parse('they stand in the order "{order}"'))
def in_order(told: dict[str, Any], order: str) -> None:
    words = [word.strip() for word in order.split(",")]
    rows = _rows(told["page"])
    assert len(rows) == len(words)
    for row, word in zip(rows, words, strict=True):
        assert word in row.lower(), (row, word)


@then(parsers.parse('the page says "{sentence}"'))
def says(told: dict[str, Any], sentence: str) -> None:
    assert sentence in told["page"]


@then("the failed one names its test, its result and its problem")
def names_all(told: dict[str, Any]) -> None:
    row = next(row for row in _rows(told["page"]) if "=Fails" in row)
    assert re.search(r"T1 Failed D1 not yet$", row), row


@then("only the failed one is listed")
def only_failed(told: dict[str, Any]) -> None:
    (row,) = _rows(told["page"])
    assert "=Fails" in row


@given("2 requirements were accepted, and one has been changed and agreed anew since")
def accepted_and_changed(site: World, told: dict[str, Any]) -> None:
    signing.accepted(site, "sponsor")
    signing.change_a_requirement(site)


@then("both name the sign-off, and the changed one names the version that was signed")
def both_named(site: World, told: dict[str, Any]) -> None:
    rows = {
        row.number: text for row in requirements(site) for text in _rows(told["page"]) if f"PAY-R{row.number} " in text
    }
    (changed,) = [row.number for row in requirements(site) if row.approved_number == 2]
    told["changed"] = changed
    assert len(rows) == 2
    for number, text in rows.items():
        assert text.endswith("S1 version 1" if number == changed else "S1"), text


@then("the changed requirement's own page says which version was signed and which counts now")
def own_page(site: World, told: dict[str, Any]) -> None:
    page = _get(site, f"requirements/{told['changed']}")
    assert "PAY-S1" in page
    assert "version 1 was signed; version 2 counts now" in page


@given("sign-off of 2 requirements was rejected")
def rejected(site: World) -> None:
    signing.closed_cycle(site)
    choice = Choice(Decision.REJECTED, reasons="Not what we need")
    asking.sign(site, "sponsor", asking.ask(site, "sponsor"), choice)


@then("no requirement is shown as signed")
def not_signed(told: dict[str, Any]) -> None:
    rows = _rows(told["page"])
    assert len(rows) == 2
    assert all(row.endswith("not yet") for row in rows)


@when("the project manager takes the Excel file")
def takes_excel(site: World, told: dict[str, Any]) -> None:
    db.session.rollback()
    answer = site.client("manager").get(f"{URL}/traceability.xlsx")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    told["rows"] = list(sheet.iter_rows(min_row=2))


@then("it has a row for each test and one for the requirement without a test")
def excel_rows(told: dict[str, Any]) -> None:
    found = {row[1].value: [cell.value for cell in row] for row in told["rows"]}
    assert set(found) == set(NAMES)
    assert len(told["rows"]) == 5
    assert found["Is empty"][5:] == ["No test", None, None, None, None, None]
    assert found["=Fails"][5:] == ["Failed", "PAY-T1", "=Fails", "Failed", "PAY-D1", None]


@then("a name that looks like a formula is text in it")
def no_formula(told: dict[str, Any]) -> None:
    assert {cell.data_type for row in told["rows"] for cell in row if cell.value == "=Fails"} == {"s"}


@when("a tester reads what is agreed")
def reads(site: World, told: dict[str, Any]) -> None:
    told["page"] = _get(site, "agreed", "tester")


@then("the 5 agreed requirements are there with their steps and how they stand")
def all_there(told: dict[str, Any]) -> None:
    page = told["page"]
    assert "5 requirements are agreed" in page
    for said in (*NAMES, "Changes is done twice", "Changed since tested", "No test", "Not run"):
        assert said in page, said


@then("the draft is not among them")
def no_draft(told: dict[str, Any]) -> None:
    assert "Is new" not in told["page"]
