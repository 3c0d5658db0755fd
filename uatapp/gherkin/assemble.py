"""The parser's AST and pickles to a Document: Backgrounds folded in, texts and hashes made once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from gherkin.parser_types import Background, Examples, Feature, Rule, Tag
from gherkin.parser_types import Scenario as ScenarioNode
from gherkin.parser_types import Step as StepNode
from gherkin.pickles.compiler import Pickle

from uatapp.gherkin import canonical
from uatapp.gherkin.canonical import digest, flat
from uatapp.gherkin.caps import MAX_CHARACTERS, over
from uatapp.gherkin.cases import Template, cases
from uatapp.gherkin.keywords import kind_after, outline_only
from uatapp.gherkin.model import Case, Document, ExamplesBlock, ParseProblem, Scenario, Step, StepKind

_ID = "@id:"
# A project's pattern is tried on short tags only: patterns can take very long on long text.
_LONGEST_ID = 200
_SAME_ID = "The id %(tag)s is used in line %(first)s already. An id is for one scenario: please change it."

Pickles = Mapping[str, Sequence[Pickle]]


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above a scenario: its rule, its Backgrounds' steps, and their text made once."""

    language: str
    tags: tuple[str, ...]
    rule: str = ""
    steps: tuple[Step, ...] = ()
    contents: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    size: int = 0

    @property
    def last(self) -> StepKind | None:
        return self.steps[-1].kind if self.steps else None


@dataclass(slots=True)
class _Reading:
    """One document being put together: what is needed everywhere, and what has been seen so far."""

    pickles: Pickles
    id_pattern: re.Pattern[str] | None
    scenarios: list[Scenario] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    characters: int = 0


def assemble(
    feature: Feature, pickles: Iterable[Pickle], text: str, path: str, id_pattern: re.Pattern[str] | None
) -> Document:
    """Put the document together. Refuses an id that is used twice, and text that grows beyond the cap."""
    reading = _Reading(_by_scenario(pickles), id_pattern)
    tags = _names(feature["tags"])
    _read(reading, cast(list[dict[str, Any]], feature["children"]), _Above(feature["language"], tags))
    return Document(
        path=path,
        language=feature["language"],
        name=feature["name"],
        description=feature["description"],
        tags=tags,
        scenarios=tuple(reading.scenarios),
        source_text=text,
    )


def _by_scenario(pickles: Iterable[Pickle]) -> Pickles:
    found: dict[str, list[Pickle]] = defaultdict(list)
    for pickle in pickles:
        found[pickle["astNodeIds"][0]].append(pickle)
    return found


def _read(reading: _Reading, children: Iterable[dict[str, Any]], above: _Above) -> None:
    for child in children:
        if "background" in child:
            above = _with_background(above, child["background"])
        elif "rule" in child:
            rule: Rule = child["rule"]
            _read(reading, cast(list[dict[str, Any]], rule["children"]), _in_rule(above, rule))
        else:
            reading.scenarios.append(_scenario(reading, child["scenario"], above))


def _in_rule(above: _Above, rule: Rule) -> _Above:
    heading = f"{rule['keyword']}: {rule['name']}".rstrip()
    return replace(
        above,
        rule=rule["name"],
        tags=_joined(above.tags, _names(rule["tags"])),
        lines=(heading, *above.lines),
        parts=(flat(heading), *above.parts),
    )


def _with_background(above: _Above, background: Background) -> _Above:
    steps, _ = _steps(background["steps"], above.last, above.language)
    if not steps:
        return above
    lines = [line for step in steps for line in canonical.step_lines(step)]
    return replace(
        above,
        steps=above.steps + steps,
        contents=above.contents + tuple(map(canonical.content_parts, steps)),
        lines=(*above.lines, f"{background['keyword']}:", *lines),
        parts=(*above.parts, f"{background['keyword']}:", *_with_keywords(steps, map(canonical.said, steps))),
        size=above.size + sum(map(len, lines)),
    )


def _with_keywords(steps: Iterable[Step], said: Iterable[canonical.Said]) -> list[str]:
    return canonical.parts_of(said, (step.keyword for step in steps))


def _steps(
    nodes: Sequence[StepNode], previous: StepKind | None, language: str
) -> tuple[tuple[Step, ...], list[StepKind]]:
    """The steps with the kinds they have here, and the kinds they have by themselves."""
    steps: list[Step] = []
    alone: list[StepKind] = []
    for node in nodes:
        previous = kind_after(node["keyword"], previous, language)
        alone.append(kind_after(node["keyword"], alone[-1] if alone else None, language))
        steps.append(_step(node, previous))
    return tuple(steps), alone


