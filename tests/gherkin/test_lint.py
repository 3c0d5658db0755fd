"""Rules about better requirements: each finds what it is about at its place, and is silent on the better text."""

import pytest

from uatapp.gherkin.lint import RULES, Severity, lint, mended

HEAD = "Feature: Orders\n  So that we deliver what was ordered.\n\n"
GOOD = HEAD + (
    "  Scenario: A saved order has a number\n    Given the order desk is open\n"
    "    When you save the order\n    Then the order has a number\n"
)


def scenario(*steps: str, name: str = "A saved order") -> str:
    return HEAD + f"  Scenario: {name}\n" + "".join(f"    {step}\n" for step in steps)


def outline(*rows: str, step: str = "Then the price is <price>", more: str = "") -> str:
    table = "".join(f"      | {row} |\n" for row in rows)
    return (
        HEAD + f"  Scenario Outline: Prices\n    When you ask for a price{more}\n    {step}\n\n    Examples:\n{table}"
    )


STEPS = [f"And detail {n}" for n in range(9)]
# rule: a text that breaks it, where, and what its sentence names
BROKEN: dict[str, tuple[str, int, int, str]] = {
    "unnamed": (scenario("When a", "Then b", name=""), 4, 3, "“Scenario”"),
    "empty": (scenario(name="Nothing yet"), 4, 3, "“Nothing yet”"),
    "same-name": (GOOD + GOOD[len(HEAD) :].replace("saved order", "Saved  order"), 8, 3, "line 4"),
    "no-examples": (outline("price"), 4, 3, "“Prices”"),
    "unknown-placeholder": (outline("prize", "118", "119"), 6, 23, "They have: prize"),
    "unused-column": (outline("price | who", "1 | x", "2 | y"), 9, 17, "“who”"),
    "many-steps": (scenario("When a", "Then b", *STEPS), 4, 3, "11 steps"),
    "many-rows": (outline("price", *map(str, range(11))), 8, 5, "11 rows"),
    "many-columns": (outline("price | b | c | d | e | f | g", *["1 | 2 | 3 | 4 | 5 | 6 | 7"] * 2), 9, 7, "7 columns"),
    "long-background": (
        HEAD + "  Background:\n    Given a\n" + "    And b\n" * 4 + GOOD[len(HEAD) :], 9, 5, "5 steps",
    ),
    "one-row": (outline("price", "118"), 4, 3, "“Prices”"),
    "no-narrative": (GOOD.replace("  So that we deliver what was ordered.\n", ""), 1, 1, "who needs this"),
    "commented-out": (GOOD + "\n  # Scenario: An old one\n  #   When a\n", 9, 3, "commented out"),
    "then-before-when": (scenario("Then b", "When a"), 5, 5, "before anything is done"),
    "several-behaviours": (scenario("When a", "Then b", "When c", "Then d"), 8, 5, "2 times"),
    "no-then": (scenario("When a"), 4, 3, "“Then …”"),
    "background-not-given": (HEAD + "  Background:\n    When a\n" + GOOD[len(HEAD) :], 5, 5, "“Given …”"),
    "use-and": (scenario("When a", "When b", "Then c"), 6, 5, "“When” follows"),
    "interface-words": (scenario("When you click on it", "Then b"), 5, 14, "“click”"),
    "vague-outcome": (scenario("When a", "Then the total is correct"), 6, 23, "“correct”"),
    "mixed-person": (scenario("When the user saves", "Then I see a number"), 6, 10, "“I” and “the user”"),
    "placeholder-data": (scenario('When customer "foo" orders', "Then b"), 5, 19, "“foo”"),
    "and-in-name": (scenario("When a", "Then b", name="Save and print"), 4, 18, "“and”"),
}  # fmt: skip


def found(text: str, rule: str) -> list[tuple[int, int, str]]:
    return [(f.line, f.column, f.message) for f in lint(text) if f.rule == rule]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_each_rule_names_what_it_is_about_at_its_place(rule: str) -> None:
    text, line, column, words = BROKEN[rule]
    places = found(text, rule)
    assert [place[:2] for place in places] == [(line, column)]
    assert words in places[0][2]
    assert found(GOOD, rule) == []
    assert rule not in {finding.rule for finding in lint(text, off={rule})}


def test_a_good_text_has_no_findings() -> None:
    assert lint(GOOD) == []


def test_what_cannot_be_read_is_one_finding_with_its_place() -> None:
    (finding,) = lint(scenario("When a", "Wenn b"))
    assert (finding.rule, finding.severity, finding.line, finding.column) == ("unreadable", Severity.ERROR, 6, 5)
    assert "This line should start with" in finding.message
    assert [f.rule for f in lint("")] == ["unreadable"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("# language: de\nFunktionalität: A\n  Warum\n\n  Szenario: B\n    Wenn ich auf den Button klicke\n    Dann ist alles korrekt\n",
         ["interface-words", "vague-outcome"]),
        ("# language: no\nEgenskap: A\n  Hvorfor\n\n  Scenario: B\n    Når jeg lagrer\n    Når jeg sender\n", ["no-then", "use-and"]),
        ("# language: fr\nFonctionnalité: A\n  Pourquoi\n\n  Scénario: B\n    Quand je clique sur le bouton\n    Alors ok\n", []),
        ("# language: ja\n機能: A\n  なぜ\n\n  シナリオ: B\n    ならばb\n    もしa\n", ["then-before-when"]),
    ],
)  # fmt: skip
def test_keywords_are_known_in_every_language_and_words_where_there_is_a_list(text: str, rules: list[str]) -> None:
    assert [finding.rule for finding in lint(text)] == rules


def test_words_in_quotes_placeholders_and_other_words_are_no_findings() -> None:
    said = scenario('When you file the note "click the button"', "Then the fieldwork of <the user> is ok-ed at a.url.b")
    assert [f.rule for f in lint(said) if f.rule in ("interface-words", "vague-outcome", "mixed-person")] == []


@pytest.mark.parametrize(
    ("text", "rule", "now"),
    [
        (scenario("When a", "When b", "Then c"), "use-and", "    And b\n"),
        (outline("price | who", "1 | x", "2 | y", step="Then <prise> for <who>"), "unknown-placeholder", "Then <price> for <who>"),
        ("# language: de\r\nFunktionalität: A\r\n\r\n  Szenario: 🚀 B\r\n    Wenn 🚀 a\r\n    Wenn b\r\n", "use-and", "    Und b\r\n"),
    ],
)  # fmt: skip
def test_a_quick_fix_mends_its_place_and_nothing_else(text: str, rule: str, now: str) -> None:
    (fix,) = [finding.fix for finding in lint(text) if finding.rule == rule]
    assert fix is not None
    after = mended(text, fix)
    assert now in after
    assert found(after, rule) == []
    assert sum(a != b for a, b in zip(text.split("\n"), after.split("\n"), strict=True)) == 1
