"""Each cap is named with its place, and nothing that a cap allows takes long."""

from contextlib import suppress

import pytest

from uatapp.gherkin import caps
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.parse import parse

HEAD = "Feature: f\n"
pytestmark = pytest.mark.proves("T30")


def problem(text: str) -> ParseProblem:
    with pytest.raises(ParseProblem) as caught:
        parse(text.encode(), "a.feature")
    assert caught.value.code == "too_large"
    return caught.value


def table(rows: int, columns: int = 1) -> str:
    return ("|" + "1|" * columns + "\n") * rows


def test_size() -> None:
    text = HEAD + "  " + "x" * caps.MAX_BYTES
    assert (problem(text).line, "2 MB" in problem(text).message) == (2, True)


def test_lines() -> None:
    found = problem(HEAD + "\n" * caps.MAX_LINES)
    assert found.line == caps.MAX_LINES + 1
    assert "60,000 lines" in found.message
    assert parse((HEAD + "\n" * (caps.MAX_LINES - 1)).encode(), "a.feature").name == "f"


def test_scenarios() -> None:
    found = problem(HEAD + "Scenario: s\n" * (caps.MAX_SCENARIOS + 1))
    assert found.line == caps.MAX_SCENARIOS + 2
    assert "5,000 scenarios" in found.message


@pytest.mark.parametrize("above", ["Scenario: s\nGiven x\n", "Background:\nGiven x\n"])
def test_rows_of_a_data_table(above: str) -> None:
    found = problem(HEAD + above + table(caps.MAX_ROWS + 1))
    assert found.line == 3 + caps.MAX_ROWS + 1
    assert "1001 rows" in found.message


def test_rows_of_examples() -> None:
    text = HEAD + "Scenario: s\nGiven x\nExamples:\n|a|\n"
    assert problem(text + table(caps.MAX_ROWS + 1)).line == 5 + caps.MAX_ROWS + 1
    assert len(parse((text + table(caps.MAX_ROWS)).encode(), "a").scenarios[0].cases) == caps.MAX_ROWS


def test_columns() -> None:
    found = problem(HEAD + "Scenario: s\nGiven x\n  " + table(1, caps.MAX_COLUMNS + 1))
    assert (found.line, found.column) == (4, 3)
    assert "101 columns" in found.message


def test_bars_in_a_text_block_are_no_columns() -> None:
    text = HEAD + 'Scenario: s\nGiven x\n"""\n' + "|" * 500 + '\n"""\n'
    assert parse(text.encode(), "a").scenarios[0].steps[0].doc_string == "|" * 500


@pytest.mark.parametrize("below", ["Scenario: s\n", "Rule: r\n", "Scenario: s\nGiven x\n{}\nExamples:\n"])
def test_tags(below: str) -> None:
    tags = " ".join(f"@t{n}" for n in range(caps.MAX_TAGS + 1))
    text = HEAD + (below.format(tags) if "{}" in below else f"{tags}\n{below}")
    found = problem(text)
    assert found.line == text[: text.index("@t20")].count("\n") + 1
    assert found.column == tags.index("@t20") + 1
    assert "21 tags" in found.message


def test_test_cases() -> None:
    one = "Scenario: s\nGiven x\nExamples:\n|a|\n" + table(1000)
    found = problem(HEAD + one * 21)
    assert found.line == 2 + 20 * 1004
    assert "20,000 test cases" in found.message


def test_backgrounds_that_multiply() -> None:
    many = HEAD + "Background:\n" + "* x\n" * 2_000 + "Scenario: s\n* y\n" * 1_000
    assert "steps in all test cases" in problem(many).message
    long = HEAD + 'Background:\n* x\n"""\n' + "word " * 100_000 + '\n"""\n' + "Scenario: s\n* y\n" * 1_000
    assert "characters in all test cases" in problem(long).message


@pytest.mark.parametrize(
    "line",
    [
        "| a" + " " * 300_000 + "b |",
        "|" + " " * 300_000,
        "| " + "\\|" * 300_000 + " |",
        "@a" + " " * 300_000 + "@b",
        "#" + " " * 300_000 + "language",
        "* " + "<" * 300_000,
    ],
)
def test_one_long_line_is_read_or_refused(line: str) -> None:
    """In quadratic time these would take hours."""
    for text in (f"{HEAD}Scenario: s\nGiven x\n{line}\n", f"{line}\n{HEAD}"):
        with suppress(ParseProblem):
            parse(text.encode(), "a.feature")
