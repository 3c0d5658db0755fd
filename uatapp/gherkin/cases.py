"""Pickles to test cases: a row's values filled into the steps, what rows have in common made once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gherkin.parser_types import Examples
from gherkin.pickles.compiler import Pickle, PickleStep

from uatapp.gherkin.canonical import content_parts, digest, flat
from uatapp.gherkin.model import Case, ExamplesBlock, Step

Row = tuple[int, int, ExamplesBlock]


@dataclass(frozen=True, slots=True)
class Template:
    """A scenario's steps under its Backgrounds, with what of each is hashed; `own` is where its own begin."""

    steps: tuple[Step, ...]
    contents: tuple[str, ...]
    own: int


def cases(
    pickles: Iterable[Pickle],
    position: int,
    template: Template,
    examples: Sequence[Examples],
    blocks: Sequence[ExamplesBlock],
) -> Iterator[Case]:
    """Give the test cases of the scenario at a position, in the order written."""
    rows = _rows(examples, blocks)
    for pickle in pickles:
        if len(pickle["astNodeIds"]) == 1:
            yield _case(pickle, str(position), template.steps, template.contents, None)
        else:
            row = rows[pickle["astNodeIds"][1]]
            steps, contents = _filled(pickle["steps"], template)
            yield _case(pickle, f"{position}.{row[0]}.{row[1]}", steps, contents, row)


def _rows(examples: Sequence[Examples], blocks: Sequence[ExamplesBlock]) -> Mapping[str, Row]:
    return {
        row["id"]: (b, r, blocks[b]) for b, table in enumerate(examples) for r, row in enumerate(table["tableBody"])
    }


def _filled(pickled: Sequence[PickleStep], template: Template) -> tuple[tuple[Step, ...], list[str]]:
    """The steps with a row's values filled in; steps without placeholders are shared by all rows."""
    steps, contents = list(template.steps), list(template.contents)
    for n in range(template.own, len(steps)):
        step = _with_values(steps[n], pickled[n])
        if step is not steps[n]:
            steps[n], contents[n] = step, content_parts(step)
    return tuple(steps), contents


def _with_values(step: Step, pickled: PickleStep) -> Step:
    argument = cast(dict[str, Any], pickled.get("argument"))
    if not argument and pickled["text"] == step.text:
        return step
    table, doc_string, media_type = step.table, step.doc_string, step.media_type
    if argument and "dataTable" in argument:
        table = tuple(tuple([c["value"] for c in row["cells"]]) for row in argument["dataTable"]["rows"])
    if argument and "docString" in argument:
        doc_string = argument["docString"]["content"]
        media_type = argument["docString"].get("mediaType", "")
    filled = Step(step.kind, step.keyword, pickled["text"], table, doc_string, step.line, media_type)
    return step if filled == step else filled


def _case(pickle: Pickle, key: str, steps: tuple[Step, ...], contents: Iterable[str], row: Row | None) -> Case:
    block, number, examples = row or (0, 0, None)
    values = tuple(zip(examples.header, examples.rows[number], strict=True)) if examples else ()
    said = [f"| {flat(name)} | {flat(value)} |" for name, value in values]
    return Case(
        key=key,
        title=pickle["name"],
        values=values,
        steps=steps,
        block=block,
        row=number,
        line=pickle["location"]["line"],
        tags=tuple(dict.fromkeys(tag["name"] for tag in pickle["tags"])),
        content_hash=digest([*said, *contents]),
        block_name=examples.name if examples else "",
    )
