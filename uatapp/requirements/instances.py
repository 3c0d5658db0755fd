"""The test cases that a requirement's content stands for: one, or one for each Examples row. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from uatapp.gherkin.canonical import content_parts, digest, flat
from uatapp.gherkin.model import ExamplesBlock, Step
from uatapp.requirements.content import examples_of, steps_of

_LONGEST_TITLE = 200
_SHOWN_VALUES = 3

Fill = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Instance:
    """One test case to be; told apart from others of its requirement by its row."""

    title: str
    steps: tuple[Step, ...]
    values: tuple[tuple[str, str], ...]
    content_hash: str
    position: int
    block: int = 0
    block_name: str = ""
    row: int = 0


def instances_of(content: Mapping[str, Any]) -> list[Instance]:
    """Return the test cases of a requirement's content, in the order written.

    A scenario without steps of its own stands for one without any; an outline without rows for none.
    """
    own = steps_of(content["steps"])
    above = steps_of(content["background"]) if own else ()
    if not content["examples"]:
        return [] if content["outline"] else [_instance(content["name"], above + own, (), 0)]
    found: list[Instance] = []
    for block, table in enumerate(examples_of(content)):
        for row, cells in enumerate(table.rows):
            found.append(_from_row(content["name"], above, own, table, cells, (len(found), block, row)))
    return found


def _from_row(
    name: str,
    above: tuple[Step, ...],
    own: Sequence[Step],
    table: ExamplesBlock,
    cells: Sequence[str],
    place: tuple[int, int, int],
) -> Instance:
    fill = _filler(table.header, cells)
    steps = above + tuple(_filled(step, fill) for step in own)
    values = tuple(zip(table.header, cells, strict=True))
    made = _instance(_titled(name, fill, cells), steps, values, place[0])
    return replace(made, block=place[1], block_name=table.name, row=place[2])


def _instance(title: str, steps: tuple[Step, ...], values: tuple[tuple[str, str], ...], position: int) -> Instance:
    said = [f"| {flat(name)} | {flat(value)} |" for name, value in values]
    return Instance(title[:_LONGEST_TITLE], steps, values, digest([*said, *map(content_parts, steps)]), position)


def _titled(name: str, fill: Fill, cells: Sequence[str]) -> str:
    """Name a row's case; one whose name takes no value gets the first ones added, to tell rows apart."""
    title = fill(name)
    shown = ", ".join(cell for cell in cells[:_SHOWN_VALUES] if cell)
    return title if title != name or not shown else f"{title}: {shown}"


def _filler(header: Sequence[str], cells: Sequence[str]) -> Fill:
    """Return what puts a row's values in place of `<column>`; all at once, so that values are left alone."""
    values = {f"<{name}>": cell for name, cell in reversed(list(zip(header, cells, strict=True)))}
    names = sorted(values, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, names)))
    return lambda text: pattern.sub(lambda found: values[found[0]], text) if "<" in text else text


def _filled(step: Step, fill: Fill) -> Step:
    if "<" not in step.text and step.table is None and step.doc_string is None:
        return step
    return replace(
        step,
        text=fill(step.text),
        table=tuple(tuple(fill(cell) for cell in row) for row in step.table) if step.table is not None else None,
        doc_string=fill(step.doc_string) if step.doc_string is not None else None,
        media_type=fill(step.media_type),
    )
