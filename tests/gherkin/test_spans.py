"""Which lines belong to which scenario, and one of them put back as it was."""

import random

import pytest

from tests.gherkin import histories
from uatapp.gherkin.parse import parse
from uatapp.gherkin.spans import put_back, spans

TEXT = """Feature: A

  Background:
    Given it is open

  @one
  Scenario: One
    When a

  Rule: Two
    Background:
      Given it is shut

    @two @more
    # why
    Scenario Outline: Two
      When <b>

      Examples:
        | b |
        | 1 |

    Scenario: Three
      When c
"""


def test_tags_belong_to_their_scenario_and_backgrounds_and_rules_to_none() -> None:
    assert spans(TEXT) == [(6, 9), (14, 22), (23, 25)]
    assert spans("Feature: A\n") == []


@pytest.mark.parametrize("position", [0, 1, 2])
def test_what_is_put_back_is_as_it_was_and_all_else_as_it_is(position: int) -> None:
    now = TEXT.replace("When a", "When aa").replace("When <b>", "When <b> b").replace("When c", "When cc")
    before, present = parse(TEXT.encode(), "a"), parse(now.encode(), "a")
    after = parse(put_back(now, position, TEXT, position).encode(), "a")
    for n in range(3):
        wanted = before if n == position else present
        assert after.scenarios[n].effective_hash == wanted.scenarios[n].effective_hash
    assert put_back(TEXT, position, TEXT, position) == TEXT


def test_what_is_gone_comes_at_the_end() -> None:
    rest = TEXT[: TEXT.index("    Scenario: Three")]
    after = parse(put_back(rest, None, TEXT, 2).encode(), "a")
    assert [s.name for s in after.scenarios] == ["One", "Two", "Three"]


def test_over_random_edits_every_old_scenario_can_be_put_back() -> None:
    document = parse(TEXT.replace("  Rule: Two\n    Background:\n      Given it is shut\n", "").encode(), "a")
    for seed in range(50):
        after, origin = histories.edited({"a": document}, random.Random(seed))
        for (path, position), (_old, at) in origin.items():
            now = after[path].source_text
            back = parse(put_back(now, position, document.source_text, at).encode(), "a")
            assert back.scenarios[position].name == document.scenarios[at].name
            assert len(back.scenarios) == len(after[path].scenarios)
