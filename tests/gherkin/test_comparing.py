"""Two texts of a requirement compared: what is shown gives both texts back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uatapp.gherkin.comparing import (
    Change,
    RowChange,
    StepChange,
    Told,
    after,
    before,
    by_line,
    by_word,
    compare,
    compare_examples,
    compare_rows,
    compare_steps,
)
from uatapp.gherkin.model import ExamplesBlock, Step, StepKind


def step(text: str, table: tuple[tuple[str, ...], ...] | None = None, doc: str | None = None) -> Step:
    return Step(StepKind.GIVEN, "Given", text, table, doc, 0)


def changes(parts: tuple[StepChange, ...] | tuple[RowChange, ...]) -> list[str]:
    return [part.change.value for part in parts]


def test_a_changed_word_alone_is_marked() -> None:
    pieces = by_word("the invoice is paid", "the invoice is rejected")
    assert [(p.change, p.text) for p in pieces] == [
        (Change.SAME, "the invoice is "),
        (Change.REMOVED, "paid"),
        (Change.ADDED, "rejected"),
    ]


def test_steps_come_go_and_change() -> None:
    old = (step("an open invoice of 10 EUR"), step("a clerk"), step("the month is closed"))
    new = (step("an open invoice of 20 EUR"), step("something entirely new"), step("the month is closed"))
    assert changes(compare_steps(old, new)) == ["changed", "removed", "added", "same"]


def test_a_step_table_differs_by_cell() -> None:
    (only,) = compare_steps((step("t", (("id", "sum"), ("1", "5"))),), (step("t", (("id", "sum"), ("1", "6"))),))
    assert (only.change, changes(only.rows)) == (Change.CHANGED, ["same", "changed"])
    assert [[(p.change, p.text) for p in cell] for cell in only.rows[1].cells] == [
        [(Change.SAME, "1")],
        [(Change.REMOVED, "5"), (Change.ADDED, "6")],
    ]


def test_a_doc_string_differs_by_line() -> None:
    assert [(p.change.value, p.text) for p in by_line("a\nb\n", "a\nc\n")] == [
        ("same", "a\n"),
        ("removed", "b\n"),
        ("added", "c\n"),
    ]


def test_examples_rows_are_known_by_a_unique_first_column() -> None:
    old, new = [("id", "x"), ("1", "a"), ("2", "b")], [("id", "x"), ("3", "a"), ("1", "z"), ("2", "b")]
    assert changes(compare_rows(old, new)) == ["same", "added", "changed", "same"]


def test_rows_without_a_unique_first_column_are_known_by_what_they_share() -> None:
    old, new = [("n", "x"), ("a", "1"), ("a", "2")], [("n", "x"), ("a", "1"), ("a", "9"), ("b", "7")]
    assert changes(compare_rows(old, new)) == ["same", "same", "changed", "added"]


def test_an_examples_table_that_came_is_added() -> None:
    (only,) = compare_examples((), (ExamplesBlock("more", (), ("id",), (("1",),), 0),))
    assert (only.change, changes(only.rows)) == (Change.ADDED, ["added", "added"])


def test_a_background_change_is_told_apart_from_the_own_steps() -> None:
    old = Told("", "Pay", (step("a customer with credit"),), (step("the bill is paid"),), ())
    new = Told("", "Pay", (step("a customer without credit"),), (step("the bill is paid"),), ())
    told = compare(old, new)
    assert (changes(told.background), changes(told.steps)) == (["changed"], ["same"])


TEXT = st.text("ab \u00e4\U0001f600", max_size=12)
ROWS = st.lists(st.tuples(TEXT, TEXT), max_size=5).map(tuple)
DOC = st.none() | st.text("ab\n", max_size=12)
STEPS = st.lists(st.builds(step, TEXT, st.none() | ROWS, DOC), max_size=5).map(tuple)


@pytest.mark.parametrize("side", ["old", "new"])
@settings(max_examples=150, deadline=None)
@given(old=STEPS, new=STEPS)
def test_what_is_shown_gives_both_texts(side: str, old: tuple[Step, ...], new: tuple[Step, ...]) -> None:
    text, left_out, wanted = (before, Change.ADDED, old) if side == "old" else (after, Change.REMOVED, new)
    shown = [part for part in compare_steps(old, new) if part.change is not left_out]
    assert [text(part.words) for part in shown] == [f"Given {s.text}" for s in wanted]
    assert [text(part.lines) for part in shown] == [s.doc_string or "" for s in wanted]
    rows = [tuple(tuple(text(c) for c in r.cells) for r in part.rows if r.change is not left_out) for part in shown]
    assert rows == [s.table or () for s in wanted]
