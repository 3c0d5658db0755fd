"""A second Feature line, which the parser takes for description: found, with its place."""

from collections.abc import Iterator
from typing import Any, cast

from gherkin.dialect import DIALECTS
from gherkin.parser_types import Feature

from uatapp.gherkin.decode import unix_lines
from uatapp.gherkin.explain import SECOND_FEATURE
from uatapp.gherkin.model import ParseProblem


def check_headings(feature: Feature, text: str) -> None:
    """Refuse a second Feature line in a description.

    Only the keyword that the file uses and the language's first one count: `Business Need:` is also prose.
    """
    words = {feature["keyword"], DIALECTS[feature["language"]]["feature"][0]}
    starts = tuple(f"{word}:" for word in words)
    for node in _described(cast(dict[str, Any], feature)):
        lines = node["description"].split("\n")
        if any(line.lstrip().startswith(starts) for line in lines):
            raise _second(node["location"]["line"], starts, text)


def _described(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every heading that has a description, from the top down."""
    if node.get("description"):
        yield node
    for child in node.get("children", ()):
        yield from _described(next(iter(child.values())))
    for examples in node.get("examples", ()):
        yield from _described(examples)


def _second(heading: int, starts: tuple[str, ...], text: str) -> ParseProblem:
    lines = unix_lines(text).split("\n")
    places = (n for n in range(heading, len(lines)) if lines[n].lstrip().startswith(starts))
    at = next(places)
    line = lines[at].strip()
    column = lines[at].index(line) + 1
    return ParseProblem(at + 1, column, SECOND_FEATURE, "second_feature", word=line.partition(":")[0])
