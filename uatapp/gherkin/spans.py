"""The lines of a text that belong to each scenario."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gherkin.stream.id_generator import IdGenerator

from uatapp.gherkin.parse import read_ast

Span = tuple[int, int]


def spans(text: str) -> list[Span]:
    """Return first and last line, from 1, of each scenario with its tags, in order. Raises ParseProblem."""
    feature = read_ast(text, IdGenerator()).get("feature")
    nodes = list(_nodes(feature["children"])) if feature else []
    starts = [_start(node) for _kind, node in nodes]
    ends = [*(start - 1 for start in starts[1:]), text.count("\n") + 1] if starts else []
    return [(start, end) for (kind, _node), start, end in zip(nodes, starts, ends, strict=True) if kind == "scenario"]


def _nodes(children: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for child in children:
        for kind, node in child.items():
            yield kind, node
            if kind == "rule":
                yield from _nodes(node["children"])


def _start(node: Mapping[str, Any]) -> int:
    lines = [tag["location"]["line"] for tag in node.get("tags", ())]
    return int(min([*lines, node["location"]["line"]]))


def put_back(text: str, position: int | None, earlier: str, at: int) -> str:
    """Return a text in which one scenario is as it was in an earlier text; without a position it comes at the end.

    `position` and `at` count the scenarios of the present and of the earlier text from 0.
    """
    lines, (first, last) = text.split("\n"), spans(earlier)[at]
    block = "\n".join(earlier.split("\n")[first - 1 : last]).rstrip().split("\n")
    if position is None:
        return "\n".join([*"\n".join(lines).rstrip().split("\n"), "", *block, ""])
    first, last = spans(text)[position]
    blank = len(lines[first - 1 : last]) - len("\n".join(lines[first - 1 : last]).rstrip().split("\n"))
    return "\n".join([*lines[: first - 1], *block, *lines[last - blank :]])
