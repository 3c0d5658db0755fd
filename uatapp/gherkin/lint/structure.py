"""Rules about how a document is built: names, Examples, placeholders, sizes."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from uatapp.gherkin.keywords import outline_only
from uatapp.gherkin.lint.model import Fix, Rule, Severity, Spot
from uatapp.gherkin.lint.shape import Scene, Text

MOST_STEPS, MOST_ROWS, MOST_COLUMNS, MOST_BACKGROUND = 10, 10, 6, 4
_PLACEHOLDER = re.compile(r"<([^<>\s][^<>]*)>")


def _unnamed(text: Text) -> Iterator[Spot]:
    nodes = [text.feature, *(scene.node for scene in text.scenes)]
    for node in nodes:
        if not node["name"].strip():
            yield Spot(node["location"]["line"], node["location"]["column"], {"what": node["keyword"].strip()})


def _empty(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        if not scene.steps:
            yield Spot(scene.line, scene.column, {"name": scene.name})


def _same_name(text: Text) -> Iterator[Spot]:
    first: dict[str, int] = {}
    for scene in text.scenes:
        name = " ".join(scene.name.split()).casefold()
        if name and first.setdefault(name, scene.line) != scene.line:
            yield Spot(scene.line, scene.column, {"name": scene.name, "first": first[name]})


def _no_examples(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        is_outline = scene.node["keyword"] in outline_only(text.language) or scene.node["examples"]
        if is_outline and not any(block["tableBody"] for block in scene.examples):
            yield Spot(scene.line, scene.column, {"name": scene.name})


def _unknown_placeholder(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        if not scene.columns:
            continue
        for line, column, said in _placeholders(text, scene):
            if said not in scene.columns:
                near = get_close_matches(said, scene.columns, 1)
                fix = Fix(line, column, len(said) + 2, f"<{near[0]}>") if near else None
                yield Spot(line, column, {"name": said, "columns": ", ".join(scene.columns)}, fix)


def _placeholders(text: Text, scene: Scene) -> Iterator[tuple[int, int, str]]:
    """Yield each placeholder of a scenario's steps, their tables and text blocks, as written in the document."""
    end = min((block["location"]["line"] for block in scene.examples), default=0)
    first = min((step.line for step in scene.steps), default=end)
    for number in range(first, end):
        line = text.lines[number - 1]
        if not line.lstrip().startswith("#"):
            yield from ((number, found.start() + 1, found[1]) for found in _PLACEHOLDER.finditer(line))


