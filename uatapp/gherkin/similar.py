"""Stages 6 and 7: scenarios that may be the same one, for a person to decide."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from uatapp.gherkin.canonical import flat

_LONG_NAME = 15
_ENOUGH = 0.75
_TOO_CLOSE = 0.03
# Bounds that keep 5,000 against 5,000 quick: the rarest words of each, and the best candidates by them.
_WORDS = 12
_POSTINGS = 40
_CANDIDATES = 12
_NEIGHBOURS = 4
_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """A scenario as far as matching goes; `key` is the caller's, unique on its side."""

    key: Hashable
    path: str
    rule: str
    name: str
    position: int
    id_tag: str | None
    identity_hash: str
    effective_hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Two that may be one. `preselected` is False where another candidate is about as likely.

    `reason`: `same_name` (stage 6: a long name that stands once, in another file) or `similar` (stage 7).
    """

    stored: Hashable
    incoming: Hashable
    stage: int
    reason: str
    score: float
    preselected: bool


@dataclass(frozen=True, slots=True)
class _Likely:
    score: float
    here: int
    there: int


def ask_about(stored: Sequence[Known], incoming: Sequence[Known], now: Mapping[str, str]) -> Sequence[Ask]:
    """Find what a person should be asked about; `now` says which old file is which new one."""
    if not (stored and incoming):
        return ()
    asks = list(_same_name(stored, incoming, now))
    done = {ask.stored for ask in asks}, {ask.incoming for ask in asks}
    here = [item for item in stored if item.key not in done[0]]
    there = [item for item in incoming if item.key not in done[1]]
    return [*asks, *_similar(here, there, now)]


def _same_name(stored: Sequence[Known], incoming: Sequence[Known], now: Mapping[str, str]) -> Iterator[Ask]:
    """Stage 6: a long name that stands once on both sides, in another file."""
    here, there = _by_name(stored), _by_name(incoming)
    for name, olds in here.items():
        news = there.get(name, [])
        if len(name) > _LONG_NAME and len(olds) == len(news) == 1:
            yield Ask(olds[0].key, news[0].key, 6, "same_name", _score(olds[0], news[0], now), True)


def _by_name(side: Sequence[Known]) -> Mapping[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for item in side:
        found[flat(item.name)].append(item)
    return found


def _similar(stored: Sequence[Known], incoming: Sequence[Known], now: Mapping[str, str]) -> Iterator[Ask]:
    """Stage 7: the most alike first; a runner-up within reach is asked about as well."""
    likely = sorted(_scored(stored, incoming, now), key=lambda one: (-one.score, one.here, one.there))
    rivals: dict[tuple[str, int], list[_Likely]] = defaultdict(list)
    for one in likely:
        rivals["stored", one.here].append(one)
        rivals["incoming", one.there].append(one)
    used: set[tuple[str, int]] = set()
    told: set[_Likely] = set()
    for one in likely:
        ends = ("stored", one.here), ("incoming", one.there)
        if used.intersection(ends):
            continue
        close = {r for end in ends for r in rivals[end] if one.score - r.score <= _TOO_CLOSE} - {one}
        close = {r for r in close if ("stored", r.here) not in used and ("incoming", r.there) not in used}
        used.update(ends)
        for each in (one, *sorted(close - told, key=lambda r: (-r.score, r.here, r.there))):
            told.add(each)
            yield _ask(stored[each.here], incoming[each.there], each.score, preselected=not close)


def _ask(old: Known, new: Known, score: float, *, preselected: bool) -> Ask:
    return Ask(old.key, new.key, 7, "similar", round(score, 4), preselected)


def _scored(stored: Sequence[Known], incoming: Sequence[Known], now: Mapping[str, str]) -> Iterator[_Likely]:
    words = [_words(item) for item in stored]
    index: dict[str, list[int]] = defaultdict(list)
    for n, said in enumerate(words):
        for word in said:
            index[word].append(n)
    beside = _beside(stored, now)
    for there, new in enumerate(incoming):
        for here in _candidates(new, index, beside):
            score = _score(stored[here], new, now, _ENOUGH)
            if score >= _ENOUGH:
                yield _Likely(score, here, there)


def _words(item: Known) -> set[str]:
    said = {*item.name.casefold().split(), *item.body.casefold().split()}
    return {*said, f"#{item.identity_hash}", f"#{flat(item.name)}"}


def _beside(stored: Sequence[Known], now: Mapping[str, str]) -> Mapping[str, list[tuple[int, int]]]:
    """The stored ones of each file by their position."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for n, item in enumerate(stored):
        found[now.get(item.path, item.path)].append((item.position, n))
    return {path: sorted(places) for path, places in found.items()}


def _candidates(
    new: Known, index: Mapping[str, Sequence[int]], beside: Mapping[str, Sequence[tuple[int, int]]]
) -> Sequence[int]:
    """The stored ones that share the rarest words, and the neighbours in the same file."""
    rare = sorted((len(index[word]), word) for word in _words(new) if word in index)[:_WORDS]
    votes: Counter[int] = Counter()
    for count, word in rare:
        for n in index[word][:_POSTINGS]:
            votes[n] += 1 + _POSTINGS // count
    near = beside.get(new.path, ())
    at = bisect_left(near, (new.position, 0))
    best = [n for n, _ in votes.most_common(_CANDIDATES)]
    best += [n for _, n in near[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]]
    return list(dict.fromkeys(best))


def _score(old: Known, new: Known, now: Mapping[str, str], enough: float = 0.0) -> float:
    """0.35 name + 0.50 body + 0.15 same file, each from 0 to 1; less exact where it is not `enough`."""
    same_file = 0.15 if now.get(old.path, old.path) == new.path else 0.0
    name = 0.35 * fuzz.token_sort_ratio(flat(old.name), flat(new.name)) / 100
    needed = (enough - name - same_file) / 0.5
    if needed > 1:
        return name + same_file
    return name + same_file + 0.5 * same_body(old.body, new.body, needed)


def same_body(old: str, new: str, needed: float = 0.0) -> float:
    """The larger of the share of lines in common and the share of characters in common; less exact below `needed`."""
    if old == new:
        return 1.0
    lines = Counter(old.split("\n")), Counter(new.split("\n"))
    dice = 2 * (lines[0] & lines[1]).total() / (lines[0].total() + lines[1].total())
    cutoff = 100 * max(dice, needed)
    return max(dice, fuzz.ratio(old[:_COMPARED], new[:_COMPARED], score_cutoff=cutoff) / 100)
