"""A document as rules look at it: the parser's own tree, each scenario with what stands above it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gherkin.stream.id_generator import IdGenerator

from uatapp.gherkin.decode import unix_lines
from uatapp.gherkin.keywords import kind_after
from uatapp.gherkin.model import StepKind
from uatapp.gherkin.parse import no_feature, read_ast

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A step with its kind; And and But have the kind of the step before. `words_from` is where its text begins."""

    node: Node
    kind: StepKind
    words_from: int

    @property
    def text(self) -> str:
        return str(self.node["text"])

    @property
    def line(self) -> int:
        return int(self.node["location"]["line"])

    @property
    def column(self) -> int:
        """Where the keyword begins."""
        return int(self.node["location"]["column"])


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario, its own steps, and the columns that its Examples have."""

    node: Node
    steps: Sequence[Line]
    columns: Sequence[str]

    @property
    def line(self) -> int:
        return int(self.node["location"]["line"])

    @property
    def column(self) -> int:
        return int(self.node["location"]["column"])

    @property
    def name(self) -> str:
        return str(self.node["name"])

    @property
    def examples(self) -> Sequence[Node]:
        """The Examples that have a table."""
        return [block for block in self.node["examples"] if "tableHeader" in block]


@dataclass(frozen=True, slots=True)
class Text:
    """One readable document."""

    language: str
    feature: Node
    lines: Sequence[str]
    backgrounds: list[Sequence[Line]]
    scenes: list[Scene]
    comments: Sequence[Node]

    @property
    def blocks(self) -> Sequence[Sequence[Line]]:
        """The steps of each Background, then those of each scenario."""
        return (*self.backgrounds, *(scene.steps for scene in self.scenes))


def shape(source: str) -> Text:
    """Read a text. Raises ParseProblem; a text without a feature is one too."""
    text = unix_lines(source)
    tree: Any = read_ast(text, IdGenerator())
    if "feature" not in tree:
        raise no_feature(text)
    feature = tree["feature"]
    found = Text(feature["language"], feature, text.split("\n"), [], [], tree["comments"])
    found.scenes.extend(_scenes(feature["children"], found, None))
    return found


def _scenes(children: Sequence[Node], text: Text, last: StepKind | None) -> Iterator[Scene]:
    """Yield the scenarios, and note the Backgrounds on the way."""
    for child in children:
        if "background" in child:
            steps = _lines(child["background"]["steps"], text, last)
            text.backgrounds.append(steps)
            last = steps[-1].kind if steps else last
        elif "rule" in child:
            yield from _scenes(child["rule"]["children"], text, last)
        else:
            node = child["scenario"]
            yield Scene(node, _lines(node["steps"], text, last), _columns(node))


def _lines(nodes: Sequence[Node], text: Text, last: StepKind | None) -> Sequence[Line]:
    found = []
    for node in nodes:
        last = kind_after(node["keyword"], last, text.language)
        said, end = text.lines[node["location"]["line"] - 1], node["location"]["column"] - 1 + len(node["keyword"])
        found.append(Line(node, last, end + len(said[end:]) - len(said[end:].lstrip()) + 1))
    return found


def _columns(node: Node) -> Sequence[str]:
    headers = (block["tableHeader"]["cells"] for block in node["examples"] if "tableHeader" in block)
    return list(dict.fromkeys(cell["value"] for cells in headers for cell in cells))
