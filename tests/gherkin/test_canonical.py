"""What changes a version, and what does not: white space, tags, comments, Backgrounds, keywords, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.model import Scenario
from uatapp.gherkin.parse import parse

TEXT = """@t
Feature: orders
  About orders.

  Background:
    Given a customer

  Rule: limits
    Scenario Outline: big order
      When they order <n> pieces
        | sort | price |
        | <s>  | 5     |
      And they pay
        \"\"\"
        by card
        \"\"\"
      Then it is accepted

      Examples: usual
        | n | s  |
        | 1 | oak |
        | 2 | elm |
"""


def first(text: str) -> Scenario:
    return parse(text.encode(), "a.feature").scenarios[0]


def hashes(text: str) -> tuple[str, str, tuple[str, ...]]:
    scenario = first(text)
    return scenario.effective_hash, scenario.identity_hash, tuple(c.content_hash for c in scenario.cases)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| n | s  |", "|n|s|"),
        ("When they", "When   they"),
        ("      And they", "\n\n   And they"),
        ("        by card", "          by   card\n"),
        ("\n", "\r\n"),
        ("@t", "@u @v"),
        ("About orders.", "Something else."),
        ("      Then", "      # a comment\n      Then"),
        ("big order", "large order"),
    ],
)
def test_nothing_that_counts_changed(old: str, new: str) -> None:
    assert old in TEXT
    assert hashes(TEXT.replace(old, new)) == hashes(TEXT)


@pytest.mark.parametrize(
    ("old", "new", "effective", "identity", "cases"),
    [
        ("And they", "When they", True, False, (False, False)),
        ("And they", "Then they", True, True, (True, True)),
        ("a customer", "two customers", True, False, (True, True)),
        ("Rule: limits", "Rule: bounds", True, False, (False, False)),
        ("they pay", "they do not pay", True, True, (True, True)),
        ("by card", "by bill", True, True, (True, True)),
        ("| 5 ", "| 6 ", True, True, (True, True)),
        ("elm", "ash", True, True, (False, True)),
        ("Examples: usual", "Examples: rare", True, False, (False, False)),
        ("Scenario Outline:", "Scenario Template:", True, False, (False, False)),
        ("order <n>", "or der <n>", True, False, (True, True)),
    ],
)
def test_what_a_change_touches(old: str, new: str, effective: bool, identity: bool, cases: tuple[bool, ...]) -> None:
    before, after = hashes(TEXT), hashes(TEXT.replace(old, new))
    assert (before[0] != after[0], before[1] != after[1]) == (effective, identity)
    assert tuple(a != b for a, b in zip(before[2], after[2], strict=True)) == cases


def test_joining_two_lines_is_more_than_white_space() -> None:
    apart, joined = "Feature: f\nScenario: s\nGiven a\n{}And b\n", "Feature: f\nScenario: s\nGiven a And b\n"
    assert hashes(apart.format(""))[:2] != hashes(joined)[:2]


def test_a_background_does_not_change_who_a_scenario_is() -> None:
    plain = "Feature: f\n{}Scenario: s\nAnd a\n"
    with_background = plain.format("Background:\nGiven x\n")
    assert hashes(with_background)[1] == hashes(plain.format(""))[1]


def test_effective_text_is_for_reading() -> None:
    assert first(TEXT).effective_text == (
        "Rule: limits\nBackground:\n  Given a customer\nScenario Outline:\n  When they order <n> pieces\n"
        "    | sort | price |\n    | <s> | 5 |\n  And they pay\n"
        '    """\n    by card\n    """\n  Then it is accepted\n'
        "Examples: usual\n    | n | s |\n    | 1 | oak |\n    | 2 | elm |"
    )


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)


@given(st.lists(CELL, min_size=1, max_size=4), st.lists(CELL, min_size=1, max_size=4))
def test_different_cells_never_read_the_same(one: list[str], two: list[str]) -> None:
    def text(cells: list[str]) -> str:
        shown = [cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells]
        return f"Feature: f\nScenario: s\nGiven x\n| {' | '.join(shown)} |\n"

    same = [" ".join(c.split()) for c in one] == [" ".join(c.split()) for c in two]
    assert (hashes(text(one))[0] == hashes(text(two))[0]) == same


@given(st.lists(st.sampled_from(["  ", "\t", "\n", "\n\n"]), min_size=8, max_size=8))
def test_white_space_before_lines_never_counts(spaces: list[str]) -> None:
    lines = ["Feature: f", "Scenario: s", "Given a  b", "| x | y |", "Then c", "Examples:", "| n |", "| 1 |"]
    spaced = "".join(f"{space}{line}\n" for space, line in zip(spaces, lines, strict=True))
    assert hashes(spaced) == hashes("\n".join(lines))
