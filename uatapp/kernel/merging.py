"""Merging two texts that two people wrote at the same time, line by line; pure. Nothing that either wrote is dropped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile

from rapidfuzz.distance import LCSseq

MOST = 100_000_000  # lines of the one times lines of the other: below a second
THEIRS, YOURS, BOTH = "theirs", "yours", "both"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines: the same in both texts, or a difference with the side that is proposed."""

    theirs: tuple[str, ...]
    yours: tuple[str, ...]
    side: str = BOTH

    @property
    def differs(self) -> bool:
        return self.theirs != self.yours

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what is proposed."""
        if not self.differs:
            return self.yours
        return {THEIRS: self.theirs, YOURS: self.yours, BOTH: self.theirs + self.yours}[self.side]


@dataclass(frozen=True, slots=True)
class Merge:
    """What was saved meanwhile, what you wrote, and the pieces of which one text can be made."""

    theirs: str
    yours: str
    pieces: tuple[Piece, ...]
    one_line: bool = False

    @property
    def text(self) -> str:
        return "\n".join(line for piece in self.pieces for line in piece.lines)

    @property
    def parts(self) -> list[tuple[tuple[str, ...], ...]]:
        """Return the pieces as a page's script reads them: lines alone, or theirs and yours."""
        return [(p.theirs, p.yours) if p.differs else (p.yours,) for p in self.pieces]

    @property
    def differences(self) -> int:
        return sum(piece.differs for piece in self.pieces)


def merge(theirs: str, yours: str, base: str | None = None, *, one_line: bool = False) -> Merge:
    """Put two texts together. With the text that both began with, what only one of them changed is theirs or yours.

    A field of one line cannot hold both; it proposes yours where both changed it.
    """
    texts = [_lines(text) for text in (theirs if base is None else base, theirs, yours)]
    found = [_piece(*parts, known=base is not None) for parts in _parts(*texts)]
    if one_line:
        found = [Piece(p.theirs, p.yours, YOURS if p.side == BOTH else p.side) for p in found]
    return Merge(theirs, yours, tuple(_joined(found)), one_line)


def _lines(text: str) -> tuple[str, ...]:
    """Return a text's lines; an empty text has none."""
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) if text else ()


def _piece(base: Sequence[str], theirs: tuple[str, ...], yours: tuple[str, ...], *, known: bool) -> Piece:
    """Propose a side: the one that alone was changed, else the one that alone says something, else both."""
    if known and yours == base:
        return Piece(theirs, yours, THEIRS)
    if (known and theirs == base) or not theirs:
        return Piece(theirs, yours, YOURS)
    return Piece(theirs, yours, BOTH if yours else THEIRS)


def _parts(*texts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Cut base, theirs and yours at the lines that all three have; yield the lines between, and the lines themselves."""
    base, theirs, yours = texts
    in_theirs, in_yours = _kept(base, theirs), _kept(base, yours)
    shared = [(n, in_theirs[n], in_yours[n]) for n in sorted(in_theirs.keys() & in_yours.keys())]
    for before, here in pairwise([(-1, -1, -1), *shared, (len(base), len(theirs), len(yours))]):
        between = tuple(text[a + 1 : b] for text, a, b in zip(texts, before, here, strict=True))
        yield from _by_line(*between)
        if here[0] < len(base):
            yield ((base[here[0]],),) * 3


def _by_line(*texts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Take lines that were changed in place one by one; where their number differs, take them as one difference."""
    if len({len(text) for text in texts}) == 1:
        yield from (tuple((line,) for line in lines) for lines in zip(*texts, strict=True))
    elif any(texts):
        yield texts


def _kept(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return where each line of the old text that is still there stands in the new one."""
    start = _alike(zip(old, new, strict=False))
    end = _alike(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    kept = {n: n for n in range(start)} | {len(old) - n: len(new) - n for n in range(1, end + 1)}
    rest_old, rest_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(rest_old) * len(rest_new) > MOST:
        return kept
    for code in LCSseq.opcodes(rest_old, rest_new):
        if code.tag == "equal":
            shift = start + code.dest_start - code.src_start
            kept.update({start + n: shift + n for n in range(code.src_start, code.src_end)})
    return kept


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join neighbours that are the same in both texts."""
    for differs, group in groupby(pieces, key=lambda piece: piece.differs):
        if differs:
            yield from group
        else:
            lines = tuple(line for piece in group for line in piece.yours)
            yield Piece(lines, lines)
