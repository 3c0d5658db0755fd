"""Rules about words: what speaks of screens, what promises nothing, who speaks, and with what data."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from uatapp.gherkin.lint.model import Rule, Severity, Spot
from uatapp.gherkin.lint.shape import Line, Node, Text
from uatapp.gherkin.lint.wordlists import words_of
from uatapp.gherkin.model import StepKind


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Match whole words; longer ones first. A word inside of a name with dots or dashes is another word."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w.@-])(?:{'|'.join(map(re.escape, longest))})(?![\w@-]|\.\w)", re.IGNORECASE)


def _own_steps(text: Text) -> Iterator[Line]:
    for steps in text.blocks:
        yield from steps


def _in_steps(text: Text, words: tuple[str, ...], steps: Iterator[Line]) -> Iterator[Spot]:
    """Yield the first of some words in each step, outside of quotes and placeholders."""
    for step in steps:
        if found := _any_of(words).search(_unquoted(step.text)):
            word = step.text[found.start() : found.end()]
            yield Spot(step.line, step.words_from + found.start(), {"word": word})


def _unquoted(said: str) -> str:
    """Blank out what is quoted or a placeholder, in place: data is no wording."""
    return re.sub(r"\"[^\"]*\"|“[^”]*”|'[^']*'|<[^<>]*>", lambda found: " " * len(found[0]), said)


def _interface(text: Text) -> Iterator[Spot]:
    if words := words_of(text.language):
        yield from _in_steps(text, words.interface, _own_steps(text))


def _vague(text: Text) -> Iterator[Spot]:
    if words := words_of(text.language):
        seen = (step for step in _own_steps(text) if step.kind is StepKind.THEN)
        yield from _in_steps(text, words.vague, seen)


def _mixed_person(text: Text) -> Iterator[Spot]:
    words = words_of(text.language)
    if words is None:
        return
    for scene in text.scenes:
        first = next(_in_steps(text, words.first_person, iter(scene.steps)), None)
        third = next(_in_steps(text, words.third_person, iter(scene.steps)), None)
        if first and third:
            later = max(first, third, key=lambda spot: (spot.line, spot.column))
            values = {"first": first.values["word"], "third": third.values["word"]}
            yield Spot(later.line, later.column, values)


def _placeholder_data(text: Text) -> Iterator[Spot]:
    words = words_of(text.language)
    if words is None:
        return
    quoted = re.compile(rf"[\"“'](?:{'|'.join(map(re.escape, words.placeholder))})[\"”']", re.IGNORECASE)
    for step in _own_steps(text):
        if found := quoted.search(step.text):
            yield Spot(step.line, step.words_from + found.start(), {"word": found[0][1:-1]})
    for scene in text.scenes:
        yield from _in_cells(scene.examples, words.placeholder)


def _in_cells(blocks: Sequence[Node], words: tuple[str, ...]) -> Iterator[Spot]:
    for block in blocks:
        for row in block["tableBody"]:
            for cell in row["cells"]:
                if cell["value"].casefold() in words and not cell["value"].isdigit():
                    yield Spot(cell["location"]["line"], cell["location"]["column"], {"word": cell["value"]})


def _and_in_name(text: Text) -> Iterator[Spot]:
    words = words_of(text.language)
    if words is None:
        return
    for scene in text.scenes:
        if found := _any_of((words.also,)).search(_unquoted(scene.name)):
            from_ = scene.column + len(scene.node["keyword"]) + 2  # a colon and a blank
            yield Spot(scene.line, from_ + found.start(), {"word": words.also})


RULES = (
    Rule("interface-words", Severity.WARNING, "Words of the screen",
         "“%(word)s” speaks of the screen, which changes. Say what people want, in the words of their work.",
         "  When you release the order\n(instead of: When you click the button “Release”)", _interface),
    Rule("vague-outcome", Severity.WARNING, "A result that says nothing",
         "“%(word)s” does not say what to see. Write what a tester can compare.",
         "  Then the invoice total is 2,360.00\n(instead of: Then the invoice is correct)", _vague),
    Rule("mixed-person", Severity.INFO, "Two ways to speak of people",
         "This scenario says “%(first)s” and “%(third)s”. Speak of people in one way.",
         "  Given the order clerk is signed in\n  When the order clerk saves the order", _mixed_person),
    Rule("placeholder-data", Severity.INFO, "Made-up data",
         "“%(word)s” is no real value. Take one from the test data, so that testers can type it.",
         "  When you enter an order for customer 40012", _placeholder_data),
    Rule("and-in-name", Severity.INFO, "Two things in a name",
         "The name says “%(word)s”. If these are two requirements, make two scenarios.",
         "Scenario: A cancelled order frees the goods", _and_in_name),
)  # fmt: skip