def _unused_column(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        used = {said for _line, _column, said in _placeholders(text, scene)} | set(_PLACEHOLDER.findall(scene.name))
        for block in scene.examples:
            for cell in block["tableHeader"]["cells"]:
                if cell["value"] not in used:
                    yield Spot(cell["location"]["line"], cell["location"]["column"], {"name": cell["value"]})


def _many_steps(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        if len(scene.steps) > MOST_STEPS:
            yield Spot(scene.line, scene.column, {"count": len(scene.steps), "most": MOST_STEPS})


def _many_rows(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        for block in scene.examples:
            if len(block["tableBody"]) > MOST_ROWS:
                place = block["location"]
                yield Spot(place["line"], place["column"], {"count": len(block["tableBody"]), "most": MOST_ROWS})


def _many_columns(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        for block in scene.examples:
            cells = block["tableHeader"]["cells"]
            if len(cells) > MOST_COLUMNS:
                place = block["tableHeader"]["location"]
                yield Spot(place["line"], place["column"], {"count": len(cells), "most": MOST_COLUMNS})


def _one_row(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        if scene.examples and sum(len(block["tableBody"]) for block in scene.examples) == 1:
            yield Spot(scene.line, scene.column, {"name": scene.name})


def _long_background(text: Text) -> Iterator[Spot]:
    for steps in text.backgrounds:
        if len(steps) > MOST_BACKGROUND:
            over = steps[MOST_BACKGROUND]
            yield Spot(over.line, over.column, {"count": len(steps), "most": MOST_BACKGROUND})


def _no_narrative(text: Text) -> Iterator[Spot]:
    if not text.feature["description"].strip() and text.scenes:
        yield Spot(text.feature["location"]["line"], text.feature["location"]["column"])


_COMMENTED = re.compile(r"#\s*(?!language\s*:)[^\s:]+( [^\s:]+)?:\s*\S")


def _commented_out(text: Text) -> Iterator[Spot]:
    words = {scene.node["keyword"].strip() for scene in text.scenes}
    for comment in text.comments:
        said = comment["text"].strip()
        if _COMMENTED.match(said) and said.lstrip("# ").partition(":")[0].strip() in words:
            yield Spot(comment["location"]["line"], comment["text"].index("#") + 1)


RULES = (
    Rule("unnamed", Severity.ERROR, "Something has no name",
         "This “%(what)s” has no name. Say in a few words what it is about.",
         "Scenario: An order above the credit limit is held", _unnamed),
    Rule("empty", Severity.ERROR, "A scenario without steps",
         "“%(name)s” has no steps, so there is nothing to test.",
         "Scenario: An order is saved\n  When you save the order\n  Then the order has a number", _empty),
    Rule("same-name", Severity.ERROR, "One name twice in a file",
         "“%(name)s” is the name of the scenario in line %(first)s as well. Two requirements need two names.",
         "Scenario: An order above the credit limit is held\nScenario: An order within the credit limit is released",
         _same_name),
    Rule("no-examples", Severity.ERROR, "An outline without Examples",
         "“%(name)s” has no rows of Examples, so no test comes of it.",
         "  Examples:\n    | customer | price  |\n    | 40012    | 118.00 |", _no_examples),
    Rule("unknown-placeholder", Severity.ERROR, "A placeholder that is no column",
         "“<%(name)s>” is no column of the Examples. They have: %(columns)s.",
         "  Then the price is <price>\n\n  Examples:\n    | price  |\n    | 118.00 |", _unknown_placeholder),
    Rule("unused-column", Severity.WARNING, "A column that nothing uses",
         "Nothing uses the column “%(name)s”. Write <%(name)s> where it matters, or take the column out.",
         "  Then the price is <price>\n\n  Examples:\n    | price  |\n    | 118.00 |", _unused_column),
    Rule("many-steps", Severity.WARNING, "Many steps",
         "This scenario has %(count)s steps. More than %(most)s are hard to follow: say what matters, or split it.",
         "  Given a released order of customer 40012\n  When you cancel the order\n  Then the goods are free again",
         _many_steps),
    Rule("many-rows", Severity.WARNING, "Many Examples",
         "These Examples have %(count)s rows, and each becomes a test. Keep those that show a difference (%(most)s at most).",
         "  Examples:\n    | amount | status  |\n    | 999.99 | free    |\n    | 1000   | on hold |", _many_rows),
    Rule("many-columns", Severity.WARNING, "Wide Examples",
         "These Examples have %(count)s columns. More than %(most)s are hard to read: split the scenario.",
         "  Examples:\n    | customer | price  |\n    | 40012    | 118.00 |", _many_columns),
    Rule("long-background", Severity.WARNING, "A long Background",
         "This Background has %(count)s steps. Every test begins with them: keep %(most)s at most.",
         "  Background:\n    Given you are signed in as order clerk", _long_background),
    Rule("one-row", Severity.INFO, "Examples with one row",
         "“%(name)s” has one row of Examples. A plain scenario with the values in its steps reads better.",
         "Scenario: The price follows the agreement\n  When customer 40012 orders article 7731\n  Then the price is 118.00",
         _one_row),
    Rule("no-narrative", Severity.INFO, "Nothing says why",
         "Say under the first line who needs this and why.",
         "Feature: Credit limit\n  So that we deliver only what will be paid, orders above the limit wait for finance.",
         _no_narrative),
    Rule("commented-out", Severity.INFO, "A scenario in a comment",
         "This scenario is commented out. Take it out: earlier versions keep it.", "", _commented_out),
)  # fmt: skip