def _step(node: StepNode, kind: StepKind) -> Step:
    table = doc_string = None
    media_type = ""
    if "dataTable" in node:
        table = tuple(tuple([c["value"] for c in row["cells"]]) for row in node["dataTable"]["rows"])
    if "docString" in node:
        doc_string, media_type = node["docString"]["content"], node["docString"].get("mediaType", "")
    line = node["location"]["line"]
    return Step(kind, node["keyword"].strip(), node["text"], table, doc_string, line, media_type)


def _scenario(reading: _Reading, node: ScenarioNode, above: _Above) -> Scenario:
    steps, kinds = _steps(node["steps"], above.last, above.language)
    blocks = tuple(map(_block, node["examples"]))
    lines = [line for step in steps for line in canonical.step_lines(step)]
    table = [line for block in blocks for line in canonical.examples_lines(block)]
    _check_size(reading, node, above, sum(map(len, lines)), sum(map(len, table)))
    heading = f"{node['keyword']}:"
    said = [canonical.said(step) for step in steps]
    parts = [*above.parts, heading, *_with_keywords(steps, said)]
    parts += [part for block in blocks for part in canonical.examples_parts(block)]
    return Scenario(
        rule=above.rule,
        name=node["name"],
        outline=bool(blocks) or node["keyword"] in outline_only(above.language),
        keyword=node["keyword"],
        tags=_joined(above.tags, _names(node["tags"])),
        id_tag=_id_tag(reading, node),
        position=len(reading.scenarios),
        line=node["location"]["line"],
        background=above.steps,
        steps=steps,
        examples=blocks,
        effective_text="\n".join([*above.lines, heading, *lines, *table]),
        effective_hash=digest(parts),
        identity_hash=canonical.identity_hash(said, kinds, blocks),
        cases=_cases(reading, node, above, steps, said, blocks),
    )


def _check_size(reading: _Reading, node: ScenarioNode, above: _Above, own: int, table: int) -> None:
    """Refuse a document whose Backgrounds make gigabytes of it."""
    cases = len(reading.pickles.get(node["id"], ()))
    reading.characters += (above.size + own) * (1 + cases) + table
    if reading.characters > MAX_CHARACTERS:
        raise over(MAX_CHARACTERS, "characters in all test cases together", node["location"])


def _block(node: Examples) -> ExamplesBlock:
    header = node["tableHeader"]["cells"] if "tableHeader" in node else []
    return ExamplesBlock(
        name=node["name"],
        tags=_names(node["tags"]),
        header=tuple([cell["value"] for cell in header]),
        rows=tuple(tuple([cell["value"] for cell in row["cells"]]) for row in node["tableBody"]),
        line=node["location"]["line"],
    )


def _cases(
    reading: _Reading,
    node: ScenarioNode,
    above: _Above,
    own: tuple[Step, ...],
    said: Iterable[canonical.Said],
    blocks: Sequence[ExamplesBlock],
) -> tuple[Case, ...]:
    """The test cases; a scenario without steps of its own gets none from its Background either."""
    contents = (*above.contents, *map(canonical.content_of, said, (step.kind for step in own)))
    template = Template(above.steps + own, contents, len(above.steps)) if own else Template((), (), 0)
    pickles = reading.pickles.get(node["id"], ())
    return tuple(cases(pickles, len(reading.scenarios), template, node["examples"], blocks))


def _names(tags: Iterable[Tag]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag["name"] for tag in tags))


def _joined(above: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(above + own))


def _id_tag(reading: _Reading, node: ScenarioNode) -> str | None:
    """The scenario's explicit id; the same one twice in a document is copy and paste."""
    tags = sorted(node["tags"], key=lambda tag: not tag["name"].startswith(_ID))
    tag = next((tag for tag in tags if _is_id(tag["name"], reading.id_pattern)), None)
    if tag is None:
        return None
    seen = reading.ids.setdefault(tag["name"], node["location"]["line"])
    if seen != node["location"]["line"]:
        place = tag["location"]
        values = {"tag": tag["name"], "first": seen}
        raise ParseProblem(place["line"], place.get("column", 1), _SAME_ID, "same_id", **values)
    return tag["name"]


def _is_id(tag: str, pattern: re.Pattern[str] | None) -> bool:
    if tag.startswith(_ID) and len(tag) > len(_ID):
        return True
    return bool(pattern and len(tag) <= _LONGEST_ID and pattern.fullmatch(tag))
