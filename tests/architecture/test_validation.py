"""The validation report has a line for each row, and says so where a row has no test or its test failed."""

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.proofs import FAULTS, RECORDS, THREATS
from tests.validation_page import Report

TESTS = Path(__file__).parents[1]
pytestmark = pytest.mark.proves("E38")


def ran(test: str, passed: bool = True) -> Any:
    return SimpleNamespace(nodeid=f"tests/test_x.py::{test}[sqlite]", passed=passed)


def test_a_row_without_a_test_and_a_test_that_failed_are_named() -> None:
    report = Report()
    for number in RECORDS:
        if number != "E5":
            report.take([number], ran("test_one"))
    report.take(["E7"], ran("test_other", passed=False))
    report.take(["E7"], ran("test_other"))
    lines = list(report.page())
    assert report.without_test() == ["E5"]
    assert f"| E5 | {RECORDS['E5']} | — | NO TEST |" in lines
    assert f"| E7 | {RECORDS['E7']} | `tests/test_x.py::test_other` | FAILED |" in lines
    assert f"| E1 | {RECORDS['E1']} | `tests/test_x.py::test_one` | passed |" in lines
    assert f"- Tests passed: {len(RECORDS) - 1} of {len(RECORDS)}" in lines


def marked() -> set[str]:
    """Return every number that some test names."""
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.proves":
                found.update(str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))
    return found


def test_no_row_is_empty_and_every_number_is_known() -> None:
    assert sorted(set(RECORDS) - marked()) == []
    assert sorted(marked() - set(RECORDS) - set(THREATS) - set(FAULTS)) == []
