"""Two texts become one: what only one of them changed is taken, what both changed is kept twice, nothing is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.kernel.merging import merge

LINES = st.lists(
    st.sampled_from(["Given an order", "When it is saved", "Then it has a number", "", "  | 1 |"]), max_size=8
)
TEXTS = LINES.map("\n".join)


@pytest.mark.parametrize(
    ("base", "theirs", "yours", "made"),
    [
        ("a\nb\nc", "a\nB\nc", "a\nb\nC", "a\nB\nC"),
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "a\nc", "a\nb\nc\nd", "a\nc\nd"),
        ("a\nb", "a\nb\nc", "a\nb\nd", "a\nb\nc\nd"),
        ("a\nb", "a\nX", "a\nY", "a\nX\nY"),
        ("a\nb", "a", "a\nY", "a\nY"),
        ("a\nb", "a\nX", "a", "a\nX"),
        ("a", "b", "b", "b"),
        (None, "a\nX\nc", "a\nY\nc", "a\nX\nY\nc"),
        (None, "", "Y", "Y"),
        (None, "a\nb", "a", "a\nb"),
        ("", "X", "", "X"),
        ("a\r\nb", "a\nB", "a\r\nb", "a\nB"),
    ],
)
def test_what_is_proposed(base: str | None, theirs: str, yours: str, made: str) -> None:
    assert merge(theirs, yours, base).text == made


@pytest.mark.parametrize(
    ("theirs", "yours", "made"), [("X", "Y", "Y"), ("X", "old", "X"), ("old", "Y", "Y"), ("", "Y", "Y")]
)
def test_one_line_stays_one_line(theirs: str, yours: str, made: str) -> None:
    assert merge(theirs, yours, "old", one_line=True).text == made


@given(TEXTS, TEXTS, st.none() | TEXTS)
def test_pieces_are_both_texts_cut_at_the_same_places(theirs: str, yours: str, base: str | None) -> None:
    made = merge(theirs, yours, base)
    assert "\n".join(line for piece in made.pieces for line in piece.theirs) == theirs
    assert "\n".join(line for piece in made.pieces for line in piece.yours) == yours


@given(TEXTS, TEXTS)
def test_no_line_is_lost(theirs: str, yours: str) -> None:
    made = merge(theirs, yours).text.split("\n")
    assert {line for line in [*theirs.split("\n"), *yours.split("\n")] if line} <= set(made)


@given(TEXTS, TEXTS)
def test_who_changed_nothing_gets_the_other(base: str, changed: str) -> None:
    assert merge(changed, base, base).text == changed
    assert merge(base, changed, base).text == changed
    assert merge(changed, changed, base).differences == 0


def test_long_texts_are_put_together_quickly() -> None:
    lines = [f"line {n % 7}" for n in range(60_000)]
    theirs, yours = ["first", *lines], [*lines, "last"]
    assert merge("\n".join(theirs), "\n".join(yours), "\n".join(lines)).text == "\n".join(["first", *lines, "last"])
