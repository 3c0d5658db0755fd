"""How large a document may be. Each cap that is hit is named with its place."""

from collections.abc import Iterator, Sequence
from typing import Any

from gherkin.parser_types import (
    Background,
    Examples,
    Feature,
    Location,
    Scenario,
    Step,
    TableRow,
    Tag,
)

from uatapp.gherkin.model import ParseProblem

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 60_000
MAX_SCENARIOS = 5_000
MAX_ROWS = 1_000
MAX_COLUMNS = 100
MAX_TAGS = 20
MAX_CASES = 20_000
# Backgrounds and placeholders multiply: a small file can stand for gigabytes of test cases.
MAX_STEPS = 500_000
MAX_CHARACTERS = 50_000_000

_CAP = "The most that a file may have is %(most)s %(what)s; %(what)s beyond that begin here. Please split it."


def over(most: int, what: str, location: Location) -> ParseProblem:
    """Name the cap that is hit, and its place."""
    place = location["line"], location.get("column", 1) or 1
    return ParseProblem(*place, _CAP, "too_large", most=f"{most:,}", what=what)


def check_bytes(data: bytes) -> None:
    """Refuse too large a file before anything reads it."""
    if len(data) > MAX_BYTES:
        line = data.count(b"\n", 0, MAX_BYTES) + 1
        message = "The file is larger than %(most)s MB. Please split it."
        raise ParseProblem(line, 1, message, "too_large", most=MAX_BYTES // 1024**2)
    end = b"\n" if b"\n" in data else b"\r"
    if data.count(end) + (not data.endswith(end)) > MAX_LINES:
        raise over(MAX_LINES, "lines", {"line": MAX_LINES + 1, "column": 1})


def check_columns(count: int, location: Location) -> None:
    """Refuse too wide a table row."""
    if count > MAX_COLUMNS:
        message = "This row has %(count)s columns; a table may have at most %(most)s."
        values = {"count": count, "most": MAX_COLUMNS}
        raise ParseProblem(location["line"], location.get("column", 1), message, "too_large", **values)


def check_feature(feature: Feature) -> None:
    """Refuse too many scenarios, rows, tags, cases or steps, before cases are made of them."""
    cases = steps = 0
    _check_tags(feature["tags"], "feature")
    for number, (scenario, above) in enumerate(_scenarios(feature["children"])):
        if number == MAX_SCENARIOS:
            raise over(MAX_SCENARIOS, "scenarios", scenario["location"])
        own = _check_scenario(scenario)
        cases += own
        steps += own * (above + len(scenario["steps"]))
        if cases > MAX_CASES:
            raise over(MAX_CASES, "test cases", scenario["location"])
        if steps > MAX_STEPS:
            raise over(MAX_STEPS, "steps in all test cases together", scenario["location"])


def _scenarios(children: Sequence[Any], above: int = 0) -> Iterator[tuple[Scenario, int]]:
    """Give every scenario with the number of Background steps above it."""
    for child in children:
        if "background" in child:
            above += _check_background(child["background"])
        elif "rule" in child:
            _check_tags(child["rule"]["tags"], "rule")
            yield from _scenarios(child["rule"]["children"], above)
        else:
            yield child["scenario"], above


def _check_background(background: Background) -> int:
    _check_tables(background["steps"])
    return len(background["steps"])


def _check_scenario(scenario: Scenario) -> int:
    """Check one scenario; the number of its cases."""
    _check_tags(scenario["tags"], "scenario")
    _check_tables(scenario["steps"])
    if not scenario["examples"]:
        return 1
    return sum(_check_examples(examples) for examples in scenario["examples"])


def _check_examples(examples: Examples) -> int:
    _check_tags(examples["tags"], "Examples table")
    _check_rows(examples["tableBody"])
    return len(examples["tableBody"])


def _check_tables(steps: Sequence[Step]) -> None:
    for step in steps:
        if "dataTable" in step:
            _check_rows(step["dataTable"]["rows"])


def _check_rows(rows: Sequence[TableRow]) -> None:
    if len(rows) > MAX_ROWS:
        place = rows[MAX_ROWS]["location"]
        message = "This table has %(count)s rows; the most is %(most)s. Please split it."
        values = {"count": len(rows), "most": MAX_ROWS}
        raise ParseProblem(place["line"], place.get("column", 1), message, "too_large", **values)


def _check_tags(tags: Sequence[Tag], what: str) -> None:
    if len(tags) > MAX_TAGS:
        place = tags[MAX_TAGS]["location"]
        message = "This %(what)s has %(count)s tags; the most is %(most)s."
        values = {"what": what, "count": len(tags), "most": MAX_TAGS}
        raise ParseProblem(place["line"], place.get("column", 1), message, "too_large", **values)
