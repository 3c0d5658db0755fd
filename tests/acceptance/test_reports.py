"""Steps of features/reports: executed results go to Excel with one press."""

from io import BytesIO
from typing import Any

import openpyxl
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.world import World

scenarios("reports/results.feature")


@given(parsers.parse('Marta passes it with the remark "{remark}"'))
def passes_with_remark(site: World, remark: str) -> None:
    flow.run(site, flow.assignments(site)[0], remark=remark)


@when("the project manager takes the results as Excel")
def takes(site: World, told: dict[str, Any]) -> None:
    answer = site.client("manager").get("/projects/PAY/results.xlsx")
    assert answer.status_code == 200
    told["book"] = openpyxl.load_workbook(BytesIO(answer.data))


@then("the file has one row for each run with requirement, test, version, tester, time, build and outcome")
def one_row_each(told: dict[str, Any]) -> None:
    heading, *rows = told["book"].worksheets[0].iter_rows(values_only=True)
    assert len(rows) == 3
    found = dict(zip(heading, rows[0], strict=True))
    wanted = {"Requirement": "PAY-R1", "Test": "PAY-T1", "Version": 1, "Tester": "Marta Lindqvist", "Build": "1.0"}
    assert wanted.items() <= found.items()
    assert found["Outcome"] == "Passed"
    assert found["Submitted"].year >= 2026


@then("its second sheet has every step with its answer")
def every_step(told: dict[str, Any]) -> None:
    rows = list(told["book"].worksheets[1].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 3 * 4
    assert {row[4] for row in rows} == {"As expected"}


@then(parsers.parse('the remark is the text "{text}" and not a formula'))
def text_not_formula(told: dict[str, Any], text: str) -> None:
    cells = [
        cell for sheet in told["book"].worksheets for row in sheet.iter_rows() for cell in row if cell.value == text
    ]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


@then("the engineer cannot take the results as Excel")
def engineer_cannot(site: World) -> None:
    assert site.client("engineer").get("/projects/PAY/results.xlsx").status_code == 403
    assert site.client("stranger").get("/projects/PAY/results.xlsx").status_code == 404
