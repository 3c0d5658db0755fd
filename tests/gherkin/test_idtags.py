"""Own id tags, told by one example."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.idtags import is_example, pattern_like, with_ids
from uatapp.gherkin.parse import parse


@pytest.mark.parametrize("text", ["@S-103.1", "@REQ_7", "@7a", "@Anf.Nr.12"])
def test_a_tag_with_a_number_is_an_example(text: str) -> None:
    assert is_example(text)
    assert re.fullmatch(pattern_like(text) or "", text)


@pytest.mark.parametrize("text", ["", "S-1", "@12", "@slow", "@a b1", "@a1 @b2", "@a1#", "@" + "x1" * 40, "@a1\n"])
def test_anything_else_is_none(text: str) -> None:
    assert not is_example(text)


def test_other_numbers_match_and_other_words_do_not() -> None:
    pattern = re.compile(pattern_like("@S-103.1") or "")
    assert all(pattern.fullmatch(tag) for tag in ("@S-1.1", "@S-99.1234"))
    assert not any(pattern.fullmatch(tag) for tag in ("@S-103", "@S-103x1", "@T-103.1", "@S-103.1b", "@S-\u0663.1"))


def test_no_example_no_pattern() -> None:
    assert pattern_like("") is None


@given(st.from_regex(r"@[a-z.+*(\[\\]{1,5}[0-9]{1,3}", fullmatch=True))
def test_every_sign_but_numbers_is_meant_literally(example: str) -> None:
    pattern = re.compile(pattern_like(example) or "")
    assert pattern.fullmatch(example)
    assert not pattern.fullmatch("x" + example)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_ids_are_written_above_their_scenarios_and_nothing_else_changes(ends: str) -> None:
    text = ends.join(["Feature: A", "  @slow", "  # why", "\tScenario: B", "    Given c", "  Scenario Outline: D", "    Given <e>",
                      "    Examples:", "      | e |", "      | 1 |", ""])  # fmt: skip
    before = parse(text.encode(), "a.feature")
    after = parse(with_ids(text, {4: "@id:P-R7", 6: "@id:P-R8"}).encode(), "a.feature")
    assert [s.id_tag for s in after.scenarios] == ["@id:P-R7", "@id:P-R8"]
    assert [s.effective_hash for s in after.scenarios] == [s.effective_hash for s in before.scenarios]
    assert [set(s.tags) for s in after.scenarios] == [{"@slow", "@id:P-R7"}, {"@id:P-R8"}]
    assert text.split("\n") == [line for line in with_ids(text, {4: "@id:P-R7"}).split("\n") if "@id" not in line]
