"""What changed between two texts of a requirement: steps by word, tables by cell, doc strings by line, Examples by row."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TypeVar

from uatapp.gherkin.model import ExamplesBlock, Step

ALIKE = 0.4
T = TypeVar("T")
Pair = tuple[T | None, T | None]
Words = Callable[[T], frozenset[str]]
Row = tuple[str, ...]


class Change(StrEnum):
    """What happened to a part."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is the same, added or removed."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One table row, cell by cell; each cell is a run of pieces."""

    change: Change
    cells: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step: its words, the rows of its table and the lines of its doc string."""

    change: Change
    words: tuple[Piece, ...]
    rows: tuple[RowChange, ...]
    lines: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class BlockChange:
    """One Examples table: its name, header and rows."""

    change: Change
    name: tuple[Piece, ...]
    rows: tuple[RowChange, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared of one version."""

    rule: str
    name: str
    background: tuple[Step, ...]
    steps: tuple[Step, ...]
    examples: tuple[ExamplesBlock, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole difference of two versions, in the order of the newer text."""

    rule: tuple[Piece, ...]
    name: tuple[Piece, ...]
    background: tuple[StepChange, ...]
    steps: tuple[StepChange, ...]
    examples: tuple[BlockChange, ...]

    @property
    def is_renamed(self) -> bool:
        return before(self.name) != after(self.name) or before(self.rule) != after(self.rule)

    def count(self, part: str, change: Change) -> int:
        """Count what happened in a part: background, steps, or rows of its Examples."""
        rows = [row.change for block in self.examples for row in block.rows]
        steps = {"background": self.background, "steps": self.steps}
        changes = rows if part == "rows" else [step.change for step in steps[part]]
        return changes.count(change)


def compare(old: Told, new: Told) -> Comparison:
    """Return how the older text became the newer one."""
    return Comparison(
        by_word(old.rule, new.rule),
        by_word(old.name, new.name),
        compare_steps(old.background, new.background),
        compare_steps(old.steps, new.steps),
        compare_examples(old.examples, new.examples),
    )


def by_word(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words that stay, go and come; white space is a word of its own, so both texts can be read back."""
    return _pieces(_words(old), _words(new))


def by_line(old: str | None, new: str | None) -> tuple[Piece, ...]:
    """Return a doc string's lines that stay, go and come, each with its line end where it has one."""
    return _pieces((old or "").splitlines(keepends=True), (new or "").splitlines(keepends=True), join=False)


def before(pieces: Iterable[Piece]) -> str:
    """Return the older text that pieces show."""
    return "".join(piece.text for piece in pieces if piece.change is not Change.ADDED)


def after(pieces: Iterable[Piece]) -> str:
    """Return the newer text that pieces show."""
    return "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for letter in text:
        if words and words[-1][-1].isspace() == letter.isspace():
            words[-1] += letter
        else:
            words.append(letter)
    return words


def _pieces(old: Sequence[str], new: Sequence[str], *, join: bool = True) -> tuple[Piece, ...]:
    if old == new:
        parts = [(Change.SAME, list(old))]
    else:
        parts = []
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag == "equal":
                parts.append((Change.SAME, list(old[a:b])))
            else:
                parts += [(Change.REMOVED, list(old[a:b])), (Change.ADDED, list(new[c:d]))]
    if join:
        return tuple(Piece(change, "".join(texts)) for change, texts in parts if texts)
    return tuple(Piece(change, text) for change, texts in parts for text in texts)


def compare_steps(old: Sequence[Step], new: Sequence[Step]) -> tuple[StepChange, ...]:
    """Align two runs of steps and say of each whether it stays, goes, comes or changes."""
    pairs = _aligned(old, new, [_key(s) for s in old], [_key(s) for s in new], _vocabulary)
    return tuple(_step(a, b) for a, b in pairs)


def _key(step: Step) -> Hashable:
    return (step.keyword, step.text, step.table, step.doc_string, step.media_type)


def _vocabulary(step: Step) -> frozenset[str]:
    return frozenset(step.text.lower().split())


def _step(old: Step | None, new: Step | None) -> StepChange:
    words = by_word(_said(old), _said(new))
    rows = compare_rows(old.table or () if old else (), new.table or () if new else ())
    lines = by_line(old.doc_string if old else None, new.doc_string if new else None)
    same = old is not None and new is not None and _key(old) == _key(new)
    return StepChange(_change(old, new, same=same), words, rows, lines)


def _said(step: Step | None) -> str:
    return f"{step.keyword} {step.text}" if step else ""


def _change(old: object | None, new: object | None, *, same: bool) -> Change:
    if old is None:
        return Change.ADDED
    if new is None:
        return Change.REMOVED
    return Change.SAME if same else Change.CHANGED


def compare_rows(old: Sequence[Row], new: Sequence[Row]) -> tuple[RowChange, ...]:
    """Compare a table's rows: by the first column where it is unique on both sides, else by what they share."""
    first_old, first_new = [row[:1] for row in old], [row[:1] for row in new]
    if len(set(first_old)) == len(old) and len(set(first_new)) == len(new):
        pairs = _keyed(old, new, first_old, first_new)
    else:
        pairs = _aligned(old, new, old, new, frozenset)
    return tuple(_row(a, b) for a, b in pairs)


def _keyed(old: Sequence[Row], new: Sequence[Row], keys: Sequence[Row], new_keys: Sequence[Row]) -> list[Pair[Row]]:
    pairs: list[Pair[Row]] = []
    for tag, a, b, c, d in SequenceMatcher(None, keys, new_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(old[a:b], new[c:d], strict=True)
        else:
            pairs += [(row, None) for row in old[a:b]]
            pairs += [(None, row) for row in new[c:d]]
    return pairs


def _row(old: Row | None, new: Row | None) -> RowChange:
    width = max(len(old or ()), len(new or ()))
    cells = tuple(_cell(_at(old, i), _at(new, i)) for i in range(width))
    return RowChange(_change(old, new, same=old == new), cells)


def _at(row: Row | None, column: int) -> str:
    return row[column] if row and column < len(row) else ""


def _cell(old: str, new: str) -> tuple[Piece, ...]:
    return _pieces([old] if old else [], [new] if new else [])


def compare_examples(old: Sequence[ExamplesBlock], new: Sequence[ExamplesBlock]) -> tuple[BlockChange, ...]:
    """Compare Examples tables in their order, each row by row; the header is its first row."""
    count = max(len(old), len(new))
    return tuple(_block(old[i] if i < len(old) else None, new[i] if i < len(new) else None) for i in range(count))


def _block(old: ExamplesBlock | None, new: ExamplesBlock | None) -> BlockChange:
    rows = compare_rows(_all_rows(old), _all_rows(new))
    name = by_word(old.name if old else "", new.name if new else "")
    same = all(row.change is Change.SAME for row in rows) and before(name) == after(name)
    return BlockChange(_change(old, new, same=same), name, rows)


def _all_rows(block: ExamplesBlock | None) -> tuple[Row, ...]:
    return (block.header, *block.rows) if block and block.header else ()


def _aligned(
    old: Sequence[T],
    new: Sequence[T],
    keys: Sequence[Hashable],
    new_keys: Sequence[Hashable],
    words: Words[T],
) -> list[Pair[T]]:
    pairs: list[Pair[T]] = []
    for tag, a, b, c, d in SequenceMatcher(None, keys, new_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(old[a:b], new[c:d], strict=True)
        else:
            likely = _likely(old[a:b], new[c:d], words)
            pairs += likely
    return pairs


def _likely(old: Sequence[T], new: Sequence[T], words: Words[T]) -> list[Pair[T]]:
    """Pair what shares enough words, keeping both orders; the rest goes or comes."""
    pairs: list[Pair[T]] = []
    known, start = [words(part) for part in new], 0
    for part in old:
        mine = words(part)
        found = next((i for i in range(start, len(new)) if _share(mine, known[i]) >= ALIKE), None)
        if found is None:
            pairs.append((part, None))
            continue
        pairs += [(None, extra) for extra in new[start:found]]
        pairs.append((part, new[found]))
        start = found + 1
    return pairs + [(None, extra) for extra in new[start:]]


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0
