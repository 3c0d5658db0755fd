"""Which scenario is which after an edit: stages 1 to 5 decide, 6 and 7 propose what a person is asked."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from uatapp.gherkin.canonical import body_of, flat
from uatapp.gherkin.model import Scenario
from uatapp.gherkin.rows import match_rows
from uatapp.gherkin.similar import Ask, Known, ask_about, same_body

__all__ = ["Ask", "Known", "Matching", "SameId", "known", "match", "match_rows"]

_LONG_BODY = 40
# Past this many pairs of one name, order counts instead of the nearest place.
_NEAREST = 10_000

Pair = tuple[Known, Known]


@dataclass(frozen=True, slots=True)
class SameId:
    """An explicit id that stands on several scenarios of one side, `stored` or `incoming`."""

    id_tag: str
    side: str
    keys: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Every scenario of both sides once: in a pair (stored, incoming), asked about, removed or created.

    A pair is `renamed` if its name changed, else `moved` if its file did, else `edited` if its effective
    text did, else `unchanged`.
    """

    unchanged: tuple[Pair, ...]
    edited: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    moved: tuple[Pair, ...]
    ask: tuple[Ask, ...]
    removed: tuple[Known, ...]
    created: tuple[Known, ...]
    problems: tuple[SameId, ...]


def known(key: Hashable, path: str, scenario: Scenario, *, body: bool = True) -> Known:
    """What matching needs of a scenario that was just read; where nothing is stored, no body is compared."""
    return Known(
        key=key,
        path=path,
        rule=scenario.rule,
        name=scenario.name,
        position=scenario.position,
        id_tag=scenario.id_tag,
        identity_hash=scenario.identity_hash,
        effective_hash=scenario.effective_hash,
        body=body_of(scenario.steps, scenario.examples) if body else "",
    )


def match(stored: Sequence[Known], incoming: Sequence[Known]) -> Matching:
    """Pair the stored scenarios with the incoming ones; each stage looks at what is left."""
    left = _Left(stored, incoming)
    problems = (*_same_ids(stored, "stored"), *_same_ids(incoming, "incoming"))
    doubled = {problem.id_tag for problem in problems}
    left.pair(lambda k: k.id_tag if k.id_tag not in doubled else None)
    now = _renamed_files(left.stored, left.incoming, stored, incoming)
    left.pair(lambda k: (now.get(k.path, k.path), flat(k.rule), flat(k.name), k.identity_hash))
    left.pair(lambda k: (now.get(k.path, k.path), flat(k.name), k.identity_hash))
    left.pair(lambda k: (now.get(k.path, k.path), flat(k.name)))
    left.pair(lambda k: (flat(k.name), k.identity_hash))
    left.pair(lambda k: k.identity_hash if len(k.body) > _LONG_BODY else None, unique=True)
    asks = ask_about(left.stored, left.incoming, now)
    return _sorted_out(left, asks, problems)


def _same_ids(side: Sequence[Known], name: str) -> Iterable[SameId]:
    found: dict[str, list[Hashable]] = defaultdict(list)
    for item in side:
        if item.id_tag:
            found[item.id_tag].append(item.key)
    return [SameId(tag, name, tuple(keys)) for tag, keys in found.items() if len(keys) > 1]


@dataclass(slots=True)
class _Left:
    """What no stage has paired yet, and the pairs so far."""

    stored: Sequence[Known]
    incoming: Sequence[Known]
    pairs: list[Pair] = field(default_factory=list)

    def pair(self, key: Callable[[Known], Hashable], *, unique: bool = False) -> None:
        """Pair what has the same key; None has none. `unique` keys stand once on each side."""
        if not (self.stored and self.incoming):
            return
        here, there = _grouped(self.stored, key), _grouped(self.incoming, key)
        done: list[Pair] = []
        for same in here.keys() & there.keys():
            if not unique or len(here[same]) == len(there[same]) == 1:
                done += _nearest(here[same], there[same])
        self._take(done)

    def _take(self, done: Sequence[Pair]) -> None:
        if not done:
            return
        self.pairs += done
        stored, incoming = {old.key for old, _ in done}, {new.key for _, new in done}
        self.stored = [item for item in self.stored if item.key not in stored]
        self.incoming = [item for item in self.incoming if item.key not in incoming]


def _grouped(side: Sequence[Known], key: Callable[[Known], Hashable]) -> Mapping[Hashable, list[Known]]:
    found: dict[Hashable, list[Known]] = defaultdict(list)
    for item in side:
        if (value := key(item)) is not None:
            found[value].append(item)
    return found


def _nearest(here: Sequence[Known], there: Sequence[Known]) -> Sequence[Pair]:
    """Pair repeated ones: the most alike first; alike ones in order if both sides have as many, else the nearest."""
    here, there = (sorted(side, key=attrgetter("path", "position")) for side in (here, there))
    if len(here) == len(there) == 1 or len(here) * len(there) > _NEAREST:
        return list(zip(here, there, strict=False))
    many = len(here) == len(there)
    pairs = ((i, j) for i in range(len(here)) for j in range(len(there)))
    places = [
        (-same_body(here[i].body, there[j].body), abs(i - j if many else here[i].position - there[j].position), i, j)
        for i, j in pairs
    ]
    done: list[Pair] = []
    used: tuple[set[int], set[int]] = set(), set()
    for *_, i, j in sorted(places):
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            done.append((here[i], there[j]))
    return done


def _renamed_files(
    left: Sequence[Known], new: Sequence[Known], stored: Sequence[Known], incoming: Sequence[Known]
) -> Mapping[str, str]:
    """Say which vanished file is which new one: the one that holds most of its scenarios."""
    if not left:
        return {}
    before, after = {item.path for item in stored}, {item.path for item in incoming}
    places: dict[Hashable, list[str]] = defaultdict(list)
    for item in new:
        if item.path not in before:
            places[flat(item.name), item.identity_hash].append(item.path)
    votes: Counter[tuple[str, str]] = Counter()
    for item in left:
        if item.path not in after:
            for path in set(places.get((flat(item.name), item.identity_hash), ())):
                votes[item.path, path] += 1
    now: dict[str, str] = {}
    for (old, path), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if old not in now and path not in now.values():
            now[old] = path
    return now


def _sorted_out(left: _Left, asks: Sequence[Ask], problems: tuple[SameId, ...]) -> Matching:
    """Say of each pair what happened to it, and of each single one that it is gone or new."""
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in sorted(left.pairs, key=lambda pair: (pair[1].path, pair[1].position)):
        kinds[_change(*pair)].append(pair)
    asked = {ask.stored for ask in asks}, {ask.incoming for ask in asks}
    return Matching(
        unchanged=tuple(kinds["unchanged"]),
        edited=tuple(kinds["edited"]),
        renamed=tuple(kinds["renamed"]),
        moved=tuple(kinds["moved"]),
        ask=tuple(asks),
        removed=tuple(item for item in left.stored if item.key not in asked[0]),
        created=tuple(item for item in left.incoming if item.key not in asked[1]),
        problems=problems,
    )


def _change(old: Known, new: Known) -> str:
    if flat(old.name) != flat(new.name):
        return "renamed"
    if old.path != new.path:
        return "moved"
    return "unchanged" if old.effective_hash == new.effective_hash else "edited"
