"""The cases made from stored content are those that the parser makes of the text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requirements.texts import ORDERS
from uatapp.gherkin.model import Document, ParseProblem
from uatapp.gherkin.parse import parse
from uatapp.requirements.content import content_of
from uatapp.requirements.instances import instances_of

pytestmark = pytest.mark.pure
CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
NAME = st.sampled_from(["a", "b", "price (EUR)", "(x", "a b", "<a", "(x+x+)+y", "*"])


def compare(document: Document) -> int:
    """Compare each scenario's cases; return how many there were."""
    count = 0
    for scenario in document.scenarios:
        made = instances_of(content_of(scenario, document.language))
        assert [m.content_hash for m in made] == [c.content_hash for c in scenario.cases]
        assert [m.values for m in made] == [c.values for c in scenario.cases]
        assert [(m.block, m.row, m.block_name) for m in made] == [
            (c.block, c.row, c.block_name) for c in scenario.cases
        ]
        for one, case in zip(made, scenario.cases, strict=True):
            assert one.title.startswith(case.title[:200])
            assert [(s.kind, s.text, s.table, s.doc_string, s.media_type) for s in one.steps] == [
                (s.kind, s.text, s.table, s.doc_string, s.media_type) for s in case.steps
            ]
        count += len(made)
    return count


def test_rows_become_cases_that_can_be_told_apart() -> None:
    outline = parse(ORDERS, "orders.feature").scenarios[1]
    made = instances_of(content_of(outline, "en"))
    assert [m.title for m in made] == [
        "The total follows the price: 1, 10.00, 10.00",
        "The total follows the price: 3, 10.00, 30.00",
    ]
    assert [s.text for s in made[1].steps] == [
        "a customer with an open account",
        "you order 3 pieces at 10.00",
        "the total is 30.00",
    ]


@given(st.lists(NAME, min_size=1, max_size=3), st.lists(CELL, min_size=6, max_size=6))
def test_any_header_and_any_value(header: list[str], cells: list[str]) -> None:
    def row(values: list[str]) -> str:
        escaped = [v.replace("\\", "\\\\").replace("|", "\\|") for v in values]
        return f"      | {' | '.join(escaped)} |"

    used = " ".join(f"<{name}>" for name in header)
    rows = [cells[: len(header)], cells[len(header) : 2 * len(header)]]
    text = "\n".join(
        [
            "Feature: F",
            "  Background:",
            f"    Given nothing is put in for {used}",
            f"  Scenario Outline: about {used}",
            f"    When you enter {used}",
            f"      | {used.replace('|', '')} |",
            "    Then you read",
            f'      """{header[0]}',
            f"      {used}",
            '      """',
            "    Examples: some",
            row(header),
            *map(row, rows),
        ]
    )
    try:
        document = parse(text.encode(), "f.feature")
    except ParseProblem:
        return
    assert compare(document) == 2


@pytest.mark.corpora
def test_every_scenario_of_the_corpora(corpora: Path) -> None:
    count = 0
    for path in sorted((corpora / "corpora").rglob("*.feature")):
        try:
            count += compare(parse(path.read_bytes(), path.name))
        except ParseProblem:
            continue
    assert count > 1000
