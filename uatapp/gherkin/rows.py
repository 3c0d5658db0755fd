"""Which Examples row is which after an edit: exact row, key column, aligned position, else new."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol, TypeVar

_KEY_COLUMNS = ("id", "test_case_id")
# Past this many pairs in one gap, rows are compared place by place only.
_GAP = 10_000

_Pairs = dict[int, int]


class ExampleRow(Protocol):
    """What rows are told apart by; a `Case` has all of it, and so may a stored test case."""

    @property
    def block(self) -> int: ...
    @property
    def block_name(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def values(self) -> tuple[tuple[str, str], ...]: ...


Old = TypeVar("Old", bound=ExampleRow)
New = TypeVar("New", bound=ExampleRow)


def match_rows(old: Sequence[Old], new: Sequence[New]) -> list[tuple[Old | None, New | None]]:
    """Pair the cases of one scenario before and after: new ones in their order, then old ones left over."""
    pairs: _Pairs = {}
    for before, after in _blocks(old, new):
        pairs |= _in_block(old, new, before, after)
    _exact(old, new, list(range(len(old))), list(range(len(new))), pairs)
    found = {there: here for here, there in pairs.items()}
    kept: list[tuple[Old | None, New | None]] = [
        (old[found[n]] if n in found else None, case) for n, case in enumerate(new)
    ]
    return kept + [(case, None) for n, case in enumerate(old) if n not in pairs]


def _blocks(old: Sequence[ExampleRow], new: Sequence[ExampleRow]) -> Iterator[tuple[list[int], list[int]]]:
    """Pair Examples tables by their name, then those left by their order."""
    before, after = _by_block(old), _by_block(new)
    names = [(block, _name(old, before[block])) for block in before]
    for block, name in names:
        same = [b for b in after if name and _name(new, after[b]) == name]
        if same:
            yield before.pop(block), after.pop(same[0])
    yield from zip(before.values(), after.values(), strict=False)


def _by_block(cases: Sequence[ExampleRow]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for n in sorted(range(len(cases)), key=lambda n: (cases[n].block, cases[n].row)):
        found[cases[n].block].append(n)
    return dict(found)


def _name(cases: Sequence[ExampleRow], block: Sequence[int]) -> str:
    return " ".join(cases[block[0]].block_name.split())


def _in_block(old: Sequence[ExampleRow], new: Sequence[ExampleRow], before: list[int], after: list[int]) -> _Pairs:
    pairs: _Pairs = {}
    _exact(old, new, before, after, pairs)
    _by_key(old, new, before, after, pairs)
    _aligned(old, new, before, after, pairs)
    return pairs


def _exact(
    old: Sequence[ExampleRow], new: Sequence[ExampleRow], before: list[int], after: list[int], pairs: _Pairs
) -> None:
    """Pair rows with the same cells under the same headings; equal ones in their order."""
    by_cells = [frozenset(case.values) for case in old], [frozenset(case.values) for case in new]
    _join(list(by_cells[0]), list(by_cells[1]), before, after, pairs)


def _by_key(
    old: Sequence[ExampleRow], new: Sequence[ExampleRow], before: list[int], after: list[int], pairs: _Pairs
) -> None:
    """Pair rows by a column that tells them apart on both sides."""
    left = _left(before, after, pairs)
    if not (left[0] and left[1]):
        return
    sides = [dict(case.values) for case in old], [dict(case.values) for case in new]
    columns = [name for name, _ in old[before[0]].values if name in sides[1][after[0]]]
    preferred = sorted(columns, key=lambda name: name.strip().lower() not in _KEY_COLUMNS)
    for column in preferred:
        keys = [side.get(column) for side in sides[0]], [side.get(column) for side in sides[1]]
        if _unique(keys[0], before) and _unique(keys[1], after):
            _join(keys[0], keys[1], before, after, pairs)
            return


def _unique(keys: Sequence[Hashable], places: Sequence[int]) -> bool:
    return len({keys[n] for n in places}) == len(places)


def _join(
    old_keys: Sequence[Hashable],
    new_keys: Sequence[Hashable],
    before: list[int],
    after: list[int],
    pairs: _Pairs,
) -> None:
    """Pair what has the same key and is not paired yet, in order."""
    here, there = _left(before, after, pairs)
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for n in reversed(there):
        waiting[new_keys[n]].append(n)
    for n in here:
        if waiting[old_keys[n]]:
            pairs[n] = waiting[old_keys[n]].pop()


def _left(before: list[int], after: list[int], pairs: _Pairs) -> tuple[list[int], list[int]]:
    taken = set(pairs.values())
    return [n for n in before if n not in pairs], [n for n in after if n not in taken]


def _aligned(
    old: Sequence[ExampleRow], new: Sequence[ExampleRow], before: list[int], after: list[int], pairs: _Pairs
) -> None:
    """Pair the rows between two paired neighbours where half of the cells or more are equal."""
    for here, there in _gaps(before, after, pairs):
        taken: set[int] = set()
        for _, i, j in sorted(_likely(old, new, here, there)):
            if here[i] not in pairs and there[j] not in taken:
                pairs[here[i]] = there[j]
                taken.add(there[j])


def _likely(
    old: Sequence[ExampleRow], new: Sequence[ExampleRow], here: list[int], there: list[int]
) -> Iterator[tuple[tuple[float, int], int, int]]:
    """Rows of one gap that may be the same: most equal cells first, then the nearest place."""
    places = [(i, i) for i in range(min(len(here), len(there)))]
    if len(here) * len(there) <= _GAP:
        places = [(i, j) for i in range(len(here)) for j in range(len(there))]
    for i, j in places:
        share = _share(old[here[i]], new[there[j]])
        if share >= 0.5:
            yield (-share, abs(i - j)), i, j


def _gaps(before: list[int], after: list[int], pairs: _Pairs) -> list[tuple[list[int], list[int]]]:
    """Group what is left by the paired row above it."""
    gaps: dict[int | None, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    above: int | None = None
    for n in before:
        above = pairs.get(n, above)
        if n not in pairs:
            gaps[above][0].append(n)
    taken, above = set(pairs.values()), None
    for n in after:
        above = n if n in taken else above
        if n not in taken:
            gaps[above][1].append(n)
    return [gap for gap in gaps.values() if gap[0] and gap[1]]


def _share(old: ExampleRow, new: ExampleRow) -> float:
    """The share of equal cells: under the same heading, else in the same place."""
    there = dict(new.values)
    same = 0
    for place, (name, value) in enumerate(old.values):
        if name in there:
            same += there[name] == value
        elif place < len(new.values):
            same += new.values[place][1] == value
    return same / max(len(old.values), len(new.values), 1)
