"""A scenario as it is stored in a frozen version, and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from uatapp.gherkin.canonical import body_of
from uatapp.gherkin.comparing import Told
from uatapp.gherkin.model import ExamplesBlock, Scenario, Step, StepKind


def content_of(scenario: Scenario, language: str) -> dict[str, Any]:
    """Return what a requirement version keeps of a scenario: all that its test cases are made of."""
    return {
        "rule": scenario.rule,
        "name": scenario.name,
        "outline": scenario.outline,
        "language": language,
        "background": [step_row(step) for step in scenario.background],
        "steps": [step_row(step) for step in scenario.steps],
        "examples": [
            {"name": block.name, "header": list(block.header), "rows": [list(row) for row in block.rows]}
            for block in scenario.examples
        ],
    }


def step_row(step: Step) -> dict[str, Any]:
    """Return a step as stored rows hold it."""
    return {
        "kind": step.kind.value,
        "keyword": step.keyword,
        "text": step.text,
        "table": [list(row) for row in step.table] if step.table is not None else None,
        "doc_string": step.doc_string,
        "media_type": step.media_type,
    }


def steps_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Read stored steps."""
    return tuple(_step(row) for row in rows)


def _step(row: Mapping[str, Any]) -> Step:
    table = tuple(tuple(cells) for cells in row["table"]) if row["table"] is not None else None
    kind, media_type = StepKind(row["kind"]), row.get("media_type", "")
    return Step(kind, row["keyword"], row["text"], table, row["doc_string"], 0, media_type)


def examples_of(content: Mapping[str, Any]) -> tuple[ExamplesBlock, ...]:
    """Read the stored Examples tables."""
    return tuple(
        ExamplesBlock(block["name"], (), tuple(block["header"]), tuple(tuple(row) for row in block["rows"]), 0)
        for block in content["examples"]
    )


def stored_body(content: Mapping[str, Any]) -> str:
    """Return the lines by which a stored scenario is compared with one that comes in."""
    return body_of(steps_of(content["steps"]), examples_of(content))


def tags_of_rows(scenario: Scenario) -> Sequence[list[str]]:
    """Return the tags of each Examples block, in their order."""
    return [list(block.tags) for block in scenario.examples]


def told_of(content: Mapping[str, Any]) -> Told:
    """Read what is compared of a stored version."""
    background, steps = steps_of(content["background"]), steps_of(content["steps"])
    return Told(content["rule"], content["name"], background, steps, examples_of(content))
