"""Made-up histories: documents are edited at random, and what each scenario was before is kept apart."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uatapp.gherkin.model import Document, ParseProblem
from uatapp.gherkin.parse import parse

Place = tuple[str, int]
_STEP = re.compile(r"^\s+(?![@#|\"`])[^:]*\S\s*$")  # a line that is no tag, comment, row, doc string or heading
_ANY_NAME = re.compile(r"^(\s*[^\s:|#@][^:|]*: *)(.*\S)\s*$")


@dataclass
class Block:
    """The lines of one scenario, with where it stood before; None for a new one."""

    lines: list[str]
    was: Place | None


@dataclass
class Text:
    """A document in pieces: what stands before its scenarios, and each of them."""

    head: list[str]
    blocks: list[Block] = field(default_factory=list)


def pieces(document: Document) -> Text:
    """Cut a document at its scenarios; tags and comments above one belong to it."""
    lines = document.source_text.split("\n")
    starts = []
    for scenario in document.scenarios:
        at = scenario.line - 1
        while at and (lines[at - 1].strip()[:1] in ("@", "#") or not lines[at - 1].strip()):
            at -= 1
        starts.append(at)
    ends = [*starts[1:], len(lines)] if starts else []
    blocks = [
        Block(lines[start:end], (document.path, n)) for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return Text(lines[: starts[0]] if starts else lines, blocks)


def edited(documents: Mapping[str, Document], chance: random.Random) -> tuple[dict[str, Document], dict[Place, Place]]:
    """Return edited copies, and for each of their scenarios that is an old one where it stood before.

    Documents that could no longer be read after an edit stay as they were.
    """
    after: dict[str, Document] = {}
    origin: dict[Place, Place] = {}
    for path, document in documents.items():
        text = pieces(document)
        _edit(text, chance)
        new_path = f"moved/{path}" if chance.random() < 0.1 else path
        made = _read(text, new_path)
        if made is None or len(made.scenarios) != len(text.blocks):
            made, text = document, pieces(document)
        after[made.path] = made
        origin |= {(made.path, n): block.was for n, block in enumerate(text.blocks) if block.was}
    return after, origin


def _read(text: Text, path: str) -> Document | None:
    source = "\n".join([*text.head, *(line for block in text.blocks for line in block.lines)])
    try:
        return parse(source.encode(), path)
    except ParseProblem:
        return None


def _edit(text: Text, chance: random.Random) -> None:
    rules = any(re.match(r"\s*(Rule|Regel)\s*:", line) for block in text.blocks for line in block.lines)
    for block in list(text.blocks):
        kind = chance.random()
        if kind < 0.10:
            _change_step(block, chance)
        elif kind < 0.14:
            _rename(block, chance)
        elif kind < 0.17:
            _insert_row(block, chance)
        elif kind < 0.19 and not rules:
            text.blocks.remove(block)
        elif kind < 0.21:
            _change_step(block, chance)
            _rename(block, chance)
    if not rules and text.blocks and chance.random() < 0.1:
        chance.shuffle(text.blocks)
    if chance.random() < 0.05:
        text.head = [re.sub(r"(\w{4,})\s*$", r"\1 always", line) if "Given" in line else line for line in text.head]


def _change_step(block: Block, chance: random.Random) -> None:
    steps = [n for n, line in enumerate(block.lines) if _STEP.match(line)]
    if steps:
        at = chance.choice(steps)
        block.lines[at] = block.lines[at].rstrip() + chance.choice([" now", " by the clerk", " of 2027"])


def _rename(block: Block, chance: random.Random) -> None:
    for n, line in enumerate(block.lines):
        if line.strip()[:1] not in ("@", "#", "") and (found := _ANY_NAME.match(line)):
            block.lines[n] = found[1] + chance.choice(["New: ", "As agreed, ", "Again "]) + found[2]
            return


def _insert_row(block: Block, chance: random.Random) -> None:
    rows = [n for n, line in enumerate(block.lines) if line.strip().startswith("|")]
    if len(rows) > 1:
        at = chance.choice(rows[1:])
        block.lines.insert(at, re.sub(r"[\w.]+", lambda m: m[0] + "1", block.lines[at]))


def wrong(
    pairs: Sequence[tuple[Place, Place]], origin: Mapping[Place, Place], before: Mapping[str, Document]
) -> list[str]:
    """Return the pairs (stored, incoming) that are not the same scenario, nor one that reads just like it."""
    found = []
    for stored, incoming in pairs:
        was = origin.get(incoming)
        if was != stored and (was is None or _says(before, was) != _says(before, stored)):
            found.append(f"{stored} became {incoming}, which was {was}")
    return found


def _says(documents: Mapping[str, Document], place: Place) -> tuple[str, str]:
    scenario = documents[place[0]].scenarios[place[1]]
    return scenario.name, scenario.identity_hash
