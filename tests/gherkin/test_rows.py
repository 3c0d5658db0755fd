"""Which Examples row is which after an edit."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.match import match_rows
from uatapp.gherkin.model import Case
from uatapp.gherkin.parse import parse


def cases(*tables: str) -> tuple[Case, ...]:
    """Each table is `name: header / row / row`, cells apart by blanks."""
    text = "Feature: f\nScenario: s\nGiven <a>\n"
    for table in tables:
        name, _, rows = table.partition(":")
        lines = "".join(f"| {' | '.join(row.split())} |\n" for row in rows.split("/"))
        text += f"Examples: {name}\n{lines}"
    return parse(text.encode(), "a").scenarios[0].cases


def rows(old: tuple[Case, ...], new: tuple[Case, ...]) -> list[str]:
    def shown(case: Case | None) -> str:
        return "".join(value for _, value in case.values) if case else "-"

    return [f"{shown(one)}>{shown(two)}" for one, two in match_rows(old, new)]


def test_exact_rows_wherever_they_stand() -> None:
    old, new = cases(":a b / 1 x / 2 y / 3 z"), cases(":b a / z 3 / q 9 / x 1")
    assert rows(old, new) == ["3z>z3", "->q9", "1x>x1", "2y>-"]


def test_a_key_column() -> None:
    old = cases(":a id b / 1 k1 x / 2 k2 y")
    assert rows(old, cases(":a id b / 7 k2 r / 8 k1 s")) == ["2k2y>7k2r", "1k1x>8k1s"]


def test_the_first_column_that_tells_rows_apart() -> None:
    old, new = cases(":a b / 1 x / 1 y"), cases(":a b / 2 y / 3 x")
    assert rows(old, new) == ["1y>2y", "1x>3x"]


def test_aligned_with_half_of_the_cells() -> None:
    old = cases(":a b c d / 1 1 1 1 / 1 1 1 1 / 2 2 2 2")
    new = cases(":a b c d / 1 1 1 1 / 1 1 5 5 / 2 6 6 6")
    assert rows(old, new) == ["1111>1111", "1111>1155", "->2666", "2222>-"]


def test_a_row_put_before_an_edited_one() -> None:
    old, new = cases(":a b c / 1 1 1 / 1 1 1"), cases(":a b c / 1 1 1 / 5 5 1 / 1 1 9")
    assert rows(old, new) == ["111>111", "->551", "111>119"]


def test_a_renamed_column() -> None:
    assert rows(cases(":a b / 1 1 / 1 1"), cases(":a c / 1 1 / 1 1")) == ["11>11", "11>11"]


def test_tables_by_name_then_by_place() -> None:
    old = cases("x:a / 1 / 2", "y:a / 1 / 3")
    assert rows(old, cases("y:a / 1 / 3", "x:a / 1 / 2")) == ["1>1", "3>3", "1>1", "2>2"]
    pairs = match_rows(old, cases("y:a / 1 / 3", "x:a / 1 / 2"))
    assert [one.block for one, _ in pairs if one] == [1, 1, 0, 0]
    assert rows(old, cases("z:a / 1 / 2", "y:a / 1 / 3")) == ["1>1", "2>2", "1>1", "3>3"]


def test_a_row_that_went_to_another_table() -> None:
    assert rows(cases("x:a / 1 / 2", "y:a / 3"), cases("x:a / 1", "y:a / 3 / 2")) == ["1>1", "3>3", "2>2"]


def test_a_scenario_without_examples() -> None:
    plain = parse(b"Feature: f\nScenario: s\nGiven a\n", "a").scenarios[0].cases
    assert match_rows(plain, plain) == [(plain[0], plain[0])]
    assert rows(plain, cases(":a / 1")) == ["->1", ">-"]


TABLE = st.lists(st.tuples(*[st.sampled_from("12")] * 3), max_size=8)


def built(drawn: list[tuple[str, ...]]) -> list[Case]:
    blank = cases(":a / 1")[0]
    return [
        replace(blank, key=str(n), row=n, values=tuple(zip("abc", row, strict=True))) for n, row in enumerate(drawn)
    ]


@given(TABLE)
def test_any_table_matches_itself(drawn: list[tuple[str, ...]]) -> None:
    table = built(drawn)
    assert match_rows(table, table) == [(row, row) for row in table]


@given(TABLE, TABLE)
def test_every_row_comes_out_once(before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> None:
    old, new = built(before), built(after)
    pairs = match_rows(old, new)
    assert [two for _, two in pairs if two] == new
    assert sorted(one.row for one, _ in pairs if one) == list(range(len(old)))
